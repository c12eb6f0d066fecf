"""Safety events: taken, judged, reviewed, closed; and what is heard of only after the session."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.core.events import GRADES, OUTCOMES, get_event
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import access, follow_up, queries, safety, work
from knai.practice.actions.adverse import SERIOUS_GRADE
from knai.practice.actions.charting import NOW, Posting, chart, name_of_colleague, posted_before
from knai.practice.actions.write import append
from knai.practice.entries import AdverseEvent, SafetyReview
from knai.practice.models import ChartEntry, Compartment, SafetyEvent, TreatmentSession

LOOK_WITHIN = timedelta(hours=4)


@transaction.atomic
def take_event(
    *, by: Actor, event_id: UUID, seen_owner_id: UUID | None = None, to_id: UUID | None = None
) -> SafetyEvent:
    """This person, or the colleague `to_id`, looks into it.

    raises  Missing; Forbidden; Refused: closed, or somebody else's meanwhile, by name
    """
    event = _held(by, event_id)
    wanted = to_id or by.user_id
    if event.owner_id == wanted and event.closed_at is None:
        return event
    _refuse_closed(event)
    if event.owner_id != seen_owner_id:
        who = event.owner.name if event.owner else "nobody"
        raise Refused(f"Somebody was quicker: {who} has it now. Look again.")
    if to_id is not None:
        name_of_colleague(by, to_id)
    event.owner_id = wanted
    event.save(update_fields=["owner"])
    audit.record("safety_event.owned", by=by, subject=event, owner=str(wanted), **_of(event))
    return event


@transaction.atomic
def close_event(
    *, by: Actor, event_id: UUID, outcome: str, severity: int | None = None
) -> SafetyEvent:
    """What came of it, and how bad it was in the end.

    raises  Malformed: no word, or no grade; Refused: closed already, by whom
    """
    event = _held(by, event_id)
    _refuse_closed(event)
    if not outcome.strip():
        raise Malformed("Say what came of it.", "outcome")
    judged = severity or event.severity or safety.severity_of(event.kind, event.entry)
    if judged not in GRADES:
        raise Malformed("Choose a severity from 1 to 5.", "severity")
    event.closed_at, event.closed_by, event.outcome = now(), by.user, outcome.strip()
    event.severity = judged
    event.save(update_fields=["closed_at", "closed_by", "outcome", "severity"])
    audit.record("safety_event.closed", by=by, subject=event, severity=judged, **_of(event))
    work.close_key(by=by, key=f"serious_event:{event.pk}", outcome="Looked into and closed")
    return event


@transaction.atomic
def review_event(*, by: Actor, event_id: UUID, text: str, posting: Posting = NOW) -> ChartEntry:
    """What went wrong and what would help: kept in the quality compartment, apart from the chart.

    raises  Forbidden: reads no quality compartment; Malformed: nothing written
    """
    if not safety.may_review(by):
        by.must("prescribe")
    event = _held(by, event_id)
    if not text.strip():
        raise Malformed("Nothing was written yet.", "text")
    session = event.session
    return append(
        by=by, body=SafetyReview(event_id=event.pk, text=text.strip()), patient=session.patient,
        session=session, compartment=Compartment.QUALITY, target=event.entry,
        idempotency_key=posting.idempotency_key,
    )  # fmt: skip


@transaction.atomic
def report_late_event(
    *,
    by: Actor,
    session_id: UUID,
    code: str,
    grade: int,
    text: str = "",
    outcome: str = "",
    posting: Posting = NOW,
) -> SafetyEvent:
    """Something that happened in a session or after it and was heard of later: charted in that session at
    its true time, and looked at. A serious one is somebody's by name, within hours.

    raises  Malformed: not of the catalogue; Refused: the session has not ended, so that it is charted there
    """
    by.must("chart")
    get_event(code)
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, AdverseEvent.kind)
    if earlier is not None:
        return SafetyEvent.objects.get(entry=earlier)
    if session.departed_at is None:
        raise Refused("This session goes on or never began. Chart the event in the session itself.")
    if outcome and outcome not in OUTCOMES:
        raise Malformed("Choose an outcome of the list.", "outcome")
    body = AdverseEvent(
        code=code, grade=grade, action=("none",), outcome=outcome, text=text.strip()
    )
    entry = chart(by=by, session_id=session_id, body=body, posting=posting)
    return _open_late(by, session, entry, grade)


def _open_late(by: Actor, session: TreatmentSession, entry: ChartEntry, grade: int) -> SafetyEvent:
    event = SafetyEvent.objects.create(
        clinic_id=by.clinic_id, session=session, entry=entry, kind="late_event", severity=grade,
        opened_at=entry.recorded_at, opened_by=by.user, is_late=True,
    )  # fmt: skip
    audit.record("safety_event.opened", by=by, subject=event, kind="late_event", **_of(event))
    if grade >= SERIOUS_GRADE:
        who = follow_up.prescriber_of(session)
        work.open_item(
            clinic_id=by.clinic_id, kind="serious_event", key=f"serious_event:{event.pk}",
            title="A serious event was told after a session", patient_id=session.patient_id,
            session_id=session.pk, owner_id=who.pk if who else None, due_at=now() + LOOK_WITHIN,
        )  # fmt: skip
    return event


def _of(event: SafetyEvent) -> dict:
    return {"patient_id": event.session.patient_id}


def _refuse_closed(event: SafetyEvent) -> None:
    if event.closed_at is not None:
        who = event.closed_by.name if event.closed_by else "KNAI"
        raise Refused(f"{who} has closed this already: {event.outcome}")


def _held(by: Actor, event_id: UUID) -> SafetyEvent:
    """The event's row, held until the transaction ends."""
    if not safety.may_handle(by):
        by.must("chart")
    rows = SafetyEvent.objects.filter(clinic_id=by.clinic_id, pk=event_id)
    related = ("session__patient", "entry", "owner", "closed_by")
    event = rows.select_for_update(of=("self",)).select_related(*related).first()
    if event is None:
        raise Missing("There is no such safety event in this clinic.")
    access.must_open(by, event.session.patient)
    return event
