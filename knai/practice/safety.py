"""Safety events: what the clinic looks at afterwards, how bad it was, and what it made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from knai.core.errors import Missing
from knai.core.events import GRADES
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import access, queries
from knai.practice.entries import AdverseEvent, SafetyReview, from_json
from knai.practice.entry_words import words_of
from knai.practice.models import ChartEntry, SafetyEvent

# kind → words, and the severity it counts as until somebody judged it (the scale of adverse events)
KINDS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "adverse_event": ("Adverse event", 3),
        "late_event": ("Event told afterwards", 3),
        "emergency": ("Emergency", 4),
        "already_happened": ("It had happened already", 2),
        "clause_breach": ("Against the Standard", 2),
        "eloped": ("Left without telling", 2),
        "died": ("Death", 5),
        "drove_away": ("Drove away", 3),
        "drove_early": ("Drove before it was allowed", 3),
        "suicidal_thoughts": ("Suicidal thoughts", 4),
        "bladder": ("Bladder symptoms", 2),
    }
)
MOST_CLOSED = 100


@dataclass(frozen=True, slots=True)
class Review:
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EventRow:
    """severity: as judged, else what its kind or grade counts as; is_judged tells which."""

    id: UUID
    kind_words: str
    clause: str
    what: str
    session_id: UUID
    session_at: datetime
    patient_name: str
    opened_at: datetime
    age_days: int
    opened_by: str
    is_late: bool
    severity: int
    severity_words: str
    is_judged: bool
    owner_id: UUID | None
    owner: str
    closed_at: datetime | None
    closed_by: str
    outcome: str


def may_handle(by: Actor) -> bool:
    """Who works with patients, and who answers for the clinic."""
    return by.may("chart") or by.may("manage_clinic")


def may_review(by: Actor) -> bool:
    """Who reads the quality compartment writes in it."""
    return by.may("prescribe") or by.may("manage_clinic")


def list_events(*, by: Actor, closed: bool = False) -> tuple[EventRow, ...]:
    """Open ones, the worst first and then the oldest; or those closed last. Two queries."""
    by.must("read_chart")
    rows = SafetyEvent.objects.filter(clinic_id=by.clinic_id, closed_at__isnull=not closed)
    rows = rows.select_related("session__patient", "entry", "owner", "opened_by", "closed_by")
    found = list(
        rows.order_by("-closed_at")[:MOST_CLOSED] if closed else rows.order_by("opened_at")
    )
    shut = access.list_closed(by, [event.session.patient for event in found])
    shown = [_row(event, shut) for event in found]
    return tuple(shown if closed else sorted(shown, key=lambda row: -row.severity))


def get_event(*, by: Actor, event_id: UUID) -> tuple[EventRow, tuple[Review, ...]]:
    """One event and, for those who read the quality compartment, its reviews.

    raises  Missing; Restricted: the patient's chart is closed to this person
    """
    by.must("read_chart")
    rows = SafetyEvent.objects.filter(clinic_id=by.clinic_id, pk=event_id)
    event = rows.select_related(
        "session__patient", "entry", "owner", "opened_by", "closed_by"
    ).first()
    if event is None:
        raise Missing("There is no such safety event in this clinic.")
    access.must_open(by, event.session.patient)
    return _row(event, frozenset()), _reviews(by, event)


def _reviews(by: Actor, event: SafetyEvent) -> tuple[Review, ...]:
    rows = queries.visible_entries(by).filter(session_id=event.session_id, kind=SafetyReview.kind)
    rows = rows.select_related("recorded_by").order_by("recorded_at")
    return tuple(
        Review(
            row.body["text"], row.recorded_by.name if row.recorded_by else "KNAI", row.recorded_at
        )
        for row in rows
        if row.body["event_id"] == str(event.pk)
    )


def _row(event: SafetyEvent, shut: frozenset[UUID]) -> EventRow:
    session, severity = event.session, event.severity or severity_of(event.kind, event.entry)
    is_closed_chart = session.patient_id in shut
    return EventRow(
        id=event.pk,
        kind_words=KINDS[event.kind][0] if event.kind in KINDS else event.kind.replace("_", " "),
        clause=event.clause,
        what="" if is_closed_chart else _what(event.entry),
        session_id=session.pk,
        session_at=session.booked_for_at,
        patient_name=access.shown_name(session.patient, shut),
        opened_at=event.opened_at,
        age_days=((event.closed_at or now()) - event.opened_at).days,
        opened_by=event.opened_by.name if event.opened_by else "KNAI",
        is_late=event.is_late,
        severity=severity,
        severity_words=grade_words(severity),
        is_judged=event.severity is not None,
        owner_id=event.owner_id,
        owner=event.owner.name if event.owner else "",
        closed_at=event.closed_at,
        closed_by=event.closed_by.name if event.closed_by else "",
        outcome=event.outcome,
    )


def grade_words(grade: int) -> str:
    return f"{grade}, {GRADES[grade].split(':')[0].lower()}"


def severity_of(kind: str, entry: ChartEntry | None) -> int:
    """The grade of an adverse event; of anything else what its kind counts as."""
    if entry is not None and entry.kind == AdverseEvent.kind:
        return entry.body["grade"]
    return KINDS[kind][1] if kind in KINDS else 2


def _what(entry: ChartEntry | None) -> str:
    return words_of(from_json(entry.kind, entry.body)) if entry is not None else ""
