"""Bringing a table in: kept, mapped, tried, taken, undone. The rounds of the server do the work."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit, files
from knai.kit.clock import now
from knai.practice.imports.kinds import KINDS, ORDERS
from knai.practice.imports.table import decode, guess, read_table
from knai.practice.models import ImportRun

BUSY = ("trying", "waiting", "running", "undoing")


@transaction.atomic
def bring(*, by: Actor, kind: str, data: bytes, name: str, run_id: UUID | None = None) -> ImportRun:
    """Keep the table and guess which column is which. Nothing is brought in yet.

    raises  Malformed: no such kind, or a file that is no table
    """
    by.must("manage_clinic")
    if kind not in KINDS:
        raise Malformed(f"wanted one of {', '.join(KINDS)}", "kind")
    again = ImportRun.objects.filter(clinic_id=by.clinic_id, pk=run_id).first() if run_id else None
    if again is not None:
        return again
    files.refuse_large(len(data))
    table = read_table(data)
    kept = files.keep(decode(data).encode(), name=name, media_type=files.CSV, by=by)
    names = {column.name: column.names for column in KINDS[kind].columns}
    run = ImportRun(
        clinic=by.clinic, kind=kind, file_id=kept.pk, rows=len(table.rows), made_by=by.user,
        made_at=now(), mapping={"columns": guess(table.columns, names), "order": "ymd"},
    )  # fmt: skip
    if run_id is not None:
        run.pk = run_id
    run.save(force_insert=True)
    audit.record("import.brought", by=by, subject=run, kind=kind, rows=run.rows)
    return run


def get_run(*, by: Actor, run_id: UUID, lock: bool = False) -> ImportRun:
    """raises  Missing: none of this clinic"""
    by.must("manage_clinic")
    rows = ImportRun.objects.filter(clinic_id=by.clinic_id, pk=run_id)
    run = (rows.select_for_update() if lock else rows.select_related("made_by")).first()
    if run is None:
        raise Missing("There is no such import in this clinic.")
    return run


@transaction.atomic
def try_out(*, by: Actor, run_id: UUID, columns: dict[str, str], order: str) -> ImportRun:
    """Judge every row by this mapping. Nothing is written.

    raises  Malformed: a wanted column is mapped to none; Refused: it was taken already
    """
    run = get_run(by=by, run_id=run_id, lock=True)
    _refuse_unless(run, "new", "tried", "failed", "undone")
    if order not in ORDERS:
        raise Malformed(f"wanted one of {', '.join(ORDERS)}", "order")
    known = {column.name for column in KINDS[run.kind].columns}
    for column in KINDS[run.kind].columns:
        if column.wanted and not columns.get(column.name):
            raise Malformed(f"Which column holds “{column.label}”?", column.name)
    chosen = {name: column for name, column in columns.items() if name in known and column}
    run.mapping = {"columns": chosen, "order": order}
    run.refused, run.refused_count, run.done, run.why_failed = [], 0, 0, ""
    return _move(by, run, "trying")


@transaction.atomic
def take(*, by: Actor, run_id: UUID, leave_out: bool = False) -> ImportRun:
    """Bring in what the trial found good: all of it, or nothing.

    leave_out  somebody looked at the refused rows and goes on without them
    raises     Refused: not tried yet, nothing to bring in, or rows are refused and stay in
    """
    run = get_run(by=by, run_id=run_id, lock=True)
    if run.state in ("waiting", "running", "done"):
        return run  # a second click
    _refuse_unless(run, "tried")
    if run.refused_count and not leave_out:
        raise Refused("Some rows cannot be taken. Mend the table, or leave them out.")
    if run.refused_count >= run.rows:
        raise Refused("No row can be taken. Mend the table and bring it again.")
    run.mapping = run.mapping | {"leave_out": leave_out}
    run.done = 0
    return _move(by, run, "waiting")


@transaction.atomic
def undo(*, by: Actor, run_id: UUID) -> ImportRun:
    """Take back what this import brought; a patient for whom something was charted since stays.

    raises  Refused: it brought nothing
    """
    run = get_run(by=by, run_id=run_id, lock=True)
    if run.state in ("undoing", "undone"):
        return run
    _refuse_unless(run, "done")
    return _move(by, run, "undoing")


def _refuse_unless(run: ImportRun, *states: str) -> None:
    if run.state not in states:
        raise Refused("Somebody went on with this import already. Look at where it stands.")


def _move(by: Actor, run: ImportRun, state: str) -> ImportRun:
    run.state, run.touched_at = state, None
    run.save()
    audit.record(f"import.{state}", by=by, subject=run, kind=run.kind)
    return run
