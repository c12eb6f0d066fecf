"""A person's or a chair's visits as a calendar for a telephone: times and chairs, never a patient.

Whoever knows the address reads it, so the address is a secret: only its hash is kept, and one tap ends it.
Nothing in it tells one patient from another: the ids of its events are made from the visit's id and the
feed's, and stay the same as long as the feed lives.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from icalendar import Calendar, Event

from knai.core.errors import Malformed, Missing
from knai.identity.actors import Actor
from knai.identity.models import Membership
from knai.kit import audit
from knai.kit.clock import now
from knai.practice.models import CalendarFeed, Chair, TreatmentSession
from knai.practice.offers import COMING
from knai.practice.slots import end_of

BACK, AHEAD = timedelta(days=14), timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Feed:
    id: UUID
    of: str
    made_at: datetime


def list_feeds(*, by: Actor) -> list[Feed]:
    """This person's feeds that still answer. One query."""
    by.must("read_schedule")
    rows = CalendarFeed.objects.filter(clinic_id=by.clinic_id, user=by.user, ended_at__isnull=True)
    rows = rows.select_related("chair").order_by("made_at")
    return [Feed(row.pk, row.chair.name if row.chair else "Mine", row.made_at) for row in rows]


@transaction.atomic
def make_feed(*, by: Actor, chair_id: UUID | None = None) -> str:
    """A new feed of this person's visits, or of a chair's; gives its token, which nobody can read again."""
    by.must("read_schedule")
    chair = None
    if chair_id is not None:
        chair = Chair.objects.filter(clinic_id=by.clinic_id, pk=chair_id).first()
        if chair is None:
            raise Malformed("Choose a chair of this clinic.", "chair")
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(
        clinic=by.clinic, user=by.user, chair=chair, token_hash=token_hash(token), made_at=now()
    )
    audit.record("calendar.made", by=by, subject=feed)
    return token


@transaction.atomic
def end_feed(*, by: Actor, feed_id: UUID) -> None:
    """The address answers nobody from now on. One's own; whoever manages the clinic may end anybody's.

    raises  Missing: no such feed, or another person's
    """
    by.must("read_schedule")
    rows = CalendarFeed.objects.select_for_update().filter(clinic_id=by.clinic_id, pk=feed_id)
    feed = rows.first() if by.may("manage_clinic") else rows.filter(user=by.user).first()
    if feed is None:
        raise Missing("There is no such calendar of yours.")
    if feed.ended_at is None:
        feed.ended_at = now()
        feed.save(update_fields=["ended_at"])
        audit.record("calendar.ended", by=by, subject=feed)


def read_feed(token: str) -> bytes:
    """The calendar behind this token, as iCalendar.

    raises  Missing: no such token, ended, or its person works there no more
    """
    rows = CalendarFeed.objects.filter(token_hash=token_hash(token), ended_at__isnull=True)
    feed = rows.select_related("clinic", "chair", "user").first()
    if feed is None or not _still_works_there(feed):
        raise Missing("There is no such calendar. Make a new one in KNAI.")
    return _calendar(feed, _visits(feed)).to_ical()


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _still_works_there(feed: CalendarFeed) -> bool:
    on = now().astimezone(feed.clinic.tz).date()
    rows = Membership.objects.filter(user=feed.user, clinic=feed.clinic, user__is_active=True)
    return any(membership.is_current(on) for membership in rows)


def _visits(feed: CalendarFeed) -> list[TreatmentSession]:
    rows = TreatmentSession.objects.filter(
        clinic=feed.clinic,
        booked_for_at__range=(now() - BACK, now() + AHEAD),
        state__in=COMING,
    )
    mine = Q(chair=feed.chair) if feed.chair_id else Q(nurse=feed.user) | Q(provider=feed.user)
    return list(rows.filter(mine).select_related("chair").order_by("booked_for_at", "id"))


def _calendar(feed: CalendarFeed, visits: list[TreatmentSession]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//KNAI//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", feed.chair.name if feed.chair else feed.clinic.name)
    calendar.add("x-published-ttl", "PT15M")
    for visit in visits:
        calendar.add_component(_event(feed, visit))
    return calendar


def _event(feed: CalendarFeed, visit: TreatmentSession) -> Event:
    """In UTC, which every calendar shows on its own clock, also over a change of the clocks."""
    event = Event()
    event.add("uid", f"{uuid5(feed.pk, str(visit.pk))}@knai")
    event.add("dtstamp", now())
    event.add("dtstart", visit.booked_for_at)
    event.add("dtend", end_of(visit))
    event.add("summary", f"Session, {visit.chair.name}" if visit.chair else "Session")
    event.add("class", "PRIVATE")
    return event
