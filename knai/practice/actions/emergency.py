"""An emergency: one tap begins it, each step is a tap with its time, and it ends by a tap."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.kit import audit, bus
from knai.practice import chips, queries
from knai.practice.actions.adverse import open_safety_event, stop_drug
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.write import append
from knai.practice.entries import Emergency
from knai.practice.models import ChartEntry, TreatmentSession

STARTED, ENDED = "started", "ended"


@transaction.atomic
def start_emergency(*, by: Actor, session_id: UUID, posting: Posting = NOW) -> ChartEntry | None:
    """Begin. In any state of the session, for an emergency waits for nobody; None when one runs already."""
    by.must("chart")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, Emergency.kind)
    if earlier is not None or session.is_emergency:
        return earlier
    entry = _write(by, session, STARTED, "", posting)
    _set(by, session, True)
    open_safety_event(by=by, entry=entry, kind="emergency")
    return entry


@transaction.atomic
def record_emergency_step(
    *, by: Actor, session_id: UUID, step: str, text: str = "", posting: Posting = NOW
) -> ChartEntry:
    """One step. "Provider called" may stand alone; a step that stops the drug charts the infusions too.

    raises  Malformed: no such step
    """
    by.must("chart")
    chip = next((chip for chip in chips.emergency_steps() if chip.step == step), None)
    if chip is None:
        raise Malformed("wanted a step of the list", "step")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, Emergency.kind)
    if earlier is not None:
        return earlier
    entry = _write(by, session, step, text, posting)
    if chip.stops_drug:
        stop_drug(by=by, session_id=session_id, reason="Emergency", posting=posting)
    return entry


@transaction.atomic
def end_emergency(
    *, by: Actor, session_id: UUID, text: str = "", posting: Posting = NOW
) -> ChartEntry:
    """Stand down.

    raises  Refused: none runs
    """
    by.must("chart")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, Emergency.kind)
    if earlier is not None:
        return earlier
    if not session.is_emergency:
        raise Refused("No emergency runs in this session.")
    entry = _write(by, session, ENDED, text, posting)
    _set(by, session, False)
    return entry


def _write(
    by: Actor, session: TreatmentSession, step: str, text: str, posting: Posting
) -> ChartEntry:
    return append(
        by=by,
        body=Emergency(step, text.strip()),
        patient=session.patient,
        session=session,
        effective_at=posting.effective_at,
        source=posting.source,
        idempotency_key=posting.idempotency_key,
    )


def _set(by: Actor, session: TreatmentSession, runs: bool) -> None:
    session.is_emergency = runs
    session.save(update_fields=["is_emergency"])
    verb = "emergency.started" if runs else "emergency.ended"
    audit.record(verb, by=by, subject=session, session_id=session.pk)
    bus.publish_on_commit("sessions", {"clinic_id": by.clinic_id, "session_id": session.pk})
