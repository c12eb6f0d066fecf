"""Until when driving is barred: the longest rule that applies, as one clock time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from knai.core.data import load
from knai.core.errors import Malformed

_RULES = load("monitoring")["driving"]
STANDARD_HOURS: int = _RULES["standard"]["hours"]
NEXT_DAY_CLOCK: time = time.fromisoformat(_RULES["esketamine_label"]["next_day_clock"])


@dataclass(frozen=True, slots=True)
class DoseSpan:
    """When a dose was given. `ended_at` counts for infusions alone; None there: still running."""

    started_at: datetime
    ended_at: datetime | None = None
    is_infusion: bool = False


@dataclass(frozen=True, slots=True)
class DrivingBar:
    """`until` is in the clinic's zone.

    rule    "standard", "clinic" or "esketamine_label"; `label` says it in words
    hours   elapsed since the last dose; None for the label, which counts in days
    """

    until: datetime
    rule: str
    label: str
    hours: int | None


def bar_counts_from(doses: Iterable[DoseSpan]) -> datetime | None:
    """The latest of infusions' ends and other doses' starts. None: no dose, or one still runs."""
    instants = [d.ended_at if d.is_infusion else d.started_at for d in doses]
    known = [at for at in instants if at is not None]
    if not known or len(known) < len(instants):
        return None
    return max(known)


def barred_until(
    last_dose_at: datetime, tz: str, *, hours: int = STANDARD_HOURS, esketamine: bool = False
) -> DrivingBar:
    """The longest applicable rule. Of two that end together the Standard's is named.

    last_dose_at   aware; from bar_counts_from
    hours          the clinic's own, never under the Standard's; elapsed, whatever clocks do
    raises         Malformed: a naive time, or hours below the Standard's
    """
    if last_dose_at.tzinfo is None:
        raise Malformed("has no time zone; wanted an aware instant", "last_dose_at")
    if hours < STANDARD_HOURS:
        raise Malformed(
            f"is too short; wanted at least {STANDARD_HOURS}", "driving_restriction_hours"
        )
    zone = ZoneInfo(tz)
    bars = [_elapsed(last_dose_at, zone, hours)]
    if esketamine:
        bars.append(_next_day(last_dose_at, zone))
    return max(bars, key=lambda bar: bar.until.astimezone(UTC))


def _elapsed(at: datetime, zone: ZoneInfo, hours: int) -> DrivingBar:
    rule = "standard" if hours == STANDARD_HOURS else "clinic"
    until = (at.astimezone(UTC) + timedelta(hours=hours)).astimezone(zone)
    return DrivingBar(until, rule, _RULES[rule]["label"], hours)


def _next_day(at: datetime, zone: ZoneInfo) -> DrivingBar:
    next_on = at.astimezone(zone).date() + timedelta(days=1)
    local = datetime.combine(next_on, NEXT_DAY_CLOCK, zone)
    until = local.astimezone(UTC).astimezone(
        zone
    )  # a clock time that a change skips becomes a real one
    return DrivingBar(until, "esketamine_label", _RULES["esketamine_label"]["label"], None)
