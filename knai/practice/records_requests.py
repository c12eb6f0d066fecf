"""Who asked for records: by what right, when, until when, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice.models import Export, RecordsRequest

MOST = 200
OUTCOMES = {"given": "Given", "refused": "Refused", "withdrawn": "Withdrawn"}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """days_left: negative when overdue; None once settled."""

    id: UUID
    patient_id: UUID | None
    patient_name: str
    mrn: str
    asked_by: str
    authority: str
    wanted: str
    compartments: tuple[str, ...]
    received_on: date
    due_on: date
    days_left: int | None
    recorded_by: str
    settled_at: datetime | None
    settled_by: str
    outcome: str
    outcome_text: str
    sha256: str
    export_id: UUID | None


def list_requests(*, by: Actor, settled: bool = False) -> list[RequestRow]:
    """Open ones by when they are due; settled ones newest first."""
    by.must("release_records")
    rows = RecordsRequest.objects.filter(clinic_id=by.clinic_id, settled_at__isnull=not settled)
    order = "-settled_at" if settled else "due_on"
    rows = rows.select_related("patient", "recorded_by", "settled_by").order_by(order, "id")[:MOST]
    return [_row(by, row) for row in rows]


def get_request(*, by: Actor, request_id: UUID) -> RequestRow:
    """raises  Forbidden; Missing"""
    by.must("release_records")
    rows = RecordsRequest.objects.filter(clinic_id=by.clinic_id, pk=request_id)
    row = rows.select_related("patient", "recorded_by", "settled_by").first()
    if row is None:
        raise Missing("There is no such request in this clinic.")
    return _row(by, row)


def _row(by: Actor, row: RecordsRequest) -> RequestRow:
    today = now().astimezone(by.clinic.tz).date()
    export = Export.objects.filter(file_id=row.file_id).first() if row.file_id else None
    return RequestRow(
        id=row.pk,
        patient_id=row.patient_id,
        patient_name=row.patient.name if row.patient else "",
        mrn=row.patient.mrn if row.patient else "",
        asked_by=row.asked_by,
        authority=row.authority,
        wanted=row.wanted,
        compartments=tuple(row.compartments),
        received_on=row.received_on,
        due_on=row.due_on,
        days_left=(row.due_on - today).days if row.settled_at is None else None,
        recorded_by=row.recorded_by.name,
        settled_at=row.settled_at,
        settled_by=row.settled_by.name if row.settled_by else "",
        outcome=OUTCOMES.get(row.outcome, ""),
        outcome_text=row.outcome_text,
        sha256=row.sha256,
        export_id=export.pk if export else None,
    )
