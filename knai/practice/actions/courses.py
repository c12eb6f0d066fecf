"""Opening a course, changing what is still to come of it, letting it go on, and ending it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import access, courses, planning, queries, stop_rules
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.planning import renumber
from knai.practice.actions.write import append
from knai.practice.entries import GoesOn
from knai.practice.models import ChartEntry, Patient, TreatmentCourse, TreatmentProtocol
from knai.practice.protocol_document import Step, StopRule
from knai.practice.protocols import read
from knai.practice.states import ENDED

REASON_MIN = 15


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a prescriber orders. None in `rules` and `measures`: as the protocol has them."""

    protocol_id: UUID
    indication: str
    indication_code: str = ""
    goal: str = ""
    planned_sessions: int | None = None
    steps: tuple[Step, ...] = ()
    rules: tuple[StopRule, ...] | None = None
    measures: tuple[str, ...] | None = None
    started_on: date | None = None


@transaction.atomic
def open_course(
    *, by: Actor, patient_id: UUID, wanted: Wanted, course_id: UUID | None = None
) -> TreatmentCourse:
    """A prescriber's order for a series of sessions, by an approved protocol.

    course_id  made with the form, so that a second click finds the course of the first
    raises     Malformed: a field that cannot be; Refused: the protocol cannot be used, or an open course
               by the same protocol is there already
    """
    by.must("prescribe")
    patient = _patient(by, patient_id)
    earlier = TreatmentCourse.objects.filter(pk=course_id, patient=patient).first()
    if earlier is not None:
        return earlier
    if patient.died_on is not None:
        raise Refused("A death is recorded for this patient. No course is opened.")
    protocol = _protocol(by, wanted.protocol_id)
    if planning.open_course(patient, protocol) is not None:
        raise Refused(
            "A course by this protocol is open already. End it, or change what is to come."
        )
    course = TreatmentCourse(clinic=by.clinic, patient=patient, opened_by=by.user)
    if course_id is not None:
        course.pk = course_id
    course.started_on = wanted.started_on or now().astimezone(by.clinic.tz).date()
    _write(course, protocol, wanted)
    course.save(force_insert=True)
    audit.record("course.opened", by=by, subject=course, patient_id=patient.pk)
    return course


@transaction.atomic
def change_course(*, by: Actor, course_id: UUID, revision: int, wanted: Wanted) -> TreatmentCourse:
    """Order anew what is still to come. Whoever changes it answers for it: the order is theirs then.

    raises  Refused: it has ended, or somebody changed it meanwhile
    """
    by.must("prescribe")
    course = courses.get_course(by=by, course_id=course_id, lock=True)
    _refuse_unless_open(course)
    if course.revision != revision:
        raise Refused(
            f"{course.opened_by.name} changed this course meanwhile. {_now_words(course)}"
        )
    protocol = _protocol(by, wanted.protocol_id, of=course)
    before = _told(course)
    _write(course, protocol, wanted)
    course.opened_by, course.revision = by.user, revision + 1
    course.save()
    changed = [name for name, value in _told(course).items() if value != before[name]]
    audit.record(
        "course.changed", by=by, subject=course, patient_id=course.patient_id, fields=changed
    )
    renumber(course)
    return course


@transaction.atomic
def end_course(
    *, by: Actor, course_id: UUID, outcome: str, text: str = "", ended_on: date | None = None
) -> TreatmentCourse:
    """raises  Malformed: no outcome, stopped without a word why, a day before it began or to come"""
    by.must("prescribe")
    course = courses.get_course(by=by, course_id=course_id, lock=True)
    _refuse_unless_open(course)
    today = now().astimezone(by.clinic.tz).date()
    on = ended_on or today
    if outcome not in dict(courses.OUTCOMES):
        raise Malformed("Choose how it ended.", "outcome")
    if outcome == "stopped" and not text.strip():
        raise Malformed("Say in a few words why it stops early.", "text")
    if not course.started_on <= on <= today:
        raise Malformed("wanted a day from its beginning to today", "ended_on")
    course.outcome, course.outcome_text, course.ended_on = outcome, text.strip(), on
    course.revision += 1
    course.save()
    audit.record(
        "course.ended", by=by, subject=course, patient_id=course.patient_id, outcome=outcome
    )
    return course


@transaction.atomic
def go_on(
    *, by: Actor, course_id: UUID, session_id: UUID, rule: str, facts: str, reason: str,
    posting: Posting = NOW,
) -> ChartEntry:  # fmt: skip
    """A prescriber lets one session go ahead although a stop rule is met. The rule stays.

    facts   as the page showed them; raises  Refused: they have changed, or it is another course's session
    """
    by.must("prescribe")
    course = courses.get_course(by=by, course_id=course_id)
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, GoesOn.kind)
    if earlier is not None:
        return earlier
    if session.course_id != course.pk or session.state in ENDED:
        raise Refused("This is no session that is still to come in this course.")
    if len(reason.strip()) < REASON_MIN:
        raise Malformed(f"Say why it goes on, in at least {REASON_MIN} characters.", "reason")
    _check_met(by, session, rule, facts)
    body = GoesOn(course_id=course.pk, rule=rule, facts=facts, reason=reason.strip())
    return append(
        by=by, body=body, patient=session.patient, session=session,
        effective_at=posting.effective_at, source=posting.source,
        idempotency_key=posting.idempotency_key,
    )  # fmt: skip


def _check_met(by: Actor, session: Any, rule: str, facts: str) -> None:
    log = queries.load_log(by=by, session=session)
    open_ones = courses.open_rules_of(session, log, max(now(), session.booked_for_at))
    if (rule, facts) not in {(met.key, met.facts) for met in open_ones}:
        raise Refused("This rule is not met by these facts any more. Look at the course again.")


def _patient(by: Actor, patient_id: UUID) -> Patient:
    patient = Patient.objects.filter(clinic_id=by.clinic_id, pk=patient_id).first()
    if patient is None:
        raise Missing("There is no such patient in this clinic.")
    access.must_open(by, patient)
    return patient


def _protocol(by: Actor, pk: UUID, of: TreatmentCourse | None = None) -> TreatmentProtocol:
    """An approved version; a course keeps the one it has, withdrawn since or not."""
    protocol = TreatmentProtocol.objects.filter(clinic_id=by.clinic_id, pk=pk).first()
    if protocol is None:
        raise Missing("There is no such protocol in this clinic.")
    why_not = planning.why_not_book(protocol)
    if why_not and (of is None or of.protocol_id != pk):
        raise Refused(why_not)
    return protocol


def _write(course: TreatmentCourse, protocol: TreatmentProtocol, wanted: Wanted) -> None:
    document = read(protocol)
    rules = document.stop_rules if wanted.rules is None else wanted.rules
    measures = document.measures if wanted.measures is None else wanted.measures
    if not wanted.indication.strip():
        raise Malformed("Choose what is treated.", "indication")
    if wanted.planned_sessions is not None and not 1 <= wanted.planned_sessions <= 100:
        raise Malformed("wanted 1 to 100 sessions", "planned_sessions")
    _check_steps(wanted.steps)
    _check_rules(rules)
    course.protocol = protocol
    course.indication = wanted.indication.strip()[:200]
    course.indication_code = wanted.indication_code.strip()[:10]
    course.goal = wanted.goal.strip()
    course.planned_sessions = wanted.planned_sessions or document.sessions
    course.steps = list(msgspec.to_builtins(wanted.steps))
    course.stop_rules = list(msgspec.to_builtins(rules))
    course.measures = list(measures)


def _check_steps(steps: Iterable[Step]) -> None:
    """raises  Malformed: a step without a figure, or a departure from the protocol without a reason"""
    for step in steps:
        figures = [step.mg_per_kg, step.mg, step.duration_min]
        if step.from_session < 1 or not any(f is not None for f in figures):
            raise Malformed("a step wants the session it begins with and a figure", "steps")
        if any(f is not None and f <= 0 for f in figures):
            raise Malformed("wanted figures above zero", "steps")
        if not step.reason.strip():
            raise Malformed("say why this course departs from the protocol", "steps")


def _check_rules(rules: Iterable[StopRule]) -> None:
    for rule in rules:
        if rule.kind not in stop_rules.KINDS:
            raise Malformed(f"wanted one of {', '.join(stop_rules.KINDS)}", "stop_rules")
        if rule.kind == stop_rules.REMINDER and not rule.text.strip():
            raise Malformed("a reminder wants its words", "stop_rules")
        if rule.kind != stop_rules.REMINDER and rule.value is None:
            raise Malformed("this rule wants a figure", "stop_rules")


def _refuse_unless_open(course: TreatmentCourse) -> None:
    if course.ended_on is not None:
        raise Refused("This course has ended. Open a new one.")


_TOLD = (
    "protocol_id", "indication", "indication_code", "goal", "planned_sessions", "steps", "stop_rules",
    "measures",
)  # fmt: skip


def _told(course: TreatmentCourse) -> dict[str, Any]:
    return {name: getattr(course, name) for name in _TOLD}


def _now_words(course: TreatmentCourse) -> str:
    """What stands now, for the person whose change came second."""
    told = [f"protocol {courses.version_words(course.protocol)}", f"goal “{course.goal}”"]
    if course.planned_sessions:
        told.append(f"{course.planned_sessions} sessions")
    told.append(f"{len(course.steps)} own steps, {len(course.stop_rules)} stop rules")
    return f"Now: {', '.join(told)}. What you typed is still here; send it again to put it in its place."
