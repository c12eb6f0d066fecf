"""What KNAI knows of an esketamine session for the monitoring form of the product's own programme.

Not that form: the figures to copy into it, and which of them were not charted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from knai.core.errors import Refused
from knai.core.events import EVENTS
from knai.identity.actors import Actor
from knai.practice.given import Given
from knai.practice.log import Line
from knai.practice.papers.head import Person
from knai.practice.papers.session_facts import DoseLine, Pairs, Read, dose_lines, read_session

PEAK_MIN, PEAK_SLACK_MIN = 40, 10  # pressure is looked at about 40 min after the dose
NOT_CHARTED = "not charted"


@dataclass(frozen=True, slots=True)
class EventLine:
    at: str
    what: str
    grade: str
    did: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Esketamine:
    person: Person
    session_id: UUID
    facts: Pairs
    doses: tuple[DoseLine, ...]
    pressures: Pairs
    monitoring: Pairs
    events: tuple[EventLine, ...]


def gather(*, by: Actor, subject_id: UUID, options: dict[str, Any]) -> Esketamine:
    """raises  Forbidden; Missing; Refused: no esketamine was given"""
    read = read_session(by=by, session_id=subject_id)
    doses = [dose for dose in read.known.doses if dose.substance == "esketamine"]
    if not doses:
        raise Refused("No esketamine was charted in this session, so there is nothing to report.")
    session = read.session
    return Esketamine(
        person=read.person,
        session_id=session.pk,
        facts=(
            ("Sex", session.patient.sex or "not stated"),
            ("Date of treatment", read.moment(doses[0].started_at)),
            ("Prescriber", session.provider.name if session.provider else "not named"),
            ("Place", ", ".join(filter(None, (by.clinic.name, by.clinic.address, by.clinic.phone)))),
            ("Total dose", f"{sum(d.mg_base for d in doses).normalize():f} mg"),
        ),
        doses=dose_lines(read),
        pressures=_pressures(read, doses),
        monitoring=_monitoring(read, doses),
        events=tuple(_event(read, line) for line in read.of("adverse_event")),
    )  # fmt: skip


def _pressures(read: Read, doses: list[Given]) -> Pairs:
    sets = [line for line in read.of("vitals") if line.body.sbp is not None]
    first, last = doses[0].started_at, doses[-1].started_at
    left = read.session.departed_at
    before = [line for line in sets if line.at <= first]
    after = [line for line in sets if line.at > last and (left is None or line.at <= left)]
    peak_at = last + timedelta(minutes=PEAK_MIN)
    return (
        ("Before the dose", _pressure(read, before[-1:])),
        (f"About {PEAK_MIN} min after the last dose", _nearest(read, sets, peak_at)),
        ("Last before leaving", _pressure(read, after[-1:])),
    )


def _nearest(read: Read, sets: list[Line], at: datetime) -> str:
    slack = timedelta(minutes=PEAK_SLACK_MIN)
    near = [line for line in sets if abs(line.at - at) <= slack]
    return _pressure(read, sorted(near, key=lambda line: abs(line.at - at))[:1])


def _pressure(read: Read, lines: list[Line]) -> str:
    if not lines:
        return NOT_CHARTED
    line = lines[0]
    return f"{line.body.sbp}/{line.body.dbp or '–'} mmHg at {read.clock(line.at)}"


def _monitoring(read: Read, doses: list[Given]) -> Pairs:
    session, last = read.session, doses[-1].started_at
    until = session.departed_at or session.medically_ready_at
    minutes = f"{(until - last) // timedelta(minutes=1)} min" if until else "still here"
    return (
        ("Medically ready to leave", read.moment(session.medically_ready_at) or NOT_CHARTED),
        ("Left", read.moment(session.departed_at) or NOT_CHARTED),
        ("From the last dose to leaving", minutes),
        ("Deepest sedation", _deepest(read)),
        ("Strongest dissociation", _strongest(read)),
    )


def _deepest(read: Read) -> str:
    scores = [(s.body.moaas, s.at) for s in read.of("sedation") if s.body.moaas is not None]
    if not scores:
        return NOT_CHARTED
    score, at = min(scores)
    return f"MOAA/S {score} at {read.clock(at)}"


def _strongest(read: Read) -> str:
    found = [(s.body.degree, s.at) for s in read.of("effect") if s.body.effect == "dissociation"]
    if not found:
        return NOT_CHARTED
    degree, at = max(found)
    return f"{degree} of 4 at {read.clock(at)}"


def _event(read: Read, line: Line) -> EventLine:
    body = line.body
    label = EVENTS[body.code].label if body.code in EVENTS else body.code.replace("_", " ")
    did = ", ".join(a.replace("_", " ") for a in body.action)
    return EventLine(read.clock(line.at), label, str(body.grade), did, body.outcome)
