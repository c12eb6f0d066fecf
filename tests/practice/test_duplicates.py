"""Who may be the same person is asked about; who is not alike is left in peace."""

from datetime import date

import pytest

from knai.practice.duplicates import Person, because_of, list_alike

BORN = date(1985, 4, 2)
MARA = Person("Mara", "Rosen", BORN, "+49 30 5550101")


@pytest.mark.parametrize(
    "other, asked",
    [
        (Person("Mara", "Rosen", BORN), True),
        (Person("MÁRA", "rosén", BORN), True),  # accents and capitals
        (Person("Rosen", "Mara", BORN), True),  # changed over
        (Person("Maria", "Rosen", BORN), True),  # a letter more
        (Person("M", "Rosen", BORN), True),  # one letter
        (Person("Mara", "Lindqvist", BORN), True),  # married
        (Person("Mara", "Rosen", date(1985, 2, 4)), True),  # day and month changed over
        (Person("Mara", "Rosen", date(1990, 1, 1), "030 5550101"), True),  # the same telephone
        (Person("Mara", "Rosen", date(1990, 1, 1)), False),  # a namesake
        (Person("Otto", "Berg", BORN), False),  # a birthday alone
        (Person("Otto", "Berg", date(1990, 1, 1), "030 5550101"), False),  # a household's telephone
    ],
)
def test_what_is_asked_about(other, asked):
    assert bool(because_of(MARA, other)) is asked
    assert bool(because_of(other, MARA)) is asked


@pytest.mark.django_db
def test_the_clinics_own_patients_alone_are_compared(cast):
    assert cast.patient.born_on == BORN
    cast.make_patient("Mara", "Rosen", "X-1", clinic=cast.other_clinic)
    found = list_alike(by=cast.actor("fred"), person=MARA)
    assert [one.found.mrn for one in found] == ["H-1001"]
    assert list_alike(by=cast.actor("fred"), person=MARA, but=[cast.patient.pk]) == []
