"""A visit of the day list, shaped for the page: what it lacks by who can settle it, and where."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from knai.identity.actors import Actor
from knai.practice.day_list import FRONT_DESK, WHO_WORDS, Coming, Lack
from knai.practice.schedule import Visit
from knai.practice.way_home import WayHome
from knai.web.gates.settle import way_to_settle


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do; it may settle several clauses. url "": somebody else does it."""

    label: str
    clauses: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    who: str
    todos: tuple[Todo, ...]


@dataclass(frozen=True, slots=True)
class Card:
    visit: Visit
    way_home: WayHome
    groups: tuple[Group, ...]
    others: tuple[tuple[str, int], ...]
    gate: str
    gate_url: str
    checks_open: int
    is_ready: bool


def card_of(by: Actor, slug: str, coming: Coming) -> Card:
    visit = coming.visit
    groups = [
        Group(word, todos)
        for who, word in WHO_WORDS.items()
        if (todos := _todos(by, slug, coming, who))
    ]
    return Card(
        visit=visit,
        way_home=coming.way_home,
        groups=tuple(groups),
        others=tuple((WHO_WORDS[who].lower(), count) for who, count in coming.others_lack),
        gate=coming.gate,
        gate_url=_gate_url(by, slug, coming),
        checks_open=coming.checks_open,
        is_ready=coming.is_ready and bool(coming.gate),
    )


def _gate_url(by: Actor, slug: str, coming: Coming) -> str:
    if not coming.gate or not by.may("read_chart"):
        return ""
    return reverse(f"gates:{coming.gate}", args=[slug, coming.visit.session_id])


def _todos(by: Actor, slug: str, coming: Coming, who: str) -> tuple[Todo, ...]:
    """One a thing to do: four findings of the history are one history to record."""
    found: dict[tuple[str, str], list[str]] = {}
    for lack in coming.lacks:
        if lack.who == who:
            place = _place(by, slug, coming, lack)
            found.setdefault(place, []).append(lack.clause)
    return tuple(Todo(label, ", ".join(ids), url) for (label, url), ids in found.items())


def _place(by: Actor, slug: str, coming: Coming, lack: Lack) -> tuple[str, str]:
    """What it is called, and where it is settled."""
    session_id: UUID = coming.visit.session_id
    if lack.who == FRONT_DESK and coming.visit.is_booked:
        return "Arrange the way home", reverse("schedule:visit", args=[slug, session_id])
    settle = way_to_settle(lack.clause)
    if settle is None:
        return lack.title, ""
    if not by.may(settle.permission):
        return settle.label, ""
    if not settle.url_name:
        return settle.label, f"{_gate_url(by, slug, coming)}#{lack.clause}"
    url = reverse(settle.url_name, args=[slug, session_id, *settle.url_args])
    return settle.label, f"{url}?gate={coming.gate}" if settle.comes_back else url
