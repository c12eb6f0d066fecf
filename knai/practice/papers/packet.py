"""What a payer gets: for the chosen sessions the record in brief, the plan and the consent. Nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from knai.core.errors import Malformed
from knai.identity.actors import Actor
from knai.practice.log import Line
from knai.practice.papers.curve import Curve, curve_of
from knai.practice.papers.head import Person
from knai.practice.papers.session_facts import (
    DoseLine,
    Pairs,
    Read,
    dose_lines,
    plan_words,
    read_session,
    session_pairs,
)
from knai.practice.papers.session_record import SetLine, set_line
from knai.practice.papers.told import Told, told

KEY_SETS = 6
TOLD = ("adverse_event", "medicine", "emergency", "departure", "consent_withdrawn")


@dataclass(frozen=True, slots=True)
class PacketSession:
    title: str
    facts: Pairs
    plan: str
    consent: str
    curve: Curve | None
    doses: tuple[DoseLine, ...]
    sets: tuple[SetLine, ...]
    entries: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Packet:
    person: Person
    session_id: None
    sessions: tuple[PacketSession, ...]


def gather(*, by: Actor, subject_id: UUID, options: dict[str, Any]) -> Packet:
    """options: {"sessions": [ids]}

    raises  Forbidden; Missing; Malformed: no session chosen, or one of another patient
    """
    by.must("release_records")
    chosen = [UUID(str(each)) for each in options.get("sessions") or ()]
    if not chosen:
        raise Malformed("Choose the sessions the payer asked about.", "sessions")
    reads = [read_session(by=by, session_id=session_id) for session_id in chosen]
    if {read.session.patient_id for read in reads} != {subject_id}:
        raise Malformed("Choose sessions of this patient alone.", "sessions")
    reads.sort(key=lambda read: read.session.booked_for_at)
    return Packet(reads[0].person, None, tuple(_session(read) for read in reads))


def _session(read: Read) -> PacketSession:
    return PacketSession(
        title=read.moment(read.session.first_dose_at or read.session.booked_for_at),
        facts=tuple(pair for pair in session_pairs(read) if pair[0] not in ("Chair", "Plan", "On site")),
        plan=plan_words(read),
        consent=_consent(read),
        curve=curve_of(read),
        doses=dose_lines(read),
        sets=tuple(set_line(read, line) for line in _key_sets(list(read.of("vitals")))),
        entries=tuple(told(line, read.tz, read.day) for line in read.of(*TOLD)),
    )  # fmt: skip


def _key_sets(lines: list[Line]) -> list[Line]:
    """First, last, and some between them: the curve shows the others."""
    if len(lines) <= KEY_SETS:
        return lines
    step = (len(lines) - 1) / (KEY_SETS - 1)
    return [lines[round(n * step)] for n in range(KEY_SETS)]


def _consent(read: Read) -> str:
    line = read.known.work_up.latest("consent")
    if line is None:
        return "none on file"
    body = line.body
    if body.refused:
        return "refused"
    who = (body.signed_by or "").replace("_", " ")
    off_label = ", names the off-label use" if body.covers_off_label else ""
    withdrawn = ", withdrawn" if read.known.log.latest("consent_withdrawn") else ""
    version = f"version {body.form_version}, " if body.form_version else ""
    return f"{version}signed by {who or 'nobody'}, {read.moment(line.at)}{off_label}{withdrawn}"
