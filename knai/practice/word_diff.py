"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, REMOVED, ADDED = "same", "removed", "added"
_WORDS = re.compile(r"\s+|\w+|[^\w\s]+")
MOST_PAIRS = 4_000_000  # words × words of one changed stretch; beyond it stands as a whole


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: same, removed or added."""

    what: str
    text: str


def diff(before: str, after: str) -> tuple[Piece, ...]:
    """Lines are matched first, then the words of the lines that differ. Joined without the added pieces it
    is `before`, without the removed ones `after`."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was, now = "".join(old[a:b]), "".join(new[c:d])
        pieces += [Piece(SAME, was)] if what == "equal" else _words(was, now)
    return tuple(_joined(pieces))


def _words(was: str, now: str) -> Iterator[Piece]:
    old, new = _WORDS.findall(was), _WORDS.findall(now)
    if not old or not new or len(old) * len(new) > MOST_PAIRS:
        yield from (Piece(REMOVED, was), Piece(ADDED, now))
        return
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield Piece(SAME, "".join(old[a:b]))
        else:
            yield Piece(REMOVED, "".join(old[a:b]))
            yield Piece(ADDED, "".join(new[c:d]))


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece; nothing empty."""
    held: Piece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if held is not None and held.what == piece.what:
            held = Piece(held.what, held.text + piece.text)
        else:
            if held is not None:
                yield held
            held = piece
    if held is not None:
        yield held
