"""What is still open of a day, each with the one thing to do, and closing it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from knai.core.errors import KnaiError, Malformed
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import end_of_day, safety
from knai.practice.actions.end_of_day import close_day
from knai.web.sessions.answers import EXPECTED, status_of
from knai.web.sessions.forms import plain

# section → url name, whether it takes the thing's subject, words
ACTIONS: dict[str, tuple[str, bool, str]] = {
    "session": ("sessions:screen", True, "Session"),
    "visit": ("schedule:visit", True, "Settle it"),
    "note": ("notes:page", True, "Note"),
    "alert": ("sessions:screen", True, "Session"),
    "sets": ("sessions:screen", True, "Accept"),
    "follow_up": ("patients:book", True, "Book"),
    "safety": ("safety:one", True, "Look into it"),
    "roster": ("roster:page", False, "On site"),
    "quarantine": ("devices:quarantine", False, "Settle them"),
}
DAY = timedelta(days=1)


@require_GET
def today(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, _today(request))


@require_http_methods(["GET", "POST"])
def on_day(request: HttpRequest, slug: str, on: str) -> HttpResponse:
    """Another day, as 2026-11-23; posted to, that day is closed."""
    day = _read_day(on)
    if request.method == "GET":
        return _page(request, day)
    try:
        close_day(by=request.actor, on=day, left_open=request.POST.get("left_open", "")[:160])
    except EXPECTED as error:
        return _page(request, day, error)
    messages.success(request, "The day is closed.")
    return redirect("end_of_day:on", slug=slug, on=day.isoformat())


def _page(request: HttpRequest, on: date, error: KnaiError | None = None) -> HttpResponse:
    by = request.actor
    seen = end_of_day.get_end_of_day(by=by, on=on)
    audit.record("end_of_day.viewed", by=by, on=on.isoformat(), open=seen.open_count)
    context = {
        "day": seen,
        "sections": [_section(by, section) for section in seen.sections],
        "before": on - DAY,
        "after": on + DAY if on < _today(request) else None,
        "is_today": on == _today(request),
        "may_close": safety.may_handle(by) and on <= _today(request),
        "problem": plain(error) if isinstance(error, Malformed) else str(error or ""),
        "typed": request.POST.get("left_open", ""),
    }
    status = status_of(error) if error else 200
    return render(request, "end_of_day/page.html", context, status=status)


def _section(by: Actor, section: end_of_day.Section) -> dict[str, Any]:
    name, takes, words = ACTIONS[section.key]
    things = [
        (thing, reverse(name, args=[by.clinic.slug, *([thing.subject_id] if takes else [])]))
        for thing in section.things
    ]
    return {"title": section.title, "action": words, "things": things}


def _today(request: HttpRequest) -> date:
    return now().astimezone(request.actor.clinic.tz).date()


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed("found no day; wanted one like 2026-11-23", "day") from None
