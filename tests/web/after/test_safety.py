"""Safety events: the list, one of them, and one told afterwards."""

import pytest

from knai.kit.clock import set_to
from knai.practice.models import SafetyEvent, WorkItem
from tests.web.after.world import CLINIC, NEXT_DAY, gone_home

pytestmark = pytest.mark.django_db
URL = f"{CLINIC}/safety/"
LATE = {"code": "nausea", "grade": "3", "outcome": "", "text": "Her sister called",
        "effective_at": "2026-11-23T20:00"}  # fmt: skip


@pytest.fixture(autouse=True)
def _the_next_day():
    with set_to(NEXT_DAY):
        yield


@pytest.fixture
def late_url(client, cast):
    client.force_login(cast.nadia)
    return f"{gone_home(cast)}/late-event/"


@pytest.fixture
def event(client, late_url):
    client.post(late_url, LATE)
    return SafetyEvent.objects.get()


@pytest.mark.parametrize(
    "change, status",
    [({}, 302), ({"grade": "6"}, 422), ({"code": "none"}, 422), ({"effective_at": "2026-11-25T20:00"}, 422),
     ({"effective_at": ""}, 302)],
)  # fmt: skip
def test_what_may_be_told_afterwards(client, late_url, change, status):
    assert client.post(late_url, LATE | change).status_code == status
    assert (
        SafetyEvent.objects.count()
        == WorkItem.objects.filter(kind="serious_event").count()
        == (status == 302)
    )


def test_it_stands_in_the_list_with_its_session(client, cast, event):
    page = client.get(URL).content.decode()
    for words in (
        "Event told afterwards",
        "told later",
        "3, severe",
        "Mara Rosen",
        f"/sessions/{cast.session.pk}/",
    ):
        assert words in page


def test_it_is_taken_by_one_and_closed_with_an_outcome(client, cast, event):
    url = f"{URL}{event.pk}/"
    client.force_login(cast.okafor)
    assert client.post(f"{url}take/", {"seen": ""}).status_code == 302
    client.force_login(cast.nadia)
    second = client.post(f"{url}take/", {"seen": ""})
    assert second.status_code == 409 and "Chidi Okafor has it" in second.content.decode()
    assert client.post(f"{url}close/", {"severity": "2", "outcome": ""}).status_code == 422
    assert client.post(f"{url}close/", {"severity": "2", "outcome": "Settled"}).status_code == 302
    assert "Settled" in client.get(f"{URL}?which=closed").content.decode()
    assert client.post(f"{url}close/", {"severity": "2", "outcome": "Again"}).status_code == 409


def test_a_review_is_read_by_those_of_the_quality_compartment(client, cast, event):
    url = f"{URL}{event.pk}/"
    client.force_login(cast.okafor)
    assert client.post(f"{url}review/", {"text": "Ask about dinner"}).status_code == 302
    for nick, reads in (("okafor", True), ("olga", True), ("nadia", False), ("ruth", False)):
        client.force_login(getattr(cast, nick))
        assert ("Ask about dinner" in client.get(url).content.decode()) is reads
