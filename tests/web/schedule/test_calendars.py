"""A calendar for the telephone: times and chairs, nothing of a patient; ended with one tap."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from icalendar import Calendar

from knai.identity.models import Membership
from knai.kit.clock import set_to
from knai.practice import calendars
from knai.practice.actions import schedule
from knai.practice.models import CalendarFeed
from knai.web.schedule import calendars as pages
from tests.practice.world import NOON
from tests.web.schedule.test_pages import BASE, booked

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    cache.clear()
    with set_to(NOON):
        yield


def made(cast, nick="nadia", **more):
    return calendars.make_feed(by=cast.actor(nick), **more)


def events(client, token):
    answer = client.get(f"/calendar/{token}.ics")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_ones_own_visits_in_utc_and_nothing_of_the_patient(client, cast):
    session = booked(cast, nurse_id=cast.nadia.pk)
    booked(cast, 180, patient=cast.make_patient("Otis", "Kern", "H-2"))
    token = made(cast)
    (event,) = events(client, token)
    assert event["summary"] == "Session, Chair 1"
    assert event["dtstart"].dt == NOON + timedelta(hours=1)
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(hours=1)
    whole = client.get(f"/calendar/{token}.ics").content.decode()
    for secret in ("Mara", "Rosen", "M.R.", "H-1001", str(cast.patient.pk), str(session.pk)):
        assert secret not in whole


def test_a_chairs_calendar_shows_the_chair(client, cast):
    booked(cast)
    token = made(cast, "fred", chair_id=cast.chair.pk)
    assert [str(e["summary"]) for e in events(client, token)] == ["Session, Chair 1"]


def test_over_a_change_of_the_clocks_the_instant_is_right(client, cast):
    night = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    booked(cast, starts_at=night, minutes=120, nurse_id=cast.nadia.pk, unusual_ok=True)
    (event,) = events(client, made(cast))
    assert (event["dtstart"].dt, event["dtend"].dt) == (night, night + timedelta(hours=2))


def test_a_visit_that_does_not_take_place_is_gone(client, cast):
    session = booked(cast, nurse_id=cast.nadia.pk)
    token = made(cast)
    schedule.cancel(by=cast.actor("fred"), session_id=session.pk, category="clinic")
    assert events(client, token) == []


def test_the_same_visit_keeps_its_id_and_another_feed_gives_another(client, cast):
    booked(cast, nurse_id=cast.nadia.pk)
    token = made(cast)
    again = made(cast)
    first, second, other = (events(client, each)[0]["uid"] for each in (token, token, again))
    assert first == second != other


def test_ended_it_answers_nobody(client, cast):
    token = made(cast)
    feed = CalendarFeed.objects.get()
    client.force_login(cast.nadia)
    assert client.post(f"{BASE}calendars/{feed.pk}/end/").status_code == 302
    assert client.get(f"/calendar/{token}.ics").status_code == 404


@pytest.mark.parametrize("nick, status", [("nils", 404), ("olga", 302), ("nadia", 302)])
def test_ones_own_is_ended_by_oneself_or_the_owner(client, cast, nick, status):
    made(cast)
    client.force_login(getattr(cast, nick))
    url = f"{BASE}calendars/{CalendarFeed.objects.get().pk}/end/"
    assert client.post(url).status_code == status


def test_who_works_there_no_more_reads_no_more(client, cast):
    token = made(cast)
    Membership.objects.filter(user=cast.nadia).update(ends_on=date(2026, 11, 22))
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_the_address_is_shown_once_and_kept_as_a_hash(client, cast):
    client.force_login(cast.nadia)
    page = client.post(f"{BASE}calendars/").content.decode()
    token = page.split("/calendar/")[1].split(".ics")[0]
    assert client.get(f"/calendar/{token}.ics").status_code == 200
    assert token not in client.get(f"{BASE}calendars/").content.decode()
    assert token not in CalendarFeed.objects.get().token_hash


def test_another_clinics_chair_is_none_of_ours(client, cast):
    client.force_login(cast.otto)
    answer = client.post("/clinic/hill/schedule/calendars/", {"chair": str(cast.chair.pk)})
    assert answer.status_code == 422


def test_who_guesses_is_stopped(client, cast):
    token = made(cast)
    for _ in range(pages.MOST_MISSES):
        assert client.get("/calendar/guess.ics").status_code == 404
    answer = client.get(f"/calendar/{token}.ics")
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")


def test_one_address_is_not_read_without_end(client, cast):
    token = made(cast)
    for _ in range(pages.MOST_READS):
        assert client.get(f"/calendar/{token}.ics").status_code == 200
    assert client.get(f"/calendar/{token}.ics").status_code == 429
