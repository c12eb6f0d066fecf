"""Reads that every part of the practice shares, always scoped to the actor's clinic."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.kit.db.prepared import Prepared
from knai.practice import access
from knai.practice.entries import WORK_UP
from knai.practice.linked import together
from knai.practice.log import Log, fold
from knai.practice.models import ChartEntry, Compartment, TreatmentSession


def get_session(*, by: Actor, session_id: UUID, lock: bool = False) -> TreatmentSession:
    """One session of the actor's clinic, with its patient, chair, protocol and provider.

    lock    hold the row until the transaction ends, so that two tablets take turns
    raises  Missing: absent, or another clinic's; Restricted: the patient's chart is closed to them
    """
    if lock:
        rows = _session_rows(by.clinic_id, session_id).select_for_update(of=("self",))
        session = rows.first()
    else:
        session = _session.first(clinic_id=by.clinic_id, session_id=session_id)
    if session is None:
        raise Missing("There is no such session in this clinic.")
    access.must_open(by, session.patient)
    return session


def _session_rows(clinic_id: UUID, session_id: UUID) -> QuerySet[TreatmentSession]:
    rows = TreatmentSession.objects.filter(clinic_id=clinic_id, pk=session_id)
    return rows.select_related("patient", "chair", "protocol", "provider", "clinic")


_session = Prepared(_session_rows, clinic_id=UUID, session_id=UUID)


def visible_entries(by: Actor) -> QuerySet[ChartEntry]:
    """Entries this person may see: of charts open to them, and of psychotherapy only their own."""
    if by.user is None:
        return seen_by_the_clinic(by.clinic_id)
    rows = ChartEntry.objects.filter(clinic_id=by.clinic_id)
    if not by.may("read_chart"):
        return rows.none()
    own = Q(compartment=Compartment.PSYCHOTHERAPY, recorded_by=by.user)
    rows = rows.filter(access.may_open(by, "patient__"))
    rows = rows.filter(~Q(compartment=Compartment.PSYCHOTHERAPY) | own)
    if not by.may("work_up"):
        rows = rows.exclude(compartment=Compartment.SUBSTANCE_USE)
    if not by.may("manage_clinic") and not by.may("prescribe"):
        rows = rows.exclude(compartment=Compartment.QUALITY)
    return rows


def seen_by_the_clinic(clinic_id: UUID) -> QuerySet[ChartEntry]:
    """What the facts of gates are read from, whoever looks."""
    rows = ChartEntry.objects.filter(clinic_id=clinic_id)
    return rows.exclude(compartment=Compartment.PSYCHOTHERAPY)


def load_log(*, by: Actor, session: TreatmentSession) -> Log:
    """The session's entries folded, in one query."""
    rows = visible_entries(by).filter(session=session).select_related("recorded_by", "device")
    return fold(rows)


def load_work_up(*, by: Actor, patient_id: UUID) -> Log:
    """The person's work-up (screening, history, consent …) folded, in one query, from linked records too."""
    if by.user is None:
        return fold(_clinics_work_up(clinic_id=by.clinic_id, patient_id=patient_id))
    return fold(_work_up_rows(visible_entries(by), patient_id))


def _work_up_rows(rows: QuerySet[ChartEntry], patient_id: UUID) -> QuerySet[ChartEntry]:
    rows = rows.filter(patient_id__in=together(patient_id))
    rows = rows.filter(Q(kind__in=WORK_UP) | Q(kind="void", target__kind__in=WORK_UP))
    return rows.select_related("recorded_by")


_clinics_work_up = Prepared(
    lambda clinic_id, patient_id: _work_up_rows(seen_by_the_clinic(clinic_id), patient_id),
    clinic_id=UUID, patient_id=UUID,
)  # fmt: skip
