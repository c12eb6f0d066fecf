"""Before the start: checking in, cancelling, calling off, the purpose and the plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from django.db import transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import planning, queries, slots
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.links import why_not_second_session
from knai.practice.actions.planning import plan_anew
from knai.practice.actions.write import FUTURE_TOLERANCE, append
from knai.practice.entries import Plan, Transition, Transport, Weight, to_json
from knai.practice.given import DOSE_KINDS
from knai.practice.models import Chair, ChartEntry, State, TreatmentSession
from knai.practice.states import ENDED, move

PURPOSES = ("knai", "anaesthesia", "procedural_sedation")
WEIGHT_KG = (Decimal(20), Decimal(350))
MODES = (
    "escort", "ride_service", "public_transport", "walking", "staff_transport", "self_driving", "stays",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is asked at the desk; None and "" are not asked yet."""

    chair_id: UUID | None = None
    weight_kg: Decimal | None = None
    transport: Transport | None = None


@transaction.atomic
def check_in(
    *, by: Actor, session_id: UUID, arrival: Arrival, posting: Posting = NOW
) -> TreatmentSession:
    """The patient is here: chair, weight and the way home.

    raises  Refused: the chair is taken, or the patient is checked in already; Missing: no such chair
    """
    by.must("check_in")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    if posted_before(by, posting, Transition.kind) or session.state == State.CHECKED_IN:
        return session
    why_not = why_not_second_session(by.clinic_id, session.patient_id)
    if why_not:
        raise Refused(why_not)
    if arrival.chair_id is not None:
        _sit(by, session, arrival.chair_id)
    key = posting.idempotency_key
    move(session, State.CHECKED_IN, by=by, at=posting.effective_at, key=key)
    if arrival.weight_kg is not None:
        _weigh(by, session, arrival.weight_kg, posting.alone())
    if arrival.transport is not None:
        check_transport(arrival.transport)
        _append(by, session, arrival.transport, posting.alone())
    if session.course_id is not None:
        plan_anew(session)  # a visit before it may have been cancelled: now its number is certain
    return session


@transaction.atomic
def choose_chair(*, by: Actor, session_id: UUID, chair_id: UUID) -> TreatmentSession:
    """raises  Refused: somebody sits there"""
    by.must("check_in")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    _sit(by, session, chair_id)
    return session


@transaction.atomic
def weigh(*, by: Actor, session_id: UUID, weight_kg: Decimal, posting: Posting = NOW) -> ChartEntry:
    by.must("check_in")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, Weight.kind)
    return earlier or _weigh(by, session, weight_kg, posting)


@transaction.atomic
def cancel(*, by: Actor, session_id: UUID, reason: str) -> TreatmentSession:
    """The booked session does not take place, for a reason in words; actions.schedule sorts them."""
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    if session.state != State.CANCELLED:
        move(session, State.CANCELLED, by=by, reason=_want(reason), category="other")
    return session


@transaction.atomic
def call_off(*, by: Actor, session_id: UUID, reason: str) -> TreatmentSession:
    """The patient came and gets no dose today.

    raises  Refused: a dose was given; then the patient leaves by the discharge gate
    """
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    if session.state == State.ABORTED:
        return session
    if any(queries.load_log(by=by, session=session).of(*DOSE_KINDS)):
        raise Refused("A dose was given. The patient leaves by the discharge page.")
    move(session, State.ABORTED, by=by, reason=_want(reason))
    return session


@transaction.atomic
def set_purpose(*, by: Actor, session_id: UUID, purpose: str) -> TreatmentSession:
    """raises  Refused: a dose was given, and the purpose at the first dose is the one that counts"""
    by.must("prescribe")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    if purpose not in PURPOSES:
        raise Malformed(f"wanted one of {', '.join(PURPOSES)}", "purpose")
    if session.first_dose_at is not None:
        raise Refused("The purpose is frozen since the first dose. Chart a note if it was wrong.")
    before, session.purpose = session.purpose, purpose
    session.save(update_fields=["purpose"])
    audit.record("session.purpose", by=by, subject=session, before=before, after=purpose)
    return session


@transaction.atomic
def set_plan(*, by: Actor, session_id: UUID, plan: Plan, posting: Posting = NOW) -> ChartEntry:
    """What is meant to be given. A new plan takes the place of the one before.

    raises  Forbidden: not a prescriber; Malformed: an amount or route that cannot be
    """
    by.must("prescribe")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, Plan.kind)
    if earlier is not None:
        return earlier
    if session.state in ENDED:
        raise Refused("This session has ended. Plan the next one.")
    check_figures(plan)
    plan = _with_course(session, plan)
    session.plan, session.plan_draft = to_json(plan), {}
    session.provider_id = session.provider_id or by.user_id
    session.save(update_fields=["plan", "plan_draft", "provider"])
    return _append(by, session, plan, posting)


def _with_course(session: TreatmentSession, plan: Plan) -> Plan:
    """The plan with its number in the course.

    raises  Malformed: it departs from what protocol and course plan, and nobody said why
    """
    departs = planning.departures(plan, planning.by_course(session))
    if departs and not plan.deviation.strip():
        told = ", ".join(departs)
        raise Malformed(f"departs from the protocol ({told}); say why", "deviation")
    departs = departs or planning.departures(plan, planning.by_protocol(session))
    return msgspec.structs.replace(
        plan,
        session_no=planning.session_number(session),
        deviation=plan.deviation.strip() if departs else "",
    )


def check_figures(plan: Plan) -> None:
    """raises  Malformed: no dose, or one that is not above zero"""
    if (plan.mg_per_kg is None) == (plan.mg is None):
        raise Malformed("wanted a dose by weight or a fixed amount, one of the two", "mg_per_kg")
    for name in ("mg_per_kg", "mg", "duration_min"):
        value = getattr(plan, name)
        if value is not None and value <= 0:
            raise Malformed("wanted figures above zero", name)


def check_transport(transport: Transport) -> None:
    """raises  Malformed: a stage or a way that is not known"""
    if transport.stage not in ("planned", "actual"):
        raise Malformed("wanted planned or actual", "stage")
    if transport.mode not in MODES:
        raise Malformed(f"wanted one of {', '.join(MODES)}", "mode")
    came_at = transport.escort_arrived_at
    if came_at is not None and datetime.fromisoformat(came_at) > now() + FUTURE_TOLERANCE:
        raise Malformed("Whoever comes for them has not come yet.", "arrived")


def _sit(by: Actor, session: TreatmentSession, chair_id: UUID) -> None:
    chair = Chair.objects.filter(
        clinic_id=by.clinic_id, pk=chair_id, closed_on__isnull=True
    ).first()
    if chair is None:
        raise Missing("There is no such chair in this clinic.")
    taken = TreatmentSession.objects.filter(chair=chair, state__in=_OPEN).exclude(pk=session.pk)
    if taken.exists():
        raise Refused(
            "Somebody is in that chair. Choose another, or end the session that is in it."
        )
    if chair.pk != session.chair_id:
        slots.seat(session, chair.pk)
    session.chair = chair
    session.save(update_fields=["chair"])
    audit.record("session.chair", by=by, subject=session, chair=str(chair.pk))


_OPEN = (State.CHECKED_IN, State.READY, State.DOSING, State.RECOVERY)


def _weigh(
    by: Actor, session: TreatmentSession, weight_kg: Decimal, posting: Posting
) -> ChartEntry:
    low, high = WEIGHT_KG
    if not low <= weight_kg <= high:
        raise Malformed(f"wanted {low} to {high} kg; weigh again", "weight_kg")
    session.weight_kg = weight_kg
    session.save(update_fields=["weight_kg"])
    return _append(by, session, Weight(weight_kg=weight_kg), posting)


def _append(by: Actor, session: TreatmentSession, body, posting: Posting) -> ChartEntry:
    return append(
        by=by,
        body=body,
        patient=session.patient,
        session=session,
        effective_at=posting.effective_at,
        source=posting.source,
        idempotency_key=posting.idempotency_key,
    )


def _want(reason: str) -> str:
    if not reason.strip():
        raise Malformed("Say in a few words why.", "reason")
    return reason.strip()
