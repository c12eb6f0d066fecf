"""The call of the next day: when it is due, who answers for it, and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from knai.core.driving import DrivingBar
from knai.identity import permissions
from knai.identity.actors import Actor
from knai.identity.members import list_owners
from knai.identity.models import Clinic, Membership, Role, User
from knai.kit import rounds
from knai.kit.clock import now
from knai.practice import queries
from knai.practice.entries import NextDayCall
from knai.practice.facts import driving_bar, know
from knai.practice.hours import DAY, instant_of, open_spans
from knai.practice.log import Line
from knai.practice.models import TreatmentSession, WorkItem

KIND = "next_day_call"
AFTER_OPENING = timedelta(hours=1)
WITHOUT_HOURS = time(10)  # of a clinic that named none
MOST_ATTEMPTS = 3  # then it is somebody's, by name
UNOWNED_FOR = timedelta(hours=24)
LOOK_AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the page shows it."""

    at: datetime
    by: str
    body: NextDayCall


@dataclass(frozen=True, slots=True)
class CallPage:
    """item_id: of the call that is due; None: none is, or it was done."""

    session_id: UUID
    patient_id: UUID
    name: str
    phone: str
    died_on: date | None
    departed_at: datetime | None
    barred_until: datetime | None
    item_id: UUID | None
    due_at: datetime | None
    attempts: int
    owner: str
    calls: tuple[Call, ...]


def get_call_page(*, by: Actor, session_id: UUID) -> CallPage:
    """raises  Missing; Restricted; Forbidden: may not read the chart"""
    by.must("read_chart")
    session = queries.get_session(by=by, session_id=session_id)
    known = know(by=by, session=session, now=now())
    item = open_item_of(session)
    bar = driving_bar(known)
    return CallPage(
        session_id=session.pk,
        patient_id=session.patient_id,
        name=session.patient.name,
        phone=session.patient.phone,
        died_on=session.patient.died_on,
        departed_at=session.departed_at,
        barred_until=bar.until if bar else None,
        item_id=item.pk if item else None,
        due_at=item.due_at if item else None,
        attempts=item.attempts if item else 0,
        owner=item.owner.name if item and item.owner else "",
        calls=tuple(_call(line) for line in reversed(list(known.log.of(KIND)))),
    )


def _call(line: Line) -> Call:
    who = line.entry.recorded_by
    return Call(line.at, who.name if who else "KNAI", line.body)


def open_item_of(session: TreatmentSession, lock: bool = False) -> WorkItem | None:
    """The call that is due about this session."""
    rows = WorkItem.objects.filter(
        clinic_id=session.clinic_id, session=session, kind=KIND, closed_at__isnull=True
    ).select_related("owner")
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


# ------------------------------------------------------------------------------------------ when it is due
def due_after(clinic: Clinic, at: datetime, bar: DrivingBar | None = None) -> datetime:
    """The next day that the clinic is open, an hour after it opens, and not before driving is allowed again:
    who is asked earlier has to be asked once more."""
    due = call_time(clinic, next_open_day(clinic, at.astimezone(clinic.tz).date()))
    return max(due, bar.until) if bar is not None else due


def next_open_day(clinic: Clinic, after: date) -> date:
    days = (after + DAY * ahead for ahead in range(1, LOOK_AHEAD_DAYS + 1))
    return next((on for on in days if open_spans(clinic, on) != []), after + DAY)


def call_time(clinic: Clinic, on: date) -> datetime:
    spans = open_spans(clinic, on)
    if spans:
        opens, closes = spans[0]
        return min(opens + AFTER_OPENING, closes)
    return instant_of(on, WITHOUT_HOURS, clinic.tz)


# ------------------------------------------------------------------------------------------ whose it is
def responsible(session: TreatmentSession) -> User | None:
    """Who answers by name: the session's provider, else the director, else an owner, else a prescriber."""
    clinic = session.clinic
    members = _members(clinic)
    wanted = [session.provider_id, clinic.director_id, *(user.pk for user in list_owners(clinic))]
    wanted += [row.user_id for row in members.values() if permissions.may(row.role, "prescribe")]
    found = next((user_id for user_id in wanted if user_id in members), None)
    return members[found].user if found else None


def prescriber_of(session: TreatmentSession) -> User | None:
    """Who decides at once: the session's provider, else another prescriber, else as `responsible`."""
    members = _members(session.clinic)
    wanted = [session.provider_id]
    wanted += [row.user_id for row in members.values() if row.role == Role.PRESCRIBER]
    found = next((user_id for user_id in wanted if user_id in members), None)
    return members[found].user if found else responsible(session)


def _members(clinic: Clinic) -> dict[UUID | None, Membership]:
    today = now().astimezone(clinic.tz).date()
    rows = Membership.objects.filter(clinic=clinic, user__is_active=True).select_related("user")
    return {
        row.user_id: row
        for row in rows.order_by("user__name")
        if row.is_current(today) and row.role != Role.OUTSIDE
    }


def own_what_nobody_took(at: datetime) -> int:
    """Calls a day overdue that nobody took become somebody's. Returns how many."""
    rows = WorkItem.objects.filter(
        kind=KIND, owner__isnull=True, closed_at__isnull=True, halted_at__isnull=True,
        due_at__lt=at - UNOWNED_FOR, session__isnull=False,
    )  # fmt: skip
    count = 0
    for item in rows.select_related("session__clinic")[:200]:
        who = responsible(item.session)
        standing = WorkItem.objects.filter(pk=item.pk, owner__isnull=True, closed_at__isnull=True)
        count += standing.update(owner=who) if who else 0
    return count


def register() -> None:
    rounds.register("calls nobody took", 1800.0, own_what_nobody_took)
