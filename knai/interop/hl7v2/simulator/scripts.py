"""Crises that befall a simulated patient, and when each begins: the truth alerts are measured against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Crisis:
    """One sign leaves its course for `target`, stays, and comes back. Times from the start of monitoring."""

    sign: str
    target: float
    onset_s: float
    ramp_s: float
    hold_s: float
    recover_s: float

    @property
    def ends_s(self) -> float:
        return self.onset_s + self.ramp_s + self.hold_s + self.recover_s

    def weight(self, t_s: float) -> float:
        """0 = not begun or over, 1 = at the target."""
        since = t_s - self.onset_s
        if since <= 0 or t_s >= self.ends_s:
            return 0.0
        if since < self.ramp_s:
            return since / self.ramp_s
        return min(1.0, (self.ends_s - t_s) / self.recover_s)


@dataclass(frozen=True, slots=True)
class Script:
    """
    onset_s      when the first crisis begins; None for a quiet session
    must_alert   signs of which at least one alert has to be raised after onset_s
    """

    name: str
    words: str
    crises: tuple[Crisis, ...] = ()
    must_alert: tuple[str, ...] = ()

    @property
    def onset_s(self) -> float | None:
        return min((c.onset_s for c in self.crises), default=None)

    @property
    def ends_s(self) -> float | None:
        return max((c.ends_s for c in self.crises), default=None)


_ALL = (
    Script("quiet", "An uneventful infusion."),
    Script(
        "desaturation",
        "Saturation falls within a minute and recovers after two.",
        (Crisis("spo2", 85, 1500, 60, 120, 90), Crisis("hr", 98, 1510, 60, 120, 120)),
        ("spo2",),
    ),
    Script(
        "hypertensive_crisis",
        "Pressure climbs over five minutes and stays for fifteen.",
        (
            Crisis("sbp", 206, 1800, 300, 900, 900),
            Crisis("dbp", 123, 1800, 300, 900, 900),
            Crisis("hr", 96, 1800, 300, 900, 900),
        ),
        ("sbp", "dbp"),
    ),
    Script(
        "over_sedation",
        "Breathing slows, stops for half a minute, saturation follows.",
        (
            Crisis("rr", 5, 1980, 120, 240, 120),
            Crisis("rr", 0, 2160, 5, 30, 20),
            Crisis("spo2", 86, 2130, 90, 90, 120),
            Crisis("etco2", 60, 1980, 180, 180, 240),
        ),
        ("rr", "spo2"),
    ),
    Script(
        "vasovagal",
        "Slow heart and low pressure within a minute, better after five.",
        (
            Crisis("hr", 37, 1380, 45, 240, 180),
            Crisis("sbp", 74, 1380, 45, 420, 300),
            Crisis("dbp", 42, 1380, 45, 420, 300),
        ),
        ("hr", "sbp", "dbp"),
    ),
    Script(
        "tachycardia",
        "A fast heart for five minutes.",
        (Crisis("hr", 156, 1620, 60, 300, 180), Crisis("sbp", 148, 1620, 60, 300, 180)),
        ("hr",),
    ),
)
SCRIPTS: Mapping[str, Script] = MappingProxyType({script.name: script for script in _ALL})
