"""The parts of the work-up, one page each, settle the gate they were opened from."""

import pytest

from knai.kit.clock import set_to
from knai.practice.models import ChartEntry
from knai.web.gates.work_up_forms import PARTS
from tests.practice.world import NOON, arrive, fresh

pytestmark = pytest.mark.django_db

GOOD = {
    "screening": {"performed": "yes", "performed_on": "2026-11-20"},
    "diagnosis": {"category": "ptsd", "status": "confirmed"},
    "history": {
        "completed_on": "2026-11-20",
        "in_chart": "yes",
        "covers_psychiatric": "yes",
        "covers_substance_use": "yes",
    },
    "physical": {"completed_on": "2026-11-20", "in_chart": "yes"},
    "medications": {"status": "listed", "items": "sertraline\nlorazepam"},
    "allergies": {"status": "none_known"},
    "interaction_review": {"unresolved_serious": "no"},
}
BAD = {
    "screening": {"performed_on": "2999-01-01"},
    "diagnosis": {"category": "sadness"},
    "history": {"completed_on": ""},
    "physical": {"completed_on": "soon"},
    "medications": {"items": ""},
    "allergies": {"status": "listed"},
    "interaction_review": {"unresolved_serious": "perhaps"},
}


def url(cast, part):
    return f"/clinic/harbour/sessions/{cast.session.pk}/work-up/{part}/?gate=start"


def test_every_part_has_an_example():
    assert set(GOOD) == set(BAD) == set(PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_recorded_and_settles_what_it_held(client, cast, part):
    arrive(cast, without=(part,))
    client.force_login(cast.nadia)
    with set_to(NOON):
        assert client.get(url(cast, part)).status_code == 200
        held = client.get(url(cast, part).split("work-up")[0] + "start/").context["page"]
        answer = client.post(url(cast, part), GOOD[part])
        assert (answer.status_code, answer["Location"].split("/")[-2]) == (302, "start")
        after = client.get(answer["Location"]).context["page"]
    waits_for_review = part == "medications"  # new medicines want a new review
    assert not held.is_open
    assert after.is_open or waits_for_review
    assert fresh(cast).state == "checked_in"


@pytest.mark.parametrize("part", PARTS)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(client, cast, part):
    client.force_login(cast.nadia)
    with set_to(NOON):
        answer = client.post(url(cast, part), GOOD[part] | BAD[part])
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert ChartEntry.objects.count() == 0


def test_a_consent_is_signed_on_the_patients_page_which_leads_back(client, cast):
    client.force_login(cast.nadia)
    answer = client.get(url(cast, "consent"))
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert page.context["back"]["url"] == f"/clinic/harbour/sessions/{cast.session.pk}/start/"


def test_an_unknown_part_is_missing(client, cast):
    client.force_login(cast.nadia)
    assert client.get(url(cast, "horoscope")).status_code == 404


def test_a_plan_is_made_by_a_prescriber(client, cast):
    arrive(cast, without=("plan",))
    client.force_login(cast.okafor)
    plan = {"route": "iv_infusion", "mg_per_kg": "0.5", "duration_min": "40",
            "substance": "racemic_ketamine", "expected_sedation": "minimal",
            "supervision": "in_person"}  # fmt: skip
    address = f"/clinic/harbour/sessions/{cast.session.pk}/plan/"
    with set_to(NOON):
        assert client.get(address).status_code == 200
        assert client.post(address, plan | {"mg_per_kg": "0,5"}).status_code == 422
        assert client.post(address, plan).status_code == 302
        assert client.get(address.replace("plan", "start")).context["page"].is_open
