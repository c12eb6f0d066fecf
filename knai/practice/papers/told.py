"""Entries as lines of a paper: when it happened, when it was written, what, who, from where, and its fate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from knai.practice.entries import Body
from knai.practice.entry_words import words_of
from knai.practice.log import Line
from knai.practice.models import ChartEntry, Source
from knai.practice.papers.times import clock, moment

SHOWN_ELSEWHERE = frozenset({"amended_because", "findings", "checks", "holds", "facts"})


@dataclass(frozen=True, slots=True)
class Told:
    """struck: it does not count any more; note: what became of it, or why it stands in another's place."""

    at: str
    written: str
    what: str
    who: str
    source: str
    struck: bool
    note: str


def told(line: Line, tz: ZoneInfo, day: date) -> Told:
    entry = line.entry
    return Told(
        at=clock(line.at, tz, day),
        written=clock(entry.recorded_at, tz, day),
        what=what_of(line.body, tz),
        who=who_wrote(entry),
        source=source_of(entry),
        struck=not line.counts,
        note=fate_of(line, tz, day),
    )


def fate_of(line: Line, tz: ZoneInfo, day: date) -> str:
    """What later entries did to it."""
    parts = []
    if line.void is not None:
        parts.append(_mark("Voided", line.void, line.void.body.get("reason", ""), tz, day))
    if line.amended_by is not None:
        reason = line.amended_by.body.get("amended_because", "")
        parts.append(_mark("Replaced", line.amended_by, reason, tz, day))
    if line.body.amended_because:
        parts.append(f"Replaces an earlier entry: {line.body.amended_because}")
    if line.accepted is not None:
        parts.append(_mark("Accepted", line.accepted, "", tz, day))
    return ". ".join(parts)


def _mark(word: str, entry: ChartEntry, reason: str, tz: ZoneInfo, day: date) -> str:
    because = f": {reason}" if reason else ""
    return f"{word} {clock(entry.recorded_at, tz, day)} by {who_wrote(entry)}{because}"


def who_wrote(entry: ChartEntry) -> str:
    if entry.recorded_by is not None:
        return entry.recorded_by.name
    return entry.device.name if entry.device else "KNAI"


def source_of(entry: ChartEntry) -> str:
    if entry.source == Source.DEVICE and entry.device is not None:
        return f"device: {entry.device.name}"
    return {"hand": "by hand", "downtime": "downtime sheet", "import": "imported"}.get(
        entry.source, str(entry.source)
    )


def what_of(body: Body, tz: ZoneInfo) -> str:
    """As the chart says it; a kind without words of its own with all its fields, so that none is lost."""
    words = words_of(body, tz)
    bare = body.kind.replace("_", " ").capitalize()
    if words != bare:
        return words
    fields = msgspec.to_builtins(body)
    parts = [
        f"{name.replace('_', ' ')}: {_value(value, tz)}"
        for name, value in fields.items()
        if name not in SHOWN_ELSEWHERE and value not in ("", None, [], {})
    ]
    return f"{bare}: {'; '.join(parts)}" if parts else bare


def _value(value: Any, tz: ZoneInfo) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value(item, tz) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(item, tz)}" for name, item in value.items())
    return _instant(str(value), tz).replace("_", " ")


def _instant(text: str, tz: ZoneInfo) -> str:
    if len(text) < len("2026-11-23T08:30") or text[10] != "T":
        return text
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(at, tz) if at.tzinfo else text
