"""Giving: the first dose and further ones, through their gate or because it has happened already."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.core.standard import Policy
from knai.identity.actors import Actor
from knai.kit import audit
from knai.practice import queries
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.gates import (
    refuse_unless_open,
    want_reason,
    write_already_happened,
    write_passed,
)
from knai.practice.actions.write import append
from knai.practice.entries import Bolus, InfusionStart
from knai.practice.facts import know
from knai.practice.gates import AT_GIVING, GateView, Intended, view_of
from knai.practice.given import is_infusion_route, running
from knai.practice.models import ChartEntry, State, TreatmentSession
from knai.practice.states import ENDED, move, why_not_move

Dose = Bolus | InfusionStart


def start_bolus(
    *,
    by: Actor,
    session_id: UUID,
    dose: Bolus,
    posting: Posting = NOW,
    gate: str = "",
    happened: str | None = None,
) -> ChartEntry:
    """Give a dose that is no infusion: the first through the start gate, each other through redose.

    gate      the gate the person stood at; if another one has come since, it is looked at anew
    happened  why it is recorded although the gate may hold: it has happened, at the posting's time
    raises    Refused: something holds, with its ids; Malformed: amounts or route that cannot be
    """
    if is_infusion_route(dose.route):
        raise Malformed("an infusion has a duration; start it as one", "route")
    return _give(by, session_id, dose, posting, gate, happened)


def start_infusion(
    *,
    by: Actor,
    session_id: UUID,
    dose: InfusionStart,
    posting: Posting = NOW,
    gate: str = "",
    happened: str | None = None,
) -> ChartEntry:
    """Start an infusion: as start_bolus."""
    if not is_infusion_route(dose.route):
        raise Malformed("only an infusion runs for a time; give this as a dose", "route")
    if dose.duration_min <= 0:
        raise Malformed("wanted minutes above zero", "duration_min")
    return _give(by, session_id, dose, posting, gate, happened)


def intended(dose: Dose, weight_kg: Decimal | None) -> Intended:
    """What the gate is asked about: this very dose, whatever the plan said."""
    mg_per_kg = dose.mg_per_kg
    if mg_per_kg is None and weight_kg:
        mg_per_kg = dose.mg / weight_kg
    return Intended(dose.route, mg_per_kg, getattr(dose, "duration_min", None))


@transaction.atomic
def _give(
    by: Actor, session_id: UUID, dose: Dose, posting: Posting, gate: str, happened: str | None
) -> ChartEntry:
    by.must("dose")
    _check_amounts(dose)
    posting = replace(posting, effective_at=posting.at)
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, dose.kind)
    if earlier is not None:
        return earlier
    view = gate_for_dose(by, session, dose, posting)
    if happened is None:
        _refuse_by_state(session)
        _refuse_other_gate(gate, view)
        refuse_unless_open(view)
        write_passed(by, session, view, posting.alone())
    else:
        reason = want_reason(happened)
        write_already_happened(by, session, view, dose.kind, reason, posting.alone())
    entry = _append_dose(by, session, dose, posting)
    _after_dose(by, session, entry)
    return entry


def gate_for_dose(by: Actor, session: TreatmentSession, dose: Dose, posting: Posting) -> GateView:
    """The gate this dose goes through: start until one has been given, then redose."""
    known = know(by=by, session=session, now=posting.at)
    meant = intended(dose, session.weight_kg)
    before = [given for given in known.doses if given.started_at <= posting.at]
    if before:
        return view_of(known, "redose", intended=meant)
    return view_of(known, "start", AT_GIVING, meant)


def _check_amounts(dose: Dose) -> None:
    if dose.route not in Policy.default().all_routes:
        raise Malformed("is no known route", "route")
    for name in ("mg", "mg_per_kg", "ml", "rate_ml_per_h"):
        amount = getattr(dose, name, None)
        if amount is not None and amount <= 0:
            raise Malformed("wanted an amount above zero", name)


def _refuse_other_gate(gate: str, view: GateView) -> None:
    """Somebody else gave a dose meanwhile: this one is a further dose, and was not meant as one."""
    if gate and gate != view.gate:
        raise Refused("A dose was given meanwhile. Look at the session before giving another.")


def _refuse_by_state(session: TreatmentSession) -> None:
    """Where a session may not go, an intention may not lead; the first walk is a hold of the gate."""
    if session.state in (State.BOOKED, *ENDED):
        raise Refused(
            why_not_move(session.state, State.DOSING)
            or "This patient is not checked in. Check in first, or record what has happened."
        )


def _append_dose(by: Actor, session: TreatmentSession, dose: Dose, posting: Posting) -> ChartEntry:
    return append(
        by=by,
        body=dose,
        patient=session.patient,
        session=session,
        effective_at=posting.effective_at,
        source=posting.source,
        idempotency_key=posting.idempotency_key,
    )


def _after_dose(by: Actor, session: TreatmentSession, entry: ChartEntry) -> None:
    """The first dose freezes the purpose. A dose found out about after the patient left moves nothing."""
    freeze_at = min(session.first_dose_at or entry.effective_at, entry.effective_at)
    if session.first_dose_at != freeze_at:
        session.first_dose_at = freeze_at
        session.save(update_fields=["first_dose_at"])
        audit.record("session.first_dose", by=by, subject=session, purpose=session.purpose)
    if session.state not in (State.DOSING, *ENDED):
        move(session, State.DOSING, by=by, at=entry.effective_at)


@transaction.atomic
def end_dosing(*, by: Actor, session_id: UUID, posting: Posting = NOW) -> TreatmentSession:
    """Nothing more is being given: recovery begins. Stopping the last infusion does this by itself.

    raises  Refused: an infusion still runs
    """
    by.must("chart")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    if session.state == State.DOSING:
        if running(know(by=by, session=session, now=posting.at).doses):
            raise Refused("An infusion still runs. Stop it first.")
        move(session, State.RECOVERY, by=by, at=posting.at)
    return session
