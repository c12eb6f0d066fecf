"""Leaving: ready in a provider's eyes, the way home, the driving rule, and gone. Leaving is never gated."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db import transaction

from knai.core.driving import DrivingBar
from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.practice import queries
from knai.practice.actions import death
from knai.practice.actions.arriving import check_transport
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.devices import detach_all
from knai.practice.actions.follow_up import drop_call, open_call
from knai.practice.actions.gates import (
    open_safety_event,
    refuse_unless_open,
    want_reason,
    write_already_happened,
    write_passed,
)
from knai.practice.actions.write import append
from knai.practice.entries import (
    Departure,
    DrivingAsked,
    DrivingInstruction,
    MedicallyReady,
    Transport,
    Void,
)
from knai.practice.facts import Known, driving_bar, know
from knai.practice.gates import findings_at
from knai.practice.given import running
from knai.practice.models import ChartEntry, State, TreatmentSession
from knai.practice.states import DEPARTED, OPEN, move


@transaction.atomic
def mark_medically_ready(*, by: Actor, session_id: UUID, posting: Posting = NOW) -> ChartEntry:
    """Ready to leave in this person's eyes. It opens no gate, and is not leaving.

    raises  Refused: an infusion still runs
    """
    by.must("discharge")
    session, earlier = _open(by, session_id, posting, MedicallyReady.kind)
    if earlier is not None:
        return earlier
    if running(know(by=by, session=session, now=posting.at).doses):
        raise Refused("An infusion still runs. Stop it first.")
    if session.state == State.DOSING:
        move(session, State.RECOVERY, by=by, at=posting.effective_at)
    session.medically_ready_at = posting.at
    session.save(update_fields=["medically_ready_at"])
    return _append(by, session, MedicallyReady(), posting)


@transaction.atomic
def record_transport(
    *, by: Actor, session_id: UUID, transport: Transport, posting: Posting = NOW
) -> ChartEntry:
    """The way home, as planned or as it was."""
    by.must("check_in")
    check_transport(transport)
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, Transport.kind)
    return earlier or _append(by, session, transport, posting)


@transaction.atomic
def instruct_driving(
    *,
    by: Actor,
    session_id: UUID,
    acknowledged: bool,
    witness: str = "",
    posting: Posting = NOW,
) -> ChartEntry:
    """The patient was told until what clock time not to drive, and said yes or no to it.

    raises  Refused: no dose, or one still runs, so that there is no time to name;
            Malformed: a refusal that nobody witnessed
    """
    by.must("discharge")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, DrivingInstruction.kind)
    if earlier is not None:
        return earlier
    bar = _bar(know(by=by, session=session, now=posting.at))
    if not acknowledged and not witness.strip():
        raise Malformed("Write who saw that the patient did not acknowledge it.", "witness")
    body = DrivingInstruction(
        barred_until=bar.until.isoformat(), acknowledged=acknowledged, witness=witness.strip()
    )
    return _append(by, session, body, posting)


@transaction.atomic
def ask_about_driving(
    *, by: Actor, session_id: UUID, drove_at: str | None = None, posting: Posting = NOW
) -> ChartEntry:
    """The follow-up call: whether the patient drove before the bar ended."""
    by.must("chart")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, DrivingAsked.kind)
    return earlier or _append(by, session, DrivingAsked(drove_at=drove_at), posting)


@transaction.atomic
def discharge(*, by: Actor, session_id: UUID, posting: Posting = NOW) -> ChartEntry:
    """Through the discharge gate: kept with its findings, and the patient leaves.

    raises  Refused: something holds, with its ids
    """
    by.must("discharge")
    posting = replace(posting, effective_at=posting.at)
    session, earlier = _open(by, session_id, posting, Departure.kind)
    if earlier is not None:
        return earlier
    view = findings_at(by=by, session=session, gate="discharge", at=posting.at)
    refuse_unless_open(view)
    write_passed(by, session, view, posting.alone())
    return _depart(by, session, Departure(type=State.DISCHARGED), posting)


@transaction.atomic
def record_departure(
    *, by: Actor, session_id: UUID, type: str, reason: str = "", posting: Posting = NOW
) -> ChartEntry:
    """The patient has left, in whatever way, at its true time. Never refused for what a gate says.

    "discharged" here means it happened already: it needs a word why, and is looked at afterwards.
    """
    by.must("chart")
    if type not in DEPARTED:
        raise Malformed(f"wanted one of {', '.join(DEPARTED)}", "type")
    posting = replace(posting, effective_at=posting.at)
    session, earlier = _open(by, session_id, posting, Departure.kind)
    if earlier is not None:
        return earlier
    if type == State.DISCHARGED:
        view = findings_at(by=by, session=session, gate="discharge", at=posting.at)
        why = want_reason(reason)
        write_already_happened(by, session, view, "discharged", why, posting.alone())
    entry = _depart(by, session, Departure(type=type, reason=reason.strip()), posting)
    _look_at_afterwards(by, session, entry, type)
    return entry


@transaction.atomic
def had_not_left(*, by: Actor, session_id: UUID, reason: str) -> TreatmentSession:
    """The departure was charted in error: it is struck out, and the session goes on."""
    by.must("void")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    line = queries.load_log(by=by, session=session).latest(Departure.kind)
    if line is None or session.state not in DEPARTED:
        raise Refused("No departure is charted in this session.")
    if session.state == State.DIED:
        raise Refused("A death is recorded with it. A second person takes that back in the chart.")
    append(
        by=by,
        body=Void(reason=want_reason(reason)),
        patient=session.patient,
        session=session,
        target=line.entry,
    )
    drop_call(by=by, session=session)
    move(session, State.RECOVERY, by=by, reason=reason.strip())
    return session


def _open(
    by: Actor, session_id: UUID, posting: Posting, kind: str
) -> tuple[TreatmentSession, ChartEntry | None]:
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, kind)
    if earlier is None and session.state not in OPEN:
        raise Refused("This patient is not here: the session has ended, or has not begun.")
    return session, earlier


def _bar(known: Known) -> DrivingBar:
    bar = driving_bar(known)
    if bar is None and running(known.doses):
        raise Refused("An infusion still runs; the bar counts from its end. Stop it first.")
    if bar is None:
        raise Refused("No dose was given, so driving is not barred.")
    return bar


def _depart(by: Actor, session: TreatmentSession, body: Departure, posting: Posting) -> ChartEntry:
    entry = _append(by, session, body, posting)
    move(session, body.type, by=by, reason=body.reason, at=posting.at)
    detach_all(by=by, session=session)
    open_call(by=by, session=session, departure=entry)
    if body.type == State.DIED:
        death.follow_departure(by=by, session=session, at=posting.at)
    return entry


def _look_at_afterwards(by: Actor, session: TreatmentSession, entry: ChartEntry, type: str) -> None:
    """A person who drives off after a dose, or is gone or dead, is somebody's to call about today."""
    known = know(by=by, session=session, now=entry.effective_at)
    if type in (State.ELOPED, State.DIED):
        open_safety_event(by, session, type, entry=entry)
    if known.doses and known.facts["transport"]["actual"] == "self_driving":
        open_safety_event(by, session, "drove_away", clause="KNAI-24", entry=entry)


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
