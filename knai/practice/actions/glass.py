"""Breaking the glass: a restricted chart opens for an hour to whoever says why, and the owner is told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Missing
from knai.identity.actors import Actor
from knai.identity.members import list_owners
from knai.kit import audit, mail
from knai.kit.clock import now
from knai.practice import access, work
from knai.practice.care_team import patient_row
from knai.practice.models import BrokenGlass

OPEN_FOR = timedelta(minutes=60)
SHORTEST_REASON = 15
LOOK_WITHIN = timedelta(days=1)


@transaction.atomic
def break_glass(*, by: Actor, patient_id: UUID, reason: str) -> BrokenGlass | None:
    """Open a restricted chart for an hour. None: it was open to them already.

    raises  Forbidden: the role does not break glass; Malformed: a reason of fewer than 15 characters
    """
    by.must("break_glass")
    patient = patient_row(by, patient_id)
    if not access.list_closed(by, [patient]):
        return None
    said = " ".join(reason.split())
    if len(said) < SHORTEST_REASON:
        raise Malformed(
            f"Say why in {SHORTEST_REASON} characters or more: who asked, and what for.", "reason"
        )
    at = now()
    row = BrokenGlass.objects.create(
        clinic=by.clinic, patient=patient, user=by.user, reason=said, broken_at=at,
        until_at=at + OPEN_FOR,
    )  # fmt: skip
    audit.record("glass.broken", by=by, subject=row, until=row.until_at.isoformat())
    _tell_owners(by, row)
    return row


def _tell_owners(by: Actor, row: BrokenGlass) -> None:
    local = row.broken_at.astimezone(by.clinic.tz)
    for owner in list_owners(by.clinic):
        mail.write(
            key=f"glass/{row.pk}/{owner.pk}",
            clinic_id=by.clinic_id,
            to=owner.email,
            subject=f"{by.clinic.name}: a restricted chart was opened",
            text=(
                f"{by.name} opened a restricted chart on {local:%d %b %Y at %H:%M}, for an hour.\n\n"
                "Whose it is and the reason given stand in KNAI, on the page of the clinic. "
                "Please look into it and mark it there.\n"
            ),
        )
    work.open_item(
        clinic_id=by.clinic_id,
        kind="broken_glass",
        key=f"broken_glass:{row.pk}",
        title=f"{by.name} opened a restricted chart",
        due_at=row.broken_at + LOOK_WITHIN,
        patient_id=row.patient_id,
    )


@transaction.atomic
def look_into(*, by: Actor, glass_id: UUID) -> BrokenGlass:
    """An owner has looked into it. Looked into twice, the first time stands.

    raises  Missing: no such in this clinic
    """
    by.must("manage_clinic")
    rows = BrokenGlass.objects.select_for_update().filter(clinic_id=by.clinic_id)
    row = rows.filter(pk=glass_id).first()
    if row is None:
        raise Missing("There is no such opening of a restricted chart in this clinic.")
    if row.looked_at is None:
        row.looked_at, row.looked_by = now(), by.user
        row.save(update_fields=["looked_at", "looked_by"])
        audit.record("glass.looked_into", by=by, subject=row)
        work.close_key(by=by, key=f"broken_glass:{row.pk}", outcome="looked into")
    return row
