"""What was brought in from elsewhere and has no kind of its own here."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from knai.practice.entries.base import Body


class EarlierSession(Body, frozen=True):
    """A session in another system: told, not charted here, and judged by no clause.

    on   ISO date
    """

    kind: ClassVar[str] = "earlier_session"
    on: str
    substance: str = ""
    route: str = ""
    mg: Decimal | None = None
    text: str = ""
