"""What is recorded of a death, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.kit import files
from knai.practice import linked
from knai.practice.actions.death import list_cancelled, standing_death
from knai.practice.entries import Death, from_json
from knai.practice.models import WorkItem
from knai.practice.patient_record import get_row


@dataclass(frozen=True, slots=True)
class Recorded:
    """halted: titles of what nobody is reminded of any more; cancelled: when the visits had been booked."""

    died_on: date
    source: str
    circumstances: str
    at: datetime
    by: str
    is_own: bool
    copy_id: UUID | None
    copy_sha256: str
    halted: tuple[str, ...]
    cancelled: tuple[datetime, ...]


def get_death(*, by: Actor, patient_id: UUID) -> Recorded | None:
    """raises  Missing; Restricted; Forbidden: may not read the chart"""
    by.must("read_chart")
    get_row(by, patient_id)
    ids = linked.list_together(by.clinic_id, patient_id)
    entry = standing_death(by, ids)
    if entry is None:
        return None
    body: Death = from_json(entry.kind, entry.body)
    halted = WorkItem.objects.filter(
        clinic_id=by.clinic_id, patient_id__in=ids, halted_at__isnull=False, closed_at__isnull=True
    )
    return Recorded(
        died_on=date.fromisoformat(body.died_on),
        source=body.source,
        circumstances=body.circumstances,
        at=entry.recorded_at,
        by=entry.recorded_by.name if entry.recorded_by else "KNAI",
        is_own=entry.recorded_by_id == by.user_id,
        copy_id=body.copy_id,
        copy_sha256=body.copy_sha256,
        halted=tuple(halted.values_list("title", flat=True)),
        cancelled=tuple(visit.booked_for_at for visit in list_cancelled(by, ids, entry)),
    )


def read_copy(*, by: Actor, patient_id: UUID):
    """The chart as it was kept, and its bytes, for whoever releases records.

    raises  Missing: no death is recorded, or no copy was kept
    """
    by.must("release_records")
    found = get_death(by=by, patient_id=patient_id)
    if found is None or found.copy_id is None:
        raise Missing("No copy of this chart was kept.")
    return files.read(found.copy_id, by=by)
