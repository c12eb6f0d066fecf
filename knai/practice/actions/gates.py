"""Going through a gate, and recording what a gate would have held but had happened already."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.core.standard import EDITION, TABLE_VERSION
from knai.identity.actors import Actor
from knai.kit import audit
from knai.practice import queries
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.write import append
from knai.practice.entries import AlreadyHappened, GatePassed
from knai.practice.gates import BEFORE_CANNULA, CLAUSES, GateView, findings_at
from knai.practice.models import ChartEntry, SafetyEvent, State, TreatmentSession
from knai.practice.states import move


@transaction.atomic
def pass_first_walk(*, by: Actor, session_id: UUID, posting: Posting = NOW) -> ChartEntry:
    """The start gate before cannula and draw: kept with its findings, and the session is ready.

    raises  Refused: something holds, or this walk is behind
    """
    by.must("dose")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, GatePassed.kind)
    if earlier is not None:
        return earlier
    if session.state != State.CHECKED_IN:
        raise Refused("The first walk is for a patient who is checked in and not ready yet.")
    view = findings_at(by=by, session=session, gate="start", walk=BEFORE_CANNULA, at=posting.at)
    refuse_unless_open(view)
    entry = write_passed(by, session, view, posting)
    move(session, State.READY, by=by, at=posting.effective_at)
    return entry


@transaction.atomic
def walk_again(*, by: Actor, session_id: UUID, reason: str = "") -> ChartEntry:
    """Back to the first walk: the patient got up, or something has changed."""
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    if session.state != State.READY:
        raise Refused("The first walk is not behind, or a dose was given. Reload the page.")
    return move(session, State.CHECKED_IN, by=by, reason=reason.strip())


def refuse_unless_open(view: GateView) -> None:
    """raises  Refused: with the ids of all that holds"""
    if view.why_not:
        raise Refused(view.why_not)


def write_passed(
    by: Actor, session: TreatmentSession, view: GateView, posting: Posting
) -> ChartEntry:
    """The findings as they stood when somebody went through, with what let them pass."""
    body = GatePassed(
        gate=view.gate,
        walk=view.walk,
        edition=EDITION,
        table_version=TABLE_VERSION,
        findings=tuple(_finding(item) for item in view.items),
        checks=tuple(_check(check) for check in view.checks),
    )
    return _append(by, session, body, posting)


def write_already_happened(
    by: Actor, session: TreatmentSession, view: GateView, what: str, reason: str, posting: Posting
) -> ChartEntry:
    """It has happened: charted with its true time whatever the gate says, and looked at afterwards."""
    body = AlreadyHappened(gate=view.gate, what=what, held=view.held_by, reason=reason.strip())
    entry = _append(by, session, body, posting)
    clause = next((held for held in view.held_by if held in CLAUSES), "")
    open_safety_event(by, session, "already_happened", clause=clause, entry=entry)
    return entry


def open_safety_event(
    by: Actor,
    session: TreatmentSession,
    kind: str,
    *,
    clause: str = "",
    entry: ChartEntry | None = None,
) -> SafetyEvent:
    event = SafetyEvent.objects.create(
        clinic_id=by.clinic_id,
        session=session,
        entry=entry,
        kind=kind,
        clause=clause,
        opened_at=posting_time(entry),
        opened_by=by.user,
    )
    audit.record("safety_event.opened", by=by, subject=event, patient_id=session.patient_id)
    return event


def posting_time(entry: ChartEntry | None):
    return entry.recorded_at if entry is not None else NOW.at


def want_reason(reason: str) -> str:
    """raises  Malformed: nothing was said"""
    if not reason.strip():
        raise Malformed("Say in a few words what happened.", "reason")
    return reason.strip()


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


def _finding(item) -> dict:
    shown = item.finding.as_json()
    shown["overridden_by"] = str(item.override.entry_id) if item.override else None
    return {name: shown[name] for name in _KEPT}


# The quote and the title are the edition's; the edition is named once.
_KEPT = ("clause", "verdict", "effect", "because", "key", "values", "facts", "overridden_by")


def _check(check) -> dict:
    return {
        "check": check.id,
        "state": check.finding.state,
        "key": check.finding.key,
        "overridden_by": str(check.override.entry_id) if check.override else None,
    }
