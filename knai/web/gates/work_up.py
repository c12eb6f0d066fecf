"""The work-up's pages: one part each, and back to the gate it settles."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from knai.core.errors import KnaiError, Malformed, Missing, Refused
from knai.kit import audit
from knai.kit.ids import uuid7
from knai.practice import queries
from knai.practice.actions.work_up import record_work_up
from knai.web.gates.answering import GATES, back_to, gate_of
from knai.web.gates.work_up_forms import PARTS, PartForm
from knai.web.sessions.answers import status_of, vary


@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, slug: str, session_id: UUID, part: str) -> HttpResponse:
    """One part of the work-up of a session's patient."""
    request.actor.must("work_up")
    session = queries.get_session(by=request.actor, session_id=session_id)
    if part == "consent":
        return _to_consents(request, session)
    if part not in PARTS:
        raise Missing("There is no such part of the work-up.")
    form = PARTS[part](_data(request), by=request.actor)
    if request.method == "GET":
        _stand_today(form)
        return _shown(request, session, form)
    if not form.is_valid():
        return _shown(request, session, form, 422)
    try:
        record_work_up(
            by=request.actor, session_id=session_id, body=form.body(), posting=form.posting
        )
    except (Malformed, Refused) as error:
        return _shown(request, session, _with(form, error), status_of(error))
    messages.success(request, f"{form.title}: recorded.")
    return vary(back_to(request, session_id, gate_of(request)))


def _to_consents(request: HttpRequest, session) -> HttpResponse:
    """A consent is signed on the patient's own page, which leads back to the gate."""
    url = reverse("consents:list", args=[request.actor.clinic.slug, session.patient_id])
    back = urlencode({"session": session.pk, "gate": gate_of(request)})
    return redirect(f"{url}?{back}")


def _stand_today(form: PartForm) -> None:
    """A day that is asked for is today until somebody says another."""
    for name in ("performed_on", "completed_on"):
        if name in form.fields:
            form.initial[name] = form.today()


def _with(form: PartForm, error: KnaiError) -> PartForm:
    if isinstance(error, Malformed):
        form.refuse(error)
    else:
        form.add_error(None, str(error))
    return form


def _data(request: HttpRequest):
    """An empty post is a post, too."""
    return request.POST if request.method == "POST" else None


WHOLE = {
    "screening": "chart:screening", "diagnosis": "chart:conditions", "history": "chart:histories",
    "physical": "chart:histories", "medications": "chart:medicines", "allergies": "chart:medicines",
    "interaction_review": "chart:interactions", "consent": "consents:list",
}  # fmt: skip


def _whole(request: HttpRequest, session, part: str) -> str:
    """The part's own page in the chart, from which the way back leads to this gate."""
    url = reverse(WHOLE[part], args=[request.actor.clinic.slug, session.patient_id])
    return f"{url}?session={session.pk}&gate={gate_of(request)}"


def _shown(request: HttpRequest, session, form: PartForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "session_id": session.pk,
        "patient": session.patient,
        "gate": gate_of(request),
        "back": reverse(GATES[gate_of(request)], args=[request.actor.clinic.slug, session.pk]),
        "whole": _whole(request, session, form.part),
        "idempotency_key": request.POST.get("idempotency_key") or uuid7(),
    }
    audit.record(
        "work_up.viewed", by=request.actor, patient_id=session.patient_id, session_id=session.pk
    )
    return vary(render(request, "gates/work_up.html", context, status=status))
