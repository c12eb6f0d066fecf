"""What a list of vital signs says: the baseline, the fresh set at leaving, the longest gap."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil
from operator import itemgetter
from typing import Any

from knai.core.standard.doses import Window
from knai.core.standard.numbers import Exact, minutes_us
from knai.core.standard.policy import Policy
from knai.core.standard.reading import Facts, Item

VitalsSet = tuple[int, Any, Any, Any, Any]  # at, sbp, dbp, hr, spo2

_SIGNS = ("sbp", "dbp", "hr", "spo2")
_whole = itemgetter("at", *_SIGNS)


def complete_sets(vitals: Sequence[Item]) -> list[VitalsSet]:
    """The sets that count, by time; equal times in an order that does not depend on the list's."""
    sets = []
    for one in vitals:
        try:
            sets.append(_whole(one))
        except KeyError:  # quicker than asking for each of the five names
            continue
    return sorted(sets)


def count_unplaced(vitals: Sequence[Item]) -> int:
    """Complete sets without their time: each may be the one that is looked for."""
    timeless = [one for one in vitals if "at" not in one]
    return sum(all(sign in one for sign in _SIGNS) for one in timeless)


def vitals_facts(
    sets: Sequence[VitalsSet], unplaced: int, facts: Facts, due_at: int | None, policy: Policy
) -> dict[str, Any]:
    base = _baseline(sets, due_at, facts.get("baseline.set_at"), policy)
    settled = due_at is not None and (base is not None or not unplaced)
    return {
        "has_baseline": base is not None if settled else None,
        "vitals_unplaced": unplaced > 0,
        **columns("base", base),
    }


def columns(name: str, one: VitalsSet | None) -> dict[str, Any]:
    values = one or (None,) * 5
    return {f"{name}_{sign}": value for sign, value in zip(("at", *_SIGNS), values, strict=True)}


def _baseline(
    sets: Sequence[VitalsSet], due_at: int | None, pinned_at: int | None, policy: Policy
) -> VitalsSet | None:
    """The pinned set where the pin points at one that qualifies, else the latest that does."""
    if due_at is None:
        return None
    oldest = due_at - minutes_us(policy.baseline_max_age_min)
    able = [one for one in sets if oldest <= one[0] <= due_at]
    pinned = [one for one in able if one[0] == pinned_at]
    return _least_lenient(_latest(pinned or able))


def _latest(sets: Sequence[VitalsSet]) -> list[VitalsSet]:
    """Of sets by time, the last and those of the same instant."""
    return [one for one in sets if one[0] == sets[-1][0]]


def _least_lenient(twins: Sequence[VitalsSet]) -> VitalsSet | None:
    """Of baselines of one instant, of each sign the value that lets the fewest go home."""
    if len(twins) < 2:
        return twins[0] if twins else None
    at, sbp, dbp, hr, spo2 = zip(*twins, strict=True)
    return at[0], min(sbp), min(dbp), min(hr), max(spo2)


def fresh_sets(
    sets: Sequence[VitalsSet], window: Window, left_at: int, now: int, policy: Policy
) -> list[VitalsSet]:
    """The latest set after the window and young enough at leaving; several when of one instant."""
    if window.end is None:
        return []
    oldest = min(left_at, now) - minutes_us(policy.discharge_vitals_max_age_min)
    since = max(window.end, oldest)
    return _latest([one for one in sets if since <= one[0] <= left_at])


def gap_facts(
    sets: Sequence[VitalsSet],
    unplaced: int,
    doses: Sequence[Item],
    window: Window,
    now: int,
    policy: Policy,
) -> dict[str, Any]:
    until = window.seen_until(now)
    if window.start is None or until is None:
        return dict.fromkeys(("longest_gap_us", "allowed_gap_us", "gap_might_close"))
    seen = [one[0] for one in sets if window.start <= one[0] <= until]
    points = [window.start, *seen, max(until, window.start)]
    gaps = [late - early for early, late in pairwise(points)]
    interval = min(policy.charting_interval_min[dose["route"]] for dose in doses)
    allowed = minutes_us(interval) + minutes_us(policy.charting_grace_min)
    return {
        "longest_gap_us": max(gaps),
        "allowed_gap_us": allowed,
        "gap_might_close": _might_close(gaps, allowed, unplaced),
    }


def _might_close(gaps: Sequence[Exact], allowed: Exact, unplaced: int) -> bool:
    """Whether so many more sets are enough to cut every gap down to what is allowed."""
    long = [gap for gap in gaps if gap > allowed]
    if not long or not unplaced or not allowed:
        return False
    return sum(ceil(Fraction(gap) / allowed) - 1 for gap in long) <= unplaced
