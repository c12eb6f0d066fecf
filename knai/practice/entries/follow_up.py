"""What is heard and written after a session: calls, reviews, signed notes, a death."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from knai.practice.entries.base import Body


class NextDayCall(Body, frozen=True):
    """One call after a session. Each question is answered "no", "yes" or "" for not asked.

    attempt  which call about this departure it was; 0 for one that nobody waited for
    mood     better, same, worse, "" not asked
    """

    kind: ClassVar[str] = "next_day_call"
    reached: bool
    attempt: int = 0
    drove: str = ""
    drove_at: str | None = None
    mood: str = ""
    suicidal_thoughts: str = ""
    bladder: str = ""
    text: str = ""
    spoke_with: str = ""


class SafetyReview(Body, frozen=True):
    """What somebody thinks of a safety event; of the quality compartment."""

    kind: ClassVar[str] = "safety_review"
    event_id: UUID
    text: str


class Death(Body, frozen=True):
    """The patient has died. Taken back by a void of a second person.

    source       who or what told the clinic
    copy_sha256  of the chart as it was kept at that moment
    """

    kind: ClassVar[str] = "death"
    died_on: str
    source: str
    circumstances: str = ""
    copy_id: UUID | None = None
    copy_sha256: str = ""
