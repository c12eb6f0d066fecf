"""The to-do page: what is open, whose it is; take it, give it, close it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from knai.core.errors import Malformed, Refused
from knai.kit import audit
from knai.practice.actions import tasks
from knai.practice.handovers import list_handed_to
from knai.practice.roster import list_colleagues
from knai.practice.todo import WHOSE, Todo, list_kinds, list_todo
from knai.web.sessions.answers import EXPECTED, status_of
from knai.web.sessions.forms import plain
from knai.web.work.places import place_of

TABS = (
    ("mine", "Mine"),
    ("nobody", "Nobody’s"),
    ("all", "All"),
    ("done", "Done"),
    ("halted", "Halted"),
)


@dataclass(frozen=True, slots=True)
class Card:
    """An item with its place and what was wrong with the form just sent about it."""

    todo: Todo
    url: str
    place: str
    problem: str = ""


@require_GET
def page(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request)


@require_POST
def take(request: HttpRequest, slug: str, item_id: UUID) -> HttpResponse:
    return _act(
        request, item_id, "It is yours now.",
        lambda: tasks.take(by=request.actor, item_id=item_id, seen_owner_id=_seen(request)),
    )  # fmt: skip


@require_POST
def give(request: HttpRequest, slug: str, item_id: UUID) -> HttpResponse:
    def act() -> object:
        to_id = _uuid(request.POST.get("to", ""))
        if to_id is None:
            raise Malformed("Choose who does it.", "to")
        return tasks.give(
            by=request.actor, item_id=item_id, to_id=to_id, seen_owner_id=_seen(request)
        )

    return _act(request, item_id, "Given.", act)


@require_POST
def close(request: HttpRequest, slug: str, item_id: UUID) -> HttpResponse:
    outcome = request.POST.get("outcome", "")[:200]
    return _act(
        request, item_id, "Closed.",
        lambda: tasks.finish(by=request.actor, item_id=item_id, outcome=outcome),
    )  # fmt: skip


@require_POST
def resume(request: HttpRequest, slug: str, item_id: UUID) -> HttpResponse:
    return _act(
        request, item_id, "Taken up again.",
        lambda: tasks.resume(by=request.actor, item_id=item_id),
    )  # fmt: skip


def _act(
    request: HttpRequest, item_id: UUID, words: str, act: Callable[[], object]
) -> HttpResponse:
    """Do it and show the list; refused, the list as it stands now, with the reason beside the item."""
    request.actor.must("read_schedule")
    try:
        act()
    except EXPECTED as error:
        return _page(request, problem=(item_id, error))
    messages.success(request, words)
    chosen = {name: value for name, value in _choice(request).items() if value}
    where = reverse("work:page", args=[request.actor.clinic.slug])
    return redirect(f"{where}?{urlencode(chosen)}" if chosen else where)


def _page(
    request: HttpRequest, problem: tuple[UUID, Malformed | Refused] | None = None
) -> HttpResponse:
    by, choice = request.actor, _choice(request)
    found = list_todo(by=by, whose=choice["whose"], kind=choice["kind"])
    cards = [_card(request, todo, problem) for todo in found]
    audit.record("work.viewed", by=by, whose=choice["whose"], count=len(cards))
    context = {
        "cards": cards,
        "choice": choice,
        "kinds": list_kinds(by),
        "tabs": _tabs(request, choice),
        "colleagues": list_colleagues(by),
        "handed": list_handed_to(by=by),
        "reads_chart": by.may("read_chart"),
        "idle": None if any(card.problem for card in cards) or not problem else str(problem[1]),
        "nobodys": sum(card.todo.item.owner_id is None for card in cards),
        "overdue": sum(card.todo.is_overdue for card in cards),
    }
    return render(
        request, "work/page.html", context, status=status_of(problem[1]) if problem else 200
    )


def _card(request: HttpRequest, todo: Todo, problem: tuple[UUID, Any] | None) -> Card:
    url, words = place_of(request.actor, todo.item)
    said = problem[1] if problem and problem[0] == todo.item.id else None
    text = plain(said) if isinstance(said, Malformed) else str(said or "")
    return Card(todo, url, words, text)


def _choice(request: HttpRequest) -> dict[str, str]:
    sent = request.POST if request.method == "POST" else request.GET
    whose, kind = sent.get("whose", ""), sent.get("kind", "")
    known = {name for name, _ in list_kinds(request.actor)}
    return {"whose": whose if whose in WHOSE else "all", "kind": kind if kind in known else ""}


def _tabs(request: HttpRequest, choice: dict[str, str]) -> list[dict[str, Any]]:
    where = reverse("work:page", args=[request.actor.clinic.slug])
    kind = {"kind": choice["kind"]} if choice["kind"] else {}
    return [
        {
            "label": label,
            "url": f"{where}?{urlencode({'whose': whose} | kind)}",
            "current": choice["whose"] == whose,
        }
        for whose, label in TABS
    ]


def _seen(request: HttpRequest) -> UUID | None:
    return _uuid(request.POST.get("seen", ""))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
