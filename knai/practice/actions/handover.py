"""Handing a session over: to whom, and what was open at that moment."""

from __future__ import annotations

from uuid import UUID

from knai.core.errors import Refused
from knai.identity.actors import Actor
from knai.practice.actions.charting import NOW, Posting, chart, name_of_colleague
from knai.practice.entries import Handover
from knai.practice.models import ChartEntry


def hand_over(
    *,
    by: Actor,
    session_id: UUID,
    to_id: UUID,
    open_items: tuple[str, ...] = (),
    posting: Posting = NOW,
) -> ChartEntry:
    """Record who takes the session over, with the open items as both saw them.

    raises  Refused: to oneself; Malformed: nobody of this clinic
    """
    if to_id == by.user_id:
        raise Refused("You have this session already. Choose another person.")
    body = Handover(to_id, name_of_colleague(by, to_id), tuple(open_items))
    return chart(by=by, session_id=session_id, body=body, posting=posting)
