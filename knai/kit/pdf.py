"""Papers: a template and its values become a tagged PDF/A, without network and without other files.

A template is a .typ file of the package and gets its values as data. No markup is ever put together from
what people wrote, so nothing they write can be read as markup.
"""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

ROOT = Path(__file__).resolve().parents[1]  # templates see the package and nothing beyond
FONTS = Path(__file__).parent / "fonts"
STANDARD = "a-2a"  # kept for long, and read aloud
# Marks that turn the direction of writing: they could make one dose look like another.
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def render(template: str, data: Mapping[str, Any], at: datetime | None = None) -> bytes:
    """The PDF of a template: "practice/papers/letter.typ", its values under `sys.inputs.data` as JSON.

    at      the time that the file names as its making
    raises  typst.TypstError: the template cannot be set; a mistake in the program
    """
    return _set(template, data, at, "pdf", pdf_standards=[STANDARD])


def pages_as_png(template: str, data: Mapping[str, Any], ppi: float = 110) -> list[bytes]:
    """The same pages as pictures, to be looked at."""
    found = _set(template, data, None, "png", ppi=ppi)
    return found if isinstance(found, list) else [found]


def _set(template: str, data: Mapping[str, Any], at: datetime | None, kind: str, **options: Any):
    """A mark with no letter to sit on has no shape: then all marks are named instead."""
    try:
        return _compile(template, printable(data), at, kind, options)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _compile(template, printable(data, marks=False), at, kind, options)


def _compile(
    template: str, data: Any, at: datetime | None, kind: str, options: dict[str, Any]
) -> Any:
    compiler = typst.Compiler(
        str(ROOT / template),
        root=str(ROOT),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        package_path=str(FONTS),  # holds no packages: a template that wants one fails
        package_cache_path=str(FONTS),
    )
    made_at = at.astimezone(UTC).replace(microsecond=0) if at else None
    return compiler.compile(format=kind, timestamp=made_at, **options)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def printable(value: Any, marks: bool = True) -> Any:
    """The value with every character that the fonts lack written as ‹U+4E2D›: nothing is left out.

    marks   whether marks that sit on other letters stay as they are
    """
    if isinstance(value, str):
        return _printable_text(value, marks)
    if isinstance(value, Mapping):
        return {str(key): printable(item, marks) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item, marks) for item in value]
    return value


def _printable_text(text: str, marks: bool) -> str:
    if text.isascii() and text.isprintable():
        return text
    tidy = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    return "".join(c if _has_shape(c, marks) else f"‹U+{ord(c):04X}›" for c in tidy)


def _has_shape(character: str, marks: bool) -> bool:
    if character == "\n":
        return True
    if character in _TURNING or (not marks and unicodedata.category(character)[0] in "MC"):
        return False
    starts, ends = _covered()
    place = bisect_right(starts, ord(character)) - 1
    return place >= 0 and ord(character) <= ends[place]


@cache
def _covered() -> tuple[list[int], list[int]]:
    """Where each stretch of characters that the bundled fonts show begins and ends."""
    lines = (FONTS / "covered.txt").read_text("ascii").split()
    pairs = [line.split("-") for line in lines]
    return [int(a, 16) for a, _ in pairs], [int(b, 16) for _, b in pairs]
