"""Rules by which a course is looked at again before it goes on. What can be worked out holds; others remind.

They are the clinic's protocol, never the Standard. A rule that is met holds the start until a prescriber says
why the course goes on; said once, it lets pass as long as the same facts stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from knai.core.errors import Malformed
from knai.core.numbers import show
from knai.practice.protocol_document import StopRule

REMINDER = "reminder"
# kind → words with its value
KINDS = {
    REMINDER: "",
    "sessions": "{} sessions have been given",
    "days_between": "Less than {} days since the last dose",
    "systolic": "Systolic pressure reached {} mmHg in an earlier session",
    "event_grade": "An adverse event of grade {} or more in an earlier session",
    "moaas": "Sedation as deep as MOAA/S {} in an earlier session",
}


@dataclass(frozen=True, slots=True)
class Past:
    """What an earlier session of the course left behind, as far as rules ask."""

    session_id: UUID
    at: datetime
    highest_sbp: int | None = None
    worst_grade: int | None = None
    lowest_moaas: int | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """A rule that the facts meet. facts: what it was met by; the same again needs no new word."""

    key: str
    words: str
    because: str
    facts: str


def read_rules(rows: Iterable[dict]) -> tuple[StopRule, ...]:
    """raises  Malformed: a rule that is not of its shape"""
    try:
        return msgspec.convert(tuple(rows), tuple[StopRule, ...], strict=False)
    except msgspec.ValidationError as error:
        raise Malformed(f"the stop rules: {error}", "stop_rules") from error


def rule_words(rule: StopRule) -> str:
    words = KINDS.get(rule.kind, "")
    if not words or rule.value is None:
        return rule.text
    told = words.format(show(rule.value))
    return f"{told}: {rule.text}" if rule.text else told


def list_met(rules: Iterable[StopRule], past: Sequence[Past], at: datetime) -> list[Met]:
    """The rules that are met before a dose at `at`, by the sessions that had a dose before."""
    return [met for rule in rules if (met := _met(rule, past, at)) is not None]


def _met(rule: StopRule, past: Sequence[Past], at: datetime) -> Met | None:
    decide = _DECIDE.get(rule.kind)
    if decide is None or rule.value is None or not past:
        return None
    found = decide(rule.value, past, at)
    if found is None:
        return None
    key = f"{rule.kind}:{show(rule.value)}"
    return Met(key, rule_words(rule), found, f"{key} {found}")


def _sessions(value: Decimal, past: Sequence[Past], at: datetime) -> str | None:
    return f"{len(past)} were given." if len(past) >= value else None


def _days_between(value: Decimal, past: Sequence[Past], at: datetime) -> str | None:
    """Elapsed days: exactly so many are enough."""
    last_at = max(each.at for each in past)
    if at - last_at >= timedelta(days=float(value)):
        return None
    return f"The last one began {last_at:%d %b %Y}."


def _systolic(value: Decimal, past: Sequence[Past], at: datetime) -> str | None:
    peaks = [each.highest_sbp for each in past if each.highest_sbp is not None]
    return f"The highest was {max(peaks)} mmHg." if peaks and max(peaks) >= value else None


def _event_grade(value: Decimal, past: Sequence[Past], at: datetime) -> str | None:
    grades = [each.worst_grade for each in past if each.worst_grade is not None]
    return f"The worst was grade {max(grades)}." if grades and max(grades) >= value else None


def _moaas(value: Decimal, past: Sequence[Past], at: datetime) -> str | None:
    scores = [each.lowest_moaas for each in past if each.lowest_moaas is not None]
    return f"The deepest was MOAA/S {min(scores)}." if scores and min(scores) <= value else None


_DECIDE: dict[str, Callable[[Decimal, Sequence[Past], datetime], str | None]] = {
    "sessions": _sessions,
    "days_between": _days_between,
    "systolic": _systolic,
    "event_grade": _event_grade,
    "moaas": _moaas,
}
