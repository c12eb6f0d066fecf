"""Screenings of a patient: when, where, by whom, and what speaks against treatment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knai.core.cautions import Contraindication, contraindications
from knai.identity.actors import Actor
from knai.practice.linked import list_together
from knai.practice.log import Line
from knai.practice.patient_record import get_row, load_kinds


@dataclass(frozen=True, slots=True)
class ScreeningRow:
    """present, absent and not_asked together are all that is asked about."""

    entry_id: UUID
    performed: bool
    performed_on: str
    place: str
    screened_by: str
    by: str
    at: datetime
    text: str
    present: tuple[Contraindication, ...]
    absent: tuple[Contraindication, ...]
    not_asked: tuple[Contraindication, ...]


def list_screenings(*, by: Actor, patient_id: UUID) -> list[ScreeningRow]:
    """Newest first."""
    by.must("read_chart")
    get_row(by, patient_id)
    log = load_kinds(by, list_together(by.clinic_id, patient_id), ("screening",))
    return [_row(line) for line in reversed(list(log.of("screening")))]


def _row(line: Line) -> ScreeningRow:
    body, author = line.body, line.entry.recorded_by
    asked = {*body.present, *body.absent}
    return ScreeningRow(
        entry_id=line.id,
        performed=body.performed,
        performed_on=body.performed_on or "",
        place=body.place,
        screened_by=body.screened_by,
        by=author.name if author else "KNAI",
        at=line.at,
        text=body.text,
        present=_named(body.present),
        absent=_named(body.absent),
        not_asked=tuple(one for one in contraindications() if one.id not in asked),
    )


def _named(ids: tuple[str, ...]) -> tuple[Contraindication, ...]:
    return tuple(one for one in contraindications() if one.id in ids)
