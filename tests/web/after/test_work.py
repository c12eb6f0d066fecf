"""The to-do page."""

import pytest

from knai.kit.clock import set_to
from knai.practice.actions import handover
from knai.practice.models import WorkItem
from tests.practice.world import dosing, minutes
from tests.web.after.world import CLINIC, NEXT_DAY, gone_home

pytestmark = pytest.mark.django_db
URL = f"{CLINIC}/work/"


@pytest.fixture(autouse=True)
def _the_next_day():
    with set_to(NEXT_DAY):
        yield


@pytest.fixture
def item(cast):
    gone_home(cast)
    return WorkItem.objects.get(kind="next_day_call")


def test_it_shows_what_is_due_who_has_it_and_where_it_is_done(client, cast, item):
    client.force_login(cast.nadia)
    page = client.get(URL).content.decode()
    for words in (
        "Next-day call",
        "Mara Rosen",
        "overdue",
        "nobody has it yet",
        f"/sessions/{cast.session.pk}/call/",
    ):
        assert words in page


def test_the_slower_of_two_is_told_by_whom_it_was_taken(client, cast, item):
    url = f"{URL}{item.pk}/take/"
    client.force_login(cast.nils)
    assert client.post(url, {"seen": ""}).status_code == 302
    client.force_login(cast.nadia)
    answer = client.post(url, {"seen": ""})
    assert answer.status_code == 409
    assert "Nils Berg has it now" in answer.content.decode()


@pytest.mark.parametrize(
    "path, data, status",
    [
        ("give/", {"to": ""}, 422),
        ("give/", {"to": "nonsense"}, 422),
        ("close/", {"outcome": "Done"}, 409),  # a call is closed by calling
    ],
)
def test_what_cannot_be_done_is_said_beside_the_item(client, cast, item, path, data, status):
    client.force_login(cast.nadia)
    answer = client.post(f"{URL}{item.pk}/{path}", data)
    assert answer.status_code == status
    assert "field-error" in answer.content.decode()


def test_given_to_a_colleague_it_is_theirs(client, cast, item):
    client.force_login(cast.nadia)
    client.post(f"{URL}{item.pk}/give/", {"to": cast.nils.pk, "seen": ""})
    client.force_login(cast.nils)
    assert "Nils Berg (you)" in client.get(f"{URL}?whose=mine").content.decode()


def test_of_what_is_done_the_outcome_is_shown(client, cast, item):
    WorkItem.objects.filter(pk=item.pk).update(
        closed_at=NEXT_DAY, closed_by=cast.nils, outcome="Reached"
    )
    client.force_login(cast.nadia)
    assert "Nils Berg: Reached" in client.get(f"{URL}?whose=done").content.decode()
    assert "Nothing to do here" in client.get(URL).content.decode()


def test_whoever_a_session_is_handed_to_sees_it_first(client, cast):
    with set_to(minutes(5)):
        dosing(cast)
        handover.hand_over(by=cast.actor("nadia"), session_id=cast.session.pk, to_id=cast.nils.pk)
    client.force_login(cast.nils)
    assert "Handed to you" in client.get(URL).content.decode()


def test_the_front_desk_sees_no_clinical_work(client, cast, item):
    client.force_login(cast.fred)
    page = client.get(URL).content.decode()
    assert "Mara" not in page and "Safety events" not in page


def test_many_items_take_no_more_queries(client, cast, item, django_assert_max_num_queries):
    for number in range(40):
        WorkItem.objects.create(clinic=cast.clinic, kind="call_finding", key=str(number), title="x",
                                opened_at=NEXT_DAY, due_at=NEXT_DAY, patient=cast.patient)  # fmt: skip
    client.force_login(cast.nadia)
    with django_assert_max_num_queries(12):
        client.get(URL)
