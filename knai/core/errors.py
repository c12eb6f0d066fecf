"""The one family of expected errors. Each face owns one table from it (HTTP, exit code, FHIR issue)."""

from __future__ import annotations


class KnaiError(Exception):
    """An expected refusal. The message says what was found, what was wanted, what to do.

    It never carries patient data: it is shown, logged and sent to other systems.
    """


class Malformed(KnaiError):
    """Input that cannot be read: wrong shape, type, unit or range.

    field   dotted name of the offending field, or "" when the whole input is meant
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field


class Refused(KnaiError):
    """A rule says no; the same request may pass once the facts have changed."""


class Missing(KnaiError):
    """Absent, or another clinic's: the two look the same on purpose."""


class Forbidden(KnaiError):
    """This person may not do this here."""


class Unavailable(KnaiError):
    """Nothing is wrong with the request; try again."""
