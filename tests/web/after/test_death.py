"""The page of a death."""

import pytest

from knai.kit.clock import set_to
from knai.practice.models import Patient
from tests.web.after.world import CLINIC, NEXT_DAY

pytestmark = pytest.mark.django_db
SAID = {"died_on": "2026-11-23", "source": "Her husband called", "circumstances": ""}


@pytest.fixture(autouse=True)
def _the_next_day():
    with set_to(NEXT_DAY):
        yield


@pytest.fixture
def url(cast):
    return f"{CLINIC}/patients/{cast.patient.pk}/death/"


@pytest.mark.parametrize(
    "change, status",
    [({}, 302), ({"died_on": "2026-11-25"}, 422), ({"died_on": ""}, 422), ({"source": " "}, 422)],
)
def test_what_may_be_recorded(client, cast, url, change, status):
    client.force_login(cast.nadia)
    assert client.post(url, SAID | change).status_code == status
    assert (Patient.objects.get().died_on is not None) is (status == 302)


def test_recorded_it_stands_on_the_chart_and_a_second_person_takes_it_back(client, cast, url):
    client.force_login(cast.nadia)
    client.post(url, SAID)
    assert "a second person takes it back" in client.get(url).content.decode()
    assert (
        "died 23 Nov 2026" in client.get(f"{CLINIC}/patients/{cast.patient.pk}/").content.decode()
    )
    assert client.post(f"{url}undo/", {"reason": "Another patient, sorry"}).status_code == 409
    client.force_login(cast.nils)
    assert client.post(f"{url}undo/", {"reason": "oops"}).status_code == 422
    assert client.post(f"{url}undo/", {"reason": "Another patient, sorry"}).status_code == 302
    assert Patient.objects.get().died_on is None


def test_the_copy_is_for_those_who_release_records(client, cast, url):
    client.force_login(cast.nadia)
    client.post(url, SAID)
    assert client.get(f"{url}copy/").status_code == 403
    client.force_login(cast.olga)
    answer = client.get(f"{url}copy/")
    assert answer.status_code == 200 and b'"knai-chart"' in answer.content


def test_a_second_form_is_told_that_it_is_recorded(client, cast, url):
    client.force_login(cast.nadia)
    client.post(url, SAID)
    client.force_login(cast.nils)
    answer = client.post(url, SAID)
    assert answer.status_code == 409
