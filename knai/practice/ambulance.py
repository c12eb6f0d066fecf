"""The sheet for an ambulance: who, what was given and when, how they are, what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knai.identity.actors import Actor
from knai.practice.entry_words import words_of
from knai.practice.facts import Known
from knai.practice.log import Line
from knai.practice.session_chart import doses_as_blocks
from knai.practice.session_log import open_session
from knai.practice.session_shapes import Identity
from knai.practice.session_view import identity_of

LAST_SETS = 8
TOLD = ("emergency", "adverse_event", "medicine", "sedation", "iv_attempt", "consent_withdrawn")


@dataclass(frozen=True, slots=True)
class Told:
    """A line with its time."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Given:
    """A dose with its span; until is None where it has none, or while it runs."""

    at: datetime
    until: datetime | None
    words: str
    is_running: bool


@dataclass(frozen=True, slots=True)
class AmbulanceSheet:
    session_id: UUID
    patient_id: UUID
    identity: Identity
    clinic_name: str
    clinic_phone: str
    provider: str
    diagnoses: tuple[str, ...]
    doses: tuple[Given, ...]
    sets: tuple[Told, ...]
    timeline: tuple[Told, ...]
    made_at: datetime
    made_by: str


def get_ambulance_sheet(*, by: Actor, session_id: UUID) -> AmbulanceSheet:
    """raises  Forbidden: may not read the chart; Missing"""
    known = open_session(by=by, session_id=session_id).known
    session = known.session
    return AmbulanceSheet(
        session_id=session.pk,
        patient_id=session.patient_id,
        identity=identity_of(known),
        clinic_name=by.clinic.name,
        clinic_phone=by.clinic.phone,
        provider=session.provider.name if session.provider else "",
        diagnoses=tuple(_diagnosis(line) for line in known.work_up.of("diagnosis")),
        doses=tuple(_doses(known)),
        sets=tuple(_told(line) for line in list(known.log.of("vitals"))[-LAST_SETS:]),
        timeline=tuple(_told(line) for line in known.log.of(*TOLD)),
        made_at=known.now,
        made_by=by.name,
    )


def _doses(known: Known) -> list[Given]:
    blocks = doses_as_blocks(known.doses, known.now)
    return [
        Given(block.at, dose.ended_at, block.label, dose.is_running)
        for block, dose in zip(blocks, known.doses, strict=True)
    ]


def _told(line: Line) -> Told:
    return Told(line.at, words_of(line.body))


def _diagnosis(line: Line) -> str:
    body = line.body
    return body.text or body.category.replace("_", " ")
