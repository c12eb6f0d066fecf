"""A stay nobody ended does not count through the night; with its true time it counts until then."""

from datetime import UTC, datetime, timedelta

import pytest

from knai.core.errors import Refused
from knai.kit.clock import set_to
from knai.kit.models import AuditEntry
from knai.practice import presences
from knai.practice import roster as reads
from knai.practice.actions import roster
from knai.practice.facts import know
from knai.practice.gates import view_of
from knai.practice.models import RosterStay
from tests.practice.world import NOON, arrive, minutes

pytestmark = pytest.mark.django_db
HOURS = {"1": [["08:00", "12:00"], ["13:00", "17:00"]], "2": [["22:00", "02:00"]]}


def berlin(day, hour, minute=0):
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


def stay(cast, came, confirmed=None, left=None):
    return RosterStay(
        clinic=cast.clinic, user=cast.okafor, arrived_at=came, confirmed_at=confirmed, left_at=left
    )


@pytest.mark.parametrize(
    "hours, came, confirmed, until",
    [
        ({}, berlin(23, 8), None, berlin(23, 20)),  # no hours: a long shift
        ({}, berlin(23, 8), berlin(23, 18), berlin(24, 6)),
        (HOURS, berlin(23, 8), None, berlin(23, 19)),  # the last closing of the day, and two hours
        (HOURS, berlin(23, 16, 59), None, berlin(23, 19)),
        (HOURS, berlin(23, 17), None, berlin(23, 21)),  # came after closing: four hours
        (HOURS, berlin(23, 8), berlin(23, 18), berlin(23, 22)),  # still here an hour after closing
        (HOURS, berlin(24, 21), None, berlin(25, 4)),  # a night clinic: it closes at two
        (HOURS, berlin(25, 1), None, berlin(25, 4)),  # came after midnight, before it closes
        (HOURS, berlin(26, 9), None, berlin(26, 13)),  # a day it is closed
    ],
)
def test_until_when_a_forgotten_stay_counts(cast, hours, came, confirmed, until):
    cast.clinic.hours = hours
    assert presences.counts_until(cast.clinic, stay(cast, came, confirmed)) == until


@pytest.mark.parametrize("at, is_here", [(18.99, True), (19, False), (32, False)])
def test_on_site_until_then_and_no_longer(cast, at, is_here):
    cast.clinic.hours = HOURS
    moment = berlin(23, 1) + timedelta(hours=at - 1)
    assert presences.is_here(cast.clinic, stay(cast, berlin(23, 8)), moment) is is_here


def test_the_true_time_counts_whatever_the_rule_had_said(cast):
    cast.clinic.hours = HOURS
    ended = stay(cast, berlin(23, 8), left=berlin(23, 23))
    assert presences.ended_at(cast.clinic, ended, berlin(25, 9)) == berlin(23, 23)


@pytest.fixture
def forgotten(cast):
    """Okafor came yesterday at eight and nobody has said that he left."""
    with set_to(berlin(22, 8)):
        roster.arrive(by=cast.actor("fred"), user_id=cast.okafor.pk)
    with set_to(NOON):
        yield


def test_the_next_morning_it_is_asked(cast, forgotten):
    (found,) = reads.list_overdue_stays(cast.actor("fred"))
    assert (found.name, found.since) == ("Chidi Okafor", berlin(22, 8))
    assert not any(person.is_on_site for person in reads.list_colleagues(cast.actor("fred")))


def test_he_does_not_stand_for_a_provider_on_site(cast, forgotten):
    session = arrive(cast, without=("provider",))
    known = know(by=cast.actor("nadia"), session=session, now=NOON)
    assert view_of(known, "start").find("KNAI-21").holds


def test_it_is_ended_with_its_true_time(cast, forgotten):
    roster.leave(by=cast.actor("fred"), user_id=cast.okafor.pk, at=berlin(22, 18, 2))
    assert RosterStay.objects.get().left_at == berlin(22, 18, 2)
    assert reads.list_overdue_stays(cast.actor("fred")) == ()


def test_still_here_counts_on(cast, forgotten):
    roster.confirm(by=cast.actor("fred"), user_id=cast.okafor.pk)
    assert reads.list_overdue_stays(cast.actor("fred")) == ()
    session = arrive(cast, without=("provider",))
    known = know(by=cast.actor("nadia"), session=session, now=NOON)
    assert not view_of(known, "start").find("KNAI-21").holds
    assert AuditEntry.objects.filter(verb="roster.confirmed").count() == 1


def test_coming_again_ends_the_forgotten_stay_where_it_stopped_to_count(cast, forgotten):
    roster.arrive(by=cast.actor("fred"), user_id=cast.okafor.pk)
    first, second = RosterStay.objects.order_by("arrived_at")
    assert (first.left_at, second.arrived_at, second.left_at) == (berlin(22, 20), NOON, None)
    assert AuditEntry.objects.get(verb="roster.left").detail["by_rule"] is True


def test_who_is_not_here_is_not_still_here(cast):
    with pytest.raises(Refused):
        roster.confirm(by=cast.actor("fred"), user_id=cast.okafor.pk)


def test_a_stay_that_is_stopped_by_the_rule_covers_what_lay_before(cast):
    cast.clinic.hours = {"1": [["08:00", "13:30"]]}  # and two hours: until 15:30 in Berlin
    cast.clinic.save()
    with set_to(berlin(23, 9)):
        roster.arrive(by=cast.actor("fred"), user_id=cast.okafor.pk)
    session = arrive(cast, without=("provider",))
    for minute, holds in ((0, False), (149, False), (151, True)):
        known = know(by=cast.actor("nadia"), session=session, now=minutes(minute))
        assert view_of(known, "start").find("KNAI-21").holds is holds


@pytest.mark.parametrize("say, left", [("gone", 1), ("still", 0)])
def test_the_roster_page_asks_and_takes_the_answer(client, cast, forgotten, say, left):
    client.force_login(cast.fred)
    page = client.get("/clinic/harbour/roster/").content.decode()
    assert "Still on site?" in page and "Chidi Okafor" in page
    at = {f"at-{cast.okafor.pk}": "18:02"}
    answer = client.post("/clinic/harbour/roster/", {say: str(cast.okafor.pk)} | at)
    assert answer.status_code == 302
    assert RosterStay.objects.filter(left_at=berlin(22, 18, 2)).count() == left
    assert "Still on site?" not in client.get("/clinic/harbour/roster/").content.decode()
