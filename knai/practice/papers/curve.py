"""The drawing of a session's vital signs: numbers for the template, times already in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from knai.practice.papers.session_facts import Read

SIGNS = ("sbp", "dbp", "hr", "spo2")
STEPS_MIN = (10, 15, 30, 60, 120, 240)
MOST_TICKS = 9


@dataclass(frozen=True, slots=True)
class Curve:
    """Everything in minutes from the left edge.

    series  sign → ((minute, value), …)
    doses   (from, to, words); a bolus has to = from
    ticks   (minute, clock)
    """

    length_min: float
    series: dict[str, tuple[tuple[float, float], ...]]
    doses: tuple[tuple[float, float, str], ...]
    events: tuple[float, ...]
    ticks: tuple[tuple[float, str], ...]
    words: str


def curve_of(read: Read) -> Curve | None:
    """None: no set of vital signs counts."""
    sets = list(read.of("vitals"))
    if not sets:
        return None
    start, end = _span(read, sets[0].at, sets[-1].at)
    series = {
        sign: tuple(
            (_min(line.at, start), float(getattr(line.body, sign)))
            for line in sets
            if getattr(line.body, sign) is not None
        )
        for sign in SIGNS
    }
    return Curve(
        length_min=_min(end, start),
        series=series,
        doses=tuple(_doses(read, start, end)),
        events=tuple(_min(line.at, start) for line in read.of("adverse_event")),
        ticks=tuple(_ticks(read, start, end)),
        words=_words(read, series, len(sets)),
    )


def _span(read: Read, first: datetime, last: datetime) -> tuple[datetime, datetime]:
    starts = [d.started_at for d in read.known.doses]
    ends = [d.ended_at or d.started_at for d in read.known.doses]
    start, end = min([first, *starts]), max([last, *ends])
    return start - timedelta(minutes=3), max(end, start + timedelta(minutes=20)) + timedelta(
        minutes=3
    )


def _min(at: datetime, start: datetime) -> float:
    return round((at - start) / timedelta(minutes=1), 2)


def _doses(read: Read, start: datetime, end: datetime):
    for dose in read.known.doses:
        until = (dose.ended_at or end) if dose.is_infusion else dose.started_at
        yield _min(dose.started_at, start), _min(until, start), f"{dose.mg_base.normalize():f} mg"


def _ticks(read: Read, start: datetime, end: datetime):
    """Round clock times. Steps are elapsed time, so that a clock change shows as what the clock showed."""
    length = _min(end, start)
    step = next((s for s in STEPS_MIN if length / s <= MOST_TICKS), STEPS_MIN[-1])
    local = start.astimezone(read.tz)
    into = (local.hour * 60 + local.minute) % step + local.second / 60
    at = start + timedelta(minutes=step - into if into else 0)
    while at <= end:
        yield _min(at, start), read.clock(at)
        at += timedelta(minutes=step)


def _words(read: Read, series: dict, count: int) -> str:
    """What the drawing shows, for whoever hears it."""
    parts = [f"Chart of {count} sets of vital signs"]
    labels = {"sbp": "systolic", "dbp": "diastolic", "hr": "heart rate", "spo2": "SpO₂"}
    for sign, label in labels.items():
        values = [value for _, value in series[sign]]
        if values:
            parts.append(f"{label} {min(values):g} to {max(values):g}")
    return ", ".join(parts) + ". The same values stand in the table of vital signs."
