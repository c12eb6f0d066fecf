"""Conditions of a patient, and the codes to name them by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import Left, Length

from knai.core.diagnoses import beginnings, group_of
from knai.core.folding import words_of
from knai.identity.actors import Actor
from knai.practice.conditions import latest_conditions
from knai.practice.linked import list_together
from knai.practice.log import Line, Log
from knai.practice.models import DiagnosisCode
from knai.practice.patient_record import get_row, load_kinds

MOST = 20
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    title: str
    group: str


@dataclass(frozen=True, slots=True)
class Condition:
    """entry_id: the latest entry about it; history: (status, when, who), newest first."""

    entry_id: UUID
    category: str
    status: str
    code: str
    text: str
    rationale: str
    at: datetime
    by: str

    @property
    def words(self) -> str:
        return self.text or self.category.replace("_", " ")


def find_codes(*, by: Actor, search: str) -> list[Code]:
    """Codes by themselves or by words of their titles in any order; what clinics like these see most, first.

    One pass over one column: 75,000 rows of it take some 25 ms, see docs/explanation/performance.md.
    """
    by.must("read_chart")
    words = words_of(search)[:MOST_WORDS]
    if not words:
        return []
    asked = Q()
    for word in words:
        asked &= Q(words__contains=f" {word}")
    rows = DiagnosisCode.objects.filter(asked)
    rows = rows.annotate(category=Left("code", 3), chapter=Left("code", 1))
    rows = rows.annotate(nearness=_nearness(search), length=Length("title"))
    rows = rows.order_by("nearness", "length", "code")[:MOST]
    return [code_of(row) for row in rows]


def code_of(row: DiagnosisCode) -> Code:
    return Code(row.code, row.title, group_of(row.code))


def _nearness(search: str) -> Case:
    """The very code, then categories of the seven groups, the mind's chapter, nerves and muscles, symptoms,
    the rest."""
    return Case(
        When(code=search.strip().upper(), then=Value(0)),
        When(category__in={begins[:3] for begins in beginnings()}, then=Value(1)),
        When(chapter="F", then=Value(2)),
        When(chapter__in=("G", "M"), then=Value(3)),
        When(chapter="R", then=Value(4)),
        default=Value(5),
        output_field=IntegerField(),
    )


def get_code(*, by: Actor, code: str) -> Code | None:
    by.must("read_chart")
    row = DiagnosisCode.objects.filter(pk=code.strip().upper()).first()
    return code_of(row) if row else None


def list_conditions(*, by: Actor, patient_id: UUID) -> list[Condition]:
    """The latest word on each condition, confirmed ones first."""
    by.must("read_chart")
    get_row(by, patient_id)
    ids = list_together(by.clinic_id, patient_id)
    return conditions_in(load_kinds(by, ids, ("diagnosis",)))


def conditions_in(log: Log) -> list[Condition]:
    order = {"confirmed": 0, "provisional": 1, "ruled_out": 2}
    found = [_condition(line) for line in latest_conditions(log.of("diagnosis"))]
    return sorted(found, key=lambda one: (order.get(one.status, 3), one.words))


def _condition(line: Line) -> Condition:
    body, author = line.body, line.entry.recorded_by
    return Condition(
        entry_id=line.id,
        category=body.category,
        status=body.status,
        code=body.code,
        text=body.text,
        rationale=body.rationale,
        at=line.at,
        by=author.name if author else "",
    )
