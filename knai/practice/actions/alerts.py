"""Taking an alert in hand, by name."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.kit import audit, bus
from knai.kit.clock import now
from knai.practice.models import Alert, TreatmentSession


@transaction.atomic
def acknowledge(*, by: Actor, alert_id: UUID) -> Alert:
    """Somebody has it in hand. The first name stands; a second press changes nothing.

    raises  Missing: not this clinic's alert; Forbidden
    """
    by.must("acknowledge")
    alert = Alert.objects.select_for_update().filter(clinic_id=by.clinic_id, pk=alert_id).first()
    if alert is None:
        raise Missing("There is no such alert in this clinic.")
    if alert.cleared_at is not None or alert.acknowledged_at is not None:
        return alert
    alert.acknowledged_at, alert.acknowledged_by = now(), by.user
    alert.save(update_fields=["acknowledged_at", "acknowledged_by"])
    patient_id = TreatmentSession.objects.values_list("patient_id", flat=True).get(
        pk=alert.session_id
    )
    audit.record(
        "alert.acknowledged", by=by, subject=alert, patient_id=patient_id, cause=alert.cause
    )
    bus.publish_on_commit(
        "alerts",
        {
            "clinic_id": by.clinic_id,
            "session_id": alert.session_id,
            "alert_id": alert.id,
            "event": "acknowledged",
            "cause": alert.cause,
            "level": alert.level,
            "by": by.name,
            "interrupts": False,
        },
    )
    return alert
