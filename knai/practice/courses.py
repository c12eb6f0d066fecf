"""A course as its pages show it: what was planned, what was given, what it left behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from knai.core.errors import Missing
from knai.core.numbers import show
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import access, planning, protocols, queries, stop_rules
from knai.practice.consent_standing import sentence, standing_at
from knai.practice.entries import Plan
from knai.practice.given import Given, doses_given
from knai.practice.log import Log, fold
from knai.practice.models import (
    ChartEntry,
    Patient,
    State,
    TreatmentCourse,
    TreatmentProtocol,
    TreatmentSession,
)
from knai.practice.protocol_document import Step, StopRule
from knai.practice.stop_rules import Met, Past

OUTCOMES = (
    ("response", "Response"),
    ("remission", "Remission"),
    ("no_response", "No response"),
    ("stopped", "Stopped early"),
)
KINDS = (
    "bolus", "infusion_start", "infusion_change", "vitals", "sedation", "adverse_event", "plan", "void",
    "weight", "goes_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CourseRow:
    id: UUID
    indication: str
    protocol: str
    started_on: date
    ended_on: date | None
    outcome: str
    given: int
    planned_sessions: int | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session of the course: planned beside given."""

    session_id: UUID
    number: int | None
    at: datetime
    state: str
    state_word: str
    planned: str
    planned_mg: Decimal | None
    plan_by: str
    is_draft: bool
    given_mg: Decimal | None
    given_mg_per_kg: Decimal | None
    deviation: str
    weight_kg: Decimal | None
    highest_sbp: int | None
    highest_dbp: int | None
    highest_hr: int | None
    lowest_spo2: int | None
    lowest_moaas: int | None
    events: int
    worst_grade: int | None


@dataclass(frozen=True, slots=True)
class CourseView:
    """Everything one course's page shows."""

    id: UUID
    patient_id: UUID
    indication: str
    indication_code: str
    goal: str
    protocol_id: UUID | None
    protocol: str
    planned_sessions: int | None
    given: int
    started_on: date
    ended_on: date | None
    outcome: str
    outcome_word: str
    outcome_text: str
    opened_by: str
    revision: int
    measures: tuple[str, ...]
    steps: tuple[Step, ...]
    rules: tuple[StopRule, ...]
    rule_words: tuple[str, ...]
    met: tuple[Met, ...]
    next_session_id: UUID | None
    sessions: tuple[SessionRow, ...]
    consent: str
    newer: tuple[UUID, str] | None


def get_course(*, by: Actor, course_id: UUID, lock: bool = False) -> TreatmentCourse:
    """raises  Missing: absent, or another clinic's; Restricted: the chart is closed to them"""
    rows = TreatmentCourse.objects.filter(clinic_id=by.clinic_id, pk=course_id)
    if lock:
        rows = rows.select_for_update(of=("self",))
    course = rows.select_related("patient", "protocol", "opened_by").first()
    if course is None:
        raise Missing("There is no such course in this clinic.")
    access.must_open(by, course.patient)
    return course


def list_courses(*, by: Actor, patient_id: UUID) -> list[CourseRow]:
    """The patient's courses, newest first."""
    by.must("read_chart")
    rows = TreatmentCourse.objects.filter(clinic_id=by.clinic_id, patient_id=patient_id)
    rows = rows.filter(access.may_open(by, "patient__")).select_related("protocol")
    courses = list(rows)
    given = _given_count(courses)
    return [_row(course, given.get(course.pk, 0)) for course in courses]


def _given_count(courses: list[TreatmentCourse]) -> dict[UUID, int]:
    rows = TreatmentSession.objects.filter(course__in=courses, first_dose_at__isnull=False)
    found: dict[UUID, int] = {}
    for course_id in rows.values_list("course_id", flat=True):
        found[course_id] = found.get(course_id, 0) + 1
    return found


def _row(course: TreatmentCourse, given: int) -> CourseRow:
    return CourseRow(
        id=course.pk,
        indication=course.indication,
        protocol=version_words(course.protocol),
        started_on=course.started_on,
        ended_on=course.ended_on,
        outcome=dict(OUTCOMES).get(course.outcome, course.outcome),
        given=given,
        planned_sessions=course.planned_sessions,
    )


def version_words(protocol: TreatmentProtocol | None) -> str:
    return f"{protocol.name}, version {protocol.version}" if protocol else ""


def list_conditions(*, by: Actor, patient_id: UUID) -> list[tuple[str, str, str]]:
    """(category, code, words) of each diagnosis that was not ruled out, for the choice of an indication."""
    by.must("read_chart")
    log = queries.load_work_up(by=by, patient_id=patient_id)
    latest: dict[tuple[str, str], Any] = {}
    for line in log.of("diagnosis"):
        latest[(line.body.category, line.body.text or line.body.code)] = line.body
    found = [body for body in latest.values() if body.status != "ruled_out"]
    return [
        (body.category, body.code, _condition(body)) for body in found if body.category != "none"
    ]


def _condition(body: Any) -> str:
    return body.text or body.category.replace("_", " ").capitalize()


def view(*, by: Actor, course_id: UUID) -> CourseView:
    """One course with all its sessions: four queries, however many there are."""
    by.must("read_chart")
    course = get_course(by=by, course_id=course_id)
    sessions = _sessions_of(course)
    logs = _logs(by, sessions)
    rows = tuple(_session_row(course, s, n, logs[s.pk]) for s, n in _numbered(sessions))
    rules = stop_rules.read_rules(course.stop_rules)
    next_one = next((s for s in sessions if s.state in _TO_COME), None)
    at = next_one.booked_for_at if next_one else None
    return CourseView(
        id=course.pk,
        patient_id=course.patient_id,
        indication=course.indication,
        indication_code=course.indication_code,
        goal=course.goal,
        protocol_id=course.protocol_id,
        protocol=version_words(course.protocol),
        planned_sessions=course.planned_sessions,
        given=sum(row.given_mg is not None for row in rows),
        started_on=course.started_on,
        ended_on=course.ended_on,
        outcome=course.outcome,
        outcome_word=dict(OUTCOMES).get(course.outcome, course.outcome),
        outcome_text=course.outcome_text,
        opened_by=course.opened_by.name,
        revision=course.revision,
        measures=tuple(course.measures),
        steps=planning.read_steps(course),
        rules=rules,
        rule_words=tuple(map(stop_rules.rule_words, rules)),
        met=tuple(_open_rules(course, rules, sessions, logs, next_one)) if at else (),
        next_session_id=next_one.pk if next_one else None,
        sessions=rows,
        consent=_consent_words(by, course.patient),
        newer=_newer(course),
    )


_TO_COME = (State.BOOKED, State.CHECKED_IN, State.READY)


def _sessions_of(course: TreatmentCourse) -> list[TreatmentSession]:
    rows = TreatmentSession.objects.filter(course=course, clinic_id=course.clinic_id)
    return list(rows.select_related("protocol", "clinic").order_by("booked_for_at", "id"))


def _numbered(
    sessions: Iterable[TreatmentSession],
) -> Iterable[tuple[TreatmentSession, int | None]]:
    number = 0
    for session in sessions:
        counts = session.state not in planning.NO_DOSE
        number += counts
        yield session, number if counts else None


def _logs(by: Actor, sessions: list[TreatmentSession]) -> dict[UUID, Log]:
    """Each session's entries folded, in one query for all."""
    rows = queries.visible_entries(by).filter(session__in=sessions, kind__in=KINDS)
    by_session: dict[UUID, list[ChartEntry]] = {session.pk: [] for session in sessions}
    for entry in rows:
        by_session[entry.session_id].append(entry)
    return {pk: fold(entries) for pk, entries in by_session.items()}


def _session_row(
    course: TreatmentCourse, session: TreatmentSession, number: int | None, log: Log
) -> SessionRow:
    plan_line = log.latest("plan")
    draft = planning.draft_of(session)
    plan = plan_line.body if plan_line else protocols.read_plan(session.plan) or draft
    doses = doses_given(log, session.weight_kg)
    signs = [line.body for line in log.of("vitals")]
    events = [line.body.grade for line in log.of("adverse_event")]
    return SessionRow(
        session_id=session.pk,
        number=number,
        at=session.booked_for_at,
        state=session.state,
        state_word=State(session.state).label,
        planned=planning.figures(plan) if plan else "",
        planned_mg=planning.mg_at(plan, session.weight_kg) if plan else None,
        plan_by=_plan_by(plan),
        is_draft=plan is not None and plan is draft,
        deviation=plan.deviation if plan else "",
        weight_kg=session.weight_kg,
        highest_sbp=_most(s.sbp for s in signs),
        highest_dbp=_most(s.dbp for s in signs),
        highest_hr=_most(s.hr for s in signs),
        lowest_spo2=_least(s.spo2 for s in signs),
        lowest_moaas=_least(line.body.moaas for line in log.of("sedation")),
        events=len(events),
        worst_grade=_most(events),
        **_amounts(doses),
    )


def _plan_by(plan: Plan | None) -> str:
    return plan.ordered_by_name if plan is not None else ""


def _amounts(doses: list[Given]) -> dict[str, Decimal | None]:
    """What went in, added up; mg/kg only when it is known of every dose."""
    if not doses:
        return {"given_mg": None, "given_mg_per_kg": None}
    each = [dose.mg_per_kg for dose in doses]
    per_kg = sum((x for x in each if x is not None), Decimal(0)) if None not in each else None
    mg = sum((dose.mg_base for dose in doses), Decimal(0))
    return {
        "given_mg": _short(mg),
        "given_mg_per_kg": _short(per_kg) if per_kg is not None else None,
    }


def _short(value: Decimal) -> Decimal:
    return Decimal(show(value.quantize(Decimal("0.001"))))


def _most(values: Iterable[int | None]) -> int | None:
    return max((v for v in values if v is not None), default=None)


def _least(values: Iterable[int | None]) -> int | None:
    return min((v for v in values if v is not None), default=None)


def past_of(session: TreatmentSession, log: Log) -> Past | None:
    """What rules ask of an earlier session. None: nothing was given in it."""
    doses = doses_given(log, session.weight_kg)
    if not doses:
        return None
    return Past(
        session_id=session.pk,
        at=doses[0].started_at.astimezone(session.clinic.tz),
        highest_sbp=_most(line.body.sbp for line in log.of("vitals")),
        worst_grade=_most(line.body.grade for line in log.of("adverse_event")),
        lowest_moaas=_least(line.body.moaas for line in log.of("sedation")),
    )


def _open_rules(course, rules, sessions, logs, next_one) -> list[Met]:
    past = [
        p for s in sessions if s.pk != next_one.pk and (p := past_of(s, logs[s.pk])) is not None
    ]
    met = stop_rules.list_met(rules, past, next_one.booked_for_at)
    return [each for each in met if each.facts not in _set_aside(course.pk, logs[next_one.pk])]


def _set_aside(course_id: UUID, log: Log) -> set[str]:
    return {line.body.facts for line in log.of("goes_on") if line.body.course_id == course_id}


def open_rules_of(session: TreatmentSession, log: Log, at: datetime) -> list[Met]:
    """The rules of a session's course that are met and that nobody has set aside for it: three queries."""
    course = session.course
    rules = stop_rules.read_rules(course.stop_rules) if course else ()
    if course is None or not rules:
        return []
    earlier = [
        s for s in _sessions_of(course) if s.pk != session.pk and s.first_dose_at is not None
    ]
    rows = ChartEntry.objects.filter(session__in=earlier, kind__in=KINDS)
    by_session: dict[UUID, list[ChartEntry]] = {s.pk: [] for s in earlier}
    for entry in rows:
        by_session[entry.session_id].append(entry)
    past = [p for s in earlier if (p := past_of(s, fold(by_session[s.pk]))) is not None]
    aside = _set_aside(course.pk, log)
    return [met for met in stop_rules.list_met(rules, past, at) if met.facts not in aside]


def _consent_words(by: Actor, patient: Patient) -> str:
    """What stands of consent in the chart, as a line."""
    log = queries.load_work_up(by=by, patient_id=patient.pk)
    return sentence(standing_at(log, now()), by.clinic.tz)


def _newer(course: TreatmentCourse) -> tuple[UUID, str] | None:
    """A later approved version of the course's protocol, for its prescriber to move to."""
    if course.protocol is None or course.ended_on is not None:
        return None
    rows = TreatmentProtocol.objects.filter(
        clinic_id=course.clinic_id, name=course.protocol.name, version__gt=course.protocol.version,
        approved_at__isnull=False, withdrawn_at__isnull=True,
    )  # fmt: skip
    found = rows.order_by("-version").first()
    return (found.pk, version_words(found)) if found else None
