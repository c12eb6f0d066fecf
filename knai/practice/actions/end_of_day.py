"""Closing a day, with what is left open said."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import end_of_day, safety, work
from knai.practice.models import WorkItem


@transaction.atomic
def close_day(*, by: Actor, on: date, left_open: str = "") -> WorkItem:
    """Somebody looked at all of it. What is still open stays open, with a word who sees to it.

    left_open  wanted when anything is open
    raises     Refused: a day to come, or closed already, by whom; Malformed: no word about what is open
    """
    if not safety.may_handle(by):
        by.must("chart")
    if on > now().astimezone(by.clinic.tz).date():
        raise Refused("This day has not come yet.")
    item = _held(by, on)
    seen = end_of_day.get_end_of_day(by=by, on=on)
    if seen.open_count and not left_open.strip():
        raise Malformed("Say who sees to what is still open, and when.", "left_open")
    words = f"{seen.open_count} open: {left_open.strip()}" if seen.open_count else "Nothing open"
    counts = {section.key: len(section.things) for section in seen.sections if section.things}
    audit.record("day.closed", by=by, subject=item, on=on.isoformat(), left_open=counts)
    return work.close_item(by=by, item_id=item.pk, outcome=words)


def _held(by: Actor, on: date) -> WorkItem:
    """The day's item, held, so that of two people at once the second is told by whom it was closed."""
    pk = end_of_day.open_for(by.clinic, on, now())[0].pk
    item = WorkItem.objects.select_for_update(of=("self",)).select_related("closed_by").get(pk=pk)
    if item.closed_at is not None:
        who = item.closed_by.name if item.closed_by else "KNAI"
        raise Refused(f"{who} has closed this day already: {item.outcome}")
    return item
