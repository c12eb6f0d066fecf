"""Pages that people read: complete, linked, and generated where they can be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from knai.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ADRS = sorted((ROOT / "docs" / "adr").glob("*.md"))
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_in_the_reference(name):
    assert f"## knai {name}\n" in (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    links = LINK.findall(page.read_text("utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


def test_decisions_are_numbered_without_gaps():
    assert [int(adr.name[:4]) for adr in ADRS] == list(range(1, len(ADRS) + 1))


@pytest.mark.parametrize("adr", ADRS, ids=lambda adr: adr.stem)
def test_a_decision_says_what_would_prove_it_wrong(adr):
    text = adr.read_text("utf-8")
    wanted = ["## Context", "## Decision", "## Consequences", "## What would prove it wrong"]
    assert [part for part in wanted if part not in text] == []
    assert re.search(r"^Status: (accepted|superseded by \d{4})", text, re.MULTILINE)
    assert len(text.split()) < 500


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "GLOSSARY.md",
        "SECURITY.md",
        "CHANGELOG.md",
    ],
)
def test_the_pages_everybody_looks_for_are_there(name):
    assert len((ROOT / name).read_text("utf-8").split()) > 50
