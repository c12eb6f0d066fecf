"""Substances are data: what ships says what its label says, and what is in no table is still a substance."""

import pytest

from knai.core.standard import Policy
from knai.core.substances import (
    OTHER,
    get_modality,
    get_substance,
    modalities,
    read_substance,
    substances,
)


def test_two_substances_ship_and_no_route_of_either_is_unknown_to_the_standard():
    assert set(substances()) == {"racemic_ketamine", "esketamine"}
    for substance in substances().values():
        assert set(substance.routes) == set(Policy.default().all_routes)
        assert substance.standard == substance.id


def test_every_fact_names_its_source():
    rows = [x for s in substances().values() for x in (*s.forms, *s.on_label, s.observation) if x]
    assert rows and all(row.source for row in rows)


@pytest.mark.parametrize(
    "route, minutes",
    [
        ("intranasal", 120),
        ("sc", 120),
        ("iv_infusion", 0),
    ],  # the Standard, too, leaves infusions out
)
def test_esketamine_keeps_the_patient_two_hours(route, minutes):
    assert get_substance("esketamine").observation_min(route) == minutes
    assert get_substance("racemic_ketamine").observation_min(route) == 0


@pytest.mark.parametrize(
    "substance, route, indications, off_label",
    [
        ("racemic_ketamine", "iv_infusion", ["unipolar_major_depression"], True),
        ("esketamine", "intranasal", ["ptsd"], True),
        ("esketamine", "iv_infusion", ["unipolar_major_depression"], True),  # another route
        ("esketamine", "intranasal", ["unipolar_major_depression"], None),  # the label is narrower
        ("esketamine", "intranasal", ["ptsd", "unipolar_major_depression"], None),
        ("esketamine", "intranasal", [], None),
        ("glowamine", "oral", ["ptsd"], True),
    ],
)
def test_off_label_is_what_no_label_covers(substance, route, indications, off_label):
    assert get_substance(substance).is_off_label(route, indications) is off_label


def test_one_that_is_in_no_table_is_called_by_its_own_name():
    found = get_substance("some_new_drug")
    assert (found.name, found.standard, found.observation) == ("Some new drug", OTHER, None)


def test_a_table_may_not_invent_a_word_of_the_standard():
    assert read_substance("x", {"name": "X", "routes": ["im"], "standard": "x"}).standard == OTHER


def test_modalities_are_data_too():
    assert set(modalities()) >= {"ketamine", "ketamine_with_psychotherapy"}
    assert get_modality("breathwork").name == "Breathwork"
