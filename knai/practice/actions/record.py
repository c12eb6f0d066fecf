"""Entries of a patient outside a session: the work-up, measures, contacts, and what strikes them out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec
from django.db import transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import linked, queries
from knai.practice.access import must_open
from knai.practice.actions.arriving import WEIGHT_KG
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.work_up import CHECKS as WORK_UP_CHECKS
from knai.practice.actions.write import append
from knai.practice.allergies import latest_lists
from knai.practice.entries import (
    Addendum,
    Allergies,
    Body,
    Contact,
    Diagnosis,
    Height,
    Medications,
    Pregnancy,
    Void,
    Weight,
)
from knai.practice.log import fold
from knai.practice.models import ChartEntry, Patient

HEIGHT_CM = (Decimal(50), Decimal(250))
PREGNANCY = ("not_pregnant", "pregnant", "possible", "cannot_be")
AT_THE_DESK = frozenset({"weight", "height", "contact"})
LISTS = frozenset({"medications", "allergies"})
VOIDABLE = frozenset(WORK_UP_CHECKS) | AT_THE_DESK | {"pregnancy"}


@transaction.atomic
def record_of_patient(
    *,
    by: Actor,
    patient_id: UUID,
    body: Body,
    posting: Posting = NOW,
    amends_id: UUID | None = None,
) -> ChartEntry:
    """Add one entry to a patient's chart, apart from any session.

    amends_id  the entry it takes the place of
    raises     Malformed: see CHECKS; Missing; Refused: this record is linked, and the other one is charted in
    """
    by.must(permission_for(body.kind))
    if body.kind not in CHECKS:
        raise Refused("This kind of entry belongs to a session.")
    CHECKS[body.kind](body, now().astimezone(by.clinic.tz).date())
    patient = lock_patient(by, patient_id)
    earlier = posted_before(by, posting, body.kind)
    if earlier is not None:
        return earlier
    if isinstance(body, Medications | Allergies):
        body = msgspec.structs.replace(body, replaces=_taken_up(by, patient_id, body.kind))
    return append(
        by=by,
        body=body,
        patient=patient,
        effective_at=posting.effective_at,
        source=posting.source,
        idempotency_key=posting.idempotency_key,
        amends=_entry(by, patient_id, amends_id, body.kind) if amends_id else None,
    )


def permission_for(kind: str) -> str:
    return "check_in" if kind in AT_THE_DESK else "work_up"


def lock_patient(by: Actor, patient_id: UUID) -> Patient:
    """The patient's row, held until the transaction ends.

    raises  Missing; Refused: the record is linked to another
    """
    rows = Patient.objects.select_for_update().filter(clinic_id=by.clinic_id, pk=patient_id)
    patient = rows.filter(withdrawn_at__isnull=True).first()
    if patient is None:
        raise Missing("There is no such patient in this clinic.")
    must_open(by, patient)
    link = linked.standing(by.clinic_id).filter(duplicate=patient).first()
    if link is not None:
        raise Refused("This record is linked to another of the same person. Chart in that one.")
    return patient


def _taken_up(by: Actor, patient_id: UUID, kind: str) -> tuple[UUID, ...]:
    """Lists of the person's other records that stand now: the page showed them, this list takes them up."""
    others = [pk for pk in linked.list_together(by.clinic_id, patient_id) if pk != patient_id]
    if not others:
        return ()
    rows = ChartEntry.objects.filter(clinic_id=by.clinic_id, patient_id__in=others)
    log = fold(rows.filter(kind__in=(kind, "void")))
    return tuple(line.id for line in latest_lists(log.of(kind)))


def _entry(by: Actor, patient_id: UUID, entry_id: UUID, kind: str) -> ChartEntry:
    ids = linked.list_together(by.clinic_id, patient_id)
    rows = queries.visible_entries(by).filter(patient_id__in=ids, pk=entry_id)
    entry = rows.first()
    if entry is None or (kind and entry.kind != kind):
        raise Missing("There is no such entry in this chart.")
    return entry


@transaction.atomic
def void_of_patient(
    *, by: Actor, patient_id: UUID, entry_id: UUID, reason: str, posting: Posting = NOW
) -> ChartEntry:
    """Strike an entry out, with the reason. Its author may, and who may void.

    raises  Refused: voided or amended already, or it belongs to a session or a decision
    """
    by.must("read_chart")
    patient = lock_patient(by, patient_id)
    earlier = posted_before(by, posting, Void.kind)
    if earlier is not None:
        return earlier
    entry = _entry(by, patient_id, entry_id, "")
    if entry.recorded_by_id != by.user_id:
        by.must("void")
    if entry.kind not in VOIDABLE or entry.session_id is not None:
        raise Refused("This entry is not struck out here. Add a note, or open its session.")
    later = ChartEntry.objects.filter(amends=entry).first()
    if later is not None or entry.marks.filter(kind="void").exists():
        raise Refused("Somebody has amended or struck out this entry already. Look at theirs.")
    if not reason.strip():
        raise Malformed("Why does it not count? Write it.", "reason")
    return append(
        by=by,
        body=Void(reason=reason.strip()),
        patient=patient,
        target=entry,
        compartment=entry.compartment,
        idempotency_key=posting.idempotency_key,
    )


@transaction.atomic
def add_addendum(
    *, by: Actor, patient_id: UUID, entry_id: UUID, text: str, posting: Posting = NOW
) -> ChartEntry:
    """Add to a signed history or examination, which stays as it was signed."""
    by.must("work_up")
    if not text.strip():
        raise Malformed("Nothing is written. Write what is to be added.", "text")
    patient = lock_patient(by, patient_id)
    earlier = posted_before(by, posting, Addendum.kind)
    if earlier is not None:
        return earlier
    target = _entry(by, patient_id, entry_id, "")
    if target.kind not in ("history", "physical"):
        raise Refused("An addendum belongs to a history or an examination.")
    return append(
        by=by,
        body=Addendum(text=text.strip()),
        patient=patient,
        target=target,
        compartment=target.compartment,
        effective_at=posting.effective_at,
        idempotency_key=posting.idempotency_key,
    )


# ------------------------------------------------------------------------------------------- what is checked
def _diagnosis(body: Diagnosis, today: date) -> None:
    WORK_UP_CHECKS["diagnosis"](body, today)
    outside = body.category == "other" and body.status != "ruled_out"
    if outside and not body.rationale.strip():
        raise Malformed(
            "This condition is outside the seven groups. Write why ketamine is weighed.",
            "rationale",
        )


def _weight(body: Weight, today: date) -> None:
    _between(body.weight_kg, WEIGHT_KG, "kg", "weight_kg")


def _height(body: Height, today: date) -> None:
    _between(body.height_cm, HEIGHT_CM, "cm", "height_cm")


def _between(value: Decimal, span: tuple[Decimal, Decimal], unit: str, field: str) -> None:
    low, high = span
    if not low <= value <= high:
        raise Malformed(f"found {value} {unit}; wanted {low} to {high}", field)


def _pregnancy(body: Pregnancy, today: date) -> None:
    if body.status not in PREGNANCY:
        raise Malformed(f"wanted one of {', '.join(PREGNANCY)}", "status")


def _contact(body: Contact, today: date) -> None:
    if not body.name.strip():
        raise Malformed("Who is it? Write a name.", "name")
    if body.is_emergency and not body.phone.strip():
        raise Malformed("An emergency contact needs a telephone number.", "phone")


CHECKS: dict[str, Callable[..., None]] = WORK_UP_CHECKS | {
    "diagnosis": _diagnosis,
    "weight": _weight,
    "height": _height,
    "pregnancy": _pregnancy,
    "contact": _contact,
}
