"""What patients let outside therapists see: their own patients, and of each exactly the parts agreed to.

These reads stand apart from the chart's: an outside therapist has no permission but `read_shared`, and what
is not named here cannot be reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.practice.care_team import SHARES
from knai.practice.entry_words import words_of
from knai.practice.log import Line, Log, fold
from knai.practice.models import (
    CareTeamMember,
    ChartEntry,
    Compartment,
    Patient,
    Source,
    State,
    TreatmentSession,
)

# part → kinds of entries it shows
KINDS: dict[str, tuple[str, ...]] = {
    "scores": ("assessment", "score"),
    "notes": ("session_note",),  # signed ones alone, as the care team page says
    "medications": ("medications", "allergies"),
}
NEWEST_ONLY = ("medications", "allergies")
MOST = 100


@dataclass(frozen=True, slots=True)
class SharedPatient:
    """One of an outside therapist's patients. parts: what they may see, in words."""

    id: UUID
    name: str
    born_on: date
    parts: tuple[str, ...]
    agreed_on: date | None


@dataclass(frozen=True, slots=True)
class SharedVisit:
    at: datetime
    state_word: str


@dataclass(frozen=True, slots=True)
class SharedEntry:
    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Shared:
    """None: not shared."""

    patient: SharedPatient
    sessions: tuple[SharedVisit, ...] | None
    scores: tuple[SharedEntry, ...] | None
    notes: tuple[SharedEntry, ...] | None
    medications: tuple[SharedEntry, ...] | None


def list_shared(*, by: Actor) -> tuple[SharedPatient, ...]:
    """Patients who agreed that this person sees something, by name."""
    by.must("read_shared")
    rows = _standing(by).select_related("patient").order_by("patient__family_name", "started_at")
    found: dict[UUID, CareTeamMember] = {}
    for row in rows:
        found.setdefault(row.patient_id, row)
    return tuple(_patient(row.patient, _shares(by, row.patient_id), row) for row in found.values())


def get_shared(*, by: Actor, patient_id: UUID) -> Shared:
    """raises  Missing: not their patient, or nothing is shared"""
    by.must("read_shared")
    row = _standing(by).select_related("patient").filter(patient_id=patient_id).first()
    if row is None:
        raise Missing("No such patient shares anything with you.")
    shares = _shares(by, patient_id)
    log = _log(by, patient_id, shares)
    parts = {part: _entries(log, part) if part in shares else None for part in KINDS}
    return Shared(
        patient=_patient(row.patient, shares, row),
        sessions=_visits(by, patient_id) if "sessions" in shares else None,
        **parts,
    )


def _standing(by: Actor):
    rows = CareTeamMember.objects.filter(clinic_id=by.clinic_id, user_id=by.user_id)
    return rows.filter(
        ended_at__isnull=True, agreed_on__isnull=False, patient__withdrawn_at__isnull=True
    )


def _shares(by: Actor, patient_id: UUID) -> frozenset[str]:
    rows = _standing(by).filter(patient_id=patient_id).values_list("shares", flat=True)
    return frozenset(share for shares in rows for share in shares or () if share in SHARES)


def _patient(patient: Patient, shares: frozenset[str], row: CareTeamMember) -> SharedPatient:
    words = tuple(SHARES[share] for share in SHARES if share in shares)
    return SharedPatient(patient.pk, patient.name, patient.born_on, words, row.agreed_on)


def _log(by: Actor, patient_id: UUID, shares: frozenset[str]) -> Log:
    """Clinical entries of the parts agreed to; other compartments are nobody's outside the house."""
    kinds = [kind for part, kinds in KINDS.items() if part in shares for kind in kinds]
    rows = ChartEntry.objects.filter(
        clinic_id=by.clinic_id, patient_id=patient_id, compartment=Compartment.CLINICAL
    )
    rows = rows.filter(kind__in=kinds) | rows.filter(kind="void", target__kind__in=kinds)
    return fold(rows.select_related("recorded_by"))


def _entries(log: Log, part: str) -> tuple[SharedEntry, ...]:
    found = [line for kind in KINDS[part] for line in _of(log, kind)]
    found.sort(key=lambda line: line.at, reverse=True)
    return tuple(SharedEntry(line.at, _who(line), _words(line)) for line in found[:MOST])


def _words(line: Line) -> str:
    """A note is shared as it was signed; of anything else, its line."""
    return line.body.text if line.kind == "session_note" else words_of(line.body)


def _of(log: Log, kind: str) -> list[Line]:
    if kind in NEWEST_ONLY:
        latest = log.latest(kind)
        return [latest] if latest else []
    return list(log.of(kind))


def _who(line: Line) -> str:
    entry = line.entry
    return entry.recorded_by.name if entry.recorded_by else Source(entry.source).label


def _visits(by: Actor, patient_id: UUID) -> tuple[SharedVisit, ...]:
    rows = TreatmentSession.objects.filter(clinic_id=by.clinic_id, patient_id=patient_id)
    return tuple(
        SharedVisit(row.booked_for_at, State(row.state).label)
        for row in rows.order_by("-booked_for_at")[:MOST]
    )
