"""The sheet for an ambulance as a paper; its facts are those of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from knai.identity.actors import Actor
from knai.practice.ambulance import get_ambulance_sheet
from knai.practice.papers.head import Person
from knai.practice.papers.session_facts import Pairs, read_session, work_up_pairs


@dataclass(frozen=True, slots=True)
class Row:
    at: str
    until: str
    words: str


@dataclass(frozen=True, slots=True)
class Ambulance:
    person: Person
    session_id: UUID
    facts: Pairs
    doses: tuple[Row, ...]
    sets: tuple[Row, ...]
    timeline: tuple[Row, ...]


def gather(*, by: Actor, subject_id: UUID, options: dict[str, Any]) -> Ambulance:
    """raises  Forbidden; Missing"""
    read = read_session(by=by, session_id=subject_id)
    sheet = get_ambulance_sheet(by=by, session_id=subject_id)
    weight = f"{sheet.identity.weight_kg} kg" if sheet.identity.weight_kg else "not measured"
    return Ambulance(
        person=read.person,
        session_id=subject_id,
        facts=(
            ("Weight", weight),
            *work_up_pairs(read),
            ("Provider", sheet.provider or "not named"),
        ),
        doses=tuple(
            Row(read.clock(d.at), "still running" if d.is_running else read.clock(d.until), d.words)
            for d in sheet.doses
        ),
        sets=tuple(Row(read.clock(line.at), "", line.words) for line in sheet.sets),
        timeline=tuple(Row(_to_seconds(read, line.at), "", line.words) for line in sheet.timeline),
    )


def _to_seconds(read, at) -> str:
    """In an emergency the seconds count."""
    clock = read.clock(at)
    seconds = f":{at.astimezone(read.tz):%S}"
    return clock.replace(" (", f"{seconds} (") if "(" in clock else clock + seconds
