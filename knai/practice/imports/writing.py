"""Writing what was judged: in short transactions, so that nobody at a bedside waits for a table.

New patients stay unseen until the last of them is written. Whatever breaks off is taken back as a whole, at
once or, after a crash, as soon as the server runs again: see docs/adr/0018.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import entries as e
from knai.practice.entries import to_json
from knai.practice.imports.judging import Unit
from knai.practice.models import (
    ChartEntry,
    ImportedRow,
    ImportRun,
    Patient,
    Source,
    TreatmentSession,
)

BATCH = 250


def write(by: Actor, run: ImportRun, units: list[Unit]) -> None:
    """Every unit, and the run's progress with each batch."""
    for batch in _batches(units):
        with transaction.atomic():
            if run.kind == "patients":
                _write_patients(by, run, batch)
            else:
                _write_entries(by, run, batch)
            progress = ImportRun.objects.filter(pk=run.pk)
            progress.update(
                done=F("done") + sum(len(unit.rows) for unit in batch), touched_at=now()
            )


def _batches(units: list) -> Iterator[list]:
    for start in range(0, len(units), BATCH):
        yield units[start : start + BATCH]


def _write_patients(by: Actor, run: ImportRun, batch: list[Unit]) -> None:
    rows = [
        Patient(
            clinic=by.clinic, withdrawn_at=run.made_at, is_invented=by.clinic.is_invented,
            **(unit.fields or {}),
        )
        for unit in batch
    ]  # fmt: skip
    Patient.objects.bulk_create(rows)
    _remember(run, batch, rows, "patient")
    audit.record_many("patient.imported", by=by, subjects=[(row, row.pk) for row in rows])


def _write_entries(by: Actor, run: ImportRun, batch: list[Unit]) -> None:
    at = now()
    rows = [_entry(by, unit.patient_id, unit.body, at) for unit in batch if unit.body is not None]
    ChartEntry.objects.bulk_create(rows)
    _remember(run, batch, rows, "chartentry")
    audit.record_many(
        f"{run.kind}.imported", by=by, subjects=[(row, row.patient_id) for row in rows]
    )


def _entry(
    by: Actor, patient_id: UUID | None, body: e.Body, at: datetime, target: UUID | None = None
) -> ChartEntry:
    return ChartEntry(
        clinic=by.clinic, patient_id=patient_id, kind=body.kind, body=to_json(body), source=Source.IMPORT,
        effective_at=at, recorded_at=at, recorded_by=by.user, target_id=target,
    )  # fmt: skip


def _remember(run: ImportRun, batch: list[Unit], rows: list, subject_type: str) -> None:
    ImportedRow.objects.bulk_create(
        ImportedRow(run=run, row=unit.rows[0], subject_type=subject_type, subject_id=row.pk)
        for unit, row in zip(batch, rows, strict=True)
    )


def show_patients(run: ImportRun) -> None:
    """All of them at once: until here nobody could find one."""
    for ids in _batches(_subject_ids(run)):
        hidden = Patient.objects.filter(pk__in=ids, clinic_id=run.clinic_id)
        hidden.filter(withdrawn_at=run.made_at).update(withdrawn_at=None)


def _subject_ids(run: ImportRun) -> list[UUID]:
    """By their keys, some hundred at a time: a join over rows just written is planned on old counts."""
    return list(
        ImportedRow.objects.filter(run=run).order_by("pk").values_list("subject_id", flat=True)
    )


# ------------------------------------------------------------------------------------------ taking back
def take_back(by: Actor, run: ImportRun) -> int:
    """Everything that this run wrote. How many patients stay, since something was charted for them."""
    if run.kind == "patients":
        return sum(_withdraw(by, run, ids) for ids in _batches(_subject_ids(run)))
    for ids in _batches(_subject_ids(run)):
        _void(by, run, ids)
    return 0


@transaction.atomic
def _void(by: Actor, run: ImportRun, ids: list[UUID]) -> None:
    at, body = now(), e.Void(reason="The import was undone.")
    is_void = Exists(ChartEntry.objects.filter(kind="void", target=OuterRef("pk")))
    entries = ChartEntry.objects.filter(~is_void, pk__in=ids, clinic_id=run.clinic_id)
    voids = [_entry(by, row.patient_id, body, at, row.pk) for row in entries]
    ChartEntry.objects.bulk_create(voids)
    audit.record_many("void.recorded", by=by, subjects=[(row, row.patient_id) for row in voids])


@transaction.atomic
def _withdraw(by: Actor, run: ImportRun, ids: list[UUID]) -> int:
    """A number that was withdrawn is free again: the row keeps it with a mark behind."""
    charted = Exists(ChartEntry.objects.filter(patient=OuterRef("pk")))
    booked = Exists(TreatmentSession.objects.filter(patient=OuterRef("pk")))
    of_run = Patient.objects.filter(pk__in=ids, clinic_id=run.clinic_id)
    free = of_run.filter(~charted, ~booked)
    left = list(free.filter(withdrawn_at__isnull=True) | free.filter(withdrawn_at=run.made_at))
    for row in left:
        row.withdrawn_at, row.mrn = now(), f"{row.mrn[:27]}~{str(row.pk)[-12:]}"
    Patient.objects.bulk_update(left, ["withdrawn_at", "mrn"])
    audit.record_many("patient.withdrawn", by=by, subjects=[(row, row.pk) for row in left])
    return of_run.filter(withdrawn_at__isnull=True).count()
