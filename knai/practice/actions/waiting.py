"""The waiting list: who would come sooner. Booked they leave it by themselves."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from knai.core.errors import Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice.models import Patient, WaitingListItem


@transaction.atomic
def wait(
    *, by: Actor, patient_id: UUID, wanted: str = "", is_urgent: bool = False
) -> WaitingListItem:
    """Put a patient on the list.

    wanted  days, hours, anything that helps to choose
    raises  Missing: not this clinic's; Refused: on it already, or dead
    """
    by.must("check_in")
    patient = Patient.objects.filter(clinic_id=by.clinic_id, pk=patient_id).first()
    if patient is None:
        raise Missing("There is no such patient in this clinic.")
    if patient.died_on is not None:
        raise Refused("A death is recorded for this patient. Nothing more is booked.")
    try:
        with transaction.atomic():
            item = WaitingListItem.objects.create(
                clinic=by.clinic,
                patient=patient,
                wanted=wanted.strip()[:200],
                is_urgent=is_urgent,
                added_at=now(),
                added_by=by.user,
            )
    except IntegrityError:
        raise Refused("This patient is on the waiting list already.") from None
    audit.record("waiting.added", by=by, subject=item, is_urgent=is_urgent)
    return item


@transaction.atomic
def set_urgent(*, by: Actor, item_id: UUID, is_urgent: bool) -> WaitingListItem:
    item = _held(by, item_id)
    item.is_urgent = is_urgent
    item.save(update_fields=["is_urgent"])
    audit.record("waiting.urgent", by=by, subject=item, is_urgent=is_urgent)
    return item


@transaction.atomic
def withdraw(*, by: Actor, item_id: UUID) -> WaitingListItem:
    """Off the list without a place: they no longer want one. Said twice, it stands once."""
    item = _held(by, item_id)
    if item.settled_at is None:
        item.settled_at, item.settled_how = now(), "withdrawn"
        item.save(update_fields=["settled_at", "settled_how"])
        audit.record("waiting.withdrawn", by=by, subject=item)
    return item


def _held(by: Actor, item_id: UUID) -> WaitingListItem:
    by.must("check_in")
    rows = WaitingListItem.objects.select_for_update().filter(clinic_id=by.clinic_id, pk=item_id)
    item = rows.first()
    if item is None:
        raise Missing("There is nobody with this entry on the waiting list.")
    return item
