"""The record of one session: all that was charted, with both its times. No findings of the Standard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from knai.identity.actors import Actor
from knai.practice.entry_words import overridden_words
from knai.practice.live.tile import words_of as alert_words
from knai.practice.log import Line
from knai.practice.models import Alert
from knai.practice.papers.curve import Curve, curve_of
from knai.practice.papers.head import Person
from knai.practice.papers.session_facts import (
    DoseLine,
    Pairs,
    Read,
    dose_lines,
    read_session,
    session_pairs,
    work_up_pairs,
)
from knai.practice.papers.told import Told, fate_of, source_of, told, who_wrote


@dataclass(frozen=True, slots=True)
class SetLine:
    """One set of vital signs."""

    at: str
    written: str
    bp: str
    hr: str
    spo2: str
    rr: str
    other: str
    who: str
    struck: bool
    note: str


@dataclass(frozen=True, slots=True)
class OverrideLine:
    at: str
    clause: str
    gate: str
    reason: str
    provider: str
    written_by: str


@dataclass(frozen=True, slots=True)
class AlertLine:
    raised: str
    cleared: str
    what: str
    acknowledged: str


@dataclass(frozen=True, slots=True)
class SessionRecord:
    person: Person
    session_id: UUID
    facts: Pairs
    work_up: Pairs
    curve: Curve | None
    doses: tuple[DoseLine, ...]
    sets: tuple[SetLine, ...]
    entries: tuple[Told, ...]
    overrides: tuple[OverrideLine, ...]
    alerts: tuple[AlertLine, ...]
    left_out: int


def gather(*, by: Actor, subject_id: UUID, options: dict[str, Any]) -> SessionRecord:
    """raises  Forbidden; Missing"""
    return record_of(read_session(by=by, session_id=subject_id))


def record_of(read: Read) -> SessionRecord:
    vitals = [line for line in read.lines if line.kind == "vitals"]
    others = [line for line in read.lines if line.kind != "vitals"]
    return SessionRecord(
        person=read.person,
        session_id=read.session.pk,
        facts=session_pairs(read),
        work_up=work_up_pairs(read),
        curve=curve_of(read),
        doses=dose_lines(read),
        sets=tuple(set_line(read, line) for line in vitals),
        entries=tuple(told(line, read.tz, read.day) for line in others),
        overrides=tuple(override_line(read, line) for line in read.of("override")),
        alerts=tuple(_alert(read, row) for row in _alerts(read)),
        left_out=read.left_out,
    )


def set_line(read: Read, line: Line) -> SetLine:
    body = line.body
    pressure = f"{_number(body.sbp)}/{_number(body.dbp)}"
    return SetLine(
        at=read.clock(line.at),
        written=read.clock(line.entry.recorded_at),
        bp="–" if pressure == "–/–" else pressure,
        hr=_number(body.hr),
        spo2=_number(body.spo2),
        rr=_number(body.rr),
        other=_other_signs(body),
        who=who_wrote(line.entry) if line.entry.recorded_by_id else source_of(line.entry),
        struck=not line.counts,
        note=_set_note(read, line),
    )


def _set_note(read: Read, line: Line) -> str:
    parts = [] if line.body.is_complete else ["incomplete"]
    if line.body.confirmed:
        parts.append(f"unusual value confirmed: {', '.join(line.body.confirmed)}")
    fate = fate_of(line, read.tz, read.day)
    return "; ".join([*parts, fate] if fate else parts)


def _other_signs(body) -> str:
    signs = (
        ("temp", "{} °C"), ("etco2", "EtCO₂ {}"), ("o2_flow", "O₂ {} L/min"), ("pain_nrs", "pain {}/10"),
    )  # fmt: skip
    found = ((text, getattr(body, name)) for name, text in signs)
    return ", ".join(text.format(f"{value:g}") for text, value in found if value is not None)


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:g}"


def override_line(read: Read, line: Line) -> OverrideLine:
    body = line.body
    return OverrideLine(
        at=read.clock(line.at),
        clause=overridden_words(body.clause),
        gate=body.gate,
        reason=body.reason,
        provider=body.provider_name + (", by telephone" if body.by_telephone else ""),
        written_by=who_wrote(line.entry),
    )


def _alerts(read: Read) -> list[Alert]:
    rows = Alert.objects.filter(session=read.session).select_related("acknowledged_by")
    return list(rows.order_by("raised_at", "id"))


def _alert(read: Read, row: Alert) -> AlertLine:
    taken = ""
    if row.acknowledged_at:
        who = row.acknowledged_by.name if row.acknowledged_by else "KNAI"
        taken = f"{read.clock(row.acknowledged_at)} by {who}"
    return AlertLine(
        read.clock(row.raised_at), read.clock(row.cleared_at), alert_words(row.cause), taken
    )
