"""The one writer of chart entries. Every action ends here, so that none can forget the audit."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.kit import audit, bus
from knai.kit.clock import now
from knai.practice.entries import Body, to_json
from knai.practice.models import (
    ChartEntry,
    Compartment,
    Device,
    Patient,
    Source,
    TreatmentSession,
)

FUTURE_TOLERANCE = timedelta(minutes=2)  # clocks of tablets differ a little


def append(
    *,
    by: Actor,
    body: Body,
    patient: Patient,
    session: TreatmentSession | None = None,
    effective_at: datetime | None = None,
    source: str = Source.HAND,
    device: Device | None = None,
    amends: ChartEntry | None = None,
    target: ChartEntry | None = None,
    compartment: str = Compartment.CLINICAL,
    idempotency_key: UUID | None = None,
) -> ChartEntry:
    """Add one entry to the running transaction, audited, and told to the open pages after commit.

    effective_at     when it happened; now when absent
    idempotency_key  the same key again returns the entry it made the first time
    raises           Malformed: a time in the future; Refused: the key belongs to another entry, or what
                     is amended already was
    """
    if not connection.in_atomic_block:
        raise RuntimeError(
            "append() wants a transaction: the entry and its audit stand or fall together."
        )
    written_at = now()
    happened_at = effective_at or written_at
    if happened_at > written_at + FUTURE_TOLERANCE:
        raise Malformed("The time lies in the future. Enter when it happened.", "effective_at")
    earlier = _posted_before(by, idempotency_key, body)
    if earlier is not None:
        return earlier
    if amends is not None and ChartEntry.objects.filter(amends=amends).exists():
        raise Refused("Somebody amended this entry before you. Look at theirs, and amend that one.")
    entry = ChartEntry.objects.create(
        clinic_id=by.clinic_id,
        patient=patient,
        session=session,
        kind=body.kind,
        compartment=compartment,
        effective_at=happened_at,
        recorded_at=written_at,
        recorded_by=by.user,
        source=source,
        device=device,
        body=to_json(body),
        amends=amends,
        target=target,
        idempotency_key=idempotency_key,
    )
    audit.record(f"{body.kind}.recorded", by=by, subject=entry)
    if session is not None:
        TreatmentSession.objects.filter(pk=session.pk).update(revision=F("revision") + 1)
    tell(entry)
    return entry


def _posted_before(by: Actor, key: UUID | None, body: Body) -> ChartEntry | None:
    if key is None:
        return None
    earlier = ChartEntry.objects.filter(clinic_id=by.clinic_id, idempotency_key=key).first()
    if earlier is not None and (earlier.kind != body.kind or earlier.recorded_by_id != by.user_id):
        raise Refused("This form was already sent with something else in it. Open it anew.")
    return earlier


def tell(entry: ChartEntry) -> None:
    """After commit: boards and session pages learn that there is something new. No clinical content."""
    bus.publish_on_commit(
        "entries",
        {
            "clinic_id": entry.clinic_id,
            "session_id": entry.session_id,
            "patient_id": entry.patient_id,
            "entry_id": entry.id,
            "kind": entry.kind,
        },
    )


atomic = transaction.atomic
