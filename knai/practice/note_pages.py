"""The notes of a session as its page shows them: this person's draft, and what is signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knai.identity.actors import Actor
from knai.practice import linked, queries
from knai.practice.entries import SessionNote
from knai.practice.entry_words import words_of
from knai.practice.log import Line, Log
from knai.practice.models import Compartment, NoteDraft, State, TreatmentSession, WorkItem
from knai.practice.patient_record import get_row
from knai.practice.session_log import open_session
from knai.practice.session_shapes import Identity
from knai.practice.session_view import identity_of

NOT_BEGUN = (State.BOOKED, State.CANCELLED)
NOT_NEWS = frozenset({"session_note", "cosignature", "addendum", "safety_review", "note"})


@dataclass(frozen=True, slots=True)
class Draft:
    """since: what was charted after it was made, so that it is not in it by itself."""

    id: UUID
    text: str
    revision: int
    began_at: datetime
    changed_at: datetime
    since: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """A co-signature or an addendum."""

    kind: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """asked: who was asked to co-sign and has not yet."""

    id: UUID
    text: str
    signed_as: str
    at: datetime
    is_own: bool
    is_void: bool
    asked: tuple[str, ...]
    asks_me: bool
    added: tuple[Added, ...]


@dataclass(frozen=True, slots=True)
class NotePage:
    session_id: UUID
    patient_id: UUID
    session_at: datetime
    identity: Identity
    draft: Draft | None
    signed: tuple[Signed, ...]


def get_note_page(*, by: Actor, session_id: UUID) -> NotePage:
    """raises  Forbidden: may not read the chart; Missing; Restricted"""
    opened = open_session(by=by, session_id=session_id)
    session = opened.session
    return NotePage(
        session_id=session.pk,
        patient_id=session.patient_id,
        session_at=session.booked_for_at,
        identity=identity_of(opened.known),
        draft=_draft(by, session, opened.seen),
        signed=tuple(_signed(by, session, opened.seen)),
    )


def _draft(by: Actor, session: TreatmentSession, seen: Log) -> Draft | None:
    rows = NoteDraft.objects.filter(session=session, author_id=by.user_id, signed_at__isnull=True)
    row = rows.filter(kind=SessionNote.kind).first()
    if row is None:
        return None
    since = [
        words_of(line.body, by.clinic.tz)
        for line in seen.lines
        if line.entry.recorded_at > row.began_at and _is_news(line)
    ]
    return Draft(row.pk, row.text, row.revision, row.began_at, row.changed_at, tuple(since))


def _is_news(line: Line) -> bool:
    clinical = line.entry.compartment == Compartment.CLINICAL
    return line.counts and clinical and line.kind not in NOT_NEWS


def _signed(by: Actor, session: TreatmentSession, seen: Log) -> Iterable[Signed]:
    """The newest first."""
    asked = _asked(session)
    for line in reversed([each for each in seen.lines if each.kind == SessionNote.kind]):
        waiting = asked.get(str(line.id), {})
        yield Signed(
            id=line.id,
            text=line.body.text,
            signed_as=line.body.signed_as,
            at=line.entry.recorded_at,
            is_own=line.entry.recorded_by_id == by.user_id,
            is_void=line.void is not None,
            asked=tuple(waiting.values()),
            asks_me=by.user_id in waiting,
            added=tuple(_added(seen, line.id)),
        )


def _asked(session: TreatmentSession) -> dict[str, dict[UUID | None, str]]:
    """Note → who was asked for a co-signature and has neither given nor declined it."""
    rows = WorkItem.objects.filter(session=session, kind="cosign", closed_at__isnull=True)
    found: dict[str, dict[UUID | None, str]] = {}
    for item in rows.select_related("owner"):
        name = item.owner.name if item.owner else "nobody"
        found.setdefault(item.key.split(":")[1], {})[item.owner_id] = name
    return found


def _added(seen: Log, note_id: UUID) -> Iterable[Added]:
    for line in seen.of("cosignature", "addendum"):
        if line.entry.target_id == note_id:
            who = line.entry.recorded_by.name if line.entry.recorded_by else "KNAI"
            yield Added(line.kind, line.body.text, who, line.entry.recorded_at)


# ------------------------------------------------------------------------------------- of one patient
@dataclass(frozen=True, slots=True)
class NoteRow:
    """A session that has begun, with its notes; () where none is signed."""

    session_id: UUID
    session_at: datetime
    state_word: str
    notes: tuple[tuple[str, str], ...]  # signed as, text
    has_draft: bool


def list_notes(*, by: Actor, patient_id: UUID, most: int = 100) -> tuple[NoteRow, ...]:
    """The newest first. Four queries."""
    by.must("read_chart")
    get_row(by, patient_id)
    ids = linked.list_together(by.clinic_id, patient_id)
    rows = TreatmentSession.objects.filter(clinic_id=by.clinic_id, patient_id__in=ids)
    sessions = list(rows.exclude(state__in=NOT_BEGUN).order_by("-booked_for_at")[:most])
    entries = queries.visible_entries(by).filter(session__in=sessions, kind=SessionNote.kind)
    notes: dict[UUID | None, list[tuple[str, str]]] = {}
    for entry in entries.exclude(marks__kind="void").order_by("recorded_at"):
        notes.setdefault(entry.session_id, []).append((entry.body["signed_as"], entry.body["text"]))
    drafts = NoteDraft.objects.filter(
        session__in=sessions, author_id=by.user_id, signed_at__isnull=True
    )
    mine = set(drafts.values_list("session_id", flat=True))
    return tuple(
        NoteRow(
            session_id=session.pk,
            session_at=session.booked_for_at,
            state_word=State(session.state).label,
            notes=tuple(notes.get(session.pk, ())),
            has_draft=session.pk in mine,
        )
        for session in sessions
    )
