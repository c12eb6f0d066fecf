"""A patient's pages, and a few diagnosis codes to find."""

import pytest

from knai.practice.actions.codes import fill_codes

CODES = (
    ("F33.2", "Major depressive disorder, recurrent severe without psychotic features"),
    ("F32.1", "Major depressive disorder, single episode, moderate"),
    ("F43.12", "Post-traumatic stress disorder, chronic"),
    ("F41.1", "Generalized anxiety disorder"),
    ("M79.7", "Fibromyalgia"),
    ("G90.511", "Complex regional pain syndrome I of right upper limb"),
    ("R52", "Pain, unspecified"),
    ("S72.002A", "Fracture of unspecified part of neck of left femur, initial encounter"),
)


@pytest.fixture
def codes(db):
    return fill_codes(CODES)


@pytest.fixture
def chart(cast):
    """The address of a page of the patient's chart."""
    return lambda page="": f"/clinic/harbour/patients/{cast.patient.pk}/{page}"
