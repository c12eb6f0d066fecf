"""What alerts are made of: causes, settings, the alert of one cause, and a change to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from knai.core.alerts.limits import SIDES, Level, Side
from knai.core.data import load
from knai.core.vitals import VITALS

Kind = Literal[
    "raised",  # a new alert
    "reopened",  # the same one, back after a short recovery
    "rose",  # it got graver
    "joined",  # a further sign shows the same cause
    "fell",  # it got milder
    "cleared",
    "acknowledged",
    "escalated",  # nobody acknowledged
    "again",  # acknowledged, but still there when the recheck was due
    "repeat_cuff",  # one cuff reading is beyond: take another at once
    "repeat_cuff_overdue",
    "sensor_missing",
    "sensor_back",
]

_TABLE = load("monitoring")
SENSOR = "sensor"


@dataclass(frozen=True, slots=True)
class Cause:
    """What one message is about. `members` are (sign, side); `event` is offered for charting."""

    code: str
    label: str
    members: tuple[tuple[str, Side], ...]
    event: str


def _cause(code: str, label: str, members: Iterable[str], event: str) -> Cause:
    pairs = (member.split(".") for member in members)
    sides: dict[str, Side] = {side: side for side in SIDES}
    return Cause(code, label, tuple((sign, sides[side]) for sign, side in pairs), event)


CAUSES: Mapping[str, Cause] = MappingProxyType(
    {
        code: _cause(code, row["label"], row["members"], row.get("event", ""))
        for code, row in _TABLE["cause"].items()
    }
)
CAUSES_OF: Mapping[str, tuple[Cause, ...]] = MappingProxyType(
    {
        code: tuple(c for c in CAUSES.values() if any(sign == code for sign, _ in c.members))
        for code in VITALS
    }
)


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Times in seconds; defaults of the table, a clinic's lead may set them."""

    escalate_alert_s: float = _TABLE["alerts"]["escalate_alert_s"]
    escalate_critical_s: float = _TABLE["alerts"]["escalate_critical_s"]
    ack_holds_alert_s: float = _TABLE["alerts"]["ack_holds_alert_s"]
    ack_holds_critical_s: float = _TABLE["alerts"]["ack_holds_critical_s"]
    rearm_s: float = _TABLE["alerts"]["rearm_s"]
    repeat_cuff_within_s: float = _TABLE["alerts"]["repeat_cuff_within_s"]
    sensor_missing_s: float = _TABLE["alerts"]["sensor_missing_s"]
    silence_breaks_s: float = _TABLE["alerts"]["silence_breaks_s"]

    def escalate_after(self, level: Level) -> timedelta:
        is_critical = level is Level.CRITICAL
        return timedelta(seconds=self.escalate_critical_s if is_critical else self.escalate_alert_s)

    def ack_holds(self, level: Level) -> timedelta:
        is_critical = level is Level.CRITICAL
        return timedelta(
            seconds=self.ack_holds_critical_s if is_critical else self.ack_holds_alert_s
        )


@dataclass(frozen=True, slots=True)
class AlertChange:
    """One thing to show. `interrupts`: tell people now; otherwise colour and list it.

    number   of the alert within the session, 0 for technical ones
    values   the newest value of each sign that shows the cause
    """

    kind: Kind
    cause: str
    level: Level
    at: datetime
    interrupts: bool = False
    number: int = 0
    codes: tuple[str, ...] = ()
    values: tuple[tuple[str, float], ...] = ()
    by: str = ""

    @property
    def key(self) -> str:
        """Where the words stand in the catalogue."""
        return f"alert.{self.kind}"


@dataclass(slots=True)
class Alert:
    """One cause that shows, or showed a moment ago (level NONE).

    due_at   when to tell again: nobody acknowledged, or the acknowledgement has run out
    """

    number: int
    cause: str
    level: Level
    raised_at: datetime
    level_at: datetime
    codes: tuple[str, ...] = ()
    cleared_at: datetime | None = None
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    acknowledged_level: Level = Level.NONE
    escalations: int = 0
    due_at: datetime | None = None


@dataclass(slots=True)
class Repeat:
    """A cuff reading that waits for a second one."""

    asked_at: datetime
    is_overdue: bool = False
