"""Reads of patients and of the day, shaped for their pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.practice import access, linked
from knai.practice.models import Chair, Patient, State, TreatmentProtocol, TreatmentSession

PAGE = 50


@dataclass(frozen=True, slots=True)
class PatientRow:
    id: UUID
    name: str
    mrn: str
    born_on: date
    sex: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One session as the day and the patient's page show it."""

    session_id: UUID
    patient_id: UUID
    patient_name: str
    mrn: str
    at: datetime
    state: str
    state_word: str
    chair: str
    protocol: str

    @property
    def is_booked(self) -> bool:
        return self.state == State.BOOKED


def get_patient(*, by: Actor, patient_id: UUID) -> PatientRow:
    """raises  Missing: absent, or another clinic's; Restricted: the chart is closed to them"""
    by.must("read_schedule")
    patient = Patient.objects.filter(clinic_id=by.clinic_id, pk=patient_id).first()
    if patient is None:
        raise Missing("There is no such patient in this clinic.")
    access.must_open(by, patient)
    return _row(patient)


def list_visits_of(*, by: Actor, patient_id: UUID) -> list[Visit]:
    """The person's sessions, newest first, those of linked records among them."""
    by.must("read_schedule")
    rows = _visits(by).filter(access.may_open(by, "patient__"))
    rows = rows.filter(patient_id__in=linked.together(patient_id))
    return [_visit(s) for s in rows.order_by("-booked_for_at", "-id")[:PAGE]]


def list_day(*, by: Actor, on: date) -> list[Visit]:
    """All sessions booked for one day of the clinic's calendar, by time."""
    by.must("read_schedule")
    begin = datetime.combine(on, time.min, tzinfo=by.clinic.tz)
    end = datetime.combine(on + timedelta(days=1), time.min, tzinfo=by.clinic.tz)
    found = list(_visits(by).filter(booked_for_at__gte=begin, booked_for_at__lt=end))
    closed = access.list_closed(by, (session.patient for session in found))
    return [_visit(session, closed) for session in found]


def list_protocols(*, by: Actor) -> list[tuple[UUID, str]]:
    """What a session can be booked by: of each protocol the newest version that was approved and stands."""
    newest: dict[str, TreatmentProtocol] = {}
    rows = TreatmentProtocol.objects.filter(clinic_id=by.clinic_id)
    rows = rows.filter(approved_at__isnull=False, withdrawn_at__isnull=True)
    for protocol in rows.order_by("version"):
        newest[protocol.name] = protocol
    return [(p.pk, f"{p.name} (version {p.version})") for _, p in sorted(newest.items())]


def list_chairs(*, by: Actor) -> list[tuple[UUID, str]]:
    """Those in use, in order."""
    rows = Chair.objects.filter(clinic_id=by.clinic_id, closed_on__isnull=True)
    return [(chair.pk, chair.name) for chair in rows]


def _visits(by: Actor):
    rows = TreatmentSession.objects.filter(clinic_id=by.clinic_id)
    return rows.select_related("patient", "chair", "protocol")


def _row(patient: Patient) -> PatientRow:
    return PatientRow(patient.pk, patient.name, patient.mrn, patient.born_on, patient.sex)


def _visit(session: TreatmentSession, closed: frozenset[UUID] = frozenset()) -> Visit:
    return Visit(
        session_id=session.pk,
        patient_id=session.patient_id,
        patient_name=access.shown_name(session.patient, closed),
        mrn="" if session.patient_id in closed else session.patient.mrn,
        at=session.booked_for_at,
        state=session.state,
        state_word=State(session.state).label,
        chair=session.chair.name if session.chair else "",
        protocol=session.protocol.name if session.protocol else "",
    )
