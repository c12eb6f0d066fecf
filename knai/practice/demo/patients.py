"""Invented patients, worked up as a clinic would have done before the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from knai.identity.actors import Actor
from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice.actions.patients import add_patient
from knai.practice.actions.write import append
from knai.practice.demo import consent
from knai.practice.models import Patient


@dataclass(frozen=True, slots=True)
class Person:
    mrn: str
    given_name: str
    born_on: date
    sex: str
    weight_kg: Decimal
    condition: str
    medicines: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    family_name: str = "Invented"


def _person(
    number: int, given: str, born: date, sex: str, kg: str, condition: str, *more
) -> Person:
    return Person(f"DEMO-{number}", given, born, sex, Decimal(kg), condition, *more)


PEOPLE = (
    _person(1, "Mara", date(1985, 4, 2), "female", "71.0", "unipolar_major_depression",
            ("sertraline 100 mg",), ("penicillin",)),
    _person(2, "Jonas", date(1978, 11, 19), "male", "88.0", "ptsd", ("prazosin 2 mg",)),
    _person(3, "Adaeze", date(1992, 7, 30), "female", "64.0", "unipolar_major_depression",
            ("bupropion 150 mg",)),
    _person(4, "Wilhelm", date(1966, 1, 8), "male", "79.0", "crps", ("gabapentin 300 mg",)),
    _person(5, "Ines", date(1989, 9, 14), "female", "58.5", "bipolar_depression",
            ("lamotrigine 200 mg",)),
    _person(6, "Kofi", date(1971, 3, 27), "male", "92.0", "fibromyalgia"),
    _person(7, "Sunniva", date(1999, 12, 5), "female", "67.0", "ocd", ("fluoxetine 40 mg",)),
)  # fmt: skip


def ensure_patient(person: Person, *, by: Actor, prescriber: Actor, at: datetime) -> Patient:
    """The patient with a complete work-up from a week before `at`; made where missing."""
    found = Patient.objects.filter(clinic=by.clinic, mrn=person.mrn).first()
    if found is not None:
        return found
    then = at - timedelta(days=7)
    with transaction.atomic(), set_to(then):
        patient = add_patient(
            by=by,
            mrn=person.mrn,
            given_name=person.given_name,
            family_name=person.family_name,
            born_on=person.born_on,
            sex=person.sex,
        )
        for body in work_up(person, then):
            append(by=prescriber, body=body, patient=patient)
        consent.sign(patient, consent.ensure_form(by=prescriber, at=then), by=prescriber)
    return patient


def work_up(person: Person, then: datetime) -> list[e.Body]:
    on = then.date().isoformat()
    return [
        e.Screening(performed=True, performed_on=on, place="video call"),
        e.Diagnosis(category=person.condition, status="confirmed"),
        e.History(
            completed_on=on, in_chart=True, covers_psychiatric=True, covers_substance_use=True
        ),
        e.Physical(completed_on=on, in_chart=True),
        e.Medications(
            status="listed" if person.medicines else "none", recorded_on=on, items=person.medicines
        ),
        e.Allergies(
            status="listed" if person.allergies else "none_known",
            recorded_on=on,
            items=person.allergies,
        ),
        e.InteractionReview(completed_on=on, unresolved_serious=False),
        e.Weight(weight_kg=person.weight_kg),
    ]
