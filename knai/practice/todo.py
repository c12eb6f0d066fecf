"""The to-do list: what is open, whose it is, and what of it this person may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import work
from knai.practice.work import Work
from knai.practice.work_kinds import KINDS, WorkKind, kind_of, label_of

WHOSE = ("mine", "nobody", "all", "done", "halted")
WORKS = ("chart", "check_in")  # who has neither of these only looks


@dataclass(frozen=True, slots=True)
class Todo:
    """One item as this person sees it.

    may_do    take it, give it away; may_close: with a word what came of it, on the list itself
    """

    item: Work
    label: str
    is_mine: bool
    is_overdue: bool
    is_critical: bool
    may_do: bool
    may_close: bool


def list_todo(*, by: Actor, whose: str = "all", kind: str = "") -> tuple[Todo, ...]:
    """Items this person may see: critical ones first, then by when they are due.

    whose  mine; nobody: owned by nobody; all; done: the last that were closed; halted: by a death
    kind   one kind alone; "" all
    """
    by.must("read_schedule")
    asked = {"closed": whose == "done", "halted": whose in ("done", "halted")}
    where = _visible(by) & _whose(by, whose)
    items: Iterable[Work] = work.list_items(
        by=by, kinds=(kind,) if kind else (), where=where, newest=whose == "done", **asked
    )
    at = now()
    found = [todo_of(by, item, at) for item in items]
    return tuple(found if whose == "done" else sorted(found, key=lambda todo: not todo.is_critical))


def _visible(by: Actor) -> Q:
    """Kinds this role may see, and what is this person's own."""
    hidden = [name for name, kind in KINDS.items() if not by.may(kind.reads)]
    seen = ~Q(kind__in=hidden) if by.may("read_chart") else Q(kind__in=set(KINDS) - set(hidden))
    return seen | Q(owner_id=by.user_id)


def _whose(by: Actor, whose: str) -> Q:
    return {
        "mine": Q(owner_id=by.user_id),
        "nobody": Q(owner__isnull=True),
        "halted": Q(halted_at__isnull=False),
    }.get(whose, Q())


def todo_of(by: Actor, item: Work, at: datetime) -> Todo:
    kind = kind_of(item.kind)
    is_mine = item.owner_id == by.user_id
    is_open = item.closed_at is None and item.halted_at is None
    may_do = is_open and may_handle(by, kind, item.owner_id)
    return Todo(
        item=item,
        label=label_of(item.kind),
        is_mine=is_mine,
        is_overdue=is_open and item.due_at < at,
        is_critical=is_open and kind.is_critical,
        may_do=may_do,
        may_close=may_do and kind.closes_here,
    )


def may_handle(by: Actor, kind: WorkKind, owner_id: UUID | None) -> bool:
    """Whoever the kind is for; whose it is, unless their role only looks; and who answers for the clinic."""
    works = any(map(by.may, WORKS))
    is_own = owner_id == by.user_id and works
    return by.may(kind.does) or by.may("manage_clinic") or is_own


def list_kinds(by: Actor) -> tuple[tuple[str, str], ...]:
    """Kinds to choose from, with their words."""
    return tuple((name, kind.label) for name, kind in KINDS.items() if by.may(kind.reads))
