"""The person who signs beside another proves it by their PIN, where they have one."""

from __future__ import annotations

from uuid import UUID

from knai.core.errors import Malformed
from knai.identity import pins


def prove_second(user_id: UUID, code: str) -> None:
    """Call it outside the transaction of the entry: a miss counts even where nothing is written.

    raises  Malformed: no PIN typed, or another's; Refused: locked after too many misses
    """
    if not pins.has_pin(user_id):
        return
    if not code:
        raise Malformed("The second person types their PIN here.", "second_code")
    if not pins.prove(user_id, code):
        raise Malformed(
            "That is not the second person's PIN. Let them type it again.", "second_code"
        )
