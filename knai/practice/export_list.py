"""Exports as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.practice import archive
from knai.practice.exports import KEPT_FOR
from knai.practice.models import Export

STATES = {
    "waiting": "Waiting",
    "running": "Being made",
    "done": "Ready",
    "failed": "Failed",
    "removed": "Removed",
}
MOST = 20


@dataclass(frozen=True, slots=True)
class ExportRow:
    """until: when the clinic's archive is removed."""

    id: UUID
    patient_id: UUID | None
    state: str
    state_word: str
    compartments: tuple[str, ...]
    total: int
    done: int
    asked_at: datetime
    asked_by: str
    sha256: str
    size_mb: str
    why_failed: str
    left_out: tuple[str, ...]
    until: datetime | None

    @property
    def is_under_way(self) -> bool:
        return self.state in ("waiting", "running")


def list_exports(*, by: Actor, patient_id: UUID | None) -> list[ExportRow]:
    """Of one patient, or, without one, of the whole clinic: its owner's alone."""
    by.must("release_records" if patient_id else "manage_clinic")
    rows = Export.objects.filter(clinic_id=by.clinic_id, patient_id=patient_id)
    return [_row(row) for row in rows.select_related("asked_by")[:MOST]]


def get_export(*, by: Actor, export_id: UUID) -> ExportRow:
    """raises  Forbidden; Missing"""
    return _row(find_export(by, export_id))


def find_export(by: Actor, export_id: UUID) -> Export:
    by.must("release_records")
    rows = Export.objects.filter(clinic_id=by.clinic_id, pk=export_id)
    export = rows.select_related("asked_by", "patient").first()
    if export is None:
        raise Missing("There is no such export in this clinic.")
    if export.patient_id is None:
        by.must("manage_clinic")
    return export


def clinic_archive(export: Export) -> Path:
    """raises  Missing: it was removed"""
    path = archive.path_of(export.pk)
    if export.state != "done" or not path.exists():
        raise Missing("This archive is not there any more. Make it anew.")
    return path


def _row(row: Export) -> ExportRow:
    ends = row.ended_at + KEPT_FOR if row.ended_at and row.patient_id is None else None
    return ExportRow(
        id=row.pk,
        patient_id=row.patient_id,
        state=row.state,
        state_word=STATES.get(row.state, row.state),
        compartments=tuple(row.choice.get("compartments", ())),
        total=row.total,
        done=row.done,
        asked_at=row.asked_at,
        asked_by=row.asked_by.name,
        sha256=row.sha256,
        size_mb=f"{row.size_bytes / 1_000_000:.1f}" if row.size_bytes else "",
        why_failed=row.why_failed,
        left_out=tuple(row.choice.get("left_out", ())),
        until=ends if row.state == "done" else None,
    )
