"""How the posts of a gate answer: done, back to the gate; refused, the gate again with what was said."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from knai.core.errors import KnaiError, Malformed, Refused
from knai.kit import audit
from knai.practice import queries
from knai.practice.actions.charting import Posting
from knai.practice.gates import findings_at
from knai.web.gates.forms import PostingForm
from knai.web.gates.page import gate_page
from knai.web.sessions.answers import status_of, vary

GATES = {"start": "gates:start", "redose": "gates:dose", "discharge": "gates:discharge"}
Act = Callable[[HttpRequest, UUID, Posting], str]


def gate_of(request: HttpRequest, otherwise: str = "start") -> str:
    named = request.POST.get("gate") or request.GET.get("gate") or otherwise
    return named if named in GATES else otherwise


def show_gate(
    request: HttpRequest, session_id: UUID, gate: str, error: KnaiError | None = None
) -> HttpResponse:
    """The page of a gate; with an error its banner and status."""
    session = queries.get_session(by=request.actor, session_id=session_id)
    view = findings_at(by=request.actor, session=session, gate=gate)
    page = gate_page(request.actor, request.actor.clinic.slug, view)
    audit.record(
        "gate.viewed",
        by=request.actor,
        subject=session,
        patient_id=session.patient_id,
        session_id=session.pk,
        gate=gate,
        held=len(view.held_by),
    )
    status = status_of(error) if error else 200
    slug = request.actor.clinic.slug
    context = {
        "page": page, "session_id": session_id, "error": str(error) if error else "",
        "stream_url": f"/live/{slug}/", "gate_url": reverse(GATES[gate], args=[slug, session_id]),
    }  # fmt: skip
    return vary(render(request, "gates/gate.html", context, status=status))


def post(
    permission: str, gate: str = "start", on: str = ""
) -> Callable[[Act], Callable[..., HttpResponse]]:
    """Make a view of an act: who may, the posting, then the gate again, opened or with what was wrong.

    The act returns what to say. `on`: the address to go on to once it is done, instead of the gate.
    """

    def decorate(act: Act) -> Callable[..., HttpResponse]:
        @require_POST
        @wraps(act)
        def view(request: HttpRequest, slug: str, session_id: UUID, **more) -> HttpResponse:
            request.actor.must(permission)
            back = gate_of(request, gate)
            try:
                said = act(request, session_id, posting_of(request), **more)
            except (Malformed, Refused) as error:
                return _refused(request, session_id, back, error)
            if said:
                messages.success(request, said)
            if on:
                return vary(go_on(request, on, session_id))
            return vary(back_to(request, session_id, back))

        return view

    return decorate


def posting_of(request: HttpRequest) -> Posting:
    """raises  Malformed: a time or a key that cannot be read"""
    form = PostingForm(request.POST, by=request.actor)
    form.want_valid()
    return form.posting


def back_to(request: HttpRequest, session_id: UUID, gate: str) -> HttpResponse:
    """The gate; for whoever may not see it, the day."""
    slug = request.actor.clinic.slug
    if not request.actor.may("read_chart"):
        return redirect("day:page", slug=slug)
    return redirect(GATES[gate], slug=slug, session_id=session_id)


def go_on(request: HttpRequest, name: str, session_id: UUID) -> HttpResponse:
    """To another page altogether: htmx, which only swaps the gate, is told to load it."""
    url = reverse(name, args=[request.actor.clinic.slug, session_id])
    if not request.htmx:
        return redirect(url)
    answer = HttpResponse()
    answer["HX-Redirect"] = url
    return answer


def _refused(request: HttpRequest, session_id: UUID, gate: str, error: KnaiError) -> HttpResponse:
    if not request.actor.may("read_chart"):
        context = {"error": error, "status": status_of(error)}
        return render(request, "errors/page.html", context, status=status_of(error))
    return show_gate(request, session_id, gate, error)
