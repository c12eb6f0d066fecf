"""Who would come sooner, and a place that has become free for one of them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from knai.core.errors import KnaiError, Malformed, Refused
from knai.kit import audit
from knai.practice import schedule
from knai.practice.actions import waiting as actions
from knai.web.schedule.booking import FIELDS, book_url
from knai.web.schedule.forms import WaitForm
from knai.web.sessions.answers import status_of
from knai.web.sessions.forms import plain


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The list. With ?on=…&at=…&chair=…: a place to be offered."""
    request.actor.must("read_schedule")
    if request.method == "GET":
        return _shown(request, WaitForm(by=request.actor))
    request.actor.must("check_in")
    form = WaitForm(request.POST, by=request.actor)
    try:
        form.want_valid()
        actions.wait(
            by=request.actor,
            patient_id=_patient(request),
            wanted=form.cleaned_data["wanted"],
            is_urgent=form.cleaned_data["urgent"],
        )
    except (Malformed, Refused) as error:
        return _shown(request, form, error)
    messages.success(request, "On the waiting list.")
    return redirect("schedule:waiting", slug=slug)


def _patient(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("patient", ""))
    except ValueError:
        raise Malformed("Who? Find the patient first.", "patient") from None


def _shown(request: HttpRequest, form: WaitForm, error: KnaiError | None = None) -> HttpResponse:
    place = {name: request.GET.get(name, "") for name in FIELDS}
    slug = request.actor.clinic.slug
    rows = [
        (row, book_url(slug, row.patient_id, **place))
        for row in schedule.list_waiting(by=request.actor)
    ]
    audit.record("waiting.viewed", by=request.actor, count=len(rows))
    context = {
        "rows": rows,
        "form": form,
        "place": place if place["on"] and place["at"] else None,
        "error": plain(error) if isinstance(error, Malformed) else error,
        "may_book": request.actor.may("check_in"),
    }
    status = status_of(error) if error else 200
    return render(request, "schedule/waiting.html", context, status=status)


@require_POST
def change(request: HttpRequest, slug: str, item_id: UUID) -> HttpResponse:
    """do=urgent, calm or withdraw."""
    request.actor.must("check_in")
    do = request.POST.get("do", "")
    if do == "withdraw":
        actions.withdraw(by=request.actor, item_id=item_id)
    elif do in ("urgent", "calm"):
        actions.set_urgent(by=request.actor, item_id=item_id, is_urgent=do == "urgent")
    else:
        raise Malformed("wanted urgent, calm or withdraw", "do")
    return redirect("schedule:waiting", slug=slug)
