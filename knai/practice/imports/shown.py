"""Imports as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knai.identity.actors import Actor
from knai.kit import files
from knai.practice.actions.imports import BUSY, get_run
from knai.practice.imports.kinds import KINDS
from knai.practice.imports.table import read_table
from knai.practice.models import ImportRun

WORDS = {
    "new": "Not tried yet", "trying": "Being tried", "tried": "Tried, nothing brought in",
    "waiting": "About to begin", "running": "Being brought in", "done": "Brought in",
    "undoing": "Being undone", "undone": "Undone", "failed": "Failed, nothing brought in",
}  # fmt: skip
SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Refused:
    row: int
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class ImportRow:
    id: UUID
    kind: str
    state: str
    state_word: str
    rows: int
    done: int
    refused_count: int
    refused: tuple[Refused, ...]
    why_failed: str
    made_at: datetime
    made_by: str

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY

    @property
    def good(self) -> int:
        return self.rows - self.refused_count


def list_imports(*, by: Actor) -> list[ImportRow]:
    by.must("manage_clinic")
    rows = ImportRun.objects.filter(clinic_id=by.clinic_id).select_related("made_by")
    return [_shown(run) for run in rows[:50]]


def get_import(*, by: Actor, run_id: UUID) -> ImportRow:
    return _shown(get_run(by=by, run_id=run_id))


def _shown(run: ImportRun) -> ImportRow:
    labels = {column.name: column.label for column in KINDS[run.kind].columns}
    refused = (
        Refused(each["row"], labels.get(each["field"], ""), each["why"]) for each in run.refused
    )
    return ImportRow(
        id=run.pk, kind=run.kind, state=run.state, state_word=WORDS[run.state], rows=run.rows,
        done=run.done, refused_count=run.refused_count, refused=tuple(refused),
        why_failed=run.why_failed, made_at=run.made_at, made_by=run.made_by.name,
    )  # fmt: skip


def get_sample(*, by: Actor, run_id: UUID) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The table's columns and its first rows, to choose by."""
    _, data = files.read(get_run(by=by, run_id=run_id).file_id, by=by)
    table = read_table(data)
    return table.columns, [cells for _, cells in table.rows[:SAMPLE]]


def get_mapping(*, by: Actor, run_id: UUID) -> dict:
    return get_run(by=by, run_id=run_id).mapping
