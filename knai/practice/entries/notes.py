"""Notes that are signed: they stay as they were signed, and are added to by addenda."""

from __future__ import annotations

from typing import ClassVar

from knai.practice.entries.base import Body


class SessionNote(Body, frozen=True):
    """The note of a session, signed by whoever recorded it.

    signed_as  name and profession as they were then
    began_at   when the draft was made from the facts, ISO 8601; what came later is not in it by itself
    """

    kind: ClassVar[str] = "session_note"
    text: str
    signed_as: str
    began_at: str = ""


class Cosignature(Body, frozen=True):
    """A second person has read the signed note that is the target, and stands by it."""

    kind: ClassVar[str] = "cosignature"
    signed_as: str
    text: str = ""
