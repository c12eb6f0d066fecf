"""What the Standard answers: a verdict, its effect at the gate, and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    CANNOT_TELL_YET = "cannot_tell_yet"

    def __bool__(self) -> bool:
        # `if verdict` would read "cannot tell yet" as yes or as no; it is neither.
        raise TypeError("A verdict is not yes or no: compare it with Verdict.MET and its siblings.")


class Effect(StrEnum):
    ALLOW = "allow"
    OVERRIDABLE = "overridable"
    HARD_STOP = "hard_stop"
    ALERT = "alert"
    RECORD_ONLY = "record_only"
    NONE = "none"


class Finding(NamedTuple):
    """One clause, judged at one gate and instant.

    because         a sentence with the figures in it; `key` and `values` are what it was made from
    facts           every fact the clause reads, as it was given; None where nothing was given
    origin          seed (follows from the words), interpretation or design
    adopted         whether the society itself stands behind this reading
    override_needs  "witness" where an override needs one, else ""
    """

    clause: str
    title: str
    verdict: Verdict
    effect: Effect
    because: str
    key: str
    values: Mapping[str, Any]
    facts: Mapping[str, Any]
    quote: str
    edition: str
    table_version: str
    origin: str
    adopted: bool
    override_needs: str

    def as_json(self) -> dict[str, Any]:
        return {name: as_json(value) for name, value in self._asdict().items()}


def as_json(value: Any) -> Any:
    """The same value in JSON's own types: instants and days in ISO 8601, spans in minutes,
    decimals as text."""
    if isinstance(value, Mapping):
        return {str(name): as_json(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(part) for part in value]
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, timedelta):
        return value / timedelta(minutes=1)
    return str(value) if isinstance(value, (Decimal, StrEnum)) else value
