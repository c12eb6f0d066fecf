"""A list of vital signs, read sign by sign: a monitored session brings hundreds of sets."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from operator import itemgetter, lt
from typing import Any, NamedTuple

from knai.core.errors import Malformed
from knai.core.standard.numbers import EPOCH, ONE_US, Exact, read_amount, read_instant

SIGNS = ("sbp", "dbp", "hr", "spo2")
VitalsSet = tuple[int, Any, Any, Any, Any]  # at, sbp, dbp, hr, spo2

_JUDGED = ("at", *SIGNS)
# The two forms that monitors and charts give, by the number of names.
_VALUES_OF = {5: itemgetter(*_JUDGED), 6: itemgetter(*_JUDGED, "rr")}


class Sets(NamedTuple):
    """What counts of a list of vital signs: the sets with all four signs, as columns.

    times     by time; equal times in an order that does not depend on the list's
    signs     of each of SIGNS its values, in the order of the times
    unplaced  how many such sets lack their time: each may be the one that is looked for
    """

    times: Sequence[int]
    signs: Sequence[Sequence[Any]]
    unplaced: int

    def between(self, since: Exact, until: Exact) -> Sequence[int]:
        """The times from since to until, both included."""
        return self.times[bisect_left(self.times, since) : bisect_right(self.times, until)]

    def latest(self, since: Exact, until: Exact) -> list[VitalsSet]:
        """Of the sets from since to until, both included, the last and those of the same instant."""
        end = bisect_right(self.times, until)
        if not end or self.times[end - 1] < since:
            return []
        begin = bisect_left(self.times, self.times[end - 1])
        return list(zip(*(column[begin:end] for column in (self.times, *self.signs)), strict=True))


NO_SETS = Sets((), ((),) * len(SIGNS), 0)


class Columns(NamedTuple):
    """The sets as they were given, None for what is missing. whole: nothing is."""

    times: Sequence[Any]
    signs: Sequence[Sequence[Any]]
    whole: bool

    def as_sets(self) -> Sets | None:
        """None: they have to be put in order first, or sorted out."""
        is_settled = self.whole and all(map(lt, self.times, self.times[1:]))
        return Sets(self.times, self.signs, 0) if is_settled else None

    def rows(self) -> list[tuple[Any, ...]]:
        return list(zip(self.times, *self.signs, strict=True))


def read_columns(given: Sequence[Any]) -> Columns | None:
    """Sets that all come in one form; None: read them part by part, so that what is wrong is refused
    by its place."""
    try:
        (names,) = set(map(len, given))
        at, *signs = zip(*map(_VALUES_OF[names], given), strict=True)
        whole = all(map(_is_whole, signs))
        amounts = signs if whole else list(map(_amounts, signs))
        times = _times(at)
    except (LookupError, TypeError, ValueError, Malformed):
        return None
    return Columns(times, amounts[: len(SIGNS)], whole and None not in times)


def columns_of(items: Sequence[Mapping[str, Any]]) -> Columns:
    """The same of items that were read part by part."""
    times, *signs = ([item.get(name) for item in items] for name in _JUDGED)
    return Columns(times, signs, False)


def sets_of(rows: Sequence[tuple[Any, ...]]) -> Sets:
    complete = sorted(row for row in rows if None not in row)
    times, *signs = zip(*complete, strict=True) if complete else ((),) * len(_JUDGED)
    unplaced = sum(row[0] is None and None not in row[1:] for row in rows)
    return Sets(times, signs, unplaced)


def _is_whole(column: Sequence[Any]) -> bool:
    """Nothing is left to read: whole numbers, zero or more."""
    return set(map(type, column)) == {int} and min(column) >= 0


def _amounts(column: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(None if value is None else read_amount(value, "") for value in column)


def _times(column: Sequence[Any]) -> list[int | None]:
    try:
        return [(at - EPOCH) // ONE_US for at in column]
    except TypeError:  # some are text, or missing
        return [None if at is None else read_instant(at, "at") for at in column]
