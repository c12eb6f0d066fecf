"""What is planned for a session, from protocol, course and number, and how a plan departs from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from django.db.models import Q

from knai.core.errors import Malformed
from knai.core.numbers import show
from knai.identity import permissions
from knai.identity.actors import Actor
from knai.identity.models import Membership, User
from knai.practice import access, protocols
from knai.practice.entries import Plan
from knai.practice.entry_words import plan_amount
from knai.practice.live.chart import ROUTE_WORDS
from knai.practice.models import (
    ChartEntry,
    Patient,
    State,
    TreatmentCourse,
    TreatmentProtocol,
    TreatmentSession,
)
from knai.practice.protocol_document import Step

FIGURES = ("route", "substance", "mg_per_kg", "mg", "duration_min")
NO_DOSE = (State.CANCELLED, State.ABORTED)


def session_number(session: TreatmentSession) -> int | None:
    """Which session of its course this is, by the order they are booked in. None: of no course."""
    if session.course_id is None:
        return None
    rows = TreatmentSession.objects.filter(course_id=session.course_id).exclude(pk=session.pk)
    rows = rows.exclude(state__in=NO_DOSE)
    same = Q(booked_for_at=session.booked_for_at, pk__lt=session.pk)
    return 1 + rows.filter(Q(booked_for_at__lt=session.booked_for_at) | same).count()


def open_course(patient: Patient, protocol: TreatmentProtocol | None) -> TreatmentCourse | None:
    """The patient's only open course by this protocol, whichever version it was opened with."""
    if protocol is None:
        return None
    rows = TreatmentCourse.objects.filter(patient=patient, ended_on__isnull=True)
    found = rows.filter(protocol__name=protocol.name).select_related("opened_by", "protocol")[:2]
    return found[0] if len(found) == 1 else None


def read_steps(course: TreatmentCourse | None) -> tuple[Step, ...]:
    """The course's own steps.

    raises  Malformed: not of their shape
    """
    if course is None:
        return ()
    try:
        return msgspec.convert(tuple(course.steps), tuple[Step, ...], strict=False)
    except msgspec.ValidationError as error:
        raise Malformed(f"the course's steps: {error}", "steps") from error


def by_protocol(session: TreatmentSession) -> Plan | None:
    """What the protocol alone plans for this session."""
    if session.protocol is None:
        return None
    return protocols.plan_for(session.protocol, session_number(session) or 1)


def by_course(session: TreatmentSession) -> Plan | None:
    """The same, with what its course changes, and why."""
    if session.protocol is None:
        return None
    number = session_number(session)
    steps = read_steps(session.course)
    plan = protocols.plan_for(session.protocol, number or 1, steps)
    if plan is None:
        return None
    reasons = [s.reason for s in steps if s.from_session <= (number or 1) and s.reason]
    changed = departures(plan, by_protocol(session))
    reason = reasons[-1] if reasons and changed else ""
    return msgspec.structs.replace(plan, session_no=number, deviation=reason)


def departures(plan: Plan, planned: Plan | None) -> tuple[str, ...]:
    """How a plan departs from what the protocol plans, figure by figure; nothing when it plans nothing."""
    if planned is None:
        return ()
    told = []
    if plan.substance != planned.substance:
        told.append(f"substance {plan.substance} for {planned.substance}")
    if plan.route != planned.route:
        told.append(f"{_route(plan)} for {_route(planned)}")
    if (plan.mg_per_kg, plan.mg) != (planned.mg_per_kg, planned.mg):
        told.append(f"{plan_amount(plan)} for {plan_amount(planned)}")
    if plan.duration_min != planned.duration_min:
        told.append(f"{_over(plan)} for {_over(planned)}")
    return tuple(told)


def _route(plan: Plan) -> str:
    return ROUTE_WORDS.get(plan.route, plan.route)


def _over(plan: Plan) -> str:
    return "no duration" if plan.duration_min is None else f"{show(plan.duration_min)} min"


def why_no_order(session: TreatmentSession, number: int, on: date) -> str | None:
    """Why the prescriber of the course has not ordered this session already. None: the steps are an order."""
    course = session.course
    if course is None:
        return "It belongs to no course that a prescriber opened."
    if course.ended_on is not None:
        return "The course has ended."
    if session.protocol_id != course.protocol_id:
        return "It goes by another protocol than the course."
    if course.planned_sessions is not None and number > course.planned_sessions:
        return f"The course was ordered for {course.planned_sessions} sessions."
    if not is_prescriber(course.opened_by, session.clinic_id, on):
        return "The prescriber of the course does not prescribe here any more."
    return None


def is_prescriber(user: User, clinic_id: UUID, on: date) -> bool:
    rows = Membership.objects.filter(clinic_id=clinic_id, user=user)
    return user.is_active and any(
        m.is_current(on) and permissions.may(m.role, "prescribe") for m in rows
    )


def latest_weight_kg(patient_id: UUID) -> Decimal | None:
    """The weight that was charted last and stands."""
    rows = ChartEntry.objects.filter(patient_id=patient_id, kind="weight", amended_by__isnull=True)
    rows = rows.exclude(marks__kind="void").order_by("-effective_at", "-id")
    body = rows.values_list("body", flat=True).first()
    return Decimal(str(body["weight_kg"])) if body else None


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """A drafted plan that waits for a prescriber. seen: what the page shows; a later draft is another one."""

    session_id: UUID
    patient_id: UUID
    patient_name: str
    mrn: str
    at: datetime
    protocol: str
    words: str
    weight_kg: Decimal | None
    mg: Decimal | None
    why: str
    seen: str


def list_to_confirm(*, by: Actor) -> list[ToConfirm]:
    """Booked and checked-in sessions whose plan is a draft, soonest first."""
    by.must("read_chart")
    rows = TreatmentSession.objects.filter(
        access.may_open(by, "patient__"),
        clinic_id=by.clinic_id,
        state__in=(State.BOOKED, State.CHECKED_IN, State.READY),
    ).exclude(plan_draft={})
    rows = rows.select_related("patient", "protocol", "course__opened_by", "clinic")
    return [_to_confirm(by, session) for session in rows[:200]]


def _to_confirm(by: Actor, session: TreatmentSession) -> ToConfirm:
    plan = draft_of(session)
    weight_kg = session.weight_kg or latest_weight_kg(session.patient_id)
    on = session.booked_for_at.astimezone(by.clinic.tz).date()
    protocol = session.protocol
    return ToConfirm(
        session_id=session.pk,
        patient_id=session.patient_id,
        patient_name=session.patient.name,
        mrn=session.patient.mrn,
        at=session.booked_for_at,
        protocol=f"{protocol.name}, version {protocol.version}" if protocol else "",
        words=figures(plan) if plan else "",
        weight_kg=weight_kg,
        mg=mg_at(plan, weight_kg) if plan else None,
        why=why_no_order(session, (plan.session_no if plan else None) or 1, on) or "",
        seen=figures(plan) if plan else "",
    )


def draft_of(session: TreatmentSession) -> Plan | None:
    return protocols.read_plan(session.plan_draft)


def figures(plan: Plan) -> str:
    """Intravenous 0.5 mg/kg over 40 min."""
    over = f" over {show(plan.duration_min)} min" if plan.duration_min else ""
    return f"{_route(plan)} {plan_amount(plan)}{over}"


def mg_at(plan: Plan, weight_kg: Decimal | None) -> Decimal | None:
    if plan.mg is not None or plan.mg_per_kg is None or not weight_kg:
        return plan.mg
    return Decimal(show((plan.mg_per_kg * Decimal(weight_kg)).quantize(Decimal("0.01"))))


def why_not_book(protocol: TreatmentProtocol) -> str | None:
    """A session is booked by an approved version that nobody has withdrawn."""
    if protocol.approved_at is None:
        return "This protocol is a draft. A second prescriber approves it first; then it can be booked."
    if protocol.withdrawn_at is not None:
        return "This protocol was withdrawn. Choose the version that took its place."
    return None
