"""From samples to sets: a cuff pressure makes one, with what the other sensors saw just before it.

A set belongs to the cuff's own time. Heart rate, SpO₂ and respiration are the medians of the 30 s up to
it; nothing older is carried, so a sensor that was off leaves the set incomplete: kept, and not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from statistics import median_low
from uuid import UUID, uuid5

from knai.practice.entries import Vitals

WINDOW_S = 30.0
WITH_A_CUFF = ("hr", "spo2", "rr")
CUFF = frozenset({"sbp", "dbp", "map"})
ARTERIAL = "art"  # the sub-id of an arterial line begins so: it is no cuff
KEPT = 256  # values a sign kept for medians: 30 s at more than eight a second
_CUFFS_KEPT = 64
_SETS = UUID(
    "5b0a4f0e-6c3b-5a59-9d53-7f1f3a0c9a11"
)  # names the keys below, so that they mean one thing


Channel = tuple[str, datetime]  # (what its sub-ids share, the cuff's own time): one inflation
Timed = tuple[float, float]  # (seconds since 1970, value)


def inflation_of(sub_id: str) -> str:
    """What the pressures of one cuff share. The last of four numbers (IHE PCD-01) is the sign's own."""
    place, _, own = sub_id.rpartition(".")
    return place if place.count(".") >= 2 and own.isdigit() else sub_id


def set_key(session_id: UUID, device_id: UUID, at: datetime) -> UUID:
    """The idempotency key of a set: one inflation of one device makes one, also after a restart."""
    return uuid5(_SETS, f"{session_id}/{device_id}/{at.timestamp():.6f}")


class Cuffs:
    """The last inflations of one session's monitor: enough to see when one is whole, no more."""

    __slots__ = ("_cuffs",)

    def __init__(self) -> None:
        self._cuffs: dict[Channel, dict[str, float]] = {}

    def take(self, code: str, sub_id: str, at: datetime, value: float) -> Channel | None:
        """The inflation that this value makes whole; each is given once."""
        if sub_id.startswith(ARTERIAL):
            return None
        channel = (inflation_of(sub_id), at)
        cuff = self._cuffs.get(channel)
        if cuff is None:
            cuff = self._cuffs[channel] = {}
            if len(self._cuffs) > _CUFFS_KEPT:
                del self._cuffs[next(iter(self._cuffs))]
        was_whole = "sbp" in cuff and "dbp" in cuff
        cuff.setdefault(code, value)
        is_whole = "sbp" in cuff and "dbp" in cuff
        return channel if is_whole and not was_whole else None

    def whole(self) -> list[Channel]:
        return [c for c, cuff in self._cuffs.items() if "sbp" in cuff and "dbp" in cuff]

    def pressures(self, channel: Channel) -> dict[str, float]:
        return self._cuffs[channel]


def make_set(
    pressures: Mapping[str, float], seen: Mapping[str, Iterable[Timed]], at_s: float
) -> Vitals:
    """One set.

    seen   sign → (seconds since 1970, value), in any order
    at_s   the cuff's own time
    """
    medians = {code: _median(values, at_s) for code, values in seen.items()}
    return Vitals(**{code: round(value) for code, value in pressures.items()}, **medians)


def _median(values: Iterable[Timed], at_s: float) -> int | None:
    """The lower middle of what was measured in the window: a value that was really seen."""
    inside = [value for when, value in values if at_s - WINDOW_S < when <= at_s]
    return round(median_low(inside)) if inside else None
