"""Letters: a person writes to somebody, KNAI adds the facts that stand behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from knai.core.errors import Malformed
from knai.core.events import EVENTS
from knai.identity.actors import Actor
from knai.identity.models import Profession
from knai.practice import linked, patient_record, queries
from knai.practice.given import doses_given
from knai.practice.log import Log, fold
from knai.practice.models import (
    ChartEntry,
    Compartment,
    State,
    TreatmentCourse,
    TreatmentSession,
)
from knai.practice.papers.head import Person, person_of
from knai.practice.papers.session_facts import Pairs, diagnosis_words, dose_words, list_words
from knai.practice.papers.times import day_words

MOST_TEXT = 8000
TOLD = ("bolus", "infusion_start", "infusion_change", "adverse_event", "void")


@dataclass(frozen=True, slots=True)
class SessionLine:
    on: str
    state: str
    doses: str
    events: str


@dataclass(frozen=True, slots=True)
class Letter:
    person: Person
    session_id: None
    to: str
    text: str
    facts: Pairs
    course: Pairs
    sessions: tuple[SessionLine, ...]
    written_on: str
    signed: str
    profession: str


def gather_referral(*, by: Actor, subject_id: UUID, options: dict[str, Any]) -> Letter:
    """raises  Forbidden; Missing; Malformed: nobody to write to, or nothing written"""
    return _letter(by, subject_id, options, with_course=False)


def gather_course(*, by: Actor, subject_id: UUID, options: dict[str, Any]) -> Letter:
    """The same with the course so far: goal, protocol, every session with its doses and events."""
    return _letter(by, subject_id, options, with_course=True)


def _letter(by: Actor, patient_id: UUID, options: dict[str, Any], *, with_course: bool) -> Letter:
    by.must("read_chart")
    to, text = str(options.get("to", "")).strip(), str(options.get("text", "")).strip()
    if not to:
        raise Malformed("Say to whom the letter goes.", "to")
    if not text or len(text) > MOST_TEXT:
        raise Malformed(f"Write the letter, in at most {MOST_TEXT} characters.", "text")
    patient = patient_record.get_row(by, patient_id)
    ids = linked.list_together(by.clinic_id, patient_id)
    return Letter(
        person=person_of(patient),
        session_id=None,
        to=to,
        text=text,
        facts=_facts(by, ids),
        course=_course(by, ids) if with_course else (),
        sessions=tuple(_sessions(by, ids)) if with_course else (),
        written_on=day_words(_today(by)),
        signed=by.name,
        profession=Profession(by.user.profession).label if by.user else "",
    )


def _today(by: Actor):
    from knai.kit.clock import now

    return now().astimezone(by.clinic.tz).date()


def _facts(by: Actor, ids: Iterable[UUID]) -> Pairs:
    rows = queries.visible_entries(by).filter(patient_id__in=ids, compartment=Compartment.CLINICAL)
    kinds = ("diagnosis", "medications", "allergies")
    log = fold(rows.filter(kind__in=(*kinds, "void")).select_related("recorded_by"))
    conditions = "; ".join(diagnosis_words(line) for line in log.of("diagnosis"))
    return (
        ("Conditions", conditions or "not recorded"),
        ("Medicines", list_words(log.latest("medications"), {"none": "takes none"})),
        ("Allergies", list_words(log.latest("allergies"), {"none_known": "none known"})),
    )


def _course(by: Actor, ids: Iterable[UUID]) -> Pairs:
    rows = TreatmentCourse.objects.filter(clinic_id=by.clinic_id, patient_id__in=ids)
    course = rows.select_related("protocol").first()
    if course is None:
        return ()
    protocol = course.protocol
    return (
        ("Course", course.indication),
        ("Goal", course.goal),
        ("Protocol", f"{protocol.name}, version {protocol.version}" if protocol else ""),
        ("Began", day_words(course.started_on)),
        ("Ended", day_words(course.ended_on)),
        ("Planned sessions", str(course.planned_sessions or "")),
        ("Outcome", " ".join((course.outcome.replace("_", " "), course.outcome_text)).strip()),
    )


def _sessions(by: Actor, ids: Iterable[UUID]) -> Iterable[SessionLine]:
    rows = TreatmentSession.objects.filter(clinic_id=by.clinic_id, patient_id__in=ids)
    sessions = list(rows.exclude(state__in=(State.BOOKED, State.CANCELLED)))
    logs = _logs(by, sessions)
    for session in sessions:
        log = logs[session.pk]
        doses = [dose_words(dose) for dose in doses_given(log, session.weight_kg)]
        on = (session.first_dose_at or session.booked_for_at).astimezone(by.clinic.tz).date()
        yield SessionLine(
            on=day_words(on),
            state=State(session.state).label,
            doses="; ".join(doses) or "none given",
            events="; ".join(_event(line.body) for line in log.of("adverse_event")),
        )


def _logs(by: Actor, sessions: list[TreatmentSession]) -> dict[UUID, Log]:
    """One query for all sessions, of what the table tells alone."""
    found: dict[UUID, list[ChartEntry]] = {session.pk: [] for session in sessions}
    rows = ChartEntry.objects.filter(
        clinic_id=by.clinic_id, session_id__in=list(found), kind__in=TOLD
    ).exclude(compartment__in=(Compartment.PSYCHOTHERAPY, Compartment.SUBSTANCE_USE))
    for entry in rows:
        found[entry.session_id].append(entry)
    return {key: fold(entries) for key, entries in found.items()}


def _event(body) -> str:
    label = EVENTS[body.code].label if body.code in EVENTS else body.code.replace("_", " ")
    return f"{label}, grade {body.grade}"
