"""What stands on every page of a paper: whose it is, whose clinic's, when made, and how to check it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from knai.identity.actors import Actor
from knai.kit import qr
from knai.practice.models import Patient
from knai.practice.papers.times import day_words, stamp

LETTER_ZONES = ("America/", "US/", "Pacific/Honolulu")  # where paper is 8.5 × 11 inches


@dataclass(frozen=True, slots=True)
class Person:
    """Whose paper it is."""

    patient_id: UUID
    name: str
    born_on: date
    mrn: str
    is_invented: bool


@dataclass(frozen=True, slots=True)
class Head:
    """See kit/typst/paper.typ, which shows it."""

    title: str
    kind: str
    clinic: str
    address: str
    phone: str
    patient: str | None
    born: str
    mrn: str
    made: str
    made_by: str
    code: str
    check: str
    qr: str
    invented: bool
    lang: str
    size: str


def person_of(patient: Patient) -> Person:
    return Person(patient.pk, patient.name, patient.born_on, patient.mrn, patient.is_invented)


def head_of(
    *, by: Actor, title: str, kind: str, person: Person | None, at: datetime, code: str, check: str
) -> Head:
    """check  the address that checks the paper; "" leaves code and QR out"""
    clinic = by.clinic
    return Head(
        title=title,
        kind=kind,
        clinic=clinic.name,
        address=clinic.address,
        phone=clinic.phone,
        patient=person.name if person else None,
        born=day_words(person.born_on) if person else "",
        mrn=person.mrn if person else "",
        made=stamp(at, clinic.tz),
        made_by=by.name,
        code=code if check else "",
        check=check,
        qr=qr.svg(check) if check else "",
        invented=clinic.is_invented or (person is not None and person.is_invented),
        lang="en",
        size="us-letter" if clinic.time_zone.startswith(LETTER_ZONES) else "a4",
    )
