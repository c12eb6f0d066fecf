"""Who a patient is, as the head of every page of their chart shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from knai.core.errors import Missing
from knai.core.numbers import show
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import access, linked, queries
from knai.practice.allergies import Standing, standing_allergies
from knai.practice.log import Log, fold
from knai.practice.models import ChartEntry, LegalHold, Patient

IN_HEAD = ("weight", "allergies")
NEWEST = 8


@dataclass(frozen=True, slots=True)
class Other:
    """Another record of the same person."""

    id: UUID
    name: str
    mrn: str


@dataclass(frozen=True, slots=True)
class Head:
    """The identity strip. Weight and allergies are empty for who may not read the chart.

    kept     the record that this one is a duplicate of; duplicates: those that lead here
    """

    id: UUID
    name: str
    preferred_name: str
    born_on: date
    age: int
    mrn: str
    sex: str
    language: str
    is_restricted: bool
    is_invented: bool
    is_held: bool  # a legal hold stands
    died_on: date | None
    revision: int
    reads_chart: bool
    weight_kg: str = ""
    weighed_at: datetime | None = None
    allergies: Standing = field(default_factory=Standing)
    kept: Other | None = None
    duplicates: tuple[Other, ...] = ()


def get_head(*, by: Actor, patient_id: UUID) -> Head:
    """raises  Missing: absent, or another clinic's; Forbidden: may not even read the schedule"""
    patient = get_row(by, patient_id)
    ids = linked.list_together(by.clinic_id, patient_id)
    log = fold(_in_head(by, ids) if by.may("read_chart") else [])
    return head_of(by, patient, ids, log)


def get_row(by: Actor, patient_id: UUID) -> Patient:
    """raises  Missing: absent, or another clinic's; Restricted: the chart is closed to them"""
    by.must("read_schedule")
    rows = Patient.objects.filter(clinic_id=by.clinic_id, withdrawn_at__isnull=True)
    patient = rows.filter(pk=patient_id).first()
    if patient is None:
        raise Missing("There is no such patient in this clinic.")
    access.must_open(by, patient)
    return patient


def load_kinds(by: Actor, patient_ids: tuple[UUID, ...], kinds: tuple[str, ...]) -> Log:
    """Entries of these kinds that this person may see, folded, of all records of one patient."""
    rows = queries.visible_entries(by).filter(patient_id__in=patient_ids)
    rows = rows.filter(Q(kind__in=kinds) | Q(kind="void", target__kind__in=kinds))
    return fold(rows.select_related("recorded_by"))


def _in_head(by: Actor, ids: tuple[UUID, ...]) -> list[ChartEntry]:
    found = load_newest(by, ids, IN_HEAD)
    return found + list(queries.visible_entries(by).filter(voids_of(found))) if found else found


def load_newest(
    by: Actor, patient_ids: tuple[UUID, ...], kinds: tuple[str, ...]
) -> list[ChartEntry]:
    """Of each record and kind the newest entries: as many rows after 500 sessions as after five. What struck
    them out is for the caller to read with them: see `voids_of`."""
    seen = queries.visible_entries(by).filter(patient_id__in=patient_ids)
    place = Window(
        RowNumber(),
        partition_by=[F("patient_id"), F("kind")],
        order_by=[F("effective_at").desc(), F("id").desc()],
    )
    rows = seen.filter(kind__in=kinds).annotate(place=place).filter(place__lte=NEWEST)
    return list(rows.select_related("recorded_by"))


def voids_of(entries: list[ChartEntry]) -> Q:
    return Q(kind="void", target_id__in=[entry.pk for entry in entries])


def head_of(by: Actor, patient: Patient, ids: tuple[UUID, ...], log: Log) -> Head:
    """The head from what was read already."""
    weight = log.latest("weight")
    kept, duplicates = _others(patient, ids)
    return Head(
        id=patient.pk,
        name=patient.name,
        preferred_name=patient.preferred_name,
        born_on=patient.born_on,
        age=age_on(patient.born_on, now().astimezone(by.clinic.tz).date()),
        mrn=patient.mrn,
        sex=patient.sex,
        language=patient.language,
        is_restricted=patient.is_restricted,
        is_invented=patient.is_invented,
        is_held=_is_held(ids),
        died_on=patient.died_on,
        revision=patient.revision,
        reads_chart=by.may("read_chart"),
        weight_kg=show(weight.body.weight_kg) if weight else "",
        weighed_at=weight.at if weight else None,
        allergies=standing_allergies(log),
        kept=kept,
        duplicates=duplicates,
    )


def _is_held(ids: tuple[UUID, ...]) -> bool:
    return LegalHold.objects.filter(patient_id__in=ids, lifted_at__isnull=True).exists()


def age_on(born_on: date, day: date) -> int:
    """Whole years; who was born on 29 February is a year older on 1 March."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def _others(patient: Patient, ids: tuple[UUID, ...]) -> tuple[Other | None, tuple[Other, ...]]:
    if len(ids) == 1:
        return None, ()
    rows = {row.pk: Other(row.pk, row.name, row.mrn) for row in Patient.objects.filter(pk__in=ids)}
    if ids[0] != patient.pk:
        return rows[ids[0]], ()
    return None, tuple(rows[pk] for pk in ids[1:])
