"""Two records side by side, before somebody says that they are one person, or are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.practice import queries, who
from knai.practice.allergies import standing_allergies
from knai.practice.duplicates import Alike, Person, list_alike
from knai.practice.entries import from_json
from knai.practice.entry_words import words_of
from knai.practice.linked import list_together
from knai.practice.models import ChartEntry, PatientLink, TreatmentSession
from knai.practice.patient_record import get_row, load_kinds

SHOWN = ("diagnosis", "allergies", "medications", "weight")


@dataclass(frozen=True, slots=True)
class Card:
    """One record as it is compared: its own content alone, whatever it is linked with."""

    id: UUID
    mrn: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written in either record while they were linked; to look through when a link is undone."""

    mrn: str
    words: str
    at: datetime
    by: str


def get_card(*, by: Actor, patient_id: UUID) -> Card:
    """raises  Missing: absent, or another clinic's"""
    by.must("read_chart")
    patient = get_row(by, patient_id)
    sessions = TreatmentSession.objects.filter(clinic_id=by.clinic_id, patient_id=patient_id)
    last = sessions.order_by("-booked_for_at").values_list("booked_for_at", flat=True).first()
    log = load_kinds(by, (patient_id,), SHOWN)
    medicines, weight = log.latest("medications"), log.latest("weight")
    rows = (
        ("Name", patient.name),
        ("Called", patient.preferred_name),
        ("Born", f"{patient.born_on.day} {patient.born_on:%b %Y}"),
        ("Sex", patient.sex),
        ("Telephone", patient.phone),
        ("E-mail", patient.email),
        ("Address", patient.address),
        ("Sessions", str(sessions.count())),
        ("Last session", f"{last.astimezone(by.clinic.tz):%Y-%m-%d}" if last else ""),
        ("Conditions", "; ".join(words_of(line.body) for line in log.of("diagnosis"))),
        ("Allergies", ", ".join(standing_allergies(log).words)),
        ("Medicines", ", ".join(medicines.body.items) if medicines else ""),
        ("Weight", words_of(weight.body) if weight else ""),
        ("Entries", str(ChartEntry.objects.filter(patient_id=patient_id).count())),
    )
    return Card(patient.pk, patient.mrn, rows)


def list_candidates(*, by: Actor, patient_id: UUID) -> list[Alike]:
    """Who may be the same person and is not linked yet."""
    row = get_row(by, patient_id)
    person = Person(row.given_name, row.family_name, row.born_on, row.phone, row.preferred_name)
    return list_alike(by=by, person=person, but=list_together(by.clinic_id, patient_id))


def get_link(*, by: Actor, patient_id: UUID, link_id: UUID) -> who.LinkRow:
    """raises  Missing: no link of this patient"""
    found = who.list_links(by=by, patient_id=patient_id)
    for link in found:
        if link.id == link_id:
            return link
    raise Missing("There is no such link.")


def list_written_while_linked(*, by: Actor, link_id: UUID, most: int = 100) -> list[Written]:
    """Entries of both records from the linking on, newest first, as far as this person may see them."""
    by.must("read_chart")
    link = PatientLink.objects.filter(clinic_id=by.clinic_id, pk=link_id).first()
    if link is None:
        raise Missing("There is no such link.")
    rows = queries.visible_entries(by).filter(
        patient_id__in=(link.kept_id, link.duplicate_id), recorded_at__gte=link.linked_at
    )
    rows = rows.select_related("recorded_by", "patient").order_by("-recorded_at")[:most]
    return [_written(row) for row in rows]


def _written(row: ChartEntry) -> Written:
    words = words_of(from_json(row.kind, row.body))
    return Written(
        row.patient.mrn, words, row.effective_at, row.recorded_by.name if row.recorded_by else ""
    )
