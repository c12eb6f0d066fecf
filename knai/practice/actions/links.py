"""Two records are one person: linked, and taken apart again. Rows never move, so nothing can be lost."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Q

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import linked
from knai.practice.models import OPEN_STATES, Patient, PatientLink, TreatmentSession


@transaction.atomic
def link_patients(*, by: Actor, duplicate_id: UUID, kept_id: UUID, reason: str) -> PatientLink:
    """Read `duplicate` with `kept` from now on.

    raises  Malformed: no reason; Missing: one is not this clinic's; Refused: see why_not_link
    """
    by.must("merge_patients")
    pair = _lock_pair(by, duplicate_id, kept_id)
    why_not = why_not_link(by, duplicate_id, kept_id)
    if why_not:
        raise Refused(why_not)
    if not reason.strip():
        raise Malformed("Why are they one person? Write it.", "reason")
    link = PatientLink.objects.create(
        clinic=by.clinic, duplicate=pair[duplicate_id], kept=pair[kept_id], reason=reason.strip(),
        linked_at=now(), linked_by=by.user,
    )  # fmt: skip
    for row in pair.values():
        audit.record(
            "patient.linked", by=by, subject=link, patient_id=row.pk,
            duplicate=str(duplicate_id), kept=str(kept_id),
        )  # fmt: skip
    return link


def _lock_pair(by: Actor, one: UUID, other: UUID) -> dict[UUID, Patient]:
    """Both rows, always in the same order, so that two people linking the same pair take turns."""
    rows = Patient.objects.select_for_update().filter(
        clinic_id=by.clinic_id, pk__in=(one, other), withdrawn_at__isnull=True
    )
    pair = {row.pk: row for row in rows.order_by("pk")}
    if set(pair) != {one, other}:
        raise Missing("There is no such patient in this clinic.")
    return pair


def why_not_link(by: Actor, duplicate_id: UUID, kept_id: UUID) -> str | None:
    """Neither to itself nor in chains; and nobody who sits in a chair under both records."""
    if duplicate_id == kept_id:
        return "This is one record. Choose another to link it with."
    links = linked.standing(by.clinic_id)
    if links.filter(duplicate_id=duplicate_id).exists():
        return "The first record is linked already. Undo that link before another is made."
    if links.filter(duplicate_id=kept_id).exists():
        return "The record to keep is itself linked to another. Keep that one."
    if links.filter(kept_id=duplicate_id).exists():
        return (
            "Other records are linked to the one that would no longer be kept. "
            "Keep it, or undo those links."
        )
    if Patient.objects.filter(pk__in=(duplicate_id, kept_id), is_restricted=True).count() == 1:
        return "One of the records is restricted and the other is not. Make them alike first."
    if _has_open(kept_id) and _has_open(duplicate_id):
        return "Both records have a session under way. End one before they are linked."
    return None


def _has_open(patient_id: UUID) -> bool:
    ids = [patient_id, *PatientLink.objects.filter(
        kept_id=patient_id, undone_at__isnull=True).values_list("duplicate_id", flat=True)]  # fmt: skip
    return TreatmentSession.objects.filter(patient_id__in=ids, state__in=OPEN_STATES).exists()


@transaction.atomic
def undo_link(*, by: Actor, link_id: UUID, reason: str) -> PatientLink:
    """Two records are two people after all. Each reads again what was written in it.

    raises  Refused: undone already
    """
    by.must("merge_patients")
    links = PatientLink.objects.select_for_update(of=("self",))
    link = links.filter(clinic_id=by.clinic_id, pk=link_id).first()
    if link is None:
        raise Missing("There is no such link in this clinic.")
    if link.undone_at is not None:
        raise Refused("This link was undone already.")
    if not reason.strip():
        raise Malformed("Why are they two people? Write it.", "reason")
    link.undone_at, link.undone_by, link.undone_because = now(), by.user, reason.strip()
    link.save(update_fields=["undone_at", "undone_by", "undone_because"])
    for patient_id in (link.duplicate_id, link.kept_id):
        audit.record("patient.unlinked", by=by, subject=link, patient_id=patient_id)
    return link


def why_not_second_session(clinic_id: UUID, patient_id: UUID) -> str | None:
    """A linked record's session under way is this person's: nobody sits in two chairs."""
    ids = linked.list_together(clinic_id, patient_id)
    others = Q(patient_id__in=ids) & ~Q(patient_id=patient_id)
    if len(ids) > 1 and TreatmentSession.objects.filter(others, state__in=OPEN_STATES).exists():
        return "A session of this person is under way in a linked record. End it first."
    return None
