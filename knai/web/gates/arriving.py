"""Pages before the gate: checking in and planning."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from knai.core.errors import KnaiError, Malformed, Missing, Refused
from knai.kit import audit
from knai.kit.clock import now
from knai.kit.ids import uuid7
from knai.practice import people, planning, protocols, queries
from knai.practice.actions import arriving
from knai.practice.actions.arriving import Arrival
from knai.practice.entries import Plan, Transport
from knai.practice.facts import know
from knai.practice.way_home import get_way_home
from knai.web.gates.answering import back_to, gate_of
from knai.web.gates.forms import CheckInForm, PlanForm
from knai.web.sessions.answers import status_of, vary


@require_http_methods(["GET", "POST"])
def check_in(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Chair, weight, way home: the weight of last time and the chair booked stand there already."""
    request.actor.must("check_in")
    session = queries.get_session(by=request.actor, session_id=session_id)
    chairs = people.list_chairs(by=request.actor)
    initial = {
        "chair": str(session.chair_id or ""),
        "weight_kg": session.weight_kg or planning.latest_weight_kg(session.patient_id),
    } | _planned_way(request, session_id)
    form = CheckInForm(_data(request), by=request.actor, chairs=chairs, initial=initial)
    if request.method == "GET":
        return _shown(request, "gates/check_in.html", session, form)
    return _posted(request, "gates/check_in.html", session, form, _check_in)


def _planned_way(request: HttpRequest, session_id: UUID) -> dict[str, str]:
    """What was arranged at booking stands there, to be asked again."""
    planned = get_way_home(by=request.actor, session_id=session_id).planned
    if planned is None:
        return {}
    return {
        "mode": planned.mode,
        "escort_name": planned.escort_name,
        "escort_phone": planned.escort_phone,
    }


def _check_in(request: HttpRequest, session_id: UUID, form: CheckInForm) -> str:
    values = form.cleaned_data
    arrival = Arrival(
        chair_id=UUID(values["chair"]) if values["chair"] else None,
        weight_kg=values["weight_kg"],
        transport=_way(values),
    )
    arriving.check_in(
        by=request.actor, session_id=session_id, arrival=arrival, posting=form.posting
    )
    return "Checked in."


def _way(values: dict) -> Transport | None:
    """Whoever is named comes for them, unless another way is chosen."""
    escort_name = values["escort_name"].strip()
    mode = values["mode"] or ("escort" if escort_name else "")
    if not mode:
        return None
    return Transport(
        stage="planned",
        mode=mode,
        escort_name=escort_name,
        escort_phone=values["escort_phone"].strip(),
    )


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """What is meant to be given; the protocol's own figures stand there already."""
    request.actor.must("prescribe")
    session = queries.get_session(by=request.actor, session_id=session_id)
    known = know(by=request.actor, session=session, now=now())
    form = PlanForm(_data(request), by=request.actor, initial=_planned(known))
    if request.method == "GET":
        return _shown(request, "gates/plan.html", session, form)
    return _posted(request, "gates/plan.html", session, form, _set_plan)


def _planned(known) -> dict:
    plan, protocol = known.plan, known.session.protocol
    if plan is not None:
        return {name: getattr(plan, name) for name in PLAN_FIELDS}
    drafted = planning.by_course(known.session)
    if drafted is not None:
        return {name: getattr(drafted, name) for name in PLAN_FIELDS}
    defaults = protocols.read(protocol).plan
    return {
        "route": protocol.route if protocol else "",
        "substance": protocol.substance if protocol else "racemic_ketamine",
        "mg_per_kg": defaults.mg_per_kg,
        "mg": defaults.mg,
        "duration_min": defaults.duration_min,
        "expected_sedation": defaults.expected_sedation,
        "supervision": defaults.supervision,
    }


PLAN_FIELDS = (
    "route", "substance", "mg_per_kg", "mg", "duration_min", "expected_sedation", "supervision",
    "deviation",
)  # fmt: skip


def _set_plan(request: HttpRequest, session_id: UUID, form: PlanForm) -> str:
    values = form.cleaned_data
    disclosed = {"yes": True, "no": False}.get(values["all_ingredients_disclosed"])
    made = Plan(**{name: values[name] for name in PLAN_FIELDS}, all_ingredients_disclosed=disclosed)
    arriving.set_plan(by=request.actor, session_id=session_id, plan=made, posting=form.posting)
    return "Planned."


def _data(request: HttpRequest):
    """An empty post is a post, too."""
    return request.POST if request.method == "POST" else None


def _shown(request: HttpRequest, template: str, session, form, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "session_id": session.pk,
        "patient": session.patient,
        "gate": gate_of(request),
        "idempotency_key": request.POST.get("idempotency_key") or uuid7(),
    }
    audit.record(
        "session.viewed", by=request.actor, patient_id=session.patient_id, session_id=session.pk
    )
    return vary(render(request, template, context, status=status))


def _posted(request: HttpRequest, template: str, session, form, act) -> HttpResponse:
    """Do it and go on to the gate; or the form again, with what is wrong beside its field."""
    if not form.is_valid():
        return _shown(request, template, session, form, 422)
    try:
        said = act(request, session.pk, form)
    except (Malformed, Refused, Missing) as error:
        return _shown(request, template, session, _with(form, error), _status(error))
    messages.success(request, said)
    return vary(back_to(request, session.pk, gate_of(request)))


def _with(form, error: KnaiError):
    if isinstance(error, Malformed):
        form.refuse(error)
    else:
        form.add_error(None, str(error))
    return form


def _status(error: KnaiError) -> int:
    return 404 if isinstance(error, Missing) else status_of(error)
