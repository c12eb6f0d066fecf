"""Who is on site: two taps, one for whom and one for what."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from knai.core.errors import KnaiError, Malformed, Refused
from knai.kit.clock import now
from knai.practice.actions import roster as actions
from knai.practice.roster import list_colleagues, list_overdue_stays
from knai.web.sessions.answers import vary
from knai.web.sessions.forms import plain
from knai.web.sessions.times import read_when


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody who works here, those on site first; a tap says here or gone."""
    request.actor.must("roster")
    error: KnaiError | None = None
    if request.method == "POST":
        try:
            _say(request)
            return vary(redirect("roster:page", slug=slug))
        except (Malformed, Refused) as refusal:
            error = refusal
    people = list_colleagues(request.actor)
    overdue = list_overdue_stays(request.actor)
    asked = {stay.user_id for stay in overdue}
    context = {
        "overdue": overdue,
        "here": [person for person in people if person.is_on_site],
        "away": [p for p in people if not p.is_on_site and p.id not in asked],
        "error": plain(error) if isinstance(error, Malformed) else error,
        "at": request.POST.get("at", ""),
    }
    status = 200 if error is None else 422 if isinstance(error, Malformed) else 409
    return vary(render(request, "roster/page.html", context, status=status))


def _say(request: HttpRequest) -> None:
    at = read_when(_typed_time(request), now(), request.actor.clinic.tz)
    if "gone" in request.POST:
        actions.leave(by=request.actor, user_id=_person(request, "gone"), at=at)
        messages.success(request, "Left: noted")
    elif "still" in request.POST:
        actions.confirm(by=request.actor, user_id=_person(request, "still"))
        messages.success(request, "Still here: noted")
    else:
        actions.arrive(by=request.actor, user_id=_person(request, "here"), at=at)
        messages.success(request, "On site: noted")


def _typed_time(request: HttpRequest) -> str:
    """The time beside the person's own name, if one is there; else that at the top of the page."""
    return request.POST.get(f"at-{request.POST.get('gone', '')}") or request.POST.get("at", "")


def _person(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Malformed("Who? Tap a person of the list.", "person") from None
