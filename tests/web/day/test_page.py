"""The day list as people see it: who can settle what, with a way there."""

from datetime import timedelta

import pytest

from knai.kit.clock import set_to
from knai.kit.models import AuditEntry
from knai.practice.actions import schedule
from knai.practice.actions.schedule import Booking
from tests.practice.world import NOON

pytestmark = pytest.mark.django_db
BASE = "/clinic/harbour/day/"


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON):  # 13:00 on Monday 23 November 2026 at Harbour
        yield


def booked(cast, hours=1, patient=None):
    booking = Booking(
        patient_id=(patient or cast.patient).pk,
        protocol_id=cast.protocol.pk,
        chair_id=cast.chair.pk,
        starts_at=NOON + timedelta(hours=hours),
        minutes=60,
    )
    return schedule.book(by=cast.actor("fred"), booking=booking)


def seen(client, where=""):
    answer = client.get(f"{BASE}{where}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    "where, hours, there",
    [
        ("", 1, True),
        ("", 12, False),  # one in the morning, tomorrow at Harbour
        ("2026-11-24/", 12, True),
        ("ahead/", 1, False),
        ("ahead/", 12, True),
        ("ahead/", 24 * 7, True),
        ("ahead/", 24 * 8, False),
    ],
)
def test_each_page_shows_its_days(client, cast, where, hours, there):
    client.force_login(cast.nadia)
    booked(cast, hours) if hours < 10 else schedule.book(
        by=cast.actor("fred"),
        booking=Booking(
            patient_id=cast.patient.pk, protocol_id=cast.protocol.pk, minutes=60,
            starts_at=NOON + timedelta(hours=hours), unusual_ok=True,
        ),
    )  # fmt: skip
    assert ("Mara Rosen" in seen(client, where)) is there
    assert AuditEntry.objects.filter(verb="day.viewed").count() == 1


@pytest.mark.parametrize(
    "nick, links, words",
    [
        ("nadia", ["work-up/screening/", "work-up/consent/"], ["Nurse", "Prescriber", "Patient"]),
        ("okafor", ["/plan/", "work-up/history/"], ["Make the plan"]),
        ("fred", [], ["Front desk", "things to settle"]),
        ("ruth", [], ["Record the screening"]),
    ],
)
def test_everybody_sees_what_is_missing_and_the_way_that_is_theirs(
    client, cast, nick, links, words
):
    booked(cast)
    client.force_login(getattr(cast, nick))
    page = seen(client)
    assert all(word in page for word in words)
    assert all(link in page for link in links)
    assert ("work-up/" in page) is (nick in ("nadia", "okafor"))


def test_the_front_desk_reads_no_finding_of_the_chart(client, cast):
    booked(cast)
    client.force_login(cast.fred)
    page = seen(client)
    assert "KNAI-23" in page and "Arrange the way home" in page
    assert not any(word in page for word in ("KNAI-2<", "KNAI-11", "screening", "consent"))


def test_an_empty_day_says_how_to_begin(client, cast):
    client.force_login(cast.nadia)
    assert "Nobody is booked on this day" in seen(client)
    assert "next seven days" in seen(client, "ahead/")


def test_another_clinics_day_is_not_ours(client, cast):
    booked(cast)
    client.force_login(cast.otto)
    assert client.get(BASE).status_code == 404
    assert "Rosen" not in client.get("/clinic/hill/day/").content.decode()
