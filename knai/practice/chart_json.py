"""One patient's chart as JSON, piece by piece: see docs/reference/chart-export.md for its shape."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from knai.identity.actors import Actor
from knai.practice.models import (
    ChartEntry,
    Compartment,
    Paper,
    Patient,
    TreatmentCourse,
    TreatmentSession,
)

FORMAT, VERSION = "knai-chart", 1
GIVEN_OUT = (Compartment.CLINICAL, Compartment.SUBSTANCE_USE, Compartment.QUALITY)
NOTICE = (
    "This archive holds records of a substance-use programme that federal rules protect (42 CFR part 2). "
    "Whoever receives them may not pass them on unless the patient's written consent or these rules allow it."
)
ROWS_AT_ONCE = 500


def pieces(
    *, by: Actor, patient_ids: tuple[UUID, ...], compartments: Iterable[str], made_at: datetime
) -> Iterator[str]:
    """The document as text, never whole in memory: entries come one at a time."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": made_at,
        "made_by": by.name,
        "clinic": {"name": by.clinic.name, "time_zone": by.clinic.time_zone},
        "compartments": sorted(compartments),
        "left_out": "Psychotherapy notes are never exported.",
    }
    if Compartment.SUBSTANCE_USE in set(compartments):
        head["redisclosure_notice"] = NOTICE
    yield _text(head)[:-1]
    for name, rows in _lists(by, patient_ids, compartments):
        yield f', "{name}": ['
        for number, row in enumerate(rows):
            yield (",\n" if number else "\n") + _text(row)
        yield "]"
    yield "}\n"


def _lists(by: Actor, ids: tuple[UUID, ...], compartments: Iterable[str]):
    mine: dict[str, Any] = {"clinic_id": by.clinic_id, "patient_id__in": ids}
    yield "patients", map(_patient, Patient.objects.filter(clinic_id=by.clinic_id, pk__in=ids))
    yield "courses", map(_course, TreatmentCourse.objects.filter(**mine).order_by("started_on"))
    sessions = TreatmentSession.objects.filter(**mine).order_by("booked_for_at", "id")
    yield "sessions", map(_session, sessions.select_related("provider", "protocol", "chair"))
    yield "papers", map(_paper, Paper.objects.filter(**mine).order_by("made_at"))
    yield "entries", map(_entry, entries_of(by, ids, compartments).iterator(ROWS_AT_ONCE))


def entries_of(
    by: Actor, patient_ids: tuple[UUID, ...], compartments: Iterable[str]
) -> QuerySet[ChartEntry]:
    """Entries of the chosen compartments. Psychotherapy is none of them."""
    allowed = [name for name in compartments if name in GIVEN_OUT]
    rows = ChartEntry.objects.filter(clinic_id=by.clinic_id, patient_id__in=patient_ids)
    hidden = [name for name in Compartment.values if name not in allowed]
    # A void or an amendment of what is left out would speak of it.
    rows = rows.filter(compartment__in=allowed).exclude(target__compartment__in=hidden)
    rows = rows.exclude(amends__compartment__in=hidden)
    return rows.select_related("recorded_by", "device").order_by("effective_at", "id")


def _patient(row: Patient) -> dict[str, Any]:
    names = (
        "id", "mrn", "given_name", "family_name", "preferred_name", "born_on", "sex", "language",
        "phone", "email", "address", "died_on", "is_invented",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _course(row: TreatmentCourse) -> dict[str, Any]:
    names = (
        "id", "indication", "indication_code", "goal", "planned_sessions", "started_on", "ended_on",
        "outcome", "outcome_text",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _session(row: TreatmentSession) -> dict[str, Any]:
    names = (
        "id", "patient_id", "course_id", "state", "booked_for_at", "arrived_at", "first_dose_at",
        "medically_ready_at", "departed_at", "purpose", "setting", "weight_kg", "plan",
    )  # fmt: skip
    values = {name: getattr(row, name) for name in names}
    return values | {
        "provider": row.provider.name if row.provider else None,
        "chair": row.chair.name if row.chair else None,
        "protocol": f"{row.protocol.name}, version {row.protocol.version}"
        if row.protocol
        else None,
    }


def _paper(row: Paper) -> dict[str, Any]:
    names = ("id", "kind", "title", "code", "session_id", "made_at", "sha256")
    return {name: getattr(row, name) for name in names}


def _entry(row: ChartEntry) -> dict[str, Any]:
    names = (
        "id", "patient_id", "session_id", "kind", "compartment", "effective_at", "recorded_at",
        "source", "body", "amends_id", "target_id",
    )  # fmt: skip
    values = {name: getattr(row, name) for name in names}
    return values | {
        "recorded_by": row.recorded_by.name if row.recorded_by else None,
        "device": row.device.name if row.device else None,
    }


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an export")
