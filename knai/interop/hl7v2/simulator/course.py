"""What was infused, and how much of its effect on the circulation stands at a moment.

A first-order effect, fitted to what was published and to nothing else: 1.0 at the end of 0.5 mg/kg over
40 minutes, near 0 fifty minutes later. It is for simulated monitors, never for a patient.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

REFERENCE_MG_PER_KG = 0.5
REFERENCE_S = 2400.0
_HALF_TIME_S = 720.0
_K = math.log(2) / _HALF_TIME_S
_AT_END = 1 - math.exp(-_K * REFERENCE_S)


@dataclass(frozen=True, slots=True)
class Infusion:
    """Offsets from the start of monitoring. A bolus is an infusion of a minute."""

    start_s: float
    stop_s: float
    mg: float


@dataclass(frozen=True, slots=True)
class DoseCourse:
    infusions: tuple[Infusion, ...] = ()

    def effect(self, t_s: float, weight_kg: float) -> float:
        """Share of the reference effect; 1.0 = 0.5 mg/kg over 40 minutes, at its end."""
        return sum(_effect(i, t_s, weight_kg) for i in self.infusions)

    def stopped(self, at_s: float) -> DoseCourse:
        """The same, had everything been stopped at this moment."""
        return DoseCourse(tuple(_cut(i, at_s) for i in self.infusions if i.start_s < at_s))


def standard_course(weight_kg: float, start_s: float = 300.0) -> DoseCourse:
    """0.5 mg/kg over 40 minutes."""
    mg = REFERENCE_MG_PER_KG * weight_kg
    return DoseCourse((Infusion(start_s, start_s + REFERENCE_S, mg),))


def _effect(infusion: Infusion, t_s: float, weight_kg: float) -> float:
    if t_s <= infusion.start_s:
        return 0.0
    lasted_s = infusion.stop_s - infusion.start_s
    rate = infusion.mg / weight_kg / lasted_s
    relative = rate / (REFERENCE_MG_PER_KG / REFERENCE_S) / _AT_END
    running_s = min(t_s, infusion.stop_s) - infusion.start_s
    since_s = max(0.0, t_s - infusion.stop_s)
    return relative * (1 - math.exp(-_K * running_s)) * math.exp(-_K * since_s)


def _cut(infusion: Infusion, at_s: float) -> Infusion:
    if infusion.stop_s <= at_s:
        return infusion
    share = (at_s - infusion.start_s) / (infusion.stop_s - infusion.start_s)
    return Infusion(infusion.start_s, at_s, infusion.mg * share)
