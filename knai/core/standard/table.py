"""The clause table of the edition, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from knai.core.data import load
from knai.core.standard.verdicts import Effect, Verdict

_TABLE = load("standard")

EDITION: str = _TABLE["edition"]["edition"]
TABLE_VERSION: str = _TABLE["edition"]["table_version"]
ADOPTED: bool = _TABLE["edition"]["adopted"]
ADOPTED_NOTE: str = _TABLE["edition"]["adopted_note"]
GATES: tuple[str, ...] = tuple(_TABLE["gates"])


@dataclass(frozen=True, slots=True)
class Unless:
    """At this gate, when the named circumstance holds (and the verdict is `on`), another effect.

    The first exception that holds decides.
    """

    when: str
    effect: Effect
    on: Verdict | None
    override_needs: str


@dataclass(frozen=True, slots=True)
class AtGate:
    """What a clause that is neither met nor not applicable does at one gate."""

    effect: Effect
    only_on: Verdict | None
    only_departure: tuple[str, ...]
    unless: tuple[Unless, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement: the society's words, and what this project reads in them."""

    id: str
    group: str
    title: str
    quote: str
    responsible: str
    phase: str
    origin: str
    facts: tuple[str, ...]
    logic: str
    applies_when: str
    override_note: str
    edge_cases: tuple[str, ...]
    lapses_without_dose: bool
    at: Mapping[str, AtGate]


def _verdict(row: Mapping[str, Any], name: str) -> Verdict | None:
    return Verdict(row[name]) if name in row else None


def _unless(row: Mapping[str, Any]) -> Unless:
    return Unless(
        row["when"], Effect(row["effect"]), _verdict(row, "on"), row.get("override_needs", "")
    )


def _at_gate(row: Mapping[str, Any]) -> AtGate:
    return AtGate(
        effect=Effect(row["effect"]),
        only_on=_verdict(row, "only_on"),
        only_departure=tuple(row.get("only_departure", ())),
        unless=tuple(_unless(each) for each in row.get("unless", ())),
    )


def _clause(row: Mapping[str, Any]) -> Clause:
    return Clause(
        **{name: row[name] for name in _WORDS},
        facts=tuple(row["facts"]),
        applies_when=row.get("applies_when", ""),
        override_note=row.get("override_note", ""),
        edge_cases=tuple(row["edge_cases"]),
        lapses_without_dose=row.get("lapses_without_dose", False),
        at=MappingProxyType({gate: _at_gate(entry) for gate, entry in row.get("at", {}).items()}),
    )


_WORDS = ("id", "group", "title", "quote", "responsible", "phase", "origin", "logic")

CARE_CLAUSES: tuple[Clause, ...] = tuple(_clause(row) for row in _TABLE["clause"])
