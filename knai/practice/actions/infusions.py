"""A running infusion: slower, faster, paused, resumed, stopped. Stopping is never gated."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.core.numbers import to_decimal
from knai.identity.actors import Actor
from knai.practice import queries
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.gates import want_reason, write_already_happened
from knai.practice.actions.write import append
from knai.practice.entries import InfusionChange
from knai.practice.facts import Known, know
from knai.practice.gates import GateFinding, GateView, Intended, view_of
from knai.practice.given import Given, current_id, running
from knai.practice.models import ChartEntry, State, TreatmentSession
from knai.practice.states import move

# What a rate above the one that passed the gate has to keep: see docs/adr on rate changes.
RAISE_CLAUSES = ("KNAI-13", "KNAI-17", "KNAI-21")  # and KNAI-16, on the infusion as it would be
RESUME_CLAUSES = ("KNAI-13",)
CHANGES = ("rate", "pause", "resume", "stop")


def pause_infusion(*, by: Actor, session_id: UUID, infusion_id: UUID, **more) -> ChartEntry:
    return change_infusion(
        by=by, session_id=session_id, infusion_id=infusion_id, change="pause", **more
    )


def resume_infusion(*, by: Actor, session_id: UUID, infusion_id: UUID, **more) -> ChartEntry:
    """Not a redose. Refused only once consent is withdrawn."""
    return change_infusion(
        by=by, session_id=session_id, infusion_id=infusion_id, change="resume", **more
    )


def stop_infusion(*, by: Actor, session_id: UUID, infusion_id: UUID, **more) -> ChartEntry:
    return change_infusion(
        by=by, session_id=session_id, infusion_id=infusion_id, change="stop", **more
    )


@transaction.atomic
def change_infusion(
    *,
    by: Actor,
    session_id: UUID,
    infusion_id: UUID,
    change: str,
    rate_ml_per_h: Decimal | None = None,
    mg_given: Decimal | None = None,
    reason: str = "",
    posting: Posting = NOW,
    happened: str | None = None,
) -> ChartEntry:
    """Change one infusion that runs.

    raises  Malformed: a change or rate that cannot be; Missing: no such infusion here;
            Refused: it has stopped, or resuming or raising is held
    """
    by.must("chart" if change == "stop" else "dose")
    _check(change, rate_ml_per_h, mg_given)
    posting = replace(posting, effective_at=posting.at)
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, InfusionChange.kind)
    if earlier is not None:
        return earlier
    known = know(by=by, session=session, now=posting.at)
    dose = _infusion(known, infusion_id)
    _refuse_senseless(dose, change, posting)
    _judge(by, known, dose, change, rate_ml_per_h, posting, happened)
    body = InfusionChange(
        change=change, rate_ml_per_h=rate_ml_per_h, mg_given=mg_given, reason=reason.strip()
    )
    return _write(by, known, dose, body, posting)


@transaction.atomic
def stop_all(
    *, by: Actor, session_id: UUID, posting: Posting = NOW, reason: str = ""
) -> list[ChartEntry]:
    """Stop everything that runs, in one tap. A second tap finds nothing to stop, and says so with [].

    A tap that waited for the network stops what ran when it was made, not what was started since.
    """
    by.must("chart")
    waited = posting.effective_at is not None
    posting = replace(posting, effective_at=posting.at)
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    known = know(by=by, session=session, now=posting.at)
    stopped = []
    for dose in running(known.doses):
        if waited and dose.started_at > posting.at:
            continue
        body = InfusionChange(change="stop", reason=reason.strip())
        at = max(posting.at, dose.started_at)
        each = replace(posting, effective_at=at, idempotency_key=None)
        stopped.append(_append(by, session, dose, body, each))
    if stopped:
        _to_recovery(by, session, posting)
    return stopped


def held_when_raised(known: Known, dose: Given, rate_ml_per_h: Decimal) -> list[GateFinding]:
    """What holds a rate; nothing when it is not above the one that passed the gate."""
    ordered = dose.line.body.rate_ml_per_h
    if ordered is not None and rate_ml_per_h <= ordered:
        return []
    meant = _as_intended(dose, rate_ml_per_h)
    amounts = view_of(_without(known, dose), "redose", intended=meant)
    found = [amounts.find("KNAI-16"), *map(view_of(known, "redose").find, RAISE_CLAUSES)]
    return [item for item in found if item is not None and item.holds]


def held_when_resumed(known: Known) -> list[GateFinding]:
    view = view_of(known, "redose")
    return [item for item in view.items if item.id in RESUME_CLAUSES and item.holds]


def _check(change: str, rate_ml_per_h: Decimal | None, mg_given: Decimal | None) -> None:
    if change not in CHANGES:
        raise Malformed(f"wanted one of {', '.join(CHANGES)}", "change")
    if change == "rate" and rate_ml_per_h is None:
        raise Malformed("wanted the new rate", "rate_ml_per_h")
    if rate_ml_per_h is not None and rate_ml_per_h <= 0:
        raise Malformed("wanted a rate above zero; pause or stop instead", "rate_ml_per_h")
    if mg_given is not None and mg_given < 0:
        raise Malformed("wanted zero or more", "mg_given")


def _infusion(known: Known, infusion_id: UUID) -> Given:
    wanted = current_id(known.log, infusion_id)
    for dose in known.doses:
        if dose.is_infusion and dose.line.id == wanted:
            return dose
    raise Missing("There is no such infusion in this session.")


def _refuse_senseless(dose: Given, change: str, posting: Posting) -> None:
    if not dose.is_running:
        raise Refused("This infusion was stopped already. Amend the stop if its time is wrong.")
    if posting.at < dose.started_at:
        raise Refused("That is before the infusion began. Look at the time again.")
    if change == "resume" and not dose.is_paused:
        raise Refused("This infusion is not paused.")
    if change == "pause" and dose.is_paused:
        raise Refused("This infusion is paused already.")


def _judge(
    by: Actor,
    known: Known,
    dose: Given,
    change: str,
    rate_ml_per_h: Decimal | None,
    posting: Posting,
    happened: str | None,
) -> None:
    """Pausing, stopping and slowing are never held; a raise and a resumption may be."""
    held: list[GateFinding] = []
    if change == "resume":
        held = held_when_resumed(known)
    elif change == "rate" and rate_ml_per_h is not None:
        held = held_when_raised(known, dose, rate_ml_per_h)
    if not held:
        return
    if happened is None:
        raise Refused(
            f"Held by {', '.join(item.id for item in held)}. Settle it, or record what has happened."
        )
    view = _only(view_of(known, "redose"), held)
    reason = want_reason(happened)
    write_already_happened(by, known.session, view, f"infusion_{change}", reason, posting.alone())


def _only(view: GateView, held: list[GateFinding]) -> GateView:
    return replace(view, items=tuple(held), checks=(), holds=())


def _without(known: Known, dose: Given) -> Known:
    """The facts as they would be without this infusion, which stands in the intention instead."""
    others = [given.as_fact() for given in known.doses if given is not dose]
    return replace(known, facts=known.facts | {"doses": others})


def _as_intended(dose: Given, rate_ml_per_h: Decimal) -> Intended:
    """The whole infusion at the new rate: as if it had been ordered so."""
    body = dose.line.body
    minutes = body.duration_min
    if body.rate_ml_per_h is not None:
        faster = Fraction(rate_ml_per_h) / Fraction(body.rate_ml_per_h)
        minutes = to_decimal(Fraction(body.duration_min) / faster, 4)
    return Intended(dose.route, dose.mg_per_kg, minutes)


def _write(
    by: Actor, known: Known, dose: Given, body: InfusionChange, posting: Posting
) -> ChartEntry:
    entry = _append(by, known.session, dose, body, posting)
    others = [each for each in running(known.doses) if each is not dose]
    if body.change == "stop" and not others:
        _to_recovery(by, known.session, posting)
    return entry


def _append(
    by: Actor, session: TreatmentSession, dose: Given, body: InfusionChange, posting: Posting
) -> ChartEntry:
    return append(
        by=by,
        body=body,
        patient=session.patient,
        session=session,
        effective_at=posting.effective_at,
        source=posting.source,
        target=dose.line.entry,
        idempotency_key=posting.idempotency_key,
    )


def _to_recovery(by: Actor, session: TreatmentSession, posting: Posting) -> None:
    if session.state == State.DOSING:
        move(session, State.RECOVERY, by=by, at=posting.at)
