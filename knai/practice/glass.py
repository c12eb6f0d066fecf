"""Restricted charts that were opened by breaking the glass, as the owner sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knai.identity.actors import Actor
from knai.practice.models import BrokenGlass


@dataclass(frozen=True, slots=True)
class Broken:
    """One time, for the owner's list."""

    id: UUID
    patient_id: UUID
    initials: str
    who: str
    reason: str
    broken_at: datetime
    until_at: datetime
    looked_at: datetime | None
    looked_by: str


def list_broken(*, by: Actor, limit: int = 50) -> tuple[Broken, ...]:
    """The newest first; those nobody has looked into stand before the others."""
    by.must("manage_clinic")
    rows = BrokenGlass.objects.filter(clinic_id=by.clinic_id)
    rows = rows.select_related("patient", "user", "looked_by").order_by("-broken_at")[:limit]
    found = [_broken(row) for row in rows]
    return tuple(sorted(found, key=lambda each: each.looked_at is not None))


def _broken(row: BrokenGlass) -> Broken:
    return Broken(
        id=row.pk,
        patient_id=row.patient_id,
        initials=row.patient.initials,
        who=row.user.name,
        reason=row.reason,
        broken_at=row.broken_at,
        until_at=row.until_at,
        looked_at=row.looked_at,
        looked_by=row.looked_by.name if row.looked_by else "",
    )
