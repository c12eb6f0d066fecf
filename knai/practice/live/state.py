"""One session as it stands now, kept up value by value: constant work each.

Only the live thread changes it. Everything in it can be read again from the database (see `rebuild`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from knai.core.alerts import AlertChange, AlertState, observe
from knai.core.samples import Sample
from knai.practice.entries import Vitals
from knai.practice.live.chart import ChartNow
from knai.practice.live.sets import CUFF, KEPT, WITH_A_CUFF, Channel, Cuffs, Timed, make_set
from knai.practice.live.trend import Trend

TECHNICAL = frozenset({"repeat_cuff", "repeat_cuff_overdue", "sensor_missing", "sensor_back"})


class Sign:
    """The newest value of one sign, its curve, and what the next set and the next news need of it."""

    __slots__ = ("at", "at_s", "fresh", "recent", "trend", "value")

    def __init__(self, code: str) -> None:
        self.at: datetime | None = None
        self.at_s = float("-inf")
        self.value = 0.0
        self.trend = Trend()
        self.recent: deque[Timed] | None = deque(maxlen=KEPT) if code in WITH_A_CUFF else None
        self.fresh: list[list[float]] = []  # not yet told to the pages

    def step(self, at: datetime, at_s: float, value: float) -> None:
        """Take a value newer than all before it. A page gets one point a second, the newest."""
        self.at, self.at_s, self.value = at, at_s, value
        self.trend.add(at_s, value)
        fresh = self.fresh
        if len(fresh) > 1 and at_s - fresh[-2][0] < 1:
            fresh[-1] = [at_s, value]
        else:
            fresh.append([at_s, value])


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

    def note_cuff(self, cuff: Channel | None) -> None:
        if cuff is not None:
            self.cuffs.append(cuff)


@dataclass(slots=True)
class SessionState:
    chart: ChartNow
    signs: dict[str, Sign] = field(default_factory=dict)
    cuffs: Cuffs = field(default_factory=Cuffs)
    engine: AlertState = field(default_factory=AlertState)
    open_alerts: dict[str, OpenAlert] = field(default_factory=dict)
    notices: dict[str, AlertChange] = field(default_factory=dict)
    standing: tuple[str, ...] | None = None  # clauses that need someone; None: not judged yet
    heard_at: datetime | None = None  # when the monitor's last message came
    known_by_hand: set[UUID] = field(default_factory=set)  # entries the alerts have seen
    told_at: float = 0.0  # monotonic seconds of the last tile
    is_untold: bool = True

    @property
    def session_id(self) -> UUID:
        return self.chart.session_id

    def take(self, samples: Iterable[Sample], received_at: datetime) -> Taken:
        """Bring the state up by values of the monitor, in any order. The hot path: keep it flat."""
        taken, signs, engine = Taken(), self.signs, self.engine
        self.heard_at = received_at
        last_at, at_s = None, 0.0
        for code, sub_id, at, value in samples:
            if at is not last_at:  # a message says few times, each many times
                last_at, at_s = at, at.timestamp()
            sign = signs.get(code)
            if sign is None:
                sign = signs[code] = Sign(code)
            if sign.recent is not None:
                sign.recent.append((at_s, value))
            elif code in CUFF:
                taken.note_cuff(self.cuffs.take(code, sub_id, at, value))
            if at_s > sign.at_s:  # else late or said before: kept in the database, and no news
                sign.step(at, at_s, value)
                changes = observe(engine, code, at, value, seen_at=received_at)
                if changes:
                    taken.changes += changes
        return taken

    def make_set(self, channel: Channel) -> Vitals:
        """The set of one inflation, once the whole message was taken: its order of values means nothing."""
        at_s = channel[1].timestamp()
        seen = {code: self.signs[code].recent for code in WITH_A_CUFF if code in self.signs}
        return make_set(self.cuffs.pressures(channel), seen, at_s)

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
            sign = self.signs[code] = Sign(code)
        if at.timestamp() <= sign.at_s:
            return ()
        sign.step(at, at.timestamp(), value)
        return observe(self.engine, code, at, value, hand=True)

    def take_fresh(self) -> dict[str, list[list[float]]]:
        """The points that no page has been told yet."""
        found = {code: sign.fresh for code, sign in self.signs.items() if sign.fresh}
        for code in found:
            self.signs[code].fresh = []
        return found

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
