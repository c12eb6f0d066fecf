"""How the pages of a chart are shown and answered: one frame, and the way back to the gate that asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from knai.core.errors import KnaiError, Malformed, Missing
from knai.kit import audit
from knai.kit.ids import uuid7
from knai.practice import queries
from knai.web.chart.tabs import frame
from knai.web.gates.answering import GATES
from knai.web.gates.forms import ActorForm
from knai.web.sessions.answers import status_of


def show(
    request: HttpRequest,
    template: str,
    patient_id: UUID,
    current: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """A page of the chart. current: the url name of its tab."""
    shown = frame(request, patient_id, current) | back_context(request, patient_id) | context
    shown |= {"idempotency_key": request.POST.get("idempotency_key") or uuid7()}
    audit.record("chart.viewed", by=request.actor, patient_id=patient_id, page=current)
    return render(request, template, shown, status=status)


def back_context(request: HttpRequest, patient_id: UUID) -> dict[str, Any]:
    """Where a page that was opened from a gate leads back to; nothing when it was not."""
    session_id, gate = _came_from(request)
    if session_id is None or not request.actor.may("read_chart"):
        return {"back": None}
    try:
        session = queries.get_session(by=request.actor, session_id=session_id)
    except Missing:
        return {"back": None}
    url = reverse(GATES[gate], args=[request.actor.clinic.slug, session.pk])
    return {"back": {"session": session.pk, "gate": gate, "url": url}}


def _came_from(request: HttpRequest) -> tuple[UUID | None, str]:
    sent = request.POST if "session" in request.POST else request.GET
    gate = sent.get("gate", "start")
    try:
        return UUID(sent.get("session", "")), gate if gate in GATES else "start"
    except ValueError:
        return None, "start"


def done(request: HttpRequest, patient_id: UUID, name: str, words: str) -> HttpResponse:
    """Said, and on: to the gate that asked for it, else to the page `name`."""
    messages.success(request, words)
    back = back_context(request, patient_id)["back"]
    if back is not None:
        return redirect(back["url"])
    return redirect(name, slug=request.actor.clinic.slug, patient_id=patient_id)


def with_error(form: ActorForm, error: KnaiError) -> int:
    """Puts what was refused beside its field; the status to answer with."""
    if isinstance(error, Malformed):
        form.refuse(error)
    else:
        form.add_error(None, str(error))
    return status_of(error)
