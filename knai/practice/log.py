"""A session's entries, read once and folded: what counts now, what was amended, what was voided."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from typing import Any, TypeVar
from uuid import UUID

from knai.practice.entries import MARKS, Body, from_json
from knai.practice.models import ChartEntry

T = TypeVar("T")


@dataclass(slots=True)
class Line:
    """One entry with its decoded body and what later entries did to it."""

    entry: ChartEntry
    body: Body
    amended_by: ChartEntry | None = None
    void: ChartEntry | None = None
    accepted: ChartEntry | None = None

    @property
    def id(self) -> UUID:
        return self.entry.id

    @property
    def kind(self) -> str:
        return self.entry.kind

    @property
    def at(self) -> datetime:
        return self.entry.effective_at

    @property
    def counts(self) -> bool:
        return self.void is None and self.amended_by is None


@dataclass(slots=True)
class Log:
    """All lines by effective time, and look-ups over them. Nothing in it changes once it is folded, so
    what follows from it alone is worked out once."""

    lines: list[Line]
    by_id: dict[UUID, Line] = field(default_factory=dict)
    _by_kind: dict[str, list[Line]] = field(default_factory=dict, repr=False)
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for line in self.lines:
            self._by_kind.setdefault(line.kind, []).append(line)

    def of(self, *kinds: str) -> Iterator[Line]:
        """The lines of these kinds that count, oldest first."""
        return iter(self.once(kinds, lambda: tuple(self._counting(kinds))))

    def _counting(self, kinds: tuple[str, ...]) -> Iterator[Line]:
        found = [self._by_kind[kind] for kind in kinds if kind in self._by_kind]
        lines = found[0] if len(found) == 1 else merge(*found, key=_by_time)
        return (line for line in lines if line.counts)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made the first time. key: names it, with all that it depends on but the log."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def latest(self, kind: str) -> Line | None:
        return self.once(("latest", kind), lambda: max(self.of(kind), key=_by_time, default=None))

    def targeting(self, target_id: UUID, kind: str) -> list[Line]:
        return [line for line in self.of(kind) if line.entry.target_id == target_id]


def _by_time(line: Line) -> tuple[datetime, UUID]:
    return line.at, line.id


def fold(entries: Iterable[ChartEntry]) -> Log:
    """Entries in any order → a log. A void or an acceptance attaches to its target."""
    ordered = sorted(entries, key=lambda e: (e.effective_at, e.id))
    lines = [Line(entry, _body_of(entry)) for entry in ordered]
    by_id = {line.id: line for line in lines}
    for line in lines:
        _apply(line.entry, by_id)
    return Log([line for line in lines if line.kind not in MARKS], by_id)


def _body_of(entry: ChartEntry) -> Body:
    """Decoded once: an entry in memory is folded again with each that is added."""
    decoded: Body | None = entry.__dict__.get("decoded")
    if decoded is None:
        decoded = entry.__dict__["decoded"] = from_json(entry.kind, entry.body)
    return decoded


def _apply(entry: ChartEntry, by_id: dict[UUID, Line]) -> None:
    if entry.amends_id in by_id:
        by_id[entry.amends_id].amended_by = entry
    if entry.kind == "void" and entry.target_id in by_id:
        by_id[entry.target_id].void = entry
    if entry.kind == "acceptance" and entry.target_id in by_id:
        by_id[entry.target_id].accepted = entry
