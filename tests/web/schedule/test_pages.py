"""The schedule by week and day, whom to book, one visit."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from knai.kit.clock import set_to
from knai.kit.models import AuditEntry
from knai.practice.actions import schedule
from knai.practice.actions.schedule import Booking
from knai.practice.models import Chair
from tests.practice.world import NOON

pytestmark = pytest.mark.django_db
BASE = "/clinic/harbour/schedule/"


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON):  # 13:00 on Monday 23 November 2026 at Harbour
        yield


def booked(cast, after=60, patient=None, **more):
    values = {
        "patient_id": (patient or cast.patient).pk, "protocol_id": cast.protocol.pk,
        "chair_id": cast.chair.pk, "starts_at": NOON + timedelta(minutes=after), "minutes": 60,
    } | more  # fmt: skip
    return schedule.book(by=cast.actor("fred"), booking=Booking(**values))


def seen(client, where=""):
    answer = client.get(f"{BASE}{where}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("where", ["", "?view=day", "?by=staff", "?view=day&by=staff"])
def test_a_visit_stands_on_every_look(client, cast, where):
    client.force_login(cast.ruth)
    booked(cast, nurse_id=cast.nadia.pk)
    page = seen(client, where)
    assert "14:00–15:00" in page and "Mara Rosen" in page
    assert ("Nadia Petrov" in page) is ("staff" in where or "day" in where)
    assert AuditEntry.objects.filter(verb="schedule.viewed").count() == 1


@pytest.mark.parametrize(
    "where, there",
    [("?on=2026-11-25", True), ("?on=2026-11-30", False), ("?view=day&on=2026-11-24", False)],
)
def test_a_week_is_monday_to_sunday_and_a_day_a_day(client, cast, where, there):
    client.force_login(cast.nadia)
    booked(cast)
    assert ("Mara Rosen" in seen(client, where)) is there


def test_another_clinics_schedule_is_its_own(client, cast):
    booked(cast)
    client.force_login(cast.otto)
    assert "Rosen" not in client.get("/clinic/hill/schedule/").content.decode()


def test_a_day_that_is_no_day_is_said_plainly(client, cast):
    client.force_login(cast.nadia)
    assert client.get(f"{BASE}?on=2026-02-30").status_code == 422


def test_visits_side_by_side_each_have_a_place(client, cast):
    """Facts overlap: somebody sits where another is booked. Both are seen."""
    client.force_login(cast.nadia)
    first = booked(cast)
    second = booked(cast, 90, patient=cast.make_patient("Otis", "Kern", "H-2"), chair_id=None)
    second.chair = first.chair
    second.save()
    page = seen(client, "?view=day")
    assert page.count("Mara Rosen") == page.count("Otis Kern") == 2  # in the grid and in the list


def test_a_full_week_costs_as_many_queries_as_an_empty_one(client, cast):
    client.force_login(cast.nadia)
    chairs = [Chair.objects.create(clinic=cast.clinic, name=f"S{n}") for n in range(3)]

    def count():
        with CaptureQueriesContext(connection) as found:
            seen(client)
        return len(found)

    booked(cast)
    count()
    few = count()
    for n, chair in enumerate(chairs):
        booked(cast, 30, patient=cast.make_patient("Otis", "Kern", f"H-4{n}"), chair_id=chair.pk)
    assert count() == few


# ------------------------------------------------------------------------------------ whom to book
def test_a_name_is_posted_and_stands_in_no_address(client, cast):
    client.force_login(cast.fred)
    assert cast.patient.name == "Mara Rosen"
    page = client.post(f"{BASE}book/?chair=none", {"q": "rosen"}).content.decode()
    assert "Mara Rosen" in page
    assert f"/patients/{cast.patient.pk}/book/?chair=none" in page
    assert not any("rosen" in link.split(">")[0].lower() for link in page.split("href=")[1:])


# ------------------------------------------------------------------------------------ one visit
@pytest.mark.parametrize("nick, may_change", [("fred", True), ("ruth", False)])
def test_a_visit_offers_what_this_person_may_do(client, cast, nick, may_change):
    session = booked(cast)
    client.force_login(getattr(cast, nick))
    page = seen(client, f"visits/{session.pk}/")
    for word in ("Arrived</button>", "Move</a>", "Check in</a>"):
        assert (word in page) is may_change


def test_arrived_is_one_tap(client, cast):
    session = booked(cast)
    client.force_login(cast.fred)
    answer = client.post(f"{BASE}visits/{session.pk}/arrived/", {"at": "12:55", "to": "day"})
    assert (answer.status_code, answer["Location"]) == (302, "/clinic/harbour/day/")
    session.refresh_from_db()
    assert session.arrived_at == NOON - timedelta(minutes=5)
    assert "waiting since 12:55" in client.get("/clinic/harbour/day/").content.decode().lower()


@pytest.mark.parametrize("at, status", [("14:05", 302), ("quarter past", 422)])
def test_a_time_that_is_none_is_asked_again(client, cast, at, status):
    """14:05 at 13:00 is yesterday's: an arrival is always behind us."""
    session = booked(cast)
    client.force_login(cast.fred)
    answer = client.post(f"{BASE}visits/{session.pk}/arrived/", {"at": at})
    assert answer.status_code == status


def test_the_way_home_is_planned_by_the_front_desk(client, cast):
    session = booked(cast)
    client.force_login(cast.fred)
    url = f"{BASE}visits/{session.pk}/way-home/"
    assert client.post(url, {}).status_code == 422
    posted = {"mode": "escort", "escort_name": "Ida Rosen", "escort_phone": "0171 555"}
    assert client.post(url, posted).status_code == 302
    page = seen(client, f"visits/{session.pk}/")
    assert "with Ida Rosen" in page and "0171 555" in page
