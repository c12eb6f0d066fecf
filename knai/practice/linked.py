"""Which records are one person. A link joins what is read; no row ever moves."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from knai.practice.models import Patient, PatientLink


def standing(clinic_id: UUID) -> QuerySet[PatientLink]:
    """Links that were not undone."""
    return PatientLink.objects.filter(clinic_id=clinic_id, undone_at__isnull=True)


def list_together(clinic_id: UUID, patient_id: UUID) -> tuple[UUID, ...]:
    """The ids of all records of this person, the kept one first; of an unlinked record its own."""
    links = standing(clinic_id).filter(
        Q(kept_id=patient_id)
        | Q(duplicate_id=patient_id)
        | Q(kept__linked_here__duplicate_id=patient_id, kept__linked_here__undone_at__isnull=True)
    )
    pairs = set(links.values_list("kept_id", "duplicate_id"))
    if not pairs:
        return (patient_id,)
    kept = next(iter(pairs))[0]
    return (kept, *sorted(duplicate for _, duplicate in pairs))


def together(patient_id: UUID) -> QuerySet:
    """The same as a subquery, for questions that are asked often: `patient_id__in=together(...)`."""
    links = PatientLink.objects.filter(undone_at__isnull=True).order_by()
    beside = links.filter(
        kept__linked_here__duplicate_id=patient_id, kept__linked_here__undone_at__isnull=True
    )
    own = Patient.objects.filter(pk=patient_id).order_by().values("pk")
    return own.union(
        links.filter(kept_id=patient_id).values("duplicate_id"),
        links.filter(duplicate_id=patient_id).values("kept_id"),
        beside.values("duplicate_id"),
    )
