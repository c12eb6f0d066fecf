"""The demonstration: invented throughout, four chairs at work, and started again it goes on."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from knai.core.errors import Refused
from knai.identity.models import Clinic, User
from knai.kit.clock import now, set_to
from knai.practice.demo import LOG_INS, PASSWORD, ensure_clinics, todays_seats
from knai.practice.models import (
    DeviceAttachment,
    Patient,
    SafetyEvent,
    TreatmentProtocol,
    TreatmentSession,
)

pytestmark = pytest.mark.django_db


def signs(number, script, weight_kg, minutes):
    return {"sbp": 124, "dbp": 76, "hr": 70, "spo2": 98, "rr": 14}


@pytest.fixture
def seats():
    return todays_seats(ensure_clinics()["seaside"], signs)


def states() -> Counter:
    return Counter(TreatmentSession.objects.values_list("state", flat=True))


def test_four_chairs_are_at_work_and_three_people_booked(seats):
    assert states() == {"checked_in": 1, "dosing": 2, "recovery": 1, "booked": 3}
    assert DeviceAttachment.objects.filter(detached_at=None).count() == len(seats) == 4


def test_nobody_went_past_a_gate(seats):
    assert not SafetyEvent.objects.exists()


def test_everybody_is_marked_as_invented(seats):
    assert all("Invented" in name for name in User.objects.values_list("name", flat=True))
    assert all("(invented)" in name for name in Clinic.objects.values_list("name", flat=True))
    assert set(Patient.objects.values_list("family_name", flat=True)) == {"Invented"}
    assert all("(invented)" in p.name for p in TreatmentProtocol.objects.all())


def test_each_role_can_log_in(seats):
    assert {person.role for person in LOG_INS} == {
        "owner", "prescriber", "nurse", "therapist", "front_desk", "read_only",
    }  # fmt: skip
    assert all(User.objects.get(email=p.email).check_password(PASSWORD) for p in LOG_INS)


def test_started_again_soon_it_goes_on(seats):
    with set_to(now() + timedelta(minutes=3)):
        again = todays_seats(ensure_clinics()["seaside"], signs)
    assert [s.monitored_since for s in again] == [s.monitored_since for s in seats]
    assert TreatmentSession.objects.count() == 7


def test_started_again_tomorrow_the_day_is_new(seats):
    with set_to(now() + timedelta(days=1)):
        todays_seats(ensure_clinics()["seaside"], signs)
        assert DeviceAttachment.objects.filter(detached_at=None).count() == 4
    assert states() == {"discharged": 4, "checked_in": 1, "dosing": 2, "recovery": 1, "booked": 6}


def test_it_refuses_to_run_beside_a_real_clinic(db):
    Clinic.objects.create(slug="real", name="Real")
    with pytest.raises(Refused, match="KNAI_DATA_DIR"):
        ensure_clinics()
    assert not User.objects.exists()
