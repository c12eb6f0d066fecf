"""The downtime sheet: what to write by hand when KNAI is away, one page a booked session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from knai.identity.actors import Actor, system_actor
from knai.kit.clock import now
from knai.practice import access, protocols, queries
from knai.practice.entry_words import words_of
from knai.practice.facts import Known, know_from
from knai.practice.log import fold
from knai.practice.models import ChartEntry, State, TreatmentSession
from knai.practice.session_shapes import Identity
from knai.practice.session_view import identity_of

LEAST_ROWS, MOST_ROWS = 8, 20
WINDOW_MIN = 120  # from the first dose to the door, as a grid has to be long enough


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page. rows: minutes after the first dose, for the blank grid."""

    session_id: UUID
    patient_id: UUID
    at: datetime
    identity: Identity
    protocol: str
    plan: str
    interval_min: int
    rows: tuple[int, ...]
    checks: tuple[str, ...]


def list_sheets(*, by: Actor, on: date) -> tuple[Sheet, ...]:
    """A sheet for each session booked on this day of the clinic's calendar, by time."""
    by.must("read_chart")
    begin = datetime.combine(on, time.min, tzinfo=by.clinic.tz)
    end = datetime.combine(on + timedelta(days=1), time.min, tzinfo=by.clinic.tz)
    rows = TreatmentSession.objects.filter(
        access.may_open(by, "patient__"), clinic_id=by.clinic_id, booked_for_at__range=(begin, end)
    )
    rows = rows.exclude(state=State.CANCELLED).exclude(booked_for_at=end)
    related = rows.select_related("patient", "chair", "protocol", "provider", "clinic")
    return tuple(_sheet(by, session) for session in related)


def _sheet(by: Actor, session: TreatmentSession) -> Sheet:
    known = _known(by, session)
    route = (
        known.plan.route if known.plan else session.protocol.route if session.protocol else "other"
    )
    interval = int(known.policy.charting_interval_min.get(route, 5))
    return Sheet(
        session_id=session.pk,
        patient_id=session.patient_id,
        at=session.booked_for_at,
        identity=identity_of(known),
        protocol=f"{session.protocol.name}, version {session.protocol.version}"
        if session.protocol
        else "",
        plan=words_of(known.plan) if known.plan else "",
        interval_min=interval,
        rows=_grid(interval),
        checks=tuple(item.title for item in protocols.check_items(known.document)),
    )


def _known(by: Actor, session: TreatmentSession) -> Known:
    clinic = system_actor(by.clinic)
    entries = ChartEntry.objects.filter(session=session, clinic_id=by.clinic_id)
    log = fold(entries.filter(kind__in=("plan", "transport", "consent_withdrawn")))
    work_up = queries.load_work_up(by=clinic, patient_id=session.patient_id)
    return know_from(session=session, log=log, work_up=work_up, by=by, now=now())


def _grid(interval_min: int) -> tuple[int, ...]:
    count = min(max(WINDOW_MIN // interval_min + 1, LEAST_ROWS), MOST_ROWS)
    return tuple(n * interval_min for n in range(count))
