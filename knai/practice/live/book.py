"""The alerts of sessions as records: one open row a cause, kept in step with what the engine says.

A caution only colours: it makes no row. A row begins when a cause first calls for somebody and stays,
whatever its level, until the cause has cleared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from knai.core import alerts
from knai.core.alerts import AlertChange, AlertSettings, Level
from knai.core.standard import Finding
from knai.kit import audit, bus
from knai.practice.live.state import OpenAlert, SessionState
from knai.practice.models import Alert, SafetyEvent

CLAUSE = "KNAI-"


@dataclass(frozen=True, slots=True)
class Itself:
    """The system or a device, where an entry or the audit asks who did it."""

    clinic_id: UUID
    name: str = "KNAI"
    user: None = None
    user_id: None = None


def apply(state: SessionState, changes: Iterable[AlertChange]) -> None:
    """Write what the engine changed into the running transaction, and tell the pages after it."""
    for change in changes:
        row = state.open_alerts.get(change.cause)
        if row is None and change.level >= Level.ALERT and change.number:
            _raise(state, change.cause, _level(change.level), f"alert.{change.cause}",
                   dict(change.values), change.at, interrupts=change.interrupts)  # fmt: skip
        elif row is not None and change.number:
            _CHANGES[change.kind](state, row, change)
    state.note(changes)


def _level(level: Level) -> str:
    return level.name.lower()


def _raise(
    state: SessionState, cause: str, level: str, key: str, values: dict[str, Any], at: datetime,
    *, interrupts: bool,
) -> None:  # fmt: skip
    """One open row a cause: where another process was first, theirs is taken."""
    chart = state.chart
    row, _ = Alert.objects.get_or_create(
        session_id=chart.session_id,
        cause=cause,
        cleared_at=None,
        defaults={
            "clinic_id": chart.clinic_id, "level": level, "key": key, "values": values, "raised_at": at,
        },
    )  # fmt: skip
    state.open_alerts[cause] = open_alert(row)
    audit.record(
        "alert.raised", by=Itself(chart.clinic_id), subject=row, patient_id=chart.patient_id,
        cause=cause, level=level,
    )  # fmt: skip
    _tell(state, state.open_alerts[cause], "raised", interrupts=interrupts)


def open_alert(row: Alert) -> OpenAlert:
    by = row.acknowledged_by.name if row.acknowledged_by else ""
    return OpenAlert(
        row.id, row.cause, row.level, row.key, row.raised_at, by, row.escalations,
        told_at=row.escalated_at or row.raised_at,
    )  # fmt: skip


def _moved(state: SessionState, row: OpenAlert, change: AlertChange) -> None:
    """Graver or milder. Where people must be told again, an acknowledgement no longer holds."""
    row.level = _level(change.level)
    fields: dict[str, Any] = {"level": row.level, "values": dict(change.values)}
    if change.interrupts:
        row.acknowledged_by = ""
        fields |= {"acknowledged_at": None, "acknowledged_by": None}
    Alert.objects.filter(pk=row.id).update(**fields)
    _tell(state, row, change.kind, interrupts=change.interrupts)


def _cleared(state: SessionState, row: OpenAlert, change: AlertChange) -> None:
    _clear(state, row, change.at)


def _clear(state: SessionState, row: OpenAlert, at: datetime) -> None:
    Alert.objects.filter(pk=row.id).update(cleared_at=max(at, row.raised_at))
    del state.open_alerts[row.cause]
    _tell(state, row, "cleared")


def _told_again(state: SessionState, row: OpenAlert, change: AlertChange) -> None:
    _tell_again(state, row, change.at, counts=change.kind == "escalated")


def _tell_again(state: SessionState, row: OpenAlert, at: datetime, *, counts: bool) -> None:
    row.told_at, row.acknowledged_by = at, ""
    row.escalations += counts
    Alert.objects.filter(pk=row.id).update(
        escalated_at=at,
        escalations=F("escalations") + int(counts),
        acknowledged_at=None,
        acknowledged_by=None,
    )
    _tell(state, row, "escalated" if counts else "again", interrupts=True)


def _acknowledged(state: SessionState, row: OpenAlert, change: AlertChange) -> None:
    """The person's own action wrote the row."""
    row.acknowledged_by = change.by


_CHANGES = {
    "raised": _moved, "reopened": _moved, "rose": _moved, "joined": _moved, "fell": _moved,
    "cleared": _cleared, "acknowledged": _acknowledged,
    "escalated": _told_again, "again": _told_again,
}  # fmt: skip


def _tell(state: SessionState, row: OpenAlert, event: str, *, interrupts: bool = False) -> None:
    """In an emergency everything is recorded and nothing else calls."""
    bus.publish_on_commit(
        "alerts",
        {
            "clinic_id": state.chart.clinic_id,
            "session_id": state.chart.session_id,
            "alert_id": row.id,
            "event": event,
            "cause": row.cause,
            "level": row.level,
            "interrupts": interrupts and not state.chart.is_emergency,
        },
    )


# ------------------------------------------------------------------------------------------------- clauses
def differs(state: SessionState, findings: Iterable[Finding]) -> bool:
    """Whether apply_findings would write."""
    broken = {f.clause for f in findings if f.effect == "alert"}
    return broken != {cause for cause in state.open_alerts if cause.startswith(CLAUSE)}


def apply_findings(state: SessionState, findings: Iterable[Finding], at: datetime) -> None:
    """Clauses that say "alert" while a session runs: one alert each, and one safety event for ever."""
    broken = {f.clause: f for f in findings if f.effect == "alert"}
    for clause, finding in broken.items():
        if clause not in state.open_alerts:
            _raise(state, clause, "alert", f"clause.{clause}", {"because": finding.because}, at,
                   interrupts=True)  # fmt: skip
            SafetyEvent.objects.get_or_create(
                session_id=state.session_id, kind="clause_breach", clause=clause,
                defaults={"clinic_id": state.chart.clinic_id, "opened_at": at},
            )  # fmt: skip
    for row in list(state.open_alerts.values()):
        if row.cause.startswith(CLAUSE) and row.cause not in broken:
            _clear(state, row, at)


def escalate_clauses(state: SessionState, settings: AlertSettings, now: datetime) -> None:
    """Nobody acknowledged a clause's alert: tell again, as often as for a sign."""
    wait = timedelta(seconds=settings.escalate_alert_s)
    for row in state.open_alerts.values():
        if row.cause.startswith(CLAUSE) and not row.acknowledged_by and now - row.told_at >= wait:
            _tell_again(state, row, now, counts=True)


def is_due(state: SessionState, settings: AlertSettings, now: datetime) -> bool:
    """Whether escalate_clauses would write: so that a quiet second opens no transaction."""
    wait = timedelta(seconds=settings.escalate_alert_s)
    return any(
        row.cause.startswith(CLAUSE) and not row.acknowledged_by and now - row.told_at >= wait
        for row in state.open_alerts.values()
    )


# ------------------------------------------------------------------------------------- opening and closing
def reconcile(state: SessionState, at: datetime) -> None:
    """After a rebuild: rows without a cause clear, causes without a row get one, names are kept."""
    for row in Alert.objects.filter(
        session_id=state.session_id, cleared_at__isnull=True
    ).select_related("acknowledged_by"):
        state.open_alerts[row.cause] = open_alert(row)
        if row.acknowledged_by and row.acknowledged_at:
            alerts.acknowledge(
                state.engine, row.cause, row.acknowledged_by.name, row.acknowledged_at
            )
    shown = {alert.cause: alert for alert in alerts.open_alerts(state.engine)}
    for row in list(state.open_alerts.values()):
        if not row.cause.startswith(CLAUSE) and row.cause not in shown:
            _clear(state, row, at)
    for alert in shown.values():
        if alert.level >= Level.ALERT and alert.cause not in state.open_alerts:
            _raise(state, alert.cause, _level(alert.level), f"alert.{alert.cause}", {},
                   alert.raised_at, interrupts=True)  # fmt: skip


def close(state: SessionState, at: datetime) -> None:
    """The patient has left: what is still open ends with the session."""
    for row in list(state.open_alerts.values()):
        _clear(state, row, at)
