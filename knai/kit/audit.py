"""Writing the audit. The chain over it is made by `sealer`."""

from __future__ import annotations

import json
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
    row = {
        "clinic_id": by.clinic_id,
        "at": now(),
        "actor_id": by.user_id,
        "actor_name": by.name,
        "verb": verb,
        "subject_type": subject._meta.model_name if subject is not None else "",
        "subject_id": str(subject.pk) if subject is not None else "",
        "patient_id": patient_id or getattr(subject, "patient_id", None),
        "session_id": session_id or getattr(subject, "session_id", None),
        "detail": json.dumps(detail),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [adapted(value) for value in row.values()])
