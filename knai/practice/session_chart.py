"""The time axis of one session: sets, doses, events, sedation and presence, baseline and tolerance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from knai.core.events import EVENTS
from knai.core.numbers import show
from knai.core.substances import get_substance
from knai.practice.facts import Known
from knai.practice.given import Given
from knai.practice.live.chart import ROUTE_WORDS, baseline_of
from knai.practice.log import Line, Log
from knai.practice.roster import Presence

MOST_SETS = 60  # rows of the table; a longer session's older sets are on the page of all entries
LEAST_SPAN = timedelta(minutes=60)
LEAD = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Point:
    """One set of the table."""

    at: datetime
    sbp: int | None
    dbp: int | None
    hr: int | None
    spo2: int | None
    rr: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """Something with a length, or a moment, in a lane: dose, event, sedation, presence."""

    lane: str
    at: datetime
    until: datetime | None
    label: str


@dataclass(frozen=True, slots=True)
class SessionChart:
    session_id: Any
    starts_at: datetime
    ends_at: datetime
    baseline: dict[str, float]
    above_percent: float
    below_percent: float
    samples: tuple[Point, ...]
    lanes: tuple[Block, ...]
    left_out: int = 0
    predicted: tuple[Any, ...] = field(default=())


def build_chart(known: Known, presence: Iterable[Presence]) -> SessionChart:
    """The axis from shortly before anything happened to now, or to the departure."""
    log, session = known.log, known.session
    sets = list(log.of("vitals"))
    start, end = _span(known, sets)
    policy = known.policy
    return SessionChart(
        session_id=session.pk,
        starts_at=start,
        ends_at=end,
        baseline=baseline_of(log, session.first_dose_at or known.now, policy),
        above_percent=float(policy.return_tolerance_above_percent),
        below_percent=float(policy.return_tolerance_below_percent),
        samples=log.once("points", lambda: tuple(map(_point, sets[-MOST_SETS:]))),
        lanes=(
            *doses_as_blocks(known.doses, end),
            *_events(log),
            *log.once("sedation", lambda: _sedation(log)),
            *_stays(presence, start, end),
        ),
        left_out=max(0, len(sets) - MOST_SETS),
    )


def _span(known: Known, sets: Sequence[Line]) -> tuple[datetime, datetime]:
    session = known.session
    firsts = [at for at in (session.first_dose_at, sets[0].at if sets else None) if at]
    end = session.departed_at or known.now
    start = min([*firsts, end]) - LEAD
    return start, max(end, start + LEAST_SPAN)


def _point(line: Line) -> Point:
    body = line.body
    return Point(line.at, body.sbp, body.dbp, body.hr, body.spo2, body.rr)


def doses_as_blocks(doses: Iterable[Given], end: datetime) -> list[Block]:
    return [Block("dose", d.started_at, _dose_end(d, end), dose_label(d)) for d in doses]


def _dose_end(dose: Given, end: datetime) -> datetime | None:
    return (dose.ended_at or end) if dose.is_infusion else None


def dose_label(dose: Given) -> str:
    substance = get_substance(dose.substance).name
    route = ROUTE_WORDS.get(dose.route, dose.route)
    rate = f", {show(dose.rate_ml_per_h)} mL/h" if dose.rate_ml_per_h is not None else ""
    paused = ", paused" if dose.is_paused else ""
    return f"{substance} {show(dose.mg_base)} mg {route}{rate}{paused}"


def _events(log: Log) -> list[Block]:
    return [
        Block("event", line.at, None, f"{EVENTS[line.body.code].label} {line.body.grade}")
        for line in log.of("adverse_event")
        if line.body.code in EVENTS
    ]


def _sedation(log: Log) -> list[Block]:
    return [Block("sedation", line.at, None, _depth(line)) for line in log.of("sedation")]


def _depth(line: Line) -> str:
    body = line.body
    if body.moaas is not None:
        return f"MOAA/S {body.moaas}"
    return f"RASS {body.rass:+d}" if body.rass is not None else "resting"


def _stays(presence: Iterable[Presence], start: datetime, end: datetime) -> list[Block]:
    return [Block("presence", max(p.at, start), p.until or end, p.name) for p in presence]
