"""Which value of which sign reaches which level, for this patient, now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Literal

from knai.core.errors import Malformed
from knai.core.vitals import VITALS, Vital, get_vital

Side = Literal["high", "low"]
SIDES: tuple[Side, Side] = ("high", "low")
MIN_REASON_CHARS = 15


class Level(IntEnum):
    """Caution colours and tells the person charting; alert and critical interrupt."""

    NONE = 0
    CAUTION = 1
    ALERT = 2
    CRITICAL = 3


LEVELS: tuple[Level, ...] = (Level.CAUTION, Level.ALERT, Level.CRITICAL)


@dataclass(frozen=True, slots=True)
class LimitOverride:
    """One limit a provider set for one patient, in place of the default and of any relative limit."""

    code: str
    side: Side
    level: Level
    value: float
    reason: str
    set_by: str


@dataclass(frozen=True, slots=True)
class RelativeLimit:
    """A limit so many percent from the patient's own baseline. The tighter of it and the default acts."""

    code: str
    side: Side
    level: Level
    percent: float


@dataclass(frozen=True, slots=True)
class Limit:
    """Acts on reaching `at`, clears on reaching `clears_at`."""

    code: str
    side: Side
    level: Level
    at: float
    clears_at: float

    def is_beyond(self, value: float) -> bool:
        return value >= self.at if self.side == "high" else value <= self.at

    def is_back(self, value: float) -> bool:
        return value <= self.clears_at if self.side == "high" else value >= self.clears_at


@dataclass(frozen=True, slots=True)
class Patient:
    """What makes the limits this patient's own."""

    overrides: tuple[LimitOverride, ...] = ()
    relatives: tuple[RelativeLimit, ...] = ()
    baseline: tuple[tuple[str, float], ...] = ()
    is_dosed: bool = False


def limits_of(code: str, patient: Patient) -> tuple[Limit, ...]:
    """All limits of one sign, the mildest first."""
    vital = get_vital(code)
    found = ((s, level, _where(vital, s, level, patient)) for s in SIDES for level in LEVELS)
    return tuple(_limit(vital, s, level, at) for s, level, at in found if at is not None)


def _limit(vital: Vital, side: Side, level: Level, at: float) -> Limit:
    # In decimals, so that a margin of 0.3 below 38 is 37.7 and not a hair beside it.
    sign = -1 if side == "high" else 1
    clears_at = Decimal(str(at)) + sign * Decimal(str(vital.clear_margin))
    return Limit(vital.code, side, level, at, float(clears_at))


def _where(vital: Vital, side: Side, level: Level, patient: Patient) -> float | None:
    for own in patient.overrides:
        if (own.code, own.side, own.level) == (vital.code, side, level):
            return own.value
    table = vital.high if side == "high" else vital.low
    candidates = [table.get(level.name.lower()), _relative(vital.code, side, level, patient)]
    if side == "high" and level is Level.CAUTION and not patient.is_dosed:
        candidates.append(vital.pre_dose_caution_high)
    known = [at for at in candidates if at is not None]
    if not known:
        return None
    return min(known) if side == "high" else max(known)


def _relative(code: str, side: Side, level: Level, patient: Patient) -> float | None:
    base = dict(patient.baseline).get(code)
    if base is None:
        return None
    for rule in patient.relatives:
        if (rule.code, rule.side, rule.level) == (code, side, level):
            share = rule.percent if side == "high" else -rule.percent
            return base * (100 + share) / 100
    return None


def check_overrides(overrides: Iterable[LimitOverride]) -> tuple[LimitOverride, ...]:
    """The overrides, once they can stand.

    raises     Malformed: no reason, no name, a value outside what is believable, or levels out of order
    """
    kept = tuple(overrides)
    for own in kept:
        field = f"{own.code}.{own.side}.{own.level.name.lower()}"
        low, high = get_vital(own.code).ask_outside
        if not low <= own.value <= high:
            raise Malformed(f"is outside what is believable; wanted {low} to {high}", field)
        if len(own.reason.strip()) < MIN_REASON_CHARS:
            raise Malformed(f"wanted a reason of at least {MIN_REASON_CHARS} characters", field)
        if not own.set_by.strip():
            raise Malformed("wanted the name of the provider who set it", field)
    for code in {own.code for own in kept}:
        _check_order(code, Patient(overrides=kept, is_dosed=True))
    return kept


def _check_order(code: str, patient: Patient) -> None:
    """A milder level has to be reached no later than a graver one."""
    for side in SIDES:
        ats = [limit.at for limit in limits_of(code, patient) if limit.side == side]
        if ats != sorted(ats, reverse=side == "low"):
            message = "puts a graver level before a milder one; set the other levels too"
            raise Malformed(message, f"{code}.{side}")


def baseline_of(values: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((code, float(v)) for code, v in values.items() if code in VITALS))
