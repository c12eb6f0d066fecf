"""Booking in steps: what it needs, a free time, confirmed; and moving."""

from datetime import UTC, datetime

import pytest

from knai.kit.clock import set_to
from knai.kit.ids import uuid7
from knai.practice.models import ChartEntry, TreatmentSession, WaitingListItem
from tests.practice.world import NOON
from tests.web.schedule.test_pages import BASE, booked

pytestmark = pytest.mark.django_db
TEN = datetime(2026, 11, 24, 9, tzinfo=UTC)  # 10:00 at Harbour


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON):
        yield


def address(cast):
    return f"/clinic/harbour/patients/{cast.patient.pk}/book/"


def wish(cast, **change):
    return {
        "protocol": str(cast.protocol.pk), "on": "2026-11-24", "at": "10:00", "minutes": "60",
        "chair": str(cast.chair.pk), "nurse": "", "provider": "",
    } | change  # fmt: skip


def test_free_times_are_offered_at_once(client, cast):
    assert cast.chair and cast.protocol
    client.force_login(cast.fred)
    page = client.get(address(cast)).content.decode()
    assert "Free times" in page and "at=13%3A00" in page


def test_what_is_taken_is_not_offered(client, cast):
    booked(cast, patient=cast.make_patient("Otis", "Kern", "H-2"), starts_at=TEN)
    client.force_login(cast.fred)
    page = client.get(address(cast), wish(cast, at="")).content.decode()
    offered = {f"{h:02}:{m:02}" for h in range(24) for m in range(0, 60, 15)
               if f"on=2026-11-24&amp;at={h:02}%3A{m:02}" in page}  # fmt: skip
    assert {"09:00", "11:00"} <= offered
    assert not {"09:15", "10:00", "10:45"} & offered


@pytest.mark.parametrize("at, words", [("10:07", "to 11:07"), ("23:30", "past midnight")])
def test_a_time_of_ones_own_is_confirmed_with_what_is_unusual(client, cast, at, words):
    client.force_login(cast.fred)
    page = client.get(address(cast), wish(cast, at=at)).content.decode()
    assert words in page
    assert ("all the same" in page) is (at == "23:30")


def test_confirmed_it_is_booked_with_the_way_home(client, cast):
    client.force_login(cast.fred)
    posted = wish(cast, nurse=str(cast.nadia.pk), escort_name="Ida Rosen", key=str(uuid7()))
    for _ in range(2):  # a double click
        answer = client.post(address(cast), posted)
        assert answer.status_code == 302
    session = TreatmentSession.objects.get()
    assert (session.booked_for_at, session.nurse_id) == (TEN, cast.nadia.pk)
    assert ChartEntry.objects.get(kind="transport").body["escort_name"] == "Ida Rosen"


def test_taken_meanwhile_it_says_by_which_visit_and_what_is_free(client, cast):
    other = booked(cast, patient=cast.make_patient("Otis", "Kern", "H-2"), starts_at=TEN)
    client.force_login(cast.fred)
    answer = client.post(address(cast), wish(cast))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Chair 1 is taken 10:00 to 11:00" in page and "O.K." in page
    assert f"/schedule/visits/{other.pk}/" in page and ">11:00</a>" in page


@pytest.mark.parametrize(
    "change, status",
    [
        ({"on": ""}, 422),
        ({"at": "25:00"}, 422),
        ({"minutes": "5"}, 422),
        ({"chair": str(uuid7())}, 422),
        ({"protocol": "x"}, 422),
        ({"on": "2027-03-28", "at": "02:30"}, 422),  # the clocks go forward over it
        ({"on": "2026-11-20"}, 409),  # has passed, and nobody looked twice
        ({"on": "2026-11-20", "unusual_ok": "on"}, 302),
        ({"chair": "none"}, 302),
    ],
)
def test_what_cannot_be_is_said_beside_it(client, cast, change, status):
    client.force_login(cast.fred)
    assert client.post(address(cast), wish(cast, **change)).status_code == status
    assert TreatmentSession.objects.count() == (status == 302)


def test_a_visit_is_moved(client, cast):
    session = booked(cast)
    client.force_login(cast.fred)
    url = f"{BASE}visits/{session.pk}/move/"
    assert "Move a visit" in client.get(url).content.decode()
    posted = wish(cast, seen_at=session.booked_for_at.isoformat())
    assert client.post(url, posted).status_code == 302
    session.refresh_from_db()
    assert session.booked_for_at == TEN
    # the second tab still shows the old time
    assert client.post(url, posted | {"at": "12:00"}).status_code == 409


@pytest.mark.parametrize(
    "posted, status",
    [
        ({"category": "patient"}, 302),
        ({"category": "other", "reason": ""}, 422),
        ({"category": "no_show"}, 409),  # the visit is still to come
        ({}, 422),
    ],
)
def test_a_visit_is_cancelled_with_why(client, cast, posted, status):
    session = booked(cast)
    client.force_login(cast.fred)
    answer = client.post(f"{BASE}visits/{session.pk}/cancel/", posted)
    assert answer.status_code == status
    session.refresh_from_db()
    assert (session.state == "cancelled") is (status == 302)


def test_the_place_of_a_cancelled_visit_is_offered_to_who_waits(client, cast):
    session = booked(cast, starts_at=TEN)
    client.force_login(cast.fred)
    waits = cast.make_patient("Otis", "Kern", "H-2")
    client.post(f"{BASE}waiting/", {"patient": str(waits.pk), "wanted": "mornings"})
    client.post(f"{BASE}visits/{session.pk}/cancel/", {"category": "patient", "wait": "on"})
    page = client.get(f"{BASE}visits/{session.pk}/").content.decode()
    offer = f"{BASE}waiting/?on=2026-11-24&amp;at=10:00&amp;chair={cast.chair.pk}"
    assert offer in page
    page = client.get(offer.replace("&amp;", "&")).content.decode()
    assert "Otis Kern" in page and "Mara Rosen" in page  # who cancelled waits again
    assert (
        f"/patients/{waits.pk}/book/?chair={cast.chair.pk}&amp;on=2026-11-24&amp;at=10%3A00" in page
    )


@pytest.mark.parametrize(
    "do, status, left", [("urgent", 302, 1), ("withdraw", 302, 0), ("eat", 422, 1)]
)
def test_the_waiting_list_is_kept(client, cast, do, status, left):
    client.force_login(cast.fred)
    client.post(f"{BASE}waiting/", {"patient": str(cast.patient.pk)})
    assert client.post(f"{BASE}waiting/", {"patient": str(cast.patient.pk)}).status_code == 409
    item = WaitingListItem.objects.get()
    assert client.post(f"{BASE}waiting/{item.pk}/", {"do": do}).status_code == status
    assert WaitingListItem.objects.filter(settled_at__isnull=True).count() == left
    client.force_login(cast.otto)
    assert (
        client.post(f"/clinic/hill/schedule/waiting/{item.pk}/", {"do": "urgent"}).status_code
        == 404
    )


def test_a_booking_is_by_the_clinics_own_clock(client, cast):
    client.force_login(cast.fred)
    client.post(address(cast), wish(cast, on="2027-06-01"))
    assert TreatmentSession.objects.get().booked_for_at == datetime(2027, 6, 1, 8, tzinfo=UTC)


def test_nothing_is_offered_on_a_day_the_clinic_is_closed(client, cast):
    cast.clinic.hours = {"1": [["08:00", "17:00"]]}
    cast.clinic.save()
    client.force_login(cast.fred)
    page = client.get(address(cast), wish(cast, at="")).content.decode()
    assert page.count("Nothing free, or closed.") == 5
