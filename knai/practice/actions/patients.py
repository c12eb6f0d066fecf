"""New patients and booked sessions."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice.actions.schedule import Booking, book
from knai.practice.models import Patient, TreatmentSession

TAKEN = "This number (MRN) belongs to a patient already. Find them, or give another number."
OLDEST_YEAR = 1900


def add_patient(
    *, by: Actor, mrn: str, given_name: str, family_name: str, born_on: date, **more: str
) -> Patient:
    """Add a patient to the actor's clinic.

    more    sex, preferred_name, language, phone, email, address
    raises  Malformed: a birthday in the future; Refused: the number (MRN) is taken here
    """
    by.must("check_in")
    refuse_birthday_ahead(by, born_on)
    names = {"given_name": given_name, "family_name": family_name}
    try:
        with transaction.atomic():
            patient = Patient.objects.create(
                clinic=by.clinic, mrn=mrn, born_on=born_on, **names, **more
            )
            audit.record("patient.added", by=by, subject=patient, patient_id=patient.pk)
    except IntegrityError:
        raise Refused(TAKEN) from None
    return patient


def refuse_birthday_ahead(by: Actor, born_on: date) -> None:
    """raises  Malformed: not born yet, or before anybody who lives"""
    today = now().astimezone(by.clinic.tz).date()
    if born_on > today:
        raise Malformed("The birthday lies in the future.", "born_on")
    if born_on.year < OLDEST_YEAR:
        raise Malformed(f"wanted a birthday after {OLDEST_YEAR}", "born_on")


def book_session(
    *,
    by: Actor,
    patient_id: UUID,
    starts_at: datetime,
    protocol_id: UUID,
    chair_id: UUID | None = None,
) -> TreatmentSession:
    """Book a session by one of the clinic's protocols, at whatever hour. A prescriber plans it.

    raises  Missing: patient, protocol or chair is not this clinic's; Refused: chair or patient is taken
    """
    booking = Booking(
        patient_id=patient_id,
        starts_at=starts_at,
        protocol_id=protocol_id,
        chair_id=chair_id,
        unusual_ok=True,
    )
    return book(by=by, booking=booking)
