"""One session read once: what the clinic knows of it, what this person may see, and its lines as rows."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from knai.identity.actors import Actor, system_actor
from knai.kit.clock import now
from knai.practice import queries
from knai.practice.actions.charting import LATE_AFTER
from knai.practice.charting_rules import AMENDABLE, VOIDABLE, permission_for
from knai.practice.entry_words import icon_of, words_of
from knai.practice.facts import Known, know_from
from knai.practice.kept_entries import forget_entries, read_entries
from knai.practice.log import Line, Log, fold
from knai.practice.models import ChartEntry, Compartment, Source, TreatmentSession
from knai.practice.session_shapes import EntryRow, Mark

NEWEST = 50
_KEPT_LOGS = 64

_logs: OrderedDict[tuple[Any, ...], tuple[int, tuple[Log, Log]]] = OrderedDict()
_guard = threading.Lock()


def forget_logs() -> None:
    """Read every session anew, as a process that has just started."""
    forget_entries()
    with _guard:
        _logs.clear()


def _read_logs(by: Actor, session: TreatmentSession) -> tuple[Log, Log]:
    """(the clinic's log, what this person may see of it), in one query of what is new; in none when nothing
    was added since this process read them last: each entry raises the session's revision."""
    own_notes, hidden = by.may("write_psychotherapy_note"), _hidden_from(by)
    key = (by.clinic_id, session.pk, hidden, by.user_id if own_notes else None)
    with _guard:
        revision, logs = _logs.get(key, (None, None))
    if logs is None or revision != session.revision:
        logs = _fold(read_entries(by, session, own_notes), hidden)
    with _guard:
        _logs[key] = session.revision, logs
        _logs.move_to_end(key)
        while len(_logs) > _KEPT_LOGS:
            _logs.popitem(last=False)
    return logs


def _fold(entries: list[ChartEntry], hidden: frozenset[str]) -> tuple[Log, Log]:
    clinics = [entry for entry in entries if entry.compartment != Compartment.PSYCHOTHERAPY]
    seen = [entry for entry in entries if entry.compartment not in hidden]
    clinic = fold(clinics)
    return clinic, clinic if seen == clinics else fold(seen)


def _hidden_from(by: Actor) -> frozenset[str]:
    """Compartments, besides psychotherapy, that this role does not read; as queries.visible_entries."""
    hidden = set()
    if not by.may("work_up"):
        hidden.add(str(Compartment.SUBSTANCE_USE))
    if not by.may("manage_clinic") and not by.may("prescribe"):
        hidden.add(str(Compartment.QUALITY))
    return frozenset(hidden)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session read once: what the clinic knows, and what this person may see."""

    session: TreatmentSession
    known: Known
    seen: Log


def open_session(*, by: Actor, session_id: UUID) -> Opened:
    """raises  Forbidden: may not read the chart; Missing: not this clinic's"""
    by.must("read_chart")
    session = queries.get_session(by=by, session_id=session_id)
    log, seen = _read_logs(by, session)
    work_up = queries.load_work_up(by=system_actor(by.clinic), patient_id=session.patient_id)
    known = know_from(session=session, log=log, work_up=work_up, by=by, now=now())
    return Opened(session, known, seen)


def list_entries(by: Actor, opened: Opened, newest_first: bool = True) -> tuple[EntryRow, ...]:
    """A row depends on its line, on who looks and, for a baseline, on the first dose."""
    key = ("rows", by.role, by.user_id, opened.session.first_dose_at, newest_first)
    return opened.seen.once(key, lambda: _rows(by, opened, newest_first))


def _rows(by: Actor, opened: Opened, newest_first: bool) -> tuple[EntryRow, ...]:
    lines = opened.seen.lines
    shown = lines[-NEWEST:] if newest_first else lines
    rows = [row_of(by, opened.session, line) for line in shown]
    return tuple(reversed(rows)) if newest_first else tuple(rows)


def list_older(by: Actor, opened: Opened, page: int) -> tuple[tuple[EntryRow, ...], int]:
    """The page'th stretch of older entries (1: the one before the newest), newest first, and how many come
    after it."""
    lines = opened.seen.lines
    end = max(0, len(lines) - NEWEST * page)
    start = max(0, end - NEWEST)
    rows = tuple(row_of(by, opened.session, line) for line in reversed(lines[start:end]))
    return rows, start


def row_of(by: Actor, session: TreatmentSession, line: Line) -> EntryRow:
    entry, is_own = line.entry, line.entry.recorded_by_id == by.user_id
    is_device = entry.source == Source.DEVICE
    may_write = line.counts and by.may(permission_for(line.kind))
    return EntryRow(
        id=line.id,
        kind=line.kind,
        icon=icon_of(line.kind),
        what=words_of(line.body, by.clinic.tz),
        effective_at=line.at,
        recorded_at=entry.recorded_at,
        by=_name(entry),
        source=entry.source,
        device=entry.device.name if entry.device else "",
        late=entry.recorded_at - entry.effective_at > LATE_AFTER,
        is_private=entry.compartment == Compartment.PSYCHOTHERAPY,
        voided=_mark(line.void, "reason"),
        amended_by=_mark(line.amended_by, "amended_because"),
        amends=entry.amends_id,
        amended_because=line.body.amended_because,
        accepted=_mark(line.accepted),
        waits=is_device and line.kind == "vitals" and line.counts and line.accepted is None,
        may_amend=may_write and line.kind in AMENDABLE,
        may_void=line.counts and line.kind in VOIDABLE and (is_own or by.may("void")),
        may_pin=may_write and _can_be_baseline(session, line),
    )


def _can_be_baseline(session: TreatmentSession, line: Line) -> bool:
    first = session.first_dose_at
    return line.kind == "vitals" and line.body.is_complete and (first is None or line.at <= first)


def _mark(entry: ChartEntry | None, reason: str = "") -> Mark | None:
    if entry is None:
        return None
    return Mark(entry.pk, _name(entry), entry.recorded_at, entry.body.get(reason, ""))


def _name(entry: ChartEntry) -> str:
    if entry.recorded_by is not None:
        return entry.recorded_by.name
    return entry.device.name if entry.device else "KNAI"
