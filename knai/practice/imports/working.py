"""The round that works imports off: one at a time, each step begun anew after a crash."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from knai.core.errors import KnaiError
from knai.identity.actors import Actor, get_actor
from knai.kit import audit, files, rounds
from knai.kit.clock import now
from knai.practice.imports import writing
from knai.practice.imports.judging import Judged, judge
from knai.practice.imports.table import read_table
from knai.practice.models import ImportRun

log = logging.getLogger(__name__)
EVERY_S = 1.0
STALE = timedelta(minutes=2)  # a batch takes far less: whoever worked on it is gone
MOST_REFUSALS = 1000
STEPS = ("trying", "waiting", "running", "undoing")


def register() -> None:
    rounds.register("imports", EVERY_S, work_on)


def work_on(at: datetime) -> None:
    """One step of the oldest import that waits for one."""
    untouched = Q(touched_at__isnull=True) | Q(touched_at__lt=at - STALE)
    run = ImportRun.objects.filter(untouched, state__in=STEPS).order_by("made_at").first()
    if run is not None:
        advance(run.pk)


def advance(run_id: UUID) -> str:
    """Do the step that this import waits for. Returns the state it is in then."""
    run = _take(run_id)
    if run is None:
        return ImportRun.objects.values_list("state", flat=True).get(pk=run_id)
    try:
        by = get_actor(run.made_by, run.clinic.slug)  # who has left by now brings nothing in
        _step(by, run)
    except KnaiError as error:
        _fail(run, str(error))
    except Exception as error:
        log.error("import %s failed: %s", run.pk, type(error).__name__)
        _fail(run, "It could not be finished and was taken back. The log names the cause.")
    return run.state


def _take(run_id: UUID) -> ImportRun | None:
    """Ours for now; None: somebody else works on it, or it waits for a person."""
    at = now()
    untouched = Q(touched_at__isnull=True) | Q(touched_at__lt=at - STALE)
    rows = ImportRun.objects.filter(untouched, pk=run_id, state__in=STEPS)
    if not rows.update(touched_at=at):
        return None
    return ImportRun.objects.select_related("clinic", "made_by").get(pk=run_id)


def _step(by: Actor, run: ImportRun) -> None:
    if run.state == "trying":
        _try(by, run)
    elif run.state == "waiting":
        _bring(by, run)
    elif run.state == "running":  # found again after a crash: it broke off in the middle
        _fail(run, "The server was stopped in the middle. Everything was taken back; try again.")
    else:
        _undo(by, run)


def _judged(by: Actor, run: ImportRun) -> Judged:
    _, data = files.read(run.file_id, by=by)
    mapping = run.mapping
    return judge(
        by=by,
        kind=run.kind,
        table=read_table(data),
        mapping=mapping["columns"],
        order=mapping["order"],
    )


def _try(by: Actor, run: ImportRun) -> None:
    _end_tried(by, run, _judged(by, run))


def _end_tried(by: Actor, run: ImportRun, judged: Judged) -> None:
    run.refused_count = len({refusal.row for refusal in judged.refused})
    run.refused = [asdict(refusal) for refusal in judged.refused[:MOST_REFUSALS]]
    _end(by, run, "tried")


def _bring(by: Actor, run: ImportRun) -> None:
    judged = _judged(by, run)
    if judged.refused and not run.mapping.get("leave_out"):
        _end_tried(by, run, judged)  # the clinic changed since the trial
        return
    ImportRun.objects.filter(pk=run.pk).update(state="running", done=0)
    writing.write(by, run, judged.units)
    with transaction.atomic():
        writing.show_patients(run)
        run.done = sum(len(unit.rows) for unit in judged.units)
        _end(by, run, "done")


def _undo(by: Actor, run: ImportRun) -> None:
    kept = writing.take_back(by, run)
    if kept:
        run.why_failed = f"{kept} patients stay: something was charted or booked for them since."
    _end(by, run, "undone")


@transaction.atomic
def _end(by: Actor, run: ImportRun, state: str) -> None:
    run.state, run.touched_at, run.ended_at = state, None, now()
    run.save()
    audit.record(
        f"import.{state}", by=by, subject=run, kind=run.kind, rows=run.rows, done=run.done,
        refused=run.refused_count,
    )  # fmt: skip


def _fail(run: ImportRun, why: str) -> None:
    """Nothing stays half brought in, whether or not its maker may still act here."""
    by = Actor(run.clinic, run.made_by, "", run.made_by.name)
    writing.take_back(by, run)
    run.why_failed = why[:200]
    _end(by, run, "failed")
