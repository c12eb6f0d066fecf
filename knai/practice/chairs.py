"""The clinic's chairs, for the page of the clinic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from knai.identity.actors import Actor
from knai.practice.models import Chair


@dataclass(frozen=True, slots=True)
class ChairRow:
    id: UUID
    name: str
    site_id: UUID | None
    site: str
    closed_on: date | None


def list_all_chairs(*, by: Actor) -> tuple[ChairRow, ...]:
    """In order; closed ones last."""
    by.must("manage_clinic")
    rows = Chair.objects.filter(clinic_id=by.clinic_id).select_related("site")
    found = [
        ChairRow(row.pk, row.name, row.site_id, row.site.name if row.site else "", row.closed_on)
        for row in rows
    ]
    return tuple(sorted(found, key=lambda row: row.closed_on is not None))
