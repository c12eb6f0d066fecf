"""What a board shows of one chair: encoded once, sent to everybody. No names in it, only initials."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from knai.core import alerts
from knai.core.alerts import CAUSES
from knai.core.standard.table import CARE_CLAUSES
from knai.practice.live.chart import ChartNow
from knai.practice.live.state import OpenAlert, SessionState

SPARK_POINTS = 40
SHOWN = ("sbp", "dbp", "hr", "spo2", "rr")
LEVELS = ("", "caution", "alert", "critical")
_CLAUSE_TITLES = {clause.id: clause.title for clause in CARE_CLAUSES}
_NOTICES = {
    "repeat_cuff": "Take the blood pressure again",
    "repeat_cuff_overdue": "The second blood pressure is overdue",
    "sensor_missing": "A sensor has fallen silent",
}


class TileAlert(msgspec.Struct, frozen=True):
    """id is empty for what only colours or asks: there is nothing to acknowledge."""

    id: str
    cause: str
    level: str
    words: str
    acknowledged_by: str
    escalations: int = 0


class Tile(msgspec.Struct, frozen=True):
    """fresh_at: when the monitor was last heard. limits: level by sign, where it is not none.

    standing, standing_verdict and alert_words say in words what standing_clauses and alerts hold.
    """

    session_id: UUID
    chair: str
    chair_position: int
    initials: str
    age: int
    weight_kg: str
    phase: str
    phase_word: str
    phase_started_at: datetime
    dose: str
    sbp: int | None
    dbp: int | None
    hr: int | None
    spo2: int | None
    rr: int | None
    sbp_delta: int | None
    moaas: int | None
    next_vitals_at: datetime | None
    overdue_vitals_at: datetime | None
    standing_clauses: tuple[str, ...] | None
    standing: str
    standing_verdict: str
    provider: str
    provider_on_site: bool
    emergency: bool
    alert_level: str
    alerts: tuple[TileAlert, ...]
    alert_words: str
    limits: dict[str, str]
    spark: list[float]
    fresh_at: datetime | None
    now: datetime


def tile_of(state: SessionState, now: datetime) -> Tile:
    chart, signs = state.chart, state.signs
    values = {c: _whole(signs[c].value) if c in signs else None for c in SHOWN}
    shown = _alerts(state)
    return Tile(
        session_id=chart.session_id,
        chair=chart.chair,
        chair_position=chart.chair_position,
        initials=chart.initials,
        age=chart.age,
        weight_kg=chart.weight_kg,
        phase=chart.phase,
        phase_word=chart.phase_word,
        phase_started_at=chart.phase_started_at,
        dose=chart.dose,
        **values,
        sbp_delta=_delta(values["sbp"], chart.baseline.get("sbp")),
        moaas=chart.moaas,
        next_vitals_at=chart.next_vitals_at,
        overdue_vitals_at=chart.overdue_vitals_at,
        standing_clauses=state.standing,
        standing=_standing_words(state.standing),
        standing_verdict=_standing_verdict(state.standing),
        provider=_provider_words(chart),
        provider_on_site=chart.provider_on_site,
        emergency=chart.is_emergency,
        alert_level="emergency" if chart.is_emergency else _level(state),
        alerts=shown,
        alert_words=_alert_words(chart.is_emergency, shown),
        limits=_limits(state),
        spark=signs["sbp"].trend.newest(SPARK_POINTS) if "sbp" in signs else [],
        fresh_at=state.heard_at,
        now=now,
    )


def encode(tile: Tile) -> bytes:
    return _encoder.encode(tile)


_encoder = msgspec.json.Encoder()


def _whole(value: float) -> int:
    return round(value)


def _standing_words(clauses: tuple[str, ...] | None) -> str:
    if clauses is None:
        return "not judged yet"
    return f"{', '.join(clauses)} open" if clauses else "nothing open"


def _standing_verdict(clauses: tuple[str, ...] | None) -> str:
    if clauses is None:
        return "cannot_tell_yet"
    return "not_met" if clauses else "met"


def _provider_words(chart: ChartNow) -> str:
    if not chart.provider:
        return "no provider named"
    return f"{chart.provider} {'on site' if chart.provider_on_site else 'not on site'}"


def _alert_words(is_emergency: bool, shown: tuple[TileAlert, ...]) -> str:
    """The gravest in words, who has it in hand, and how many more there are."""
    if is_emergency:
        return "Emergency"
    if not shown:
        return ""
    first, more = shown[0], len(shown) - 1
    taken = f" · {first.acknowledged_by} has it" if first.acknowledged_by else ""
    return f"{first.words}{taken}{f' · {more} more' if more else ''}"


def _delta(value: float | None, base: float | None) -> int | None:
    return None if value is None or base is None else round(value - base)


def _level(state: SessionState) -> str:
    """The gravest of what is open, acknowledged or not, and of what only colours."""
    levels = [LEVELS.index(alert.level) for alert in state.open_alerts.values()]
    levels += [int(alert.level) for alert in alerts.open_alerts(state.engine)]
    levels += [1] * bool(state.notices)
    return LEVELS[max(levels, default=0)]


def _alerts(state: SessionState) -> tuple[TileAlert, ...]:
    """The gravest first, the unacknowledged before the others, then what only asks."""
    rows = sorted(state.open_alerts.values(), key=_urgency)
    shown = [
        TileAlert(str(a.id), a.cause, a.level, words_of(a.cause), a.acknowledged_by, a.escalations)
        for a in rows
    ]
    shown += [
        TileAlert("", alert.cause, "caution", words_of(alert.cause), "")
        for alert in alerts.open_alerts(state.engine)
        if alert.cause not in state.open_alerts
    ]
    shown += [
        TileAlert("", notice.cause, "caution", _NOTICES[notice.kind], "")
        for notice in state.notices.values()
    ]
    return tuple(shown)


def _urgency(alert: OpenAlert) -> tuple[int, bool, datetime]:
    return (-LEVELS.index(alert.level), bool(alert.acknowledged_by), alert.raised_at)


def words_of(cause: str) -> str:
    """A cause of core/alerts or a clause, in plain words."""
    if cause in CAUSES:
        return CAUSES[cause].label
    return _CLAUSE_TITLES.get(cause, cause)


def _limits(state: SessionState) -> dict[str, str]:
    levels = {code: alerts.colour(state.engine, code) for code in state.signs}
    return {code: LEVELS[level] for code, level in levels.items() if level}
