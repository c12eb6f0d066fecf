"""Placing and lifting a legal hold, each with its reason."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import patient_record
from knai.practice.models import LegalHold


@transaction.atomic
def place_hold(*, by: Actor, patient_id: UUID, reason: str) -> LegalHold:
    """Nothing of this patient may be let go while it stands.

    raises  Forbidden; Missing; Malformed: no reason; Refused: one stands already
    """
    by.must("release_records")
    patient_record.get_row(by, patient_id)
    if LegalHold.objects.filter(patient_id=patient_id, lifted_at__isnull=True).exists():
        raise Refused("A hold stands already. Its reason can be read on this page.")
    hold = LegalHold.objects.create(
        clinic=by.clinic, patient_id=patient_id, reason=_reason(reason), placed_at=now(),
        placed_by=by.user,
    )  # fmt: skip
    audit.record("legal_hold.placed", by=by, subject=hold)
    return hold


@transaction.atomic
def lift_hold(*, by: Actor, patient_id: UUID, reason: str) -> LegalHold:
    """raises  Forbidden; Missing: none stands; Malformed: no reason"""
    by.must("release_records")
    rows = LegalHold.objects.select_for_update().filter(clinic_id=by.clinic_id)
    hold = rows.filter(patient_id=patient_id, lifted_at__isnull=True).first()
    if hold is None:
        raise Missing("No hold stands on this chart.")
    hold.lifted_at, hold.lifted_by, hold.lifted_because = now(), by.user, _reason(reason)
    hold.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    audit.record("legal_hold.lifted", by=by, subject=hold)
    return hold


def _reason(text: str) -> str:
    if not text.strip():
        raise Malformed("Say why, and by whose demand.", "reason")
    return text.strip()
