"""A patient's identity in full: what the desk needs, whom to call, measures, and how all of it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from knai.core.numbers import show
from knai.identity.actors import Actor
from knai.practice import linked
from knai.practice.actions.identity import FIELDS
from knai.practice.log import Line, fold
from knai.practice.models import ChartEntry, PatientLink
from knai.practice.patient_record import get_row, load_kinds

MEASURES = ("weight", "height", "pregnancy")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the identity, changed."""

    field: str
    before: str
    after: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ContactRow:
    entry_id: UUID
    name: str
    relation: str
    phone: str
    is_emergency: bool
    may_be_told: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as it was taken. what: weight, height, pregnancy."""

    entry_id: UUID
    what: str
    words: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    id: UUID
    duplicate_id: UUID
    duplicate: str
    kept_id: UUID
    kept: str
    reason: str
    at: datetime
    by: str
    undone_at: datetime | None
    undone_by: str
    undone_because: str


def get_identity(*, by: Actor, patient_id: UUID) -> dict[str, Any]:
    """The fields as they stand, with their revision."""
    patient = get_row(by, patient_id)
    return {name: getattr(patient, name) for name in FIELDS} | {"revision": patient.revision}


def list_changes(*, by: Actor, patient_id: UUID, since: int = 0) -> list[Change]:
    """What was changed of the identity after revision `since`, oldest first. No clinical content."""
    get_row(by, patient_id)
    rows = ChartEntry.objects.filter(
        clinic_id=by.clinic_id, patient_id=patient_id, kind="identity_change"
    ).select_related("recorded_by")
    return [change for line in fold(rows).lines for change in _changes(line, since)]


def _changes(line: Line, since: int) -> Iterator[Change]:
    if line.body.revision <= since:
        return
    for field, (before, after) in line.body.changes.items():
        yield Change(field, before, after, name_of(line), line.at)


def name_of(line: Line) -> str:
    return line.entry.recorded_by.name if line.entry.recorded_by else "KNAI"


def merge_typed(
    kept: dict[str, Any], typed: dict[str, str], changes: list[Change]
) -> dict[str, str]:
    """What a second person meant: their own changes where they made one, the first one's everywhere else.

    kept     the fields as they stand now; typed: the second person's form
    changes  what happened since that form was opened
    """
    was: dict[str, str] = {}
    for change in changes:
        was.setdefault(change.field, change.before)
    meant = {}
    for name in FIELDS:
        now_text = _text(kept[name])
        untouched = typed.get(name, "") == was.get(name, now_text)
        meant[name] = now_text if untouched else typed.get(name, "")
    return meant


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def list_contacts(*, by: Actor, patient_id: UUID) -> list[ContactRow]:
    """Whom to call, emergency contacts first. For the desk too, so apart from the clinical chart."""
    get_row(by, patient_id)
    ids = linked.list_together(by.clinic_id, patient_id)
    rows = ChartEntry.objects.filter(clinic_id=by.clinic_id, patient_id__in=ids)
    lines = fold(rows.filter(kind__in=("contact", "void"))).of("contact")
    found = [
        ContactRow(
            line.id, line.body.name, line.body.relation, line.body.phone, line.body.is_emergency,
            line.body.may_be_told, line.body.text,
        )
        for line in lines
    ]  # fmt: skip
    return sorted(found, key=lambda row: not row.is_emergency)


def list_measures(*, by: Actor, patient_id: UUID, most: int = 60) -> list[Measure]:
    """Weights, heights and pregnancy status, newest first."""
    by.must("read_chart")
    log = load_kinds(by, linked.list_together(by.clinic_id, patient_id), MEASURES)
    lines = sorted(log.of(*MEASURES), key=lambda line: line.at, reverse=True)
    return [
        Measure(line.id, line.kind, measure_words(line), line.at, name_of(line))
        for line in lines[:most]
    ]


def measure_words(line: Line) -> str:
    body = line.body
    if line.kind == "weight":
        return f"{show(body.weight_kg)} kg"
    if line.kind == "height":
        return f"{show(body.height_cm)} cm"
    return pregnancy_words(body)


def pregnancy_words(body: Any) -> str:
    how = f", by {body.basis}" if body.basis else ""
    nursing = {True: "; breastfeeding", False: "; not breastfeeding", None: ""}[body.breastfeeding]
    return body.status.replace("_", " ") + how + nursing


def list_links(*, by: Actor, patient_id: UUID) -> list[LinkRow]:
    """Every link of this record, undone ones too, newest first."""
    get_row(by, patient_id)
    rows = PatientLink.objects.filter(clinic_id=by.clinic_id)
    rows = rows.filter(kept_id=patient_id) | rows.filter(duplicate_id=patient_id)
    rows = rows.select_related("kept", "duplicate", "linked_by", "undone_by")
    return [_link(row) for row in rows.order_by("-linked_at")]


def _link(row: PatientLink) -> LinkRow:
    return LinkRow(
        id=row.pk,
        duplicate_id=row.duplicate_id,
        duplicate=row.duplicate.mrn,
        kept_id=row.kept_id,
        kept=row.kept.mrn,
        reason=row.reason,
        at=row.linked_at,
        by=row.linked_by.name,
        undone_at=row.undone_at,
        undone_by=row.undone_by.name if row.undone_by else "",
        undone_because=row.undone_because,
    )
