"""Checking in: chair, weight and way home on one page."""

import pytest

from knai.kit.ids import uuid7
from knai.practice.models import ChartEntry
from tests.practice.world import fresh

pytestmark = pytest.mark.django_db


def url(cast, session=None):
    return f"/clinic/harbour/sessions/{(session or cast.session).pk}/check-in/"


def test_the_chair_booked_and_the_last_weight_stand_there_already(client, cast):
    client.force_login(cast.fred)
    html = client.get(url(cast)).content.decode()
    assert 'value="78.0"' in html
    assert f'value="{cast.chair.pk}"' in html and "checked" in html


def test_the_desk_checks_in_and_goes_back_to_the_day(client, cast):
    client.force_login(cast.fred)
    data = {"chair": str(cast.chair.pk), "weight_kg": "78.4", "mode": "escort",
            "escort_name": "Ines", "idempotency_key": str(uuid7())}  # fmt: skip
    answer = client.post(url(cast), data)
    assert (answer.status_code, answer["Location"]) == (302, "/clinic/harbour/day/")
    assert fresh(cast).state == "checked_in"
    assert client.post(url(cast), data).status_code == 302  # sent twice: once
    assert ChartEntry.objects.filter(kind="weight").count() == 1


def test_a_nurse_goes_on_to_the_start(client, cast):
    client.force_login(cast.nadia)
    answer = client.post(url(cast), {"chair": str(cast.chair.pk)})
    assert answer["Location"].endswith("/start/")


@pytest.mark.parametrize("weight", ["78,4", "0.784", "7840", "heavy"])
def test_a_weight_that_cannot_be_is_asked_again_beside_its_field(client, cast, weight):
    client.force_login(cast.fred)
    answer = client.post(url(cast), {"weight_kg": weight, "escort_name": "Ines"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "field-error" in html and 'value="Ines"' in html  # what was typed stays
    assert fresh(cast).state == "booked"


def test_a_taken_chair_is_a_clear_no(client, cast):
    client.force_login(cast.fred)
    client.post(url(cast), {"chair": str(cast.chair.pk)})
    other = cast.make_session(cast.make_patient("Otis", "Kern", "H-1002"))
    answer = client.post(url(cast, other), {"chair": str(cast.chair.pk)})
    assert answer.status_code == 409
    assert "Somebody is in that chair" in answer.content.decode()
