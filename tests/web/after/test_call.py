"""The page of the next-day call."""

import pytest

from knai.kit.clock import set_to
from knai.practice.models import ChartEntry, SafetyEvent, WorkItem
from tests.web.after.world import NEXT_DAY, gone_home

pytestmark = pytest.mark.django_db
FINE = {"reached": "yes", "drove": "no", "mood": "better", "suicidal_thoughts": "no", "bladder": "no",
        "is_due": "yes"}  # fmt: skip


@pytest.fixture(autouse=True)
def _the_next_day():
    with set_to(NEXT_DAY):
        yield


@pytest.fixture
def url(cast):
    return f"{gone_home(cast)}/call/"


@pytest.mark.parametrize(
    "change, status",
    [
        ({}, 302),
        ({"reached": "no"}, 302),
        ({"reached": ""}, 422),
        ({"drove": "yes"}, 422),  # when?
        ({"drove": "yes", "drove_at": "2026-11-24T08:00"}, 302),
        ({"drove": "yes", "drove_at": "2026-11-25T08:00"}, 422),
        ({"mood": "perhaps"}, 422),
        ({"effective_at": "25:00"}, 422),
    ],
)
def test_what_may_be_recorded(client, cast, url, change, status):
    client.force_login(cast.nadia)
    assert client.post(url, FINE | change).status_code == status
    assert ChartEntry.objects.filter(kind="next_day_call").exists() is (status == 302)


def test_suicidal_thoughts_bring_help_at_once(client, cast, url):
    client.force_login(cast.nadia)
    answer = client.post(url, FINE | {"suicidal_thoughts": "yes"}, follow=True)
    page = answer.content.decode()
    assert "988" in page and "Stay on the telephone" in page
    assert WorkItem.objects.get(kind="suicidal_thoughts").owner == cast.okafor
    assert SafetyEvent.objects.get().kind == "suicidal_thoughts"


def test_the_slower_caller_is_told_keeps_what_they_typed_and_may_add_it(client, cast, url):
    client.force_login(cast.nils)
    client.post(url, FINE)
    client.force_login(cast.nadia)
    typed = FINE | {"text": "She sleeps well"}
    second = client.post(url, typed)
    page = second.content.decode()
    assert second.status_code == 409
    assert "Nils Berg was quicker" in page and "She sleeps well" in page
    shown = second.context["form"]
    assert client.post(url, typed | {"is_due": shown["is_due"].value() or ""}).status_code == 302


def test_a_call_nobody_answers_can_be_closed_after_three(client, cast, url):
    client.force_login(cast.nadia)
    assert client.post(f"{url}give-up/", {"outcome": "Letter"}).status_code == 409
    for _ in range(3):
        client.post(url, {"reached": "no", "is_due": "yes"})
    assert "Nobody answers" in client.get(url).content.decode()
    assert client.post(f"{url}give-up/", {"outcome": ""}).status_code == 422
    assert client.post(f"{url}give-up/", {"outcome": "Letter"}).status_code == 302


def test_who_only_reads_sees_no_form(client, cast, url):
    client.force_login(cast.ruth)
    page = client.get(url).content.decode()
    assert "Your role here reads this" in page and "Record the call" not in page


def test_the_session_that_has_ended_leads_here(client, cast, url):
    client.force_login(cast.nadia)
    page = client.get(f"/clinic/harbour/sessions/{cast.session.pk}/").content.decode()
    for place in ("/call/", "/note/", "/late-event/", "/papers/"):
        assert f"/sessions/{cast.session.pk}{place}" in page
