"""Exports: of one patient's chart, or of the whole clinic. Worked off in slices, taken up where they stopped.

What lies behind the cursor is in the archive; an archive that was cut off is begun anew.
"""

from __future__ import annotations

import logging
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from knai.core.errors import Forbidden, KnaiError, Unavailable
from knai.identity.actors import Actor, get_actor
from knai.kit import audit, files, rounds
from knai.kit.clock import now
from knai.practice import access, archive, chart_json, linked
from knai.practice.models import Export, Paper, Patient, State, TreatmentSession
from knai.practice.papers import making
from knai.practice.papers.kinds import get_kind

log = logging.getLogger(__name__)
SLICE_S, EVERY_S = 4.0, 2.0
STALE = timedelta(minutes=10)  # nobody touched it for so long: whoever worked on it is gone
KEPT_FOR = timedelta(days=7)  # a clinic's archive is removed then
NOT_BEGUN = (State.BOOKED, State.CANCELLED)
ON_PURPOSE = ("conformance",)  # papers that no bundle takes along

WORDS = """This archive was made by KNAI.

Each patient has a folder: chart.json with every entry, sessions/ with a record of each session as PDF,
papers/ with the papers that were given out. manifest.json names the SHA-256 of every file.
Psychotherapy notes are never exported.
{notice}"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of work: a patient's chart, or, with a session, the record of that one."""

    patient_id: UUID
    session_id: UUID | None = None

    def as_cursor(self) -> dict[str, str]:
        return {
            "patient": str(self.patient_id),
            "session": str(self.session_id) if self.session_id else "",
        }


def register() -> None:
    rounds.register("exports", EVERY_S, work_on)


def work_on(at: datetime) -> None:
    """One slice of the oldest export that waits, and no archive kept for too long."""
    _remove_old(at)
    waiting = Q(state="waiting") | Q(state="running", touched_at__lt=at - STALE)
    export = Export.objects.filter(waiting).order_by("asked_at").first()
    if export is not None:
        advance(export.pk)


def advance(export_id: UUID, slice_s: float = SLICE_S) -> str:
    """Work on it for about so long. Returns its state: waiting when there is more, done, failed."""
    export = _take(export_id)
    if export is None:
        return Export.objects.values_list("state", flat=True).get(pk=export_id)
    try:
        return _slice(export, time.monotonic() + slice_s)
    except KnaiError as error:
        return _fail(export, str(error))
    except Exception as error:
        log.error("export %s failed: %s", export.pk, type(error).__name__)
        return _fail(export, "It could not be finished. Begin it anew; the log names the cause.")


def _take(export_id: UUID) -> Export | None:
    """Ours for now; None: somebody else works on it, or it is over."""
    at = now()
    free = Q(state="waiting") | Q(state="running", touched_at__lt=at - STALE)
    taken = Export.objects.filter(free, pk=export_id).update(state="running", touched_at=at)
    rows = Export.objects.select_related("clinic", "asked_by", "patient")
    return rows.get(pk=export_id) if taken else None


def _slice(export: Export, until: float) -> str:
    by = get_actor(export.asked_by, export.clinic.slug)  # who has left by now exports nothing
    by.must("release_records")
    path = archive.path_of(export.pk)
    if not export.cursor:
        path.unlink(missing_ok=True)
    try:
        with archive.opened(path) as file:
            is_over = _work(by, export, file, until)
    except zipfile.BadZipFile:
        return _begin_anew(export)
    if is_over:
        return _finish(by, export)
    return _note(export, "waiting")


def _work(by: Actor, export: Export, file: archive.Archive, until: float) -> bool:
    """Units until the time is up. True: none is left."""
    for unit in _units_after(export):
        if unit.session_id is None:
            _add_chart(by, export, file, unit.patient_id)
        else:
            _add_session(by, export, file, unit)
        export.cursor, export.done = unit.as_cursor(), export.done + 1
        if time.monotonic() >= until:
            return False
    return True


def _units_after(export: Export) -> Iterator[Unit]:
    """What is still to do, in an order that does not change: by patient, then by session."""
    cursor = export.cursor
    patients = _patients(export)
    if cursor:
        patients = patients.filter(pk__gte=cursor["patient"])
    for patient_id in list(patients.order_by("pk").values_list("pk", flat=True)):
        begun = bool(cursor) and str(patient_id) == cursor["patient"]
        if not begun:
            yield Unit(patient_id)
        sessions = _sessions(patient_id)
        if begun and cursor["session"]:
            sessions = sessions.filter(pk__gt=cursor["session"])
        for session_id in list(sessions.order_by("pk").values_list("pk", flat=True)):
            yield Unit(patient_id, session_id)


def _patients(export: Export):
    rows = Patient.objects.filter(clinic_id=export.clinic_id, withdrawn_at__isnull=True)
    if export.patient_id is None:
        return rows
    return rows.filter(pk__in=linked.list_together(export.clinic_id, export.patient_id))


def _sessions(patient_id: UUID):
    return TreatmentSession.objects.filter(patient_id=patient_id).exclude(state__in=NOT_BEGUN)


def count_units(export: Export) -> int:
    patients = _patients(export)
    sessions = TreatmentSession.objects.filter(patient__in=patients).exclude(state__in=NOT_BEGUN)
    return patients.count() + sessions.count()


# ------------------------------------------------------------------------------------- what goes in
def _add_chart(by: Actor, export: Export, file: archive.Archive, patient_id: UUID) -> None:
    try:
        access.must_open(by, Patient.objects.get(pk=patient_id))
    except Forbidden:
        _leave_out(export, f"chart {patient_id}: restricted to its care team")
        return
    folder = _folder(patient_id)
    file.add(
        f"{folder}/chart.json",
        chart_json.pieces(
            by=by, patient_ids=(patient_id,), compartments=export.choice["compartments"],
            made_at=export.asked_at,
        ),
    )  # fmt: skip
    papers = Paper.objects.filter(clinic_id=by.clinic_id, patient_id=patient_id)
    for paper in papers.exclude(kind__in=ON_PURPOSE).order_by("made_at", "id"):
        name = (
            f"{folder}/papers/{paper.made_at:%Y-%m-%d}-{archive.safe(paper.kind)}-{paper.code}.pdf"
        )
        if not file.has(name):
            file.add(name, _bytes(by, export, paper))


def _bytes(by: Actor, export: Export, paper: Paper) -> list[bytes]:
    """A paper whose bytes are gone leaves its place empty and is named, instead of ending everything."""
    try:
        return [files.read(paper.file_id, by=by)[1]]
    except Unavailable:
        _leave_out(export, f"paper {paper.code}: its bytes are gone or were changed")
        return []


def _add_session(by: Actor, export: Export, file: archive.Archive, unit: Unit) -> None:
    session = TreatmentSession.objects.get(pk=unit.session_id)
    day = session.booked_for_at.astimezone(by.clinic.tz)
    name = f"{_folder(unit.patient_id)}/sessions/{day:%Y-%m-%d}-{str(session.pk)[-12:]}.pdf"
    if file.has(name):
        return
    try:
        made = making.make(
            by=by, kind=get_kind("session_record"), subject_id=session.pk, at=export.asked_at
        )
    except Forbidden:
        return  # of a restricted chart, which was named as left out already
    file.add(name, [made.data])


def _leave_out(export: Export, why: str) -> None:
    export.choice = export.choice | {"left_out": [*export.choice.get("left_out", ()), why[:200]]}


def _folder(patient_id: UUID) -> str:
    patient = Patient.objects.get(pk=patient_id)
    return f"{archive.safe(patient.mrn)}-{str(patient_id)[-12:]}"


# ------------------------------------------------------------------------------------- how it ends
def _finish(by: Actor, export: Export) -> str:
    path = archive.path_of(export.pk)
    sensitive = "substance_use" in export.choice["compartments"]
    words = WORDS.format(notice=f"\n{chart_json.NOTICE}\n" if sensitive else "")
    about = {
        "format": "knai-export", "version": 1, "clinic": by.clinic.name, "made_by": by.name,
        "whole_clinic": export.patient_id is None, "compartments": export.choice["compartments"],
        "left_out": export.choice.get("left_out", []),
    }  # fmt: skip
    archive.close_with_manifest(path, about, words, export.asked_at)
    export.sha256, export.size_bytes = archive.hash_of(path), path.stat().st_size
    with transaction.atomic():
        if export.patient_id is not None:
            export.file_id = _keep(by, export, path).pk
        audit.record(
            "export.finished", by=by, subject=export, sha256=export.sha256,
            size_bytes=export.size_bytes, compartments=export.choice["compartments"],
        )  # fmt: skip
        export.ended_at = now()
        state = _note(export, "done")
    if export.patient_id is not None:
        path.unlink(missing_ok=True)
    return state


def _keep(by: Actor, export: Export, path):
    """A patient's archive is kept as any file: a request for records points to it."""
    name = f"chart-{export.asked_at:%Y-%m-%d}.zip"
    return files.keep(path.read_bytes(), name=name, media_type=files.ZIP, by=by)


def _note(export: Export, state: str) -> str:
    """How far it is. One that was removed meanwhile stays removed, and its archive goes."""
    names = (
        "choice",
        "cursor",
        "done",
        "ended_at",
        "file_id",
        "sha256",
        "size_bytes",
        "why_failed",
    )
    values = {name: getattr(export, name) for name in names}
    rows = Export.objects.filter(pk=export.pk, state="running")
    if not rows.update(state=state, touched_at=now(), **values):
        archive.path_of(export.pk).unlink(missing_ok=True)
        return "removed"
    return state


def _begin_anew(export: Export) -> str:
    export.cursor, export.done = {}, 0
    return _note(export, "waiting")


def _fail(export: Export, why: str) -> str:
    archive.path_of(export.pk).unlink(missing_ok=True)
    export.why_failed, export.ended_at = why[:200], now()
    return _note(export, "failed")


def _remove_old(at: datetime) -> None:
    """The whole clinic's archive does not lie about."""
    over = Export.objects.filter(state="done", patient=None, ended_at__lt=at - KEPT_FOR)
    for export in over:
        archive.path_of(export.pk).unlink(missing_ok=True)
    over.update(state="removed")
