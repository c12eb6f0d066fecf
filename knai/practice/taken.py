"""Why a visit cannot be booked then: what is taken, from when to when, and what is free next.

The words carry no patient; a page of the clinic's schedule adds the initials from `taken_of`. Of another
clinic's visit nobody learns more than that somebody is not free.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knai.core.errors import Refused
from knai.identity.actors import Actor
from knai.identity.models import User
from knai.practice.models import TakenSlot, TreatmentSession
from knai.practice.offers import Offer, Wish, next_free, visits_elsewhere
from knai.practice.slots import CHAIR, PATIENT, SLOT, end_of, instants, resources_of


@dataclass(frozen=True, slots=True)
class Taken:
    """One thing that is not free. initials and session_id: of the visit, if it is this clinic's."""

    what: str
    since: datetime
    until: datetime
    initials: str = ""
    session_id: UUID | None = None

    def words(self, tz) -> str:
        return f"{self.what} is taken {self.since.astimezone(tz):%H:%M} to {self.until.astimezone(tz):%H:%M}"


def refusal(by: Actor, session: TreatmentSession, taken: list[Taken]) -> Refused:
    """The error for a visit that cannot be then; it also carries `.taken` and `.free` for a page."""
    free = next_free(by=by, wish=wish_of(session), after=session.booked_for_at)
    tz = by.clinic.tz
    parts = [each.words(tz) for each in taken] or ["Somebody was quicker"]
    error = Refused(f"{'; '.join(parts)}. {_free_words(free, session.booked_for_at, tz)}")
    error.taken, error.free = taken, free  # type: ignore[attr-defined]
    return error


def taken_of(error: Exception) -> list[Taken]:
    return getattr(error, "taken", [])


def free_of(error: Exception) -> list[Offer]:
    return getattr(error, "free", [])


def wish_of(session: TreatmentSession, minutes: int | None = None) -> Wish:
    return Wish(
        patient_id=session.patient_id,
        minutes=minutes or int((end_of(session) - session.booked_for_at).total_seconds() // 60),
        chair_id=session.chair_id,
        nurse_id=session.nurse_id,
        provider_id=session.provider_id,
        session_id=session.pk,
        without_chair=session.chair_id is None,
    )


def list_taken(by: Actor, session: TreatmentSession) -> list[Taken]:
    """What of this visit's chair, patient and people is taken within its time."""
    span = session.booked_for_at, end_of(session)
    ids = [resource.id for resource in resources_of(session)]
    rows = TakenSlot.objects.filter(resource_id__in=ids, at__in=instants(*span))
    rows = rows.exclude(session=session).select_related("session__patient", "session__chair")
    seen: dict[tuple[UUID, UUID], TakenSlot] = {}
    for row in rows.order_by("at"):
        seen.setdefault((row.resource_id, row.session_id), row)
    return [_taken(by, session, row) for row in seen.values()]


def _taken(by: Actor, session: TreatmentSession, row: TakenSlot) -> Taken:
    other = row.session
    if row.clinic_id != by.clinic_id:
        until = min(end_of(session), end_of(other))
        return Taken(_name(session, row), row.at, until)
    since, until = other.booked_for_at, max(end_of(other), row.at + SLOT)
    return Taken(_name(session, row), since, until, other.patient.initials, other.pk)


def _name(session: TreatmentSession, row: TakenSlot) -> str:
    if row.resource_kind == CHAIR:
        return session.chair.name if session.chair else "The chair"
    if row.resource_kind == PATIENT:
        return "The patient"
    return _person(row.resource_id)


def _person(user_id: UUID) -> str:
    return User.objects.filter(pk=user_id).values_list("name", flat=True).first() or "This person"


def list_elsewhere(by: Actor, session: TreatmentSession) -> list[Taken]:
    """The visit's people whom another clinic wants then: nobody is in two clinics at once, not even to
    answer for a visit. Their rows are held by whoever asks."""
    people = {session.nurse_id, session.provider_id} - {None}
    start, end = session.booked_for_at, end_of(session)
    return [
        Taken(_person(pk), max(start, other.booked_for_at), min(end, end_of(other)))
        for other in visits_elsewhere(by, people, (start, end))
        for pk in people & {other.nurse_id, other.provider_id}
    ]


def _free_words(free: list[Offer], wanted: datetime, tz) -> str:
    if not free:
        return "Nothing is free within a fortnight; choose another chair or other people."
    on = wanted.astimezone(tz).date()
    words = (
        f"{local:%H:%M}"
        if (local := offer.at.astimezone(tz)).date() == on
        else f"{local:%d %b %H:%M}"
        for offer in free
    )
    return f"Next free: {', '.join(words)}."
