"""What a patient takes home after a session: large print, plain words, until when not to drive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from knai.core.errors import Refused
from knai.core.events import EVENTS
from knai.identity.actors import Actor
from knai.practice.facts import driving_bar
from knai.practice.models import State, TreatmentSession
from knai.practice.papers.head import Person
from knai.practice.papers.session_facts import Read, dose_words, read_session
from knai.practice.papers.times import day_words, is_twice, offset

TO_COME = (State.BOOKED,)


@dataclass(frozen=True, slots=True)
class AfterVisit:
    """barred_until: the clock time; barred_on: its day. Both "" when nothing was given."""

    person: Person
    session_id: UUID
    visited_on: str
    barred_until: str
    barred_on: str
    barred_because: str
    given: tuple[str, ...]
    medicines: tuple[str, ...]
    way_home: str
    clinic: str
    phone: str
    provider: str
    next_visit: str
    events: tuple[str, ...]


def gather(*, by: Actor, subject_id: UUID, options: dict[str, Any]) -> AfterVisit:
    """raises  Forbidden; Missing; Refused: something still runs, so that no time can be named"""
    read = read_session(by=by, session_id=subject_id)
    bar = driving_bar(read.known)
    if bar is None and read.known.doses:
        raise Refused(
            "An infusion still runs, so the time until when driving is barred is not known. "
            "Chart when it ended, then make this paper."
        )
    return AfterVisit(
        person=read.person,
        session_id=read.session.pk,
        visited_on=day_words(read.day),
        barred_until=_clock(bar.until) if bar else "",
        barred_on=f"{bar.until:%A}, {day_words(bar.until.date())}" if bar else "",
        barred_because=bar.label if bar else "",
        given=tuple(_given(read)),
        medicines=tuple(_medicines(read)),
        way_home=_way_home(read),
        clinic=by.clinic.name,
        phone=by.clinic.phone,
        provider=read.session.provider.name if read.session.provider else "",
        next_visit=_next_visit(read),
        events=tuple(_events(read)),
    )


def _clock(local: datetime) -> str:
    """The clock time; with the offset where the clock shows it twice that day."""
    return f"{local:%H:%M} ({offset(local)})" if is_twice(local) else f"{local:%H:%M}"


def _given(read: Read):
    for dose in read.known.doses:
        until = f" to {read.clock(dose.ended_at)}" if dose.ended_at else ""
        yield f"{dose_words(dose)}, {read.clock(dose.started_at)}{until}"


def _medicines(read: Read):
    for line in read.of("medicine"):
        body = line.body
        dose = f" {body.dose} {body.unit}".rstrip() if body.dose else ""
        yield f"{body.name}{dose}, {read.clock(line.at)}"


def _events(read: Read):
    for line in read.of("adverse_event"):
        code = line.body.code
        label = EVENTS[code].label if code in EVENTS else code.replace("_", " ")
        yield f"{label}, {read.clock(line.at)}"


def _way_home(read: Read) -> str:
    lines = list(read.of("transport"))
    if not lines:
        return ""
    body = lines[-1].body
    words = body.mode.replace("_", " ").capitalize()
    return f"{words}, with {body.escort_name}" if body.escort_name else words


def _next_visit(read: Read) -> str:
    after = read.session.departed_at or read.known.now
    rows = TreatmentSession.objects.filter(
        clinic_id=read.session.clinic_id,
        patient_id=read.session.patient_id,
        state__in=TO_COME,
        booked_for_at__gt=after,
    )
    found = rows.order_by("booked_for_at").exclude(pk=read.session.pk).first()
    return read.moment(found.booked_for_at) if found else ""
