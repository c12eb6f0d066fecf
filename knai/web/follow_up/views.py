"""The call of the next day: what to ask, what was said, and help when it is needed at once."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from knai.kit import audit
from knai.kit.ids import uuid7
from knai.practice import follow_up
from knai.practice.actions import follow_up as actions
from knai.practice.entry_words import words_of
from knai.web.chart.answers import with_error
from knai.web.chart.tabs import frame
from knai.web.follow_up.forms import CallForm, GiveUpForm
from knai.web.sessions.answers import EXPECTED


@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    if request.method == "GET":
        return _page(request, session_id, None)
    request.actor.must("chart")
    form = CallForm(request.POST, by=request.actor)
    if not form.is_valid():
        return _page(request, session_id, form, status=422)
    try:
        actions.record_call(
            by=request.actor, session_id=session_id, said=form.said, posting=form.posting,
            seen_open=bool(form.cleaned_data["is_due"]),
        )  # fmt: skip
    except EXPECTED as error:
        return _page(request, session_id, form, status=with_error(form, error))
    messages.success(request, "The call is recorded.")
    answer = redirect("follow_up:call", slug=slug, session_id=session_id)
    if form.said.suicidal_thoughts == "yes":
        answer["Location"] += "?help=now"
    return answer


@require_POST
def give_up(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Closed without an answer, with what was done instead."""
    request.actor.must("chart")
    form = GiveUpForm(request.POST, by=request.actor)
    if not form.is_valid():
        return _page(request, session_id, None, give_up=form, status=422)
    try:
        actions.give_up_call(
            by=request.actor, session_id=session_id, outcome=form.cleaned_data["outcome"]
        )
    except EXPECTED as error:
        return _page(request, session_id, None, give_up=form, status=with_error(form, error))
    messages.success(request, "Closed.")
    return redirect("follow_up:call", slug=slug, session_id=session_id)


def _page(
    request: HttpRequest,
    session_id: UUID,
    form: CallForm | None,
    give_up: GiveUpForm | None = None,
    status: int = 200,
) -> HttpResponse:
    by = request.actor
    page = follow_up.get_call_page(by=by, session_id=session_id)
    is_due = page.item_id is not None
    if form is None:
        form = CallForm(by=by, initial={"is_due": "yes" if is_due else ""})
    elif not is_due:
        form.data = form.data.copy()
        form.data["is_due"] = ""  # sent again it is a further call
    audit.record("call.viewed", by=by, patient_id=page.patient_id, session_id=session_id)
    context = frame(request, page.patient_id) | {
        "page": page,
        "form": form,
        "give_up": give_up or GiveUpForm(by=by),
        "may_give_up": is_due and page.attempts >= follow_up.MOST_ATTEMPTS,
        "most_attempts": follow_up.MOST_ATTEMPTS,
        "calls": [(each, words_of(each.body)) for each in page.calls],
        "may_write": by.may("chart") and page.died_on is None and page.departed_at is not None,
        "needs_help": request.GET.get("help") == "now",
        "idempotency_key": request.POST.get("idempotency_key") or uuid7(),
    }
    return render(request, "follow_up/call.html", context, status=status)
