"""The page of the day's end."""

import pytest

from knai.kit.clock import set_to
from tests.web.after.world import CLINIC, NEXT_DAY, gone_home

pytestmark = pytest.mark.django_db
URL = f"{CLINIC}/end-of-day/"
YESTERDAY = f"{URL}2026-11-23/"


@pytest.fixture(autouse=True)
def _the_next_day():
    with set_to(NEXT_DAY):
        yield


def test_yesterday_is_closed_this_morning_with_a_word_about_what_is_open(client, cast):
    gone_home(cast)
    client.force_login(cast.nadia)
    page = client.get(YESTERDAY).content.decode()
    for words in (
        "Notes to sign",
        "No further visit is booked",
        f"/sessions/{cast.session.pk}/note/",
    ):
        assert words in page
    assert client.post(YESTERDAY, {"left_open": ""}).status_code == 422
    assert client.post(YESTERDAY, {"left_open": "Nils, tomorrow"}).status_code == 302
    assert "Day closed by Nadia Petrov" in client.get(YESTERDAY).content.decode()
    client.force_login(cast.nils)
    second = client.post(YESTERDAY, {"left_open": "Me"})
    assert second.status_code == 409 and "Nadia Petrov has closed" in second.content.decode()


@pytest.mark.parametrize(
    "on, status", [("2026-11-24", 200), ("yesterday", 422), ("2026-13-01", 422)]
)
def test_a_day_is_a_day(client, cast, on, status):
    client.force_login(cast.nadia)
    assert client.get(f"{URL}{on}/").status_code == status


def test_today_is_what_opens(client, cast):
    client.force_login(cast.nadia)
    page = client.get(URL).content.decode()
    assert "24 Nov 2026" in page and "All of it is done" in page
