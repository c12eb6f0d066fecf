"""Who a patient is, put right: each change is an entry that says what was before."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from knai.core.errors import Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.practice.actions.patients import TAKEN, refuse_birthday_ahead
from knai.practice.actions.record import lock_patient
from knai.practice.actions.write import append
from knai.practice.entries import IdentityChange
from knai.practice.models import Patient

FIELDS = (
    "given_name", "family_name", "preferred_name", "born_on", "sex", "mrn", "language", "phone",
    "email", "address",
)  # fmt: skip


class ChangedMeanwhile(Refused):
    """Somebody else changed this record since the page was opened; the page shows what."""


def change_identity(
    *, by: Actor, patient_id: UUID, revision: int, identity: dict[str, Any]
) -> Patient:
    """Change what differs from what is kept; nothing when nothing does.

    revision  of the row as the page showed it
    raises    Malformed: a birthday ahead; Missing; Refused: the number (MRN) is taken;
              ChangedMeanwhile: another revision stands now
    """
    by.must("check_in")
    refuse_birthday_ahead(by, identity["born_on"])
    try:
        with transaction.atomic():
            return _change(by, patient_id, revision, identity)
    except IntegrityError:
        raise Refused(TAKEN) from None


def _change(by: Actor, patient_id: UUID, revision: int, identity: dict[str, Any]) -> Patient:
    patient = lock_patient(by, patient_id)
    if patient.revision != revision:
        raise ChangedMeanwhile(
            "Somebody changed this record while you typed. Look at what changed, then save again."
        )
    changes = {
        name: (_text(getattr(patient, name)), _text(identity[name]))
        for name in FIELDS
        if getattr(patient, name) != identity[name]
    }
    if not changes:
        return patient
    for name in changes:
        setattr(patient, name, identity[name])
    patient.revision += 1
    patient.save()
    append(by=by, body=IdentityChange(changes=changes, revision=patient.revision), patient=patient)
    audit.record(
        "patient.changed", by=by, subject=patient, patient_id=patient.pk, fields=sorted(changes)
    )
    return patient


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
