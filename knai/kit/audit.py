"""Writing the audit. The chain over it is made by `sealer`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from django.db import connection

from knai.kit.clock import now
from knai.kit.db.prepared import adapted

# Every page writes one: put together by Django's models it would cost as much as three questions.
_COLUMNS = (
    "clinic_id", "at", "actor_id", "actor_name", "verb", "subject_type", "subject_id", "patient_id",
    "session_id", "detail",
)  # fmt: skip
_INSERT = f"INSERT INTO kit_auditentry ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"  # noqa: S608


class Who(Protocol):
    """Whoever acts: a person with a hat on in a clinic, or a device."""

    clinic_id: UUID
    user_id: UUID | None
    name: str


def record(
    verb: str,
    *,
    by: Who,
    subject: Any = None,
    patient_id: UUID | None = None,
    session_id: UUID | None = None,
    **detail: Any,
) -> None:
    """Add one audit entry to the running transaction.

    subject  a model instance; its patient and session are taken from it when it has them
    detail   JSON values without free text of the chart: counts, kinds, clause ids
    """
    row = _row(verb, by, subject, patient_id, session_id, detail)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)


def record_many(verb: str, *, by: Who, subjects: Iterable[tuple[Any, UUID | None]]) -> None:
    """One audit entry for each (subject, patient's id), as when a table is brought in."""
    rows = [_row(verb, by, subject, patient_id, None, {}) for subject, patient_id in subjects]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)


def _row(
    verb: str,
    by: Who,
    subject: Any,
    patient_id: UUID | None,
    session_id: UUID | None,
    detail: dict[str, Any],
) -> list[Any]:
    """In the order of _COLUMNS."""
    values = (
        by.clinic_id,
        now(),
        by.user_id,
        by.name,
        verb,
        subject._meta.model_name if subject is not None else "",
        str(subject.pk) if subject is not None else "",
        patient_id or getattr(subject, "patient_id", None),
        session_id or getattr(subject, "session_id", None),
        json.dumps(detail),
    )
    return [adapted(value) for value in values]
