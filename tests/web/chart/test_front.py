"""The front of a chart: what matters at a glance, for who may read it."""

from datetime import timedelta

import pytest

from knai.kit.clock import now, set_to
from knai.practice import entries as e
from knai.practice.actions.record import record_of_patient
from knai.practice.front import get_front
from knai.practice.models import TreatmentCourse, WorkItem
from tests.practice.world import NOON, work_up, write

pytestmark = pytest.mark.django_db


def front(cast, nick="nadia"):
    return get_front(by=cast.actor(nick), patient_id=cast.patient.pk)


def test_everything_that_matters_stands_on_the_front(client, cast, chart):
    with set_to(NOON):
        work_up(cast, without=("allergies",))
        body = e.Allergies(status="listed", recorded_on="2026-11-16", items=("penicillin",))
        record_of_patient(by=cast.actor("nadia"), patient_id=cast.patient.pk, body=body)
        session = cast.make_session(cast.patient, booked_for_at=NOON + timedelta(days=2))
        TreatmentCourse.objects.create(
            clinic=cast.clinic, patient=cast.patient, protocol=cast.protocol, planned_sessions=6,
            indication="Depression", started_on="2026-11-01", opened_by=cast.okafor,
        )  # fmt: skip
        WorkItem.objects.create(
            clinic=cast.clinic, patient=cast.patient, kind="next_day_call", key="k", opened_at=NOON,
            title="Call the day after", due_at=NOON,
        )  # fmt: skip
        client.force_login(cast.nadia)
        page = client.get(chart()).content.decode()
    for words in ("unipolar major depression", "sertraline", "ALLERGY penicillin",
                  "0 of 6", "Call the day after", str(session.pk)):  # fmt: skip
        assert words in page, words


def test_the_desk_sees_who_and_when_and_nothing_clinical(client, cast, chart):
    work_up(cast)
    assert cast.session
    client.force_login(cast.fred)
    page = client.get(chart()).content.decode()
    assert "Mara Rosen" in page
    for words in ("sertraline", "unipolar", "allerg", "penicillin"):
        assert words not in page.lower(), words


KEPT = {"paper_id": "invented", "sha256": "invented"}  # the paper that shows it


def test_consent_reads_as_the_gates_read_it(cast):
    assert (front(cast).consent, front(cast).consent_ok) == ("none yet", False)
    body = e.Consent(
        signed_at=None, signed_by=None, covers_off_label=True, form_version="3", refused=True
    )
    write(cast, body)
    assert (front(cast).consent, front(cast).consent_ok) == ("refused", False)


def test_age_is_of_the_clinics_day(cast):
    assert front(cast).head.age == (now() - timedelta(0)).year - 1985 - (
        (now().month, now().day) < (4, 2)
    )
