"""What a chart holds beside sessions and the work-up: who the patient is, whom to call, measures, addenda."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from knai.practice.entries.base import Body


class IdentityChange(Body, frozen=True):
    """What was changed of the patient's identity: field → (before, after), as text.

    revision   of the patient's row, as this change made it
    """

    kind: ClassVar[str] = "identity_change"
    changes: dict[str, tuple[str, str]]
    revision: int


class Contact(Body, frozen=True):
    """Somebody to call. A changed contact amends the entry before; one who is gone is voided."""

    kind: ClassVar[str] = "contact"
    name: str
    relation: str = ""
    phone: str = ""
    is_emergency: bool = False
    may_be_told: bool | None = None  # whether the patient lets this person hear of the treatment
    text: str = ""


class Height(Body, frozen=True):
    kind: ClassVar[str] = "height"
    height_cm: Decimal


class Pregnancy(Body, frozen=True):
    """breastfeeding: None was not asked.

    status   pregnant, not_pregnant, possible, cannot_be
    basis    test, said, other
    """

    kind: ClassVar[str] = "pregnancy"
    status: str
    basis: str = ""
    breastfeeding: bool | None = None
    text: str = ""


class Addendum(Body, frozen=True):
    """Added to the signed entry that it targets, which stays as it was signed."""

    kind: ClassVar[str] = "addendum"
    text: str
