"""Adverse events: the catalogue, the grades, and what an event demands at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from knai.core.data import load
from knai.core.errors import Malformed

Demand = Literal["stop_drug", "call_provider"]
Lane = Literal["adverse_event", "expected_effect"]

STOP_AND_CALL: frozenset[Demand] = frozenset({"stop_drug", "call_provider"})
CALL: frozenset[Demand] = frozenset({"call_provider"})
NOTHING: frozenset[Demand] = frozenset()


@dataclass(frozen=True, slots=True)
class AdverseEventKind:
    """One entry of the catalogue.

    hard_trigger_grade   from here the drug is stopped, the provider called; None: never by itself
    call_grade           from here a clinician is called; the drug goes on
    lane                 an expected effect is an adverse event only under `event_when`
    floors               circumstance → the least grade the event then counts as
    """

    code: str
    label: str
    system: str
    when: Literal["session", "follow-up", "any"]
    hard_trigger_grade: int | None
    call_grade: int | None
    lane: Lane
    event_when: str
    note: str
    snomed: str
    snomed_verified: bool
    floors: Mapping[str, int]


def _kind(code: str, row: Mapping[str, Any], floors: Mapping[str, int]) -> AdverseEventKind:
    return AdverseEventKind(
        code=code,
        label=row["label"],
        system=row["system"],
        when=row["when"],
        hard_trigger_grade=row.get("hard_trigger_grade"),
        call_grade=row.get("call_grade"),
        lane=row.get("lane", "adverse_event"),
        event_when=row.get("event_when", ""),
        note=row.get("note", ""),
        snomed=row.get("snomed", ""),
        snomed_verified=row.get("snomed_verified", False),
        floors=MappingProxyType(floors),
    )


_TABLE = load("monitoring")
_FIELDS = _TABLE["event_fields"]

EVENTS: Mapping[str, AdverseEventKind] = MappingProxyType(
    {
        code: _kind(code, row, _TABLE["event_floor"].get(code, {}))
        for code, row in _TABLE["event"].items()
    }
)
GRADES: Mapping[int, str] = MappingProxyType({int(g): w for g, w in _TABLE["grade"].items()})
REQUIRED: tuple[str, ...] = tuple(_FIELDS["required"])
REQUIRED_TO_CLOSE: tuple[str, ...] = tuple(_FIELDS["required_to_close"])
OUTCOMES: tuple[str, ...] = tuple(_FIELDS["outcome"])
ACTIONS: tuple[str, ...] = tuple(_FIELDS["action"])
RELATEDNESS: tuple[str, ...] = tuple(_FIELDS["relatedness"])


def get_event(code: str) -> AdverseEventKind:
    """raises  Malformed: not in the catalogue"""
    try:
        return EVENTS[code]
    except KeyError:
        raise Malformed("is not in the catalogue of adverse events", "code") from None


def least_grade(code: str, *, sedated: bool = False) -> int:
    """The lowest grade the event counts as (vomiting while sedated: 2, an airway at risk)."""
    return get_event(code).floors.get("sedated", 1) if sedated else 1


def grade_counted(code: str, grade: int, *, sedated: bool = False) -> int:
    """The grade the event counts as: what was charted, raised to what the circumstance makes it."""
    if grade not in GRADES:
        raise Malformed("is not a grade; wanted a whole number from 1 to 5", "grade")
    return max(grade, least_grade(code, sedated=sedated))


def what_event_demands(code: str, grade: int, sedated: bool = False) -> frozenset[Demand]:
    """What has to happen now: stop the drug and call the provider, call alone, or nothing."""
    event, counted = get_event(code), grade_counted(code, grade, sedated=sedated)
    if event.hard_trigger_grade is not None and counted >= event.hard_trigger_grade:
        return STOP_AND_CALL
    if event.call_grade is not None and counted >= event.call_grade:
        return CALL
    return NOTHING


def is_adverse(code: str, *, condition_holds: bool = False) -> bool:
    """Is it an adverse event, or an expected effect that is charted beside sedation?

    condition_holds   the event's `event_when` (dissociation: it distresses the patient)
    """
    return get_event(code).lane == "adverse_event" or condition_holds
