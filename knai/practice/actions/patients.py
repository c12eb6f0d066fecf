"""New patients and booked sessions."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit, bus
from knai.kit.clock import now
from knai.practice.models import Chair, Patient, TreatmentProtocol, TreatmentSession


def add_patient(
    *, by: Actor, mrn: str, given_name: str, family_name: str, born_on: date, sex: str = ""
) -> Patient:
    """Add a patient to the actor's clinic.

    raises  Malformed: a birthday in the future; Refused: the number (MRN) is taken here
    """
    by.must("check_in")
    if born_on > now().astimezone(by.clinic.tz).date():
        raise Malformed("The birthday lies in the future.", "born_on")
    names = {"given_name": given_name, "family_name": family_name}
    try:
        with transaction.atomic():
            patient = Patient.objects.create(
                clinic=by.clinic, mrn=mrn, born_on=born_on, sex=sex, **names
            )
            audit.record("patient.added", by=by, subject=patient, patient_id=patient.pk)
    except IntegrityError:
        raise Refused(
            "This number (MRN) belongs to a patient already. Find them, or give another number."
        ) from None
    return patient


@transaction.atomic
def book_session(
    *,
    by: Actor,
    patient_id: UUID,
    starts_at: datetime,
    protocol_id: UUID,
    chair_id: UUID | None = None,
) -> TreatmentSession:
    """Book a session by one of the clinic's protocols. A prescriber plans it.

    raises  Missing: patient, protocol or chair is not this clinic's
    """
    by.must("check_in")
    patient = _ours(by, Patient, patient_id, "patient")
    protocol = _ours(by, TreatmentProtocol, protocol_id, "protocol")
    chair = _ours(by, Chair, chair_id, "chair") if chair_id else None
    session = TreatmentSession.objects.create(
        clinic=by.clinic,
        patient=patient,
        protocol=protocol,
        chair=chair,
        booked_for_at=starts_at,
        state_since=now(),
    )
    audit.record("session.booked", by=by, subject=session, session_id=session.pk)
    bus.publish_on_commit("sessions", {"clinic_id": by.clinic_id, "session_id": session.pk})
    return session


def _ours(by: Actor, model, pk: UUID, word: str):
    found = model.objects.filter(clinic_id=by.clinic_id, pk=pk).first()
    if found is None:
        raise Missing(f"There is no such {word} in this clinic.")
    return found
