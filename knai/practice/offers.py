"""Free times: for a visit of so many minutes, when chair, patient and people are free together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q

from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice.hours import DAY, Span, day_span, instant_of, open_spans
from knai.practice.models import Chair, State, TakenSlot, TreatmentSession
from knai.practice.models.sessions import OPEN_STATES
from knai.practice.slots import SLOT, end_of, instants

STEP = timedelta(minutes=15)
UNNAMED_HOURS = (time(8), time(18))  # where a clinic named no hours
COMING = (State.BOOKED, *OPEN_STATES)
Busy = dict[UUID, set[datetime]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visit needs. chair_id None: any chair will do.

    session_id  a visit that is moved; its own slots are no obstacle
    """

    patient_id: UUID
    minutes: int
    chair_id: UUID | None = None
    nurse_id: UUID | None = None
    provider_id: UUID | None = None
    session_id: UUID | None = None
    without_chair: bool = False

    @property
    def people(self) -> list[UUID]:
        return [pk for pk in (self.nurse_id, self.provider_id) if pk]


@dataclass(frozen=True, slots=True)
class Offer:
    """A time at which it can be. chair_id: the first chair that is free then."""

    at: datetime
    until: datetime
    chair_id: UUID | None
    chair: str


def list_offers(*, by: Actor, wish: Wish, on: date, days: int = 1) -> dict[date, list[Offer]]:
    """Every quarter of an hour of these days at which a visit can begin. Three queries at most.

    Days on which the clinic is closed are there, with nothing offered.
    """
    by.must("check_in")
    chairs = _chairs(by, wish)
    first, last = day_span(on, by.clinic.tz)[0], day_span(on + DAY * days, by.clinic.tz)[1]
    busy = _busy(by, wish, chairs, (first, last))
    found: dict[date, list[Offer]] = {}
    for n in range(days):
        day = on + DAY * n
        in_use = [c for c in chairs if c.closed_on is None or day <= c.closed_on]
        found[day] = list(_offers(by, wish, day, in_use, busy))
    return found


def offer_at(*, by: Actor, wish: Wish, at: datetime) -> Offer | None:
    """The visit at this very time, whatever the hours say. None: something of it is taken then."""
    by.must("check_in")
    length, on = timedelta(minutes=wish.minutes), at.astimezone(by.clinic.tz).date()
    chairs = [c for c in _chairs(by, wish) if c.closed_on is None or on <= c.closed_on]
    busy = _busy(by, wish, chairs, (at, at + length))
    needed = set(instants(at, at + length))
    chair = next((c for c in chairs if not needed & busy[c.pk]), None)
    if needed & _taken_by_people(wish, busy) or (chair is None and not wish.without_chair):
        return None
    return _offer(at, length, chair)


def next_free(*, by: Actor, wish: Wish, after: datetime, count: int = 3) -> list[Offer]:
    """The first free times after an instant, within a fortnight."""
    on = after.astimezone(by.clinic.tz).date()
    days = list_offers(by=by, wish=wish, on=on, days=14)
    later = (offer for offers in days.values() for offer in offers if offer.at >= after)
    return [offer for offer, _ in zip(later, range(count), strict=False)]


def _chairs(by: Actor, wish: Wish) -> list[Chair]:
    if wish.without_chair:
        return []
    rows = Chair.objects.filter(clinic_id=by.clinic_id)
    return list(rows.filter(pk=wish.chair_id) if wish.chair_id else rows)


def _offers(by: Actor, wish: Wish, on: date, chairs: list[Chair], busy: Busy) -> Iterator[Offer]:
    length, people = timedelta(minutes=wish.minutes), _taken_by_people(wish, busy)
    for begin, end in _spans(by, on):
        at = max(begin, _next_step(now()))
        while at + length <= end:
            needed = set(instants(at, at + length))
            if not needed & people:
                chair = next((c for c in chairs if not needed & busy[c.pk]), None)
                if chair is not None or wish.without_chair:
                    yield _offer(at, length, chair)
            at += STEP


def _offer(at: datetime, length: timedelta, chair: Chair | None) -> Offer:
    return Offer(at, at + length, chair.pk if chair else None, chair.name if chair else "")


def _taken_by_people(wish: Wish, busy: Busy) -> set[datetime]:
    return set().union(*(busy[pk] for pk in (wish.patient_id, *wish.people)))


def _spans(by: Actor, on: date) -> list[Span]:
    spans = open_spans(by.clinic, on)
    if spans is not None:
        return spans
    begin, end = (instant_of(on, at, by.clinic.tz) for at in UNNAMED_HOURS)
    return [(begin, end)]


def _next_step(at: datetime) -> datetime:
    """The quarter of an hour that runs now is still offered to somebody at the desk."""
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def _busy(by: Actor, wish: Wish, chairs: list[Chair], span: Span) -> Busy:
    """The slots that are taken, by whom or what they are taken of."""
    ids = [chair.pk for chair in chairs] + [wish.patient_id]
    ids += [wish.nurse_id] if wish.nurse_id else []
    first = instants(span[0], span[0] + SLOT)[0]
    rows = TakenSlot.objects.filter(resource_id__in=ids, at__gte=first, at__lt=span[1])
    if wish.session_id is not None:
        rows = rows.exclude(session_id=wish.session_id)
    busy: Busy = defaultdict(set)
    for pk, at in rows.values_list("resource_id", "at"):
        busy[pk].add(at)
    for session in visits_elsewhere(by, wish.people, span):
        slots = set(instants(session.booked_for_at, end_of(session)))
        for pk in {session.nurse_id, session.provider_id} & set(wish.people):
            busy[pk] |= slots
    return busy


def visits_elsewhere(by: Actor, people: Iterable[UUID], span: Span) -> list[TreatmentSession]:
    """Visits of other clinics that want these people on site within the span. For times alone."""
    wanted = list(people)
    if not wanted:
        return []
    rows = TreatmentSession.objects.exclude(clinic_id=by.clinic_id).filter(
        Q(nurse_id__in=wanted) | Q(provider_id__in=wanted),
        state__in=COMING,
        booked_for_at__gt=span[0] - DAY,
        booked_for_at__lt=span[1],
    )
    rows = rows.only("booked_for_at", "planned_min", "nurse_id", "provider_id")
    return [session for session in rows if end_of(session) > span[0]]


__all__ = ["COMING", "SLOT", "Offer", "Wish", "list_offers", "next_free", "visits_elsewhere"]
