"""Before the visit: the patient comes."""

from __future__ import annotations

from typing import ClassVar

from knai.practice.entries.base import Body


class Arrived(Body, frozen=True):
    """The patient is in the house and waits; checking in is another step."""

    kind: ClassVar[str] = "arrived"
