"""What a list of vital signs says: the baseline, the fresh set at leaving, the longest gap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from knai.core.standard.doses import Window
from knai.core.standard.numbers import minutes_us
from knai.core.standard.policy import Policy
from knai.core.standard.reading import Facts, Item

VitalsSet = tuple[int, Any, Any, Any, Any]  # at, sbp, dbp, hr, spo2


def complete_sets(vitals: Sequence[Item]) -> list[VitalsSet]:
    """The sets that count, by time; equal times in an order that does not depend on the list's."""
    sets = [
        (one["at"], one["sbp"], one["dbp"], one["hr"], one["spo2"])
        for one in vitals
        if "at" in one and "sbp" in one and "dbp" in one and "hr" in one and "spo2" in one
    ]
    return sorted(sets)


def vitals_facts(
    sets: Sequence[VitalsSet],
    facts: Facts,
    due_at: int | None,
    window: Window,
    now: int,
    policy: Policy,
) -> dict[str, Any]:
    base = _baseline(sets, due_at, facts.get("baseline.set_at"), policy)
    fresh = _fresh(sets, window, facts.get("departure.at", now), now, policy)
    return {
        "has_baseline": None if due_at is None else base is not None,
        **_columns("base", base),
        **_columns("fresh", fresh),
    }


def _columns(name: str, one: VitalsSet | None) -> dict[str, Any]:
    values = one or (None,) * 5
    return {
        f"{name}_{sign}": value
        for sign, value in zip(("at", "sbp", "dbp", "hr", "spo2"), values, strict=True)
    }


def _baseline(
    sets: Sequence[VitalsSet], due_at: int | None, pinned_at: int | None, policy: Policy
) -> VitalsSet | None:
    """The pinned set where the pin points at one that qualifies, else the latest that does."""
    if due_at is None:
        return None
    oldest = due_at - minutes_us(policy.baseline_max_age_min)
    able = [one for one in sets if oldest <= one[0] <= due_at]
    pinned = [one for one in able if one[0] == pinned_at]
    return max(pinned or able, default=None)


def _fresh(
    sets: Sequence[VitalsSet], window: Window, left_at: int, now: int, policy: Policy
) -> VitalsSet | None:
    """The latest set after the window and young enough at leaving."""
    if window.end is None:
        return None
    oldest = min(left_at, now) - minutes_us(policy.discharge_vitals_max_age_min)
    since = max(window.end, oldest)
    return max((one for one in sets if since <= one[0] <= left_at), default=None)


def gap_facts(
    sets: Sequence[VitalsSet], doses: Sequence[Item], window: Window, now: int, policy: Policy
) -> dict[str, Any]:
    until = window.seen_until(now)
    if window.start is None or until is None:
        return {"longest_gap_us": None, "allowed_gap_us": None}
    seen = [one[0] for one in sets if window.start <= one[0] <= until]
    points = [window.start, *seen, max(until, window.start)]
    interval = min(policy.charting_interval_min[dose["route"]] for dose in doses)
    return {
        "longest_gap_us": max(late - early for early, late in pairwise(points)),
        "allowed_gap_us": minutes_us(interval + policy.charting_grace_min),
    }
