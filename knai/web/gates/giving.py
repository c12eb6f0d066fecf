"""Giving at the gate: the planned dose in one tap, another by its figures, or one that was given already."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest

from knai.core.errors import Malformed, Refused
from knai.practice import queries
from knai.practice.actions import doses, infusions
from knai.practice.actions.charting import Posting
from knai.practice.entries import Bolus, InfusionStart, Plan
from knai.practice.facts import Known, know
from knai.practice.given import is_infusion_route
from knai.practice.orders import order_for, planned_order
from knai.web.gates.answering import gate_of, post
from knai.web.gates.forms import ChangeForm, DoseForm


@post("dose", on="sessions:screen")
def give(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    """Through the gate."""
    values = _values(request)
    dose = _dose(request, session_id, values, posting)
    _start(request, session_id, dose, posting, gate=gate_of(request))
    return "Given, and charted."


@post("dose", on="sessions:screen")
def happened(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    """It already happened: charted with its true time, whatever holds."""
    values = _values(request)
    if not values["reason"].strip():
        raise Malformed("Say in a few words what happened.", "reason")
    dose = _dose(request, session_id, values, posting)
    _start(request, session_id, dose, posting, happened=values["reason"])
    return "Recorded as it happened. The verdicts stand; somebody looks at it afterwards."


@post("chart", "redose")
def end_dosing(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    doses.end_dosing(by=request.actor, session_id=session_id, posting=posting)
    return "Recovery begins."


@post("chart", "redose")
def change(
    request: HttpRequest, session_id: UUID, posting: Posting, infusion_id: UUID, change: str
) -> str:
    """Pause, resume, stop or another rate, of one infusion."""
    form = ChangeForm(request.POST, by=request.actor)
    form.want_valid()
    values = form.cleaned_data
    infusions.change_infusion(
        by=request.actor,
        session_id=session_id,
        infusion_id=infusion_id,
        change=change,
        rate_ml_per_h=values["rate_ml_per_h"],
        mg_given=values["mg_given"],
        reason=values["reason"],
        happened=values["happened"] or None,
        posting=posting,
    )
    return "Charted."


def _values(request: HttpRequest) -> dict[str, Any]:
    form = DoseForm(request.POST, by=request.actor)
    form.want_valid()
    return form.cleaned_data


def _start(request: HttpRequest, session_id: UUID, dose, posting: Posting, **more) -> None:
    start = doses.start_infusion if isinstance(dose, InfusionStart) else doses.start_bolus
    start(by=request.actor, session_id=session_id, dose=dose, posting=posting, **more)


def _dose(
    request: HttpRequest, session_id: UUID, values: dict[str, Any], posting: Posting
) -> Bolus | InfusionStart:
    """The dose meant: what was typed, else the plan as it was on the page.

    raises  Malformed: nothing to go by; Refused: the plan has changed since the page was shown
    """
    session = queries.get_session(by=request.actor, session_id=session_id)
    known = know(by=request.actor, session=session, now=posting.at)
    if values["mg"] is not None:
        return _by_amount(known, values)
    if values["mg_per_kg"] is None:
        return _as_planned(known, values["order"])
    if session.weight_kg is None:
        raise Malformed("No weight is known. Weigh first, or enter the amount in mg.", "mg_per_kg")
    return order_for(_plan(known, values), session.weight_kg, known).as_body()


def _as_planned(known: Known, order_shown: str) -> Bolus | InfusionStart:
    order = planned_order(known)
    if order is None:
        raise Malformed("Nothing is planned, or no weight is known. Enter the dose.", "mg_per_kg")
    if not order_shown:
        raise Malformed("Which dose? Enter it, or take the planned one.", "order")
    if order_shown != order.token:
        raise Refused("The plan has changed since this page was shown. Look at it again.")
    return order.as_body()


def _plan(known: Known, values: dict[str, Any]) -> Plan:
    changes = {
        name: values[name] for name in ("route", "mg_per_kg", "duration_min") if values[name]
    }
    if known.plan is not None:
        return msgspec.structs.replace(known.plan, mg=None, **changes)
    if "route" not in changes:
        raise Malformed("By which route?", "route")
    return Plan(substance=_substance(known), **changes)


def _substance(known: Known) -> str:
    """The plan's, else the protocol's."""
    protocol = known.session.protocol
    default = protocol.substance if protocol else "racemic_ketamine"
    return known.plan.substance if known.plan else default


def _by_amount(known: Known, values: dict[str, Any]) -> Bolus | InfusionStart:
    """What was found to have been given, in mg; mg/kg follows from the weight when one is known."""
    plan = known.plan
    route = values["route"] or (plan.route if plan else "")
    if not route:
        raise Malformed("By which route?", "route")
    substance = _substance(known)
    if not is_infusion_route(route):
        return Bolus(route=route, substance=substance, mg=values["mg"])
    minutes = values["duration_min"] or (plan.duration_min if plan else None)
    if minutes is None:
        raise Malformed("Over how many minutes?", "duration_min")
    return InfusionStart(route=route, substance=substance, mg=values["mg"], duration_min=minutes)
