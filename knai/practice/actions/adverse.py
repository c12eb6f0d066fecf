"""Adverse events and withdrawn consent: facts that may demand a stop and a call at once."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from knai.core.events import get_event, grade_counted, what_event_demands
from knai.identity.actors import Actor
from knai.kit import audit
from knai.practice import queries
from knai.practice.actions.charting import NOW, Posting, chart, posted_before
from knai.practice.actions.infusions import stop_all
from knai.practice.entries import AdverseEvent, ConsentWithdrawn
from knai.practice.log import Log
from knai.practice.models import ChartEntry, SafetyEvent

SERIOUS_GRADE = 3
AWAKE_MOAAS = 5


@transaction.atomic
def record_adverse_event(
    *,
    by: Actor,
    session_id: UUID,
    code: str,
    grade: int,
    action: tuple[str, ...] = ("none",),
    outcome: str = "",
    relatedness: str = "",
    text: str = "",
    drug_stopped: bool = True,
    posting: Posting = NOW,
) -> ChartEntry:
    """An adverse event with its grade, raised to what the circumstance makes it (vomiting while sedated).

    An event that demands a stop also charts every running infusion as stopped, as the form says beside the
    grade; drug_stopped=False says that it was not, and the demand stays on the screen.
    """
    by.must("chart")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, AdverseEvent.kind)
    if earlier is not None:
        return earlier
    get_event(code)
    counted = grade_counted(
        code, grade, sedated=is_sedated(queries.load_log(by=by, session=session))
    )
    stops = drug_stopped and "stop_drug" in what_event_demands(code, counted)
    body = AdverseEvent(
        code=code,
        grade=counted,
        action=_with_stop(action) if stops else action,
        outcome=outcome,
        relatedness=relatedness,
        text=text.strip(),
        charted_grade=grade if grade != counted else None,
    )
    entry = chart(by=by, session_id=session_id, body=body, posting=posting)
    if stops:
        stop_drug(by=by, session_id=session_id, reason="Adverse event", posting=posting)
    if counted >= SERIOUS_GRADE or what_event_demands(code, counted):
        open_safety_event(by=by, entry=entry, kind="adverse_event")
    return entry


def _with_stop(action: tuple[str, ...]) -> tuple[str, ...]:
    kept = tuple(each for each in action if each not in ("none", "dose_stopped"))
    return (*kept, "dose_stopped")


def is_sedated(log: Log) -> bool:
    """Whether the latest look found the person less than fully awake."""
    last = log.latest("sedation")
    if last is None:
        return False
    moaas, rass = last.body.moaas, last.body.rass
    return (moaas is not None and moaas < AWAKE_MOAAS) or (rass is not None and rass < 0)


@transaction.atomic
def record_consent_withdrawn(
    *, by: Actor, session_id: UUID, words: str = "", posting: Posting = NOW
) -> ChartEntry:
    """The person does not want to go on: infusions stop, no further dose today, monitoring goes on."""
    by.must("chart")
    queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, ConsentWithdrawn.kind)
    if earlier is not None:
        return earlier
    body = ConsentWithdrawn(words.strip())
    entry = chart(by=by, session_id=session_id, body=body, posting=posting)
    stop_drug(by=by, session_id=session_id, reason="Consent withdrawn", posting=posting)
    return entry


def stop_drug(*, by: Actor, session_id: UUID, reason: str, posting: Posting) -> None:
    """Chart every running infusion as stopped, at the time of what made it necessary."""
    stop_all(by=by, session_id=session_id, reason=reason, posting=posting.alone())


def open_safety_event(*, by: Actor, entry: ChartEntry, kind: str) -> SafetyEvent:
    """What the clinic looks at afterwards."""
    event = SafetyEvent.objects.create(
        clinic_id=by.clinic_id,
        session_id=entry.session_id,
        entry=entry,
        kind=kind,
        opened_at=entry.recorded_at,
        opened_by=by.user,
    )
    audit.record(
        "safety_event.opened", by=by, subject=event, patient_id=entry.patient_id, kind=kind
    )
    return event
