"""Taking, giving and closing work. Of two people at once one wins; the other is told by whom."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.practice import access, work
from knai.practice.actions.charting import name_of_colleague
from knai.practice.charting_rules import refuse_if
from knai.practice.models import WorkItem
from knai.practice.todo import may_handle
from knai.practice.work_kinds import kind_of


@transaction.atomic
def take(*, by: Actor, item_id: UUID, seen_owner_id: UUID | None = None) -> WorkItem:
    """This person does it. Taken twice by the same person, it stands once.

    seen_owner_id  whose it was on the page; somebody quicker is not overruled
    raises         Missing; Forbidden; Refused: closed, halted, or somebody else's meanwhile, by name
    """
    item = _held(by, item_id)
    if item.owner_id == by.user_id and item.closed_at is None:
        return item
    _refuse_if_changed(item, seen_owner_id)
    return work.own_item(by=by, item_id=item_id)


@transaction.atomic
def give(*, by: Actor, item_id: UUID, to_id: UUID, seen_owner_id: UUID | None = None) -> WorkItem:
    """A colleague does it.

    raises  as take; Malformed: nobody who works here today
    """
    item = _held(by, item_id)
    _refuse_if_changed(item, seen_owner_id)
    name_of_colleague(by, to_id)
    return work.own_item(by=by, item_id=item_id, owner_id=to_id)


@transaction.atomic
def finish(*, by: Actor, item_id: UUID, outcome: str) -> WorkItem:
    """Done, with what came of it in a few words.

    raises  Malformed: no word; Refused: somebody closed it already, or it is done on a page of its own
    """
    item = _held(by, item_id)
    refuse_if(why_not_change(item))
    if not kind_of(item.kind).closes_here:
        raise Refused("This is closed by doing it, on its own page. Follow its link.")
    if not outcome.strip():
        raise Malformed("Say in a few words what came of it.", "outcome")
    return work.close_item(by=by, item_id=item_id, outcome=outcome.strip())


@transaction.atomic
def resume(*, by: Actor, item_id: UUID) -> WorkItem:
    """Take up again what a death halted: it is owed all the same."""
    item = _held(by, item_id)
    if item.halted_at is not None and item.closed_at is None:
        item.halted_at = None
        item.save(update_fields=["halted_at"])
        audit.record("work.resumed", by=by, subject=item, kind=item.kind)
    return item


def why_not_change(item: WorkItem) -> str | None:
    if item.closed_at is not None:
        who = item.closed_by.name if item.closed_by else "KNAI"
        return f"{who} has done this already: {item.outcome or 'no word what came of it'}."
    if item.halted_at is not None:
        return "A death is recorded for this patient, so this was halted. Take it up again first."
    return None


def _refuse_if_changed(item: WorkItem, seen_owner_id: UUID | None) -> None:
    refuse_if(why_not_change(item))
    if item.owner_id != seen_owner_id:
        has_it = f"{item.owner.name} has it" if item.owner else "nobody has it"
        raise Refused(f"Somebody was quicker: {has_it} now. Look again.")


def _held(by: Actor, item_id: UUID) -> WorkItem:
    """The item's row, held until the transaction ends, for somebody who may do it."""
    rows = WorkItem.objects.filter(clinic_id=by.clinic_id, pk=item_id)
    item = (
        rows.select_for_update(of=("self",)).select_related("owner", "closed_by", "patient").first()
    )
    if item is None:
        raise Missing("There is no such item in this clinic.")
    if not may_handle(by, kind_of(item.kind), item.owner_id):
        raise Forbidden("This is not work of your role here. Ask the clinic's owner.")
    if item.patient is not None and item.owner_id != by.user_id:
        access.must_open(by, item.patient)
    return item
