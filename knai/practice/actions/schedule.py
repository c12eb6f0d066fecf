"""Booking, moving and cancelling visits. The constraint over `TakenSlot` is the judge: docs/adr/0017."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.identity import permissions
from knai.identity.actors import Actor
from knai.identity.models import Membership
from knai.kit import audit, bus
from knai.kit.clock import now
from knai.practice import planning, protocols, queries, slots, taken
from knai.practice.actions.arriving import check_transport
from knai.practice.actions.planning import on_booking
from knai.practice.actions.write import append
from knai.practice.entries import Arrived, Transport
from knai.practice.hours import why_unusual
from knai.practice.models import (
    Chair,
    ChartEntry,
    Patient,
    State,
    TreatmentCourse,
    TreatmentProtocol,
    TreatmentSession,
    WaitingListItem,
)
from knai.practice.states import CATEGORIES, move

SHORTEST_MIN, LONGEST_MIN = 10, 720


@dataclass(frozen=True, slots=True)
class Booking:
    """What is booked.

    nurse_id     who stays with the patient; nobody else has them then
    provider_id  who answers for the visit; they may answer for several at once
    minutes      preparation, dosing and recovery; None: as the protocol plans it
    unusual_ok   somebody looked twice at what `why_unusual` names
    session_id   made with the form, so that a second click finds the visit of the first
    """

    patient_id: UUID
    starts_at: datetime
    protocol_id: UUID | None = None
    chair_id: UUID | None = None
    nurse_id: UUID | None = None
    provider_id: UUID | None = None
    course_id: UUID | None = None
    minutes: int | None = None
    way_home: Transport | None = None
    unusual_ok: bool = False
    session_id: UUID | None = None


@transaction.atomic
def book(*, by: Actor, booking: Booking) -> TreatmentSession:
    """Take a time for a patient, with the chair and the people named.

    raises  Missing: something of another clinic; Malformed: a length that cannot be, a person who may not;
            Refused: taken (with `.taken` and `.free`), or unusual and nobody looked twice
    """
    by.must("check_in")
    found = _booked_before(by, booking)
    if found is not None:
        return found
    session = _new(by, booking)
    _check(by, session, booking.unusual_ok)
    slots.hold(slots.resources_of(session) + _answering(session))
    session.patient.refresh_from_db(fields=["died_on"])  # a death may have come before the hold
    _refuse_after_death(session.patient)
    session.save(force_insert=True)
    _take(by, session)
    on_booking(by=by, session=session)
    if booking.way_home is not None:
        _plan_way_home(by, session, booking.way_home)
    _settle_waiting(by, session)
    audit.record("session.booked", by=by, subject=session, session_id=session.pk)
    _tell(session)
    return session


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visit is moved. None: as it is. `no_chair`: the chair is chosen at check-in.

    seen_at  when the visit was, as the person who moves it saw it
    """

    starts_at: datetime
    chair_id: UUID | None = None
    nurse_id: UUID | None = None
    provider_id: UUID | None = None
    minutes: int | None = None
    no_chair: bool = False
    no_nurse: bool = False
    unusual_ok: bool = False
    seen_at: datetime | None = None


@transaction.atomic
def move_visit(*, by: Actor, session_id: UUID, place: Place) -> TreatmentSession:
    """Give back the old time and take the new one, or neither.

    raises  Refused: the new place is taken; it has begun, ended or been moved by somebody else
    """
    by.must("check_in")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    _refuse_unless_booked(session)
    before = session.booked_for_at
    if place.seen_at is not None and place.seen_at != before:
        tz = by.clinic.tz
        raise Refused(
            f"Somebody moved this visit to {before.astimezone(tz):%d %b %H:%M} meanwhile. Look again."
        )
    held = slots.resources_of(session)
    _put(by, session, place)
    _check(by, session, place.unusual_ok)
    slots.hold(held + slots.resources_of(session) + _answering(session))
    slots.free(session)
    session.save()
    _take(by, session)
    audit.record("session.rebooked", by=by, subject=session, session_id=session.pk,
                 before=before.isoformat(), after=session.booked_for_at.isoformat())  # fmt: skip
    _tell(session)
    return session


@transaction.atomic
def cancel(*, by: Actor, session_id: UUID, category: str, reason: str = "") -> TreatmentSession:
    """The visit does not take place; its time is free again. Said twice, the first one stands.

    category  one of states.CATEGORIES; no_show: nobody came
    raises    Malformed: no category, or "other" without a word why; Refused: it has begun
    """
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    if session.state == State.CANCELLED:
        return session
    if category not in CATEGORIES:
        raise Malformed("Choose why it does not take place.", "category")
    if category == "other" and not reason.strip():
        raise Malformed("Say in a few words why.", "reason")
    if category == "no_show" and session.booked_for_at > now():
        raise Refused("The visit has not begun yet. Nobody has failed to come.")
    slots.hold(slots.resources_of(session))
    move(session, State.CANCELLED, by=by, reason=reason.strip(), category=category)
    return session


@transaction.atomic
def arrive(*, by: Actor, session_id: UUID, at: datetime | None = None) -> TreatmentSession:
    """The patient is in the house and waits; checking in is another step. Said twice, the first stands.

    raises  Malformed: a time to come; Refused: the visit is not one that somebody can still arrive for
    """
    by.must("check_in")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    if session.arrived_at is not None:
        return session
    _refuse_unless_booked(session)
    entry = append(by=by, body=Arrived(), patient=session.patient, session=session, effective_at=at)
    session.arrived_at = entry.effective_at
    session.save(update_fields=["arrived_at"])
    _tell(session)
    return session


@transaction.atomic
def plan_way_home(*, by: Actor, session_id: UUID, way_home: Transport) -> ChartEntry:
    """How the patient gets home, as arranged before the day."""
    by.must("check_in")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    return _plan_way_home(by, session, way_home)


# ------------------------------------------------------------------------------------- parts of a booking
def _booked_before(by: Actor, booking: Booking) -> TreatmentSession | None:
    if booking.session_id is None:
        return None
    found = TreatmentSession.objects.filter(pk=booking.session_id).first()
    if found is not None and (found.clinic_id, found.patient_id) != (
        by.clinic_id,
        booking.patient_id,
    ):
        raise Refused("This form was already sent with something else in it. Open it anew.")
    return found


def _new(by: Actor, booking: Booking) -> TreatmentSession:
    patient = _ours(by, Patient, booking.patient_id, "patient")
    _refuse_after_death(patient)
    course = _ours(by, TreatmentCourse, booking.course_id, "course")
    protocol = _ours(by, TreatmentProtocol, booking.protocol_id, "protocol")
    session = TreatmentSession(
        clinic=by.clinic,
        patient=patient,
        protocol=protocol or (course.protocol if course else None),
        chair=_ours(by, Chair, booking.chair_id, "chair"),
        course=course or planning.open_course(patient, protocol),
        nurse_id=_colleague(by, booking.nurse_id, "chart", booking.starts_at),
        provider_id=_colleague(by, booking.provider_id, "prescribe", booking.starts_at),
        booked_for_at=booking.starts_at,
        state_since=now(),
    )
    if booking.session_id is not None:
        session.pk = booking.session_id
    plan = planning.by_course(session)
    session.planned_min = _length(booking.minutes or planned_length(session.protocol, plan))
    return session


def _refuse_after_death(patient: Patient) -> None:
    if patient.died_on is not None:
        raise Refused("A death is recorded for this patient. Nothing more is booked.")


def planned_length(protocol: TreatmentProtocol | None, plan=None) -> int:
    """What a visit takes by its protocol: preparation, dosing and recovery."""
    document = protocols.read(protocol)
    substance, route = (protocol.substance, protocol.route) if protocol else ("", "")
    return sum(protocols.planned_minutes(document, plan, substance=substance, route=route))


def _put(by: Actor, session: TreatmentSession, place: Place) -> None:
    session.booked_for_at = place.starts_at
    if place.no_chair or place.chair_id is not None:
        session.chair = None if place.no_chair else _ours(by, Chair, place.chair_id, "chair")
    if place.no_nurse or place.nurse_id is not None:
        session.nurse_id = _colleague(by, place.nurse_id, "chart", place.starts_at)
    if place.provider_id is not None:
        session.provider_id = _colleague(by, place.provider_id, "prescribe", place.starts_at)
    session.planned_min = _length(
        place.minutes or session.planned_min or planned_length(session.protocol)
    )


def _length(minutes: int) -> int:
    if not SHORTEST_MIN <= minutes <= LONGEST_MIN:
        raise Malformed(f"wanted {SHORTEST_MIN} to {LONGEST_MIN} min", "minutes")
    return minutes


def _check(by: Actor, session: TreatmentSession, unusual_ok: bool) -> None:
    """raises  Refused: a chair no longer used, or something unusual that nobody looked at twice"""
    start, end = session.booked_for_at, slots.end_of(session)
    chair, on = session.chair, start.astimezone(by.clinic.tz).date()
    if chair is not None and chair.closed_on is not None and on > chair.closed_on:
        raise Refused(f"{chair.name} is not used any more on that day. Choose another chair.")
    unusual = why_unusual(by.clinic, start, end, now())
    if unusual and not unusual_ok:
        raise Refused(f"{' '.join(unusual)} Book it all the same, or choose another time.")


def _answering(session: TreatmentSession) -> list[slots.Resource]:
    """The provider's row is held too, so that nobody books them in two clinics at once."""
    pk = session.provider_id
    return [slots.Resource(slots.STAFF, pk)] if pk else []


def _take(by: Actor, session: TreatmentSession) -> None:
    """raises  Refused: what is taken, by which visit, and what is free next"""
    elsewhere = taken.list_elsewhere(by, session)
    if elsewhere:
        raise taken.refusal(by, session, elsewhere)
    try:
        slots.take(session)
    except slots.Clash:
        raise taken.refusal(by, session, taken.list_taken(by, session)) from None


def _plan_way_home(by: Actor, session: TreatmentSession, way_home: Transport) -> ChartEntry:
    planned = msgspec.structs.replace(way_home, stage="planned")
    check_transport(planned)
    return append(by=by, body=planned, patient=session.patient, session=session)


def _settle_waiting(by: Actor, session: TreatmentSession) -> None:
    """Who waited for a place has one."""
    waiting = WaitingListItem.objects.filter(patient=session.patient, settled_at__isnull=True)
    waiting.update(settled_at=now(), settled_how="booked", session=session)


def _refuse_unless_booked(session: TreatmentSession) -> None:
    if session.state != State.BOOKED:
        word = State(session.state).label.lower()
        raise Refused(f"This visit is {word}. Only one that has not begun is changed here.")


def _ours(by: Actor, model, pk: UUID | None, word: str):
    if pk is None:
        return None
    found = model.objects.filter(clinic_id=by.clinic_id, pk=pk).first()
    if found is None:
        raise Missing(f"There is no such {word} in this clinic.")
    return found


def _colleague(by: Actor, user_id: UUID | None, need: str, at: datetime) -> UUID | None:
    """raises  Malformed: nobody who works here on that day with this right"""
    if user_id is None:
        return None
    on = at.astimezone(by.clinic.tz).date()
    rows = Membership.objects.filter(clinic_id=by.clinic_id, user_id=user_id)
    if not any(m.is_current(on) and permissions.may(m.role, need) for m in rows):
        what = "answers for a visit" if need == "prescribe" else "stays with a patient"
        raise Malformed(f"Choose somebody who {what} in this clinic on that day.", need)
    return user_id


def _tell(session: TreatmentSession) -> None:
    bus.publish_on_commit(
        "sessions",
        {"clinic_id": session.clinic_id, "session_id": session.pk, "state": session.state},
    )
