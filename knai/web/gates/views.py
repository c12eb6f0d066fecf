"""The gates and what is done at them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from knai.core.errors import Malformed
from knai.practice.actions import arriving, checks, gates, leaving, overrides, roster
from knai.practice.actions.charting import Posting
from knai.practice.actions.checks import Answer
from knai.practice.actions.overrides import Who
from knai.practice.entries import Transport
from knai.web.gates.answering import gate_of, post, show_gate
from knai.web.gates.forms import (
    CheckForm,
    DepartureForm,
    DrivingForm,
    OverrideForm,
    PersonForm,
    PurposeForm,
    ReasonForm,
    TransportForm,
)


@require_GET
def start(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """The gate before the first dose."""
    return show_gate(request, session_id, "start")


@require_GET
def dose(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """What runs, and the gate before a further dose."""
    return show_gate(request, session_id, "redose")


@require_GET
def discharge(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """The gate before the patient leaves."""
    return show_gate(request, session_id, "discharge")


@post("dose")
def walk(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    gates.pass_first_walk(by=request.actor, session_id=session_id, posting=posting)
    return "First walk passed. Cannula and draw; then give."


@post("dose")
def walk_again(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    gates.walk_again(by=request.actor, session_id=session_id, reason=request.POST.get("reason", ""))
    return "Back at the first walk."


@post("chart")
def answer(request: HttpRequest, session_id: UUID, posting: Posting, check: str) -> str:
    form = _valid(CheckForm, request)
    values = form.cleaned_data
    said = Answer(
        check=check,
        value=form.value,
        steps=tuple(values["steps"]),
        decided_by=values["decided_by"],
        second_id=values["second"],
        second_code=values["second_code"],
    )
    checks.answer_check(
        by=request.actor,
        session_id=session_id,
        gate=gate_of(request),
        walk=request.POST.get("walk", ""),
        answer=said,
        posting=posting,
    )
    return ""


@post("dose")
def override(request: HttpRequest, session_id: UUID, posting: Posting, what: str) -> str:
    """Of a clause, or of an item of the clinic's own protocol."""
    values = _valid(OverrideForm, request).cleaned_data
    common = {
        "by": request.actor,
        "session_id": session_id,
        "gate": gate_of(request),
        "walk": request.POST.get("walk", ""),
        "reason": values["reason"],
        "who": Who(provider_id=values["provider"], witness=values["witness"]),
        "posting": posting,
    }
    if what.startswith("KNAI-"):
        overrides.override_finding(clause=what, **common)
    else:
        overrides.override_check(check=what, **common)
    return "Overridden. The verdict stays as it is."


@post("check_in")
def transport(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    values = _valid(TransportForm, request).cleaned_data
    way = Transport(
        stage=values["stage"],
        mode=values["mode"],
        escort_name=values["escort_name"].strip(),
        escort_phone=values["escort_phone"].strip(),
        escort_is_adult=True if values["adult"] else None,
        escort_arrived_at=values["arrived"],
        signed_name=values["signed_name"].strip(),
    )
    leaving.record_transport(
        by=request.actor, session_id=session_id, transport=way, posting=posting
    )
    return ""


@post("roster")
def sign_in(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    person = _valid(PersonForm, request).cleaned_data["person"]
    roster.arrive(by=request.actor, user_id=person, at=posting.effective_at)
    return ""


@post("prescribe")
def purpose(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    chosen = _valid(PurposeForm, request).cleaned_data["purpose"]
    arriving.set_purpose(by=request.actor, session_id=session_id, purpose=chosen)
    return ""


@post("discharge", "discharge")
def driving(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    values = _valid(DrivingForm, request).cleaned_data
    leaving.instruct_driving(
        by=request.actor,
        session_id=session_id,
        acknowledged=values["acknowledged"] == "yes",
        witness=values["witness"],
        posting=posting,
    )
    return ""


@post("discharge", "discharge")
def medically_ready(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    leaving.mark_medically_ready(by=request.actor, session_id=session_id, posting=posting)
    return "Medically ready. The patient is still here."


@post("discharge", "discharge")
def leave(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    leaving.discharge(by=request.actor, session_id=session_id, posting=posting)
    return "Discharged."


@post("chart", "discharge")
def left(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    """Gone, in whatever way: recorded whatever the gate says."""
    values = _valid(DepartureForm, request).cleaned_data
    leaving.record_departure(
        by=request.actor,
        session_id=session_id,
        type=values["type"],
        reason=values["reason"],
        posting=posting,
    )
    return "Recorded."


@post("void", "discharge")
def had_not_left(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    reason = _valid(ReasonForm, request).cleaned_data["reason"]
    leaving.had_not_left(by=request.actor, session_id=session_id, reason=reason)
    return "The departure is struck out."


@post("dose")
def call_off(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    reason = _valid(ReasonForm, request).cleaned_data["reason"]
    arriving.call_off(by=request.actor, session_id=session_id, reason=reason)
    return "Called off. Nothing was given."


@post("check_in")
def cancel(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    reason = _valid(ReasonForm, request).cleaned_data["reason"]
    arriving.cancel(by=request.actor, session_id=session_id, reason=reason)
    return "Cancelled."


@post("chart", "discharge")
def asked_about_driving(request: HttpRequest, session_id: UUID, posting: Posting) -> str:
    """The follow-up call. drove_at: when they drove; empty: they did not."""
    text = request.POST.get("drove_at", "").strip()
    if request.POST.get("drove") not in ("yes", "no"):
        raise Malformed("Did they drive? Choose yes or no.", "drove")
    drove_at = _drove_at(request, text) if request.POST["drove"] == "yes" else None
    leaving.ask_about_driving(
        by=request.actor, session_id=session_id, drove_at=drove_at, posting=posting
    )
    return "Noted."


def _drove_at(request: HttpRequest, text: str) -> str:
    from knai.kit.clock import now
    from knai.web.sessions.times import read_when

    when = read_when(text, now(), request.actor.clinic.tz)
    if when is None:
        raise Malformed("When did they drive?", "drove_at")
    return when.isoformat()


def _valid(form_class, request: HttpRequest):
    form = form_class(request.POST, by=request.actor)
    form.want_valid()
    return form
