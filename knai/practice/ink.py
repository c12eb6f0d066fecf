"""A signature as it was drawn: strokes of points on a pad of 600 × 200. Enough ink to be one, or not."""

from __future__ import annotations

from itertools import pairwise
from math import dist

import msgspec

from knai.core.errors import Malformed

WIDTH, HEIGHT = 600, 200
MOST_POINTS = 20_000
LEAST_EXTENT, LEAST_LENGTH = (
    24,
    60,
)  # a dot and a slip of the pen stay below, a cross and initials above
Point = tuple[int, int]
Strokes = tuple[tuple[Point, ...], ...]


def read(text: str) -> Strokes:
    """Strokes out of the form's JSON: [[[x, y], …], …]; none when nothing was drawn.

    raises  Malformed: no such list, or points outside the pad
    """
    if not text.strip():
        return ()
    try:
        strokes = msgspec.json.decode(text, type=Strokes)
    except (msgspec.DecodeError, RecursionError):
        raise Malformed(
            "The signature cannot be read. Clear the box and sign again.", "ink"
        ) from None
    points = [point for stroke in strokes for point in stroke]
    inside = all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    if not inside or len(points) > MOST_POINTS:
        raise Malformed("The signature leaves its box. Clear it and sign again.", "ink")
    return tuple(stroke for stroke in strokes if stroke)


def is_signature(strokes: Strokes) -> bool:
    """Whether there is ink enough: long enough in all, and no mere dot or dots in one place."""
    points = [point for stroke in strokes for point in stroke]
    if not points:
        return False
    wide = max(x for x, _ in points) - min(x for x, _ in points)
    high = max(y for _, y in points) - min(y for _, y in points)
    return max(wide, high) >= LEAST_EXTENT and length(strokes) >= LEAST_LENGTH


def length(strokes: Strokes) -> float:
    """How far the pen went on the paper."""
    return sum(dist(a, b) for stroke in strokes for a, b in pairwise(stroke))
