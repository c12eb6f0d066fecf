"""Calendars for a telephone: made, shown once, ended; and the address that a calendar program reads."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import Malformed, Missing
from knai.kit.clock import now
from knai.practice import calendars, schedule

PERIOD_S = 600
MOST_READS = 60  # of one address in ten minutes; calendar programs ask every quarter of an hour
MOST_MISSES = 20  # by one caller who guesses


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One's own calendars. A new one's address is shown on the answer to making it, and never again."""
    actor = request.actor
    actor.must("read_schedule")
    address, error, status = "", None, 200
    if request.method == "POST":
        try:
            address = request.build_absolute_uri(_address(calendars.make_feed, request))
        except Malformed:
            error, status = "Choose a chair of this clinic, or your own visits.", 422
    today = now().astimezone(actor.clinic.tz).date()
    context = {
        "feeds": calendars.list_feeds(by=actor),
        "chairs": schedule.list_chairs(by=actor, on=today),
        "address": address,
        "error": error,
    }
    answer = render(request, "schedule/calendars.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _address(make, request: HttpRequest) -> str:
    chair = request.POST.get("chair", "")
    try:
        chair_id = UUID(chair) if chair else None
    except ValueError:
        raise Malformed("wanted a chair", "chair") from None
    return reverse("calendar-feed", args=[make(by=request.actor, chair_id=chair_id)])


@require_POST
def end(request: HttpRequest, slug: str, feed_id: UUID) -> HttpResponse:
    calendars.end_feed(by=request.actor, feed_id=feed_id)
    messages.success(request, "Ended. Its address answers nobody any more.")
    return redirect("schedule:calendars", slug=slug)


@login_not_required
@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself, to whoever has its address. What is wrong looks the same, whatever it is."""
    caller = f"calendar:misses:{request.META.get('REMOTE_ADDR', '')}"
    if (
        cache.get(caller, 0) >= MOST_MISSES
        or _count(f"calendar:{calendars.token_hash(token)}") > MOST_READS
    ):
        return _plain("Too often. Ask again in ten minutes.", 429)
    try:
        body = calendars.read_feed(token)
    except Missing:
        _count(caller)
        return _plain("There is no such calendar.", 404)
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _count(key: str) -> int:
    cache.add(key, 0, PERIOD_S)
    try:
        return cache.incr(key)
    except ValueError:  # it ended between the two
        return 1


def _plain(words: str, status: int) -> HttpResponse:
    answer = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    if status == 429:
        answer["Retry-After"] = str(PERIOD_S)
    return answer
