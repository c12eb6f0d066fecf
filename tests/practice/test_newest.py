"""The head of a chart reads what was said last, past what was struck out."""

import pytest

from knai.practice import entries as e
from knai.practice.actions.record import record_of_patient, void_of_patient
from knai.practice.patient_record import get_head

pytestmark = pytest.mark.django_db


def test_a_weight_that_was_struck_out_gives_way_to_the_one_before(cast):
    by, patient_id = cast.actor("nadia"), cast.patient.pk
    for kg in (80, 81):
        last = record_of_patient(by=by, patient_id=patient_id, body=e.Weight(weight_kg=kg))
    assert get_head(by=by, patient_id=patient_id).weight_kg == "81"
    void_of_patient(by=by, patient_id=patient_id, entry_id=last.pk, reason="other scale")
    assert get_head(by=by, patient_id=patient_id).weight_kg == "80"
    void_of_patient(
        by=by, patient_id=patient_id, entry_id=_first(patient_id), reason="not theirs either"
    )
    assert get_head(by=by, patient_id=patient_id).weight_kg == ""


def _first(patient_id):
    from knai.practice.models import ChartEntry

    return (
        ChartEntry.objects.filter(patient_id=patient_id, kind="weight").earliest("recorded_at").pk
    )
