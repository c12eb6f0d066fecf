"""Today, another day, and the days ahead: who comes, and what is still to be done before."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from knai.core.errors import Malformed
from knai.kit import audit
from knai.kit.clock import now
from knai.practice.day_list import list_coming
from knai.practice.handovers import list_handed_to
from knai.practice.roster import list_overdue_stays
from knai.web.day.cards import Card, card_of

AHEAD_DAYS = 7
DAY = timedelta(days=1)


@require_GET
def today(request: HttpRequest, slug: str) -> HttpResponse:
    return _day(request, slug, _today(request))


@require_GET
def on_day(request: HttpRequest, slug: str, on: str) -> HttpResponse:
    """Another day, as 2026-11-23."""
    return _day(request, slug, _read_day(on))


@require_GET
def ahead(request: HttpRequest, slug: str) -> HttpResponse:
    """The next seven days, today not among them: what can be settled before."""
    first = _today(request) + DAY
    cards = _cards(request, slug, first, AHEAD_DAYS)
    audit.record("day.viewed", by=request.actor, on=first.isoformat(), days=AHEAD_DAYS)
    tz = request.actor.clinic.tz
    days = groupby(cards, key=lambda card: card.visit.at.astimezone(tz).date())
    context = {
        "days": [(on, list(found)) for on, found in days],
        "tabs": _tabs(slug, _today(request), "ahead"),
        "is_ahead": True,
        "open_count": sum(not card.is_ready and bool(card.gate) for card in cards),
        "may_book": request.actor.may("check_in"),
    }
    return render(request, "day/page.html", context)


def _day(request: HttpRequest, slug: str, on: date) -> HttpResponse:
    actor, its_today = request.actor, _today(request)
    cards = _cards(request, slug, on, 1)
    audit.record("day.viewed", by=actor, on=on.isoformat(), days=1)
    is_today = on == its_today
    context = {
        "on": on,
        "days": [(on, cards)],
        "is_today": is_today,
        "before": on - DAY,
        "after": on + DAY,
        "tabs": _tabs(slug, its_today, on),
        "open_count": sum(not card.is_ready and bool(card.gate) for card in cards),
        "may_book": actor.may("check_in"),
        "handed": list_handed_to(by=actor) if is_today else (),
        "overdue": list_overdue_stays(actor) if is_today and actor.may("roster") else (),
        "may_read_chart": actor.may("read_chart"),
    }
    return render(request, "day/page.html", context)


def _cards(request: HttpRequest, slug: str, on: date, days: int) -> list[Card]:
    found = list_coming(by=request.actor, on=on, days=days)
    return [card_of(request.actor, slug, coming) for coming in found]


def _today(request: HttpRequest) -> date:
    return now().astimezone(request.actor.clinic.tz).date()


def _tabs(slug: str, its_today: date, shown: date | str) -> list[dict]:
    tomorrow = its_today + DAY
    return [
        {"label": "Today", "url": reverse("day:page", args=[slug]), "current": shown == its_today},
        {
            "label": "Tomorrow",
            "url": reverse("day:on", args=[slug, tomorrow.isoformat()]),
            "current": shown == tomorrow,
        },
        {"label": "Next 7 days", "url": reverse("day:ahead", args=[slug]), "current": shown == "ahead"},
    ]  # fmt: skip


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed("found no day; wanted one like 2026-11-23", "day") from None
