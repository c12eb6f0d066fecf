"""Safety events: who looks into each, what came of it, and what was heard of only later."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import Malformed
from knai.kit import audit
from knai.kit.ids import uuid7
from knai.practice import safety
from knai.practice.actions import safety as actions
from knai.practice.follow_up import get_call_page
from knai.practice.roster import list_colleagues
from knai.web.chart.answers import with_error
from knai.web.chart.tabs import frame
from knai.web.safety.forms import CloseForm, LateForm, ReviewForm
from knai.web.sessions.answers import EXPECTED, status_of


@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Open ones, the worst first; below it what was closed last."""
    by = request.actor
    closed = request.GET.get("which") == "closed"
    rows = safety.list_events(by=by, closed=closed)
    audit.record("safety_events.viewed", by=by, count=len(rows), closed=closed)
    context = {
        "rows": rows,
        "closed": closed,
        "tabs": [
            {"label": "Open", "url": "?", "current": not closed},
            {"label": "Closed", "url": "?which=closed", "current": closed},
        ],
    }
    return render(request, "safety/list.html", context)


@require_GET
def one(request: HttpRequest, slug: str, event_id: UUID) -> HttpResponse:
    return _page(request, event_id)


@require_POST
def take(request: HttpRequest, slug: str, event_id: UUID) -> HttpResponse:
    """I look into it, or the colleague who is named does."""
    try:
        actions.take_event(
            by=request.actor, event_id=event_id, seen_owner_id=_uuid(request, "seen"),
            to_id=_uuid(request, "to"),
        )  # fmt: skip
    except EXPECTED as error:
        return _page(request, event_id, problem=str(error), status=status_of(error))
    messages.success(request, "Taken.")
    return redirect("safety:one", slug=slug, event_id=event_id)


@require_POST
def close(request: HttpRequest, slug: str, event_id: UUID) -> HttpResponse:
    if not safety.may_handle(request.actor):
        request.actor.must("chart")
    form = CloseForm(request.POST, by=request.actor)
    if not form.is_valid():
        return _page(request, event_id, closing=form, status=422)
    values = form.cleaned_data
    try:
        actions.close_event(
            by=request.actor, event_id=event_id, outcome=values["outcome"],
            severity=int(values["severity"]),
        )  # fmt: skip
    except EXPECTED as error:
        return _page(request, event_id, closing=form, status=with_error(form, error))
    messages.success(request, "Closed.")
    return redirect("safety:list", slug=slug)


@require_POST
def review(request: HttpRequest, slug: str, event_id: UUID) -> HttpResponse:
    """A note of the quality compartment."""
    if not safety.may_review(request.actor):
        request.actor.must("prescribe")
    form = ReviewForm(request.POST, by=request.actor)
    if not form.is_valid():
        return _page(request, event_id, reviewing=form, status=422)
    try:
        actions.review_event(
            by=request.actor, event_id=event_id, text=form.cleaned_data["text"],
            posting=form.posting,
        )  # fmt: skip
    except EXPECTED as error:
        return _page(request, event_id, reviewing=form, status=with_error(form, error))
    messages.success(request, "Review kept.")
    return redirect("safety:one", slug=slug, event_id=event_id)


def _page(
    request: HttpRequest, event_id: UUID, problem: str = "", status: int = 200, **forms: Any
) -> HttpResponse:
    by = request.actor
    row, reviews = safety.get_event(by=by, event_id=event_id)
    audit.record("safety_event.viewed", by=by, session_id=row.session_id, event=str(event_id))
    context = {
        "row": row,
        "reviews": reviews,
        "problem": problem,
        "may_handle": safety.may_handle(by),
        "may_review": safety.may_review(by),
        "is_mine": row.owner_id == by.user_id,
        "colleagues": list_colleagues(by),
        "closing": forms.get("closing")
        or CloseForm(by=by, initial={"severity": str(row.severity)}),
        "reviewing": forms.get("reviewing") or ReviewForm(by=by),
        "idempotency_key": request.POST.get("idempotency_key") or uuid7(),
    }
    return render(request, "safety/one.html", context, status=status)


@require_http_methods(["GET", "POST"])
def late(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Something that was heard of after the session had ended."""
    by = request.actor
    by.must("chart")
    form = LateForm(request.POST if request.method == "POST" else None, by=by)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                event = _report(request, session_id, form)
            except EXPECTED as error:
                status = with_error(form, error)
            else:
                messages.success(request, "Charted in its session.")
                return redirect("safety:one", slug=slug, event_id=event.pk)
    page = get_call_page(by=by, session_id=session_id)
    audit.record("late_event.opened_form", by=by, patient_id=page.patient_id, session_id=session_id)
    context = frame(request, page.patient_id) | {
        "form": form,
        "page": page,
        "idempotency_key": request.POST.get("idempotency_key") or uuid7(),
    }
    return render(request, "safety/late.html", context, status=status)


def _report(request: HttpRequest, session_id: UUID, form: LateForm):
    values = form.cleaned_data
    return actions.report_late_event(
        by=request.actor, session_id=session_id, code=values["code"], grade=int(values["grade"]),
        text=values["text"], outcome=values["outcome"], posting=form.posting,
    )  # fmt: skip


def _uuid(request: HttpRequest, name: str) -> UUID | None:
    text = request.POST.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Malformed("This form cannot be read. Load the page anew.", name) from None
