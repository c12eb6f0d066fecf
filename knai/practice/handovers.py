"""Sessions that were handed to somebody and are still theirs: the first thing they see when they start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knai.identity.actors import Actor
from knai.practice.entries import Handover, from_json
from knai.practice.models import ChartEntry
from knai.practice.models.sessions import OPEN_STATES


@dataclass(frozen=True, slots=True)
class HandedOver:
    """open_items: as both saw them when it was handed over."""

    session_id: UUID
    chair: str
    initials: str
    at: datetime
    from_name: str
    open_items: tuple[str, ...]


def list_handed_to(*, by: Actor) -> tuple[HandedOver, ...]:
    """Open sessions whose latest hand-over was to this person. One query; handed on they are gone."""
    if by.user is None or not by.may("read_chart"):
        return ()
    rows = ChartEntry.objects.filter(
        clinic_id=by.clinic_id,
        kind=Handover.kind,
        session__state__in=OPEN_STATES,
        amended_by__isnull=True,
    ).exclude(marks__kind="void")
    rows = rows.select_related("session__chair", "patient", "recorded_by")
    latest = {row.session_id: row for row in rows.order_by("effective_at", "id")}
    return tuple(_handed(row) for row in latest.values() if row.body["to_id"] == str(by.user_id))


def _handed(row: ChartEntry) -> HandedOver:
    body: Handover = from_json(row.kind, row.body)
    return HandedOver(
        session_id=row.session_id,
        chair=row.session.chair.name if row.session.chair else "no chair",
        initials=row.patient.initials,
        at=row.effective_at,
        from_name=row.recorded_by.name if row.recorded_by else "",
        open_items=body.open_items,
    )
