"""The end of a day: what is still open of it, each with the one thing to do about it, and who closed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from knai.identity.actors import Actor
from knai.identity.models import Clinic
from knai.kit import rounds
from knai.kit.clock import now
from knai.practice import access, safety, work
from knai.practice.actions import quarantine
from knai.practice.entries import SessionNote
from knai.practice.hours import Span, day_span, open_spans
from knai.practice.live.tile import words_of as alert_words
from knai.practice.models import (
    OPEN_STATES,
    Alert,
    ChartEntry,
    NoteDraft,
    RosterStay,
    SafetyEvent,
    State,
    TreatmentSession,
    WorkItem,
)
from knai.practice.states import DEPARTED

KIND = "end_of_day"
WITHOUT_HOURS = time(18)
BEFORE = timedelta(hours=1)  # the item comes an hour before the clinic closes
WENT_HOME = (State.DISCHARGED, State.LEFT_AGAINST_ADVICE, State.ELOPED)
NOT_BEGUN = (State.BOOKED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that is open. subject_id: a session, unless its section is about something else."""

    words: str
    who: str = ""
    at: datetime | None = None
    subject_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """key: names the one action that settles each of its things."""

    key: str
    title: str
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class EndOfDay:
    on: date
    is_over: bool
    sections: tuple[Section, ...]
    closed_at: datetime | None
    closed_by: str
    outcome: str

    @property
    def open_count(self) -> int:
        return sum(len(section.things) for section in self.sections)


def get_end_of_day(*, by: Actor, on: date) -> EndOfDay:
    """Eleven queries, however busy the day was."""
    by.must("read_chart")
    span = day_span(on, by.clinic.tz)
    sessions = list(_of_the_day(by, span).select_related("patient", "course", "chair"))
    shut = access.list_closed(by, [session.patient for session in sessions])
    names = {s.pk: access.shown_name(s.patient, shut) for s in sessions}
    found = (
        ("session", "Sessions still open", _still_open(by, span)),
        ("visit", "Visits that nobody came to or cancelled", _never_came(sessions, names)),
        ("note", "Notes to sign", _notes(by, sessions, names)),
        ("alert", "Alerts that go on", _alerts(by, sessions, names)),
        ("sets", "Sets of monitors nobody accepted", _sets(by, sessions, names)),
        ("follow_up", "No further visit is booked", _without_follow_up(by, sessions, names)),
        ("safety", "Safety events to look at", _safety(by, span)),
        ("roster", "Still signed in as on site", _stays(by, span)),
        ("quarantine", "Values of monitors set aside", _quarantine(by)),
    )
    item = WorkItem.objects.filter(clinic_id=by.clinic_id, key=key_of(on)).first()
    is_closed = item is not None and item.closed_at is not None
    return EndOfDay(
        on=on,
        is_over=now() >= span[1],
        sections=tuple(Section(key, title, tuple(things)) for key, title, things in found),
        closed_at=item.closed_at if is_closed else None,
        closed_by=item.closed_by.name if is_closed and item.closed_by else "",
        outcome=item.outcome if is_closed else "",
    )


def key_of(on: date) -> str:
    return f"{KIND}:{on.isoformat()}"


def _of_the_day(by: Actor, span: Span) -> QuerySet[TreatmentSession]:
    """Booked for that day, or ended on it."""
    touches = Q(booked_for_at__gte=span[0], booked_for_at__lt=span[1])
    touches |= Q(departed_at__gte=span[0], departed_at__lt=span[1])
    return TreatmentSession.objects.filter(touches, clinic_id=by.clinic_id)


# ------------------------------------------------------------------------------------------ the sections
def _still_open(by: Actor, span: Span) -> Iterator[Thing]:
    """Of that day or any before."""
    rows = TreatmentSession.objects.filter(
        clinic_id=by.clinic_id, state__in=OPEN_STATES, booked_for_at__lt=span[1]
    )
    found = list(rows.select_related("patient", "chair"))
    shut = access.list_closed(by, [session.patient for session in found])
    for session in found:
        where = f"{session.chair.name}, " if session.chair else ""
        words = f"{where}{State(session.state).label.lower()}"
        name = access.shown_name(session.patient, shut)
        yield Thing(words, name, session.booked_for_at, session.pk)


def _never_came(sessions: list[TreatmentSession], names: dict) -> Iterator[Thing]:
    for session in sessions:
        if session.state == State.BOOKED and session.booked_for_at < now():
            yield Thing("still booked", names[session.pk], session.booked_for_at, session.pk)


def _notes(by: Actor, sessions: list[TreatmentSession], names: dict) -> Iterator[Thing]:
    """Sessions that ended without a signed note, and drafts that wait for their author."""
    ids = [session.pk for session in sessions if session.state in DEPARTED]
    rows = ChartEntry.objects.filter(session_id__in=ids, kind=SessionNote.kind)
    signed = set(rows.exclude(marks__kind="void").values_list("session_id", flat=True))
    drafts = NoteDraft.objects.filter(
        clinic_id=by.clinic_id, session_id__in=[s.pk for s in sessions], signed_at__isnull=True
    ).select_related("author")
    waiting: dict[UUID | None, list[str]] = {}
    for row in drafts:
        waiting.setdefault(row.session_id, []).append(row.author.name)
    for session in sessions:
        authors = waiting.get(session.pk, [])
        if authors or (session.pk in ids and session.pk not in signed):
            words = f"draft of {', '.join(authors)}" if authors else "no note is begun"
            yield Thing(words, names[session.pk], session.booked_for_at, session.pk)


def _alerts(by: Actor, sessions: list[TreatmentSession], names: dict) -> Iterator[Thing]:
    rows = Alert.objects.filter(
        clinic_id=by.clinic_id, session_id__in=[s.pk for s in sessions], cleared_at__isnull=True
    )
    for row in rows:
        yield Thing(alert_words(row.cause), names[row.session_id], row.raised_at, row.session_id)


def _sets(by: Actor, sessions: list[TreatmentSession], names: dict) -> Iterator[Thing]:
    rows = ChartEntry.objects.filter(
        clinic_id=by.clinic_id, session_id__in=[s.pk for s in sessions], kind="vitals",
        source="device", amended_by__isnull=True,
    )  # fmt: skip
    rows = rows.exclude(marks__kind__in=("acceptance", "void"))
    counts = Counter(rows.order_by().values_list("session_id", flat=True))
    for session in sessions:
        if counts[session.pk]:
            words = f"{counts[session.pk]} to look at"
            yield Thing(words, names[session.pk], session.booked_for_at, session.pk)


def _without_follow_up(by: Actor, sessions: list[TreatmentSession], names: dict) -> Iterator[Thing]:
    """Went home, lives, the course is not over, and nothing is booked for later."""
    gone = [
        session
        for session in sessions
        if session.state in WENT_HOME
        and session.patient.died_on is None
        and (session.course is None or session.course.ended_on is None)
    ]
    later = TreatmentSession.objects.filter(
        clinic_id=by.clinic_id, state=State.BOOKED, booked_for_at__gt=now(),
        patient_id__in=[session.patient_id for session in gone],
    )  # fmt: skip
    booked = set(later.values_list("patient_id", flat=True))
    for session in gone:
        if session.patient_id not in booked:
            yield Thing("", names[session.pk], session.booked_for_at, session.patient_id)


def _safety(by: Actor, span: Span) -> Iterator[Thing]:
    rows = SafetyEvent.objects.filter(clinic_id=by.clinic_id, closed_at__isnull=True)
    rows = rows.filter(opened_at__lt=span[1]).select_related("session__patient", "owner")
    found = list(rows.order_by("opened_at"))
    shut = access.list_closed(by, [event.session.patient for event in found])
    for event in found:
        owner = event.owner.name if event.owner else "nobody has it"
        kind = safety.KINDS[event.kind][0] if event.kind in safety.KINDS else event.kind
        name = access.shown_name(event.session.patient, shut)
        yield Thing(f"{kind}, {owner}", name, event.opened_at, event.pk)


def _stays(by: Actor, span: Span) -> Iterator[Thing]:
    rows = RosterStay.objects.filter(
        clinic_id=by.clinic_id, left_at__isnull=True, arrived_at__lt=span[1]
    )
    for stay in rows.select_related("user").order_by("arrived_at"):
        yield Thing("since", stay.user.name, stay.arrived_at)


def _quarantine(by: Actor) -> Iterator[Thing]:
    if by.may("manage_devices") and (count := quarantine.count_open(by=by)):
        yield Thing(f"{count} waiting")


# ------------------------------------------------------------------------------------------ its reminder
def due_at(clinic: Clinic, on: date) -> datetime:
    """When the clinic closes on that day."""
    spans = open_spans(clinic, on)
    if spans:
        return spans[-1][1]
    return datetime.combine(on, WITHOUT_HOURS, tzinfo=clinic.tz)


def open_items(at: datetime) -> int:
    """An item for each day on which somebody was treated: today's before closing, and yesterday's."""
    count = 0
    for clinic in Clinic.objects.all():
        today = at.astimezone(clinic.tz).date()
        for on in (today - timedelta(days=1), today):
            if at >= due_at(clinic, on) - BEFORE and _was_busy(clinic, on):
                count += open_for(clinic, on, at)[1]
    return count


def _was_busy(clinic: Clinic, on: date) -> bool:
    start, end = day_span(on, clinic.tz)
    rows = TreatmentSession.objects.filter(clinic=clinic, booked_for_at__gte=start)
    return rows.filter(booked_for_at__lt=end).exclude(state__in=NOT_BEGUN).exists()


def open_for(clinic: Clinic, on: date, at: datetime) -> tuple[WorkItem, bool]:
    return work.open_item(
        clinic_id=clinic.pk, kind=KIND, key=key_of(on), due_at=due_at(clinic, on), at=at,
        title=f"Close the day, {on.day} {on:%b %Y}",
    )  # fmt: skip


def register() -> None:
    rounds.register("end of day", 900.0, open_items)
