"""What a list of vital signs says: the baseline, the fresh set at leaving, the longest gap."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from operator import sub
from typing import Any

from knai.core.standard.doses import Window
from knai.core.standard.numbers import Exact, minutes_us
from knai.core.standard.policy import Policy
from knai.core.standard.reading import Facts, Item
from knai.core.standard.sets import SIGNS, Sets, VitalsSet

_NOTHING = (None,) * 5
_COLUMNS = {name: [f"{name}_{part}" for part in ("at", *SIGNS)] for name in ("base", "fresh")}


def vitals_facts(sets: Sets, facts: Facts, due_at: int | None, policy: Policy) -> dict[str, Any]:
    base = _baseline(sets, due_at, facts.get("baseline.set_at"), policy)
    settled = due_at is not None and (base is not None or not sets.unplaced)
    return {
        "has_baseline": base is not None if settled else None,
        "vitals_unplaced": sets.unplaced > 0,
        **columns("base", base),
    }


def columns(name: str, one: VitalsSet | None) -> dict[str, Any]:
    return dict(zip(_COLUMNS[name], one or _NOTHING, strict=True))


def _baseline(
    sets: Sets, due_at: int | None, pinned_at: int | None, policy: Policy
) -> VitalsSet | None:
    """The pinned set where the pin points at one that qualifies, else the latest that does."""
    if due_at is None:
        return None
    oldest = due_at - minutes_us(policy.baseline_max_age_min)
    pinned: list[VitalsSet] = []
    if pinned_at is not None and oldest <= pinned_at <= due_at:
        pinned = sets.latest(pinned_at, pinned_at)
    return _least_lenient(pinned or sets.latest(oldest, due_at))


def _least_lenient(twins: Sequence[VitalsSet]) -> VitalsSet | None:
    """Of baselines of one instant, of each sign the value that lets the fewest go home."""
    if len(twins) < 2:
        return twins[0] if twins else None
    at, sbp, dbp, hr, spo2 = zip(*twins, strict=True)
    return at[0], min(sbp), min(dbp), min(hr), max(spo2)


def fresh_sets(
    sets: Sets, window: Window, left_at: int, now: int, policy: Policy
) -> Sequence[VitalsSet]:
    """The latest set after the window and young enough at leaving; several when of one instant."""
    if window.end is None:
        return ()
    oldest = min(left_at, now) - minutes_us(policy.discharge_vitals_max_age_min)
    return sets.latest(max(window.end, oldest), left_at)


def gap_facts(
    sets: Sets, doses: Sequence[Item], window: Window, now: int, policy: Policy
) -> dict[str, Any]:
    until = window.seen_until(now)
    if window.start is None or until is None:
        return dict.fromkeys(("longest_gap_us", "allowed_gap_us", "gap_might_close"))
    points = [window.start, *sets.between(window.start, until), max(until, window.start)]
    gaps = list(map(sub, points[1:], points))
    interval = min(policy.charting_interval_min[dose["route"]] for dose in doses)
    allowed = minutes_us(interval) + minutes_us(policy.charting_grace_min)
    return {
        "longest_gap_us": max(gaps),
        "allowed_gap_us": allowed,
        "gap_might_close": _might_close(gaps, allowed, sets.unplaced),
    }


def _might_close(gaps: Sequence[Exact], allowed: Exact, unplaced: int) -> bool:
    """Whether so many more sets are enough to cut every gap down to what is allowed."""
    if not unplaced or not allowed:
        return False
    long = [gap for gap in gaps if gap > allowed]
    return bool(long) and sum(ceil(Fraction(gap) / allowed) - 1 for gap in long) <= unplaced
