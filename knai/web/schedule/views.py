"""The schedule by chair or by person, a week or a day; and whom to book."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from knai.core.errors import Malformed
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import schedule
from knai.practice.search import find_patients
from knai.web.schedule.booking import FIELDS, book_url

VIEWS = (("week", "Week"), ("day", "Day"))
BY = (("chair", "By chair"), ("staff", "By person"))


@require_GET
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """?view=week|day, ?by=chair|staff, ?on=2026-11-23."""
    actor = request.actor
    actor.must("read_schedule")
    view = _choice(request, "view", VIEWS)
    by = _choice(request, "by", BY)
    today = now().astimezone(actor.clinic.tz).date()
    on = read_day(request.GET.get("on", "")) or today
    first = on - timedelta(days=on.weekday()) if view == "week" else on
    read = schedule.get_week if view == "week" else schedule.get_day
    shown = read(by=actor, on=first, staff=by == "staff")
    audit.record("schedule.viewed", by=actor, on=first.isoformat(), view=view)
    context = _around(view, by, on, first, today) | {
        "shown": shown,
        "view": view,
        "by_staff": by == "staff",
        "may_book": actor.may("check_in"),
        "visit_url": _visit_url(slug),
    }
    return render(request, f"schedule/{view}.html", context)


def _choice(request: HttpRequest, name: str, known: tuple[tuple[str, str], ...]) -> str:
    value = request.GET.get(name, known[0][0])
    return value if value in dict(known) else known[0][0]


def read_day(text: str) -> date | None:
    """raises  Malformed: no day"""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Malformed("found no day; wanted one like 2026-11-23", "on") from None


def _visit_url(slug: str) -> tuple[str, str]:
    """What stands before and after the id in the address of a visit: one look-up for a page of them."""
    nobody = "00000000-0000-0000-0000-000000000000"
    before, after = reverse("schedule:visit", args=[slug, nobody]).split(nobody)
    return before, after


def _around(view: str, by: str, on: date, first: date, today: date) -> dict[str, Any]:
    """The ways to the next and the one before, and to the other looks."""
    step = timedelta(days=7 if view == "week" else 1)

    def address(**change: Any) -> str:
        values = {"view": view, "by": by, "on": on.isoformat()} | change
        return "?" + "&".join(f"{name}={value}" for name, value in values.items())

    return {
        "on": on,
        "first": first,
        "last": first + step - timedelta(days=1),
        "today": today,
        "is_now": first <= today < first + step,
        "before": address(on=first - step),
        "after": address(on=first + step),
        "to_today": address(on=today),
        "tabs": [
            *({"label": word, "url": address(view=name), "current": name == view} for name, word in VIEWS),
            *({"label": word, "url": address(by=name), "current": name == by} for name, word in BY),
        ],
        "day_address": address(view="day", on=""),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Whom to book. The name is posted, so that it stands in no address."""
    actor = request.actor
    actor.must("check_in")
    wish = {name: request.GET.get(name, "") for name in FIELDS}
    search = request.POST.get("q", "").strip()[:80]
    found = find_patients(by=actor, search=search)[0] if search else []
    if search:
        audit.record("patients.searched", by=actor, found=len(found))
    context = {
        "search": search,
        "found": [(row, book_url(slug, row.id, **wish)) for row in found],
        "waiting": [
            (row, book_url(slug, row.patient_id, **wish)) for row in schedule.list_waiting(by=actor)
        ],
    }
    return render(request, "schedule/choose.html", context)
