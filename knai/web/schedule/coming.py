"""One visit before it begins: arrived, moved, cancelled, and how the patient gets home."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import KnaiError, Malformed, Refused
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import schedule
from knai.practice import way_home as ways
from knai.practice.actions import schedule as actions
from knai.practice.actions import waiting
from knai.practice.schedule import Visit
from knai.web.schedule.forms import CancelForm, WayHomeForm, read_way_home
from knai.web.sessions.answers import status_of
from knai.web.sessions.forms import plain
from knai.web.sessions.times import read_when


@require_GET
def visit(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """When, where, with whom; and the way on."""
    return _shown(request, schedule.get_visit(by=request.actor, session_id=session_id))


def _shown(
    request: HttpRequest, visit: Visit, error: KnaiError | None = None, status: int = 200
) -> HttpResponse:
    actor = request.actor
    audit.record(
        "session.viewed", by=actor, patient_id=visit.patient_id, session_id=visit.session_id
    )
    context = {
        "visit": visit,
        "way_home": ways.get_way_home(by=actor, session_id=visit.session_id),
        "form": WayHomeForm(by=actor),
        "may_book": actor.may("check_in"),
        "may_read_chart": actor.may("read_chart"),
        "has_begun": visit.at <= now(),
        "error": plain(error) if isinstance(error, Malformed) else error,
        "local_day": timezone.localtime(visit.at).date().isoformat(),
    }
    return render(request, "schedule/visit.html", context, status=status)


@require_POST
def arrived(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """One tap; a time only if it was another."""
    request.actor.must("check_in")
    try:
        at = read_when(request.POST.get("at", ""), now(), request.actor.clinic.tz)
        actions.arrive(by=request.actor, session_id=session_id, at=at)
    except (Malformed, Refused) as error:
        return _again(request, session_id, error)
    messages.success(request, "Arrived: noted.")
    return _back(request, session_id)


@require_POST
def way_home(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    request.actor.must("check_in")
    form = WayHomeForm(request.POST, by=request.actor)
    planned = read_way_home(form.cleaned_data) if form.is_valid() else None
    if planned is None:
        error = Malformed("How does the patient get home? Choose one.", "mode")
        return _again(request, session_id, error)
    actions.plan_way_home(by=request.actor, session_id=session_id, way_home=planned)
    messages.success(request, "Way home: noted.")
    return _back(request, session_id)


def _back(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """To the day when it was tapped there."""
    slug = request.actor.clinic.slug
    if request.POST.get("to") == "day":
        return redirect("day:page", slug=slug)
    return redirect("schedule:visit", slug=slug, session_id=session_id)


def _again(request: HttpRequest, session_id: UUID, error: KnaiError) -> HttpResponse:
    visit = schedule.get_visit(by=request.actor, session_id=session_id)
    return _shown(request, visit, error, status_of(error))


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Why, and then who could have the place."""
    request.actor.must("check_in")
    visit = schedule.get_visit(by=request.actor, session_id=session_id)
    form = CancelForm(request.POST if request.method == "POST" else None, by=request.actor)
    if request.method == "GET" or not form.is_valid():
        audit.record("session.viewed", by=request.actor, patient_id=visit.patient_id,
                     session_id=session_id)  # fmt: skip
        return _cancelling(request, visit, form, 200 if request.method == "GET" else 422)
    try:
        _cancel(request, visit, form)
    except (Malformed, Refused) as error:
        if isinstance(error, Malformed):
            form.refuse(error)
        else:
            form.add_error(None, str(error))
        return _cancelling(request, visit, form, status_of(error))
    messages.success(request, "It does not take place; the time is free again.")
    return redirect("schedule:visit", slug=slug, session_id=session_id)


def _cancel(request: HttpRequest, visit: Visit, form: CancelForm) -> None:
    values = form.cleaned_data
    actions.cancel(
        by=request.actor,
        session_id=visit.session_id,
        category=values["category"],
        reason=values["reason"],
    )
    if values["wait"]:
        with suppress(Refused):  # they wait already
            waiting.wait(by=request.actor, patient_id=visit.patient_id)


def _cancelling(request: HttpRequest, visit: Visit, form: CancelForm, status: int) -> HttpResponse:
    return render(request, "schedule/cancel.html", {"visit": visit, "form": form}, status=status)
