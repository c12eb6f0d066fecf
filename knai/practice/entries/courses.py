"""What is decided about a course."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from knai.practice.entries.base import Body


class GoesOn(Body, frozen=True):
    """A prescriber lets the course go on although a stop rule is met, on these facts."""

    kind: ClassVar[str] = "goes_on"
    course_id: UUID
    rule: str
    facts: str
    reason: str
