"""Contrast is computed from the tokens, in both themes; nobody's eye decides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import knai.web

TOKENS = Path(knai.web.__file__).parent / "static" / "css" / "tokens.css"
TEXT, MARK = 4.5, 3.0
GROUNDS = ("paper", "surface", "sunk")
VERDICTS = ("met", "not-met", "cannot-tell", "not-applicable")
PHASES = ("booked", "checked-in", "ready", "dosing", "recovery", "departed", "aborted")


def tokens() -> dict[str, tuple[str, str]]:
    """Colour tokens as (light, dark); one without a pair holds in both."""
    words = TOKENS.read_text("utf-8")
    paired = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", words)
    single = re.findall(r"--([\w-]+): (#[0-9a-f]{6});", words)
    return {name: (light, dark) for name, light, dark in paired} | {n: (c, c) for n, c in single}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    "one, other, ratio",
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),  # the well-known lightest grey for text
    ],
)
def test_the_arithmetic_is_that_of_wcag(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)


def text_pairs() -> list[tuple[str, str]]:
    on_grounds = ("ink", "ink-soft", "accent", "sign-hr", "sign-spo2", "sign-rr", *VERDICTS)
    phases = [f"phase-{p}" for p in PHASES if p not in ("booked", "departed")]
    pairs = [(name, ground) for name in (*on_grounds, *phases) for ground in GROUNDS]
    pairs += [(name, f"{name}-ground") for name in (*VERDICTS, "accent")]
    pairs += [(n, f"{v}-ground") for n in ("ink", "ink-soft") for v in (*VERDICTS, "accent")]
    return [*pairs, ("on-accent", "accent"), ("on-alarm", "alarm"), ("ink", "sunk-deep"),
            ("surface", "sign-dose"), ("paper", "ink")]  # fmt: skip


def mark_pairs() -> list[tuple[str, str]]:
    marks = ("edge", "accent", "alarm", "sign-bp", "sign-dose", *(f"phase-{p}" for p in PHASES))
    return [(name, ground) for name in marks for ground in ("paper", "surface")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ink, ground", text_pairs())
def test_text_can_be_read(ink, ground, theme):
    which = ("light", "dark").index(theme)
    assert contrast(tokens()[ink][which], tokens()[ground][which]) >= TEXT


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mark, ground", mark_pairs())
def test_marks_can_be_seen(mark, ground, theme):
    which = ("light", "dark").index(theme)
    assert contrast(tokens()[mark][which], tokens()[ground][which]) >= MARK


@pytest.mark.parametrize(
    "name, light, dark",
    [
        ("ink", "#18212b", "#eef1f3"),
        ("ink-soft", "#55616d", "#a7b2bc"),
        ("paper", "#faf8f4", "#12181d"),
        ("surface", "#ffffff", "#1b232a"),
        ("line", "#e3ded4", "#2d3841"),
        ("accent", "#0b6e6e", "#5cc4bf"),
        ("met", "#17734a", "#6fd3a0"),
        ("not-met", "#b3261e", "#ff9a91"),
        ("cannot-tell", "#7d5200", "#f2c261"),
        ("not-applicable", "#5b6772", "#95a1ac"),
    ],
)
def test_tokens_are_the_agreed_ones(name, light, dark):
    assert tokens()[name] == (light, dark)


def test_no_colour_is_written_outside_the_tokens():
    allowed = {"#000000", "#12181d99"}  # mixed into a hover, behind a dialog
    for sheet in TOKENS.parent.glob("*.css"):
        if sheet != TOKENS:
            found = set(re.findall(r"#[0-9a-f]{3,8}\b", sheet.read_text("utf-8")))
            assert found <= allowed, f"{sheet.name}: {found - allowed}"
