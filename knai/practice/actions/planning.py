"""Plans made from a course or a protocol: ordered with the course, or drafted and confirmed by a prescriber.

A course is opened by a prescriber with its steps: that is their order for each of its sessions. Anything else
that a booking plans is a draft; no gate reads it until a prescriber confirms it. See docs/adr/0019.
"""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.db import transaction

from knai.core.errors import Refused
from knai.identity.actors import Actor, system_actor
from knai.kit import audit
from knai.practice import planning, protocols, queries
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.write import append
from knai.practice.entries import Plan, Void, to_json
from knai.practice.models import ChartEntry, Source, State, TreatmentCourse, TreatmentSession
from knai.practice.states import ENDED

BY_COURSE = "course"
_BEFORE_DOSING = (State.BOOKED, State.CHECKED_IN, State.READY)


def on_booking(*, by: Actor, session: TreatmentSession) -> None:
    """What follows from booking a session, in the transaction that books it.

    raises  Refused: its protocol is not approved or was withdrawn; the course is another patient's or ended
    """
    course = session.course
    if course is not None:
        _check_course(session, course)
    if session.protocol is not None and (why_not := planning.why_not_book(session.protocol)):
        raise Refused(why_not)
    plan_anew(session)
    if course is not None:
        renumber(course)  # a visit put between others moves the steps of those after it


def _check_course(session: TreatmentSession, course: TreatmentCourse) -> None:
    if course.patient_id != session.patient_id:
        raise Refused("This course belongs to another patient.")
    if course.ended_on is not None:
        raise Refused("This course has ended. Open a new one, or book without a course.")


def plan_anew(session: TreatmentSession) -> None:
    """Make the plan from course and protocol, where nobody has made one by hand."""
    if session.state not in _BEFORE_DOSING or is_made_by_hand(session):
        return
    plan = planning.by_course(session)
    if plan is None:
        return
    on = session.booked_for_at.astimezone(session.clinic.tz).date()
    why_not = planning.why_no_order(session, plan.session_no or 1, on)
    if why_not is None:
        _order(session, plan)
    else:
        _draft(session, plan, why_not)


def is_made_by_hand(session: TreatmentSession) -> bool:
    plan = protocols.read_plan(session.plan)
    return plan is not None and plan.order != BY_COURSE


def renumber(course: TreatmentCourse) -> None:
    """The sessions still to come follow the course as it stands now."""
    rows = TreatmentSession.objects.filter(course=course, state__in=_BEFORE_DOSING)
    for session in rows.select_related("patient", "protocol", "course__opened_by", "clinic"):
        plan_anew(session)


def _order(session: TreatmentSession, plan: Plan) -> None:
    """The order of the prescriber who opened the course, written down by KNAI in their name."""
    doctor = session.course.opened_by
    body = msgspec.structs.replace(
        plan, ordered_by=doctor.pk, ordered_by_name=doctor.name, order=BY_COURSE
    )
    if session.plan == to_json(body):
        return
    session.plan, session.plan_draft = to_json(body), {}
    session.provider_id = session.provider_id or doctor.pk
    session.save(update_fields=["plan", "plan_draft", "provider"])
    by = system_actor(session.clinic)
    append(by=by, body=body, patient=session.patient, session=session, source=Source.SYSTEM)


def _draft(session: TreatmentSession, plan: Plan, why_not: str) -> None:
    """Waits for a prescriber. An order that no longer holds is taken back."""
    if session.plan:
        _take_back(session, why_not)
    session.plan, session.plan_draft = {}, to_json(plan)
    session.save(update_fields=["plan", "plan_draft"])
    by = system_actor(session.clinic)
    audit.record("plan.drafted", by=by, subject=session, session_id=session.pk)


def _take_back(session: TreatmentSession, why_not: str) -> None:
    by = system_actor(session.clinic)
    rows = ChartEntry.objects.filter(session=session, kind=Plan.kind, source=Source.SYSTEM)
    for entry in rows.exclude(marks__kind=Void.kind):
        append(by=by, body=Void(reason=why_not), patient=session.patient, session=session,
               target=entry, source=Source.SYSTEM)  # fmt: skip


@transaction.atomic
def confirm(*, by: Actor, session_id: UUID, seen: str, posting: Posting = NOW) -> ChartEntry:
    """A prescriber makes the draft the plan.

    seen    the figures as the page showed them
    raises  Forbidden: not a prescriber; Refused: no draft, another one by now, or the session is over
    """
    by.must("prescribe")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, Plan.kind)
    if earlier is not None:
        return earlier
    plan = planning.draft_of(session)
    if session.state in ENDED or plan is None:
        raise Refused(
            "No plan waits here any more. Somebody confirmed it, planned anew, or it ended."
        )
    if planning.figures(plan) != seen:
        raise Refused(f"The draft has changed: {planning.figures(plan)}. Look at it again.")
    body = msgspec.structs.replace(plan, order="draft")
    session.plan, session.plan_draft = to_json(body), {}
    session.provider_id = session.provider_id or by.user_id
    session.save(update_fields=["plan", "plan_draft", "provider"])
    return append(
        by=by,
        body=body,
        patient=session.patient,
        session=session,
        effective_at=posting.effective_at,
        source=posting.source,
        idempotency_key=posting.idempotency_key,
    )
