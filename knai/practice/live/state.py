"""One session as it stands now, kept up value by value: constant work each.

Only the live thread changes it. Everything in it can be read again from the database (see `rebuild`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from knai.core import alerts
from knai.core.alerts import AlertChange, AlertState
from knai.core.samples import Sample
from knai.core.vitals import VITALS
from knai.practice.entries import Vitals
from knai.practice.live.chart import ChartNow
from knai.practice.live.sets import CUFF, Channel, Recent
from knai.practice.live.trend import Trend

TECHNICAL = frozenset({"repeat_cuff", "repeat_cuff_overdue", "sensor_missing", "sensor_back"})


@dataclass(slots=True)
class Sign:
    """The newest value of one sign, and its curve."""

    at: datetime
    at_s: float
    value: float
    trend: Trend = field(default_factory=Trend)


@dataclass(slots=True)
class OpenAlert:
    """An alert as the database has it, for the tile."""

    id: UUID
    cause: str
    level: str
    key: str
    raised_at: datetime
    acknowledged_by: str = ""
    escalations: int = 0
    told_at: datetime = field(kw_only=True)


@dataclass(slots=True)
class Taken:
    """What a batch brought: inflations that became whole, and changes of alerts."""

    cuffs: list[Channel] = field(default_factory=list)
    changes: list[AlertChange] = field(default_factory=list)


@dataclass(slots=True)
class SessionState:
    chart: ChartNow
    signs: dict[str, Sign] = field(default_factory=dict)
    recent: Recent = field(default_factory=Recent)
    engine: AlertState = field(default_factory=AlertState)
    open_alerts: dict[str, OpenAlert] = field(default_factory=dict)
    notices: dict[str, AlertChange] = field(default_factory=dict)
    standing: tuple[str, ...] | None = None  # clauses that need someone; None: not judged yet
    heard_at: datetime | None = None  # when the monitor's last message came
    fresh: dict[str, list[list[float]]] = field(default_factory=dict)  # not yet told to the pages
    known_by_hand: set[UUID] = field(default_factory=set)  # entries the alerts have seen
    told_at: float = 0.0  # monotonic seconds of the last tile
    is_untold: bool = True

    @property
    def session_id(self) -> UUID:
        return self.chart.session_id

    def take(self, samples: Iterable[Sample], received_at: datetime) -> Taken:
        """Bring the state up by values of the monitor, in any order."""
        taken, signs, recent = Taken(), self.signs, self.recent
        self.heard_at = received_at
        for sample in samples:
            code, at, value = sample.code, sample.at, sample.value
            if code in CUFF:
                cuff = recent.take_cuff(code, sample.sub_id, at, value)
                if cuff is not None:
                    taken.cuffs.append(cuff)
            else:
                recent.take(code, at, value)
            sign = signs.get(code)
            if sign is not None and at <= sign.at:
                continue  # late or said before: kept in the database, and no news
            taken.changes += self._step(code, at, value, received_at)
        return taken

    def _step(
        self, code: str, at: datetime, value: float, seen_at: datetime
    ) -> Iterable[AlertChange]:
        """Take one value newer than all before it."""
        at_s = at.timestamp()
        sign = self.signs.get(code)
        if sign is None:
            sign = self.signs[code] = Sign(at, at_s, value)
        else:
            sign.at, sign.at_s, sign.value = at, at_s, value
        sign.trend.add(at_s, value)
        self._tell_pages(code, at_s, value)
        if code not in VITALS:
            return ()
        return alerts.observe(self.engine, code, at, value, seen_at=seen_at)

    def _tell_pages(self, code: str, at_s: float, value: float) -> None:
        """A page gets one point a second and sign, the newest."""
        points = self.fresh.get(code)
        if points is None:
            self.fresh[code] = [[at_s, value]]
        elif at_s - points[-1][0] < 1 and len(points) > 1:
            points[-1][1] = value
        else:
            points.append([at_s, value])

    def take_hand_set(self, vitals: Vitals, at: datetime) -> list[AlertChange]:
        """A set that a person charted: it feeds the same alerts, and shows while it is the newest."""
        changes: list[AlertChange] = []
        for code in ("sbp", "dbp", "hr", "spo2", "rr", "temp", "etco2"):
            value = getattr(vitals, code)
            if value is not None:
                changes += self.take_by_hand(code, float(value), at)
        return changes

    def take_by_hand(self, code: str, value: float, at: datetime) -> Iterable[AlertChange]:
        sign = self.signs.get(code)
        if sign is None:
            sign = self.signs[code] = Sign(at, at.timestamp(), value)
        elif at <= sign.at:
            return ()
        else:
            sign.at, sign.at_s, sign.value = at, at.timestamp(), value
        sign.trend.add(sign.at_s, value)
        return alerts.observe(self.engine, code, at, value, hand=True)

    def note(self, changes: Iterable[AlertChange]) -> None:
        """Keep what only colours or asks: a cuff to repeat, a sensor that fell silent."""
        for change in changes:
            if change.kind == "sensor_back":
                self.notices.pop("sensor_missing", None)
            elif change.kind in TECHNICAL:
                self.notices["sensor_missing" if change.cause == "sensor" else change.cause] = (
                    change
                )
            else:
                self.notices.pop(change.cause, None)
