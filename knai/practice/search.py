"""Finding a patient of the clinic: by names in any order, number, birthday as people write it, telephone.

One pass over one narrow column answers it (see models.patient_words and docs/adr): every word of the
question begins a word of the patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from knai.core.folding import dates_in, digits_of, words_of
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import access, linked
from knai.practice.models import Patient

PAGE = 50
MOST_WORDS = 8
SHORTEST_NUMBER = 5  # of digits, before a number is looked for inside a telephone number
_OF_A_NUMBER = frozenset("0123456789 +-()/.")


@dataclass(frozen=True, slots=True)
class Found:
    """A patient as a list shows them. `id` is the record to open: of a linked duplicate the kept one.

    linked   the numbers (MRN) of records that led here
    Of a chart that is closed to who looks it holds initials alone.
    """

    id: UUID
    name: str
    preferred_name: str
    mrn: str
    born_on: date | None
    sex: str
    is_restricted: bool = False
    died_on: date | None = None
    linked: tuple[str, ...] = ()


def find_patients(*, by: Actor, search: str = "", offset: int = 0) -> tuple[list[Found], bool]:
    """One page of patients by family name, and whether there are more."""
    by.must("read_schedule")
    rows = Patient.objects.filter(clinic_id=by.clinic_id, withdrawn_at__isnull=True)
    rows = rows.filter(asked_for(search, now().astimezone(by.clinic.tz).date()))
    ordered = rows.order_by("family_name", "given_name", "id")
    page = list(ordered[offset : offset + PAGE + 1])
    return _leading(by, page[:PAGE]), len(page) > PAGE


def asked_for(search: str, today: date) -> Q:
    """The question in words of the column: all its words, or the day it means, or the telephone number."""
    words = words_of(search)[:MOST_WORDS]
    asked = Q()
    for word in words:
        asked &= Q(words__contains=f" {word.replace('.', '')}")
    for day in dates_in(search, today):
        asked |= Q(words__contains=f" {day:%Y%m%d}")
    number = digits_of(search)
    if len(number) >= SHORTEST_NUMBER and set(search) <= _OF_A_NUMBER:
        asked |= Q(words__contains=number)
    return asked


def _leading(by: Actor, page: list[Patient]) -> list[Found]:
    """Each person once, under the record that is kept."""
    rows = {patient.pk: patient for patient in page}
    links = linked.standing(by.clinic_id).filter(duplicate__in=rows).select_related("kept")
    kept = {link.duplicate_id: link.kept for link in links}
    shown: dict[UUID, Patient] = {}
    led: dict[UUID, list[str]] = {}
    for patient in page:
        leads_to = kept.get(patient.pk, patient)
        shown.setdefault(leads_to.pk, leads_to)
        if leads_to.pk != patient.pk:
            led.setdefault(leads_to.pk, []).append(patient.mrn)
    closed = access.list_closed(by, shown.values())
    return [found_of(row, tuple(led.get(pk, ())), closed) for pk, row in shown.items()]


def found_of(
    patient: Patient, led: tuple[str, ...] = (), closed: frozenset[UUID] = frozenset()
) -> Found:
    if patient.pk in closed:
        return Found(patient.pk, patient.initials, "", "", None, "", is_restricted=True)
    return Found(
        id=patient.pk,
        name=patient.name,
        preferred_name=patient.preferred_name,
        mrn=patient.mrn,
        born_on=patient.born_on,
        sex=patient.sex,
        is_restricted=patient.is_restricted,
        died_on=patient.died_on,
        linked=led,
    )
