"""Who is on site is said once for the clinic; a session is handed over to somebody of it."""

from datetime import timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Refused
from knai.kit.models import AuditEntry
from knai.practice import roster as reads
from knai.practice.actions import handover, roster
from knai.practice.models import ChartEntry, RosterStay
from tests.practice.charting_world import NOON, at, in_state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with at(0):
        yield


def on_site(cast, nick="nadia"):
    return [c.name for c in reads.list_colleagues(cast.actor(nick)) if c.is_on_site]


def test_here_and_gone(cast):
    roster.arrive(by=cast.actor("nadia"), user_id=cast.okafor.pk)
    assert on_site(cast) == ["Chidi Okafor"]
    roster.leave(by=cast.actor("fred"), user_id=cast.okafor.pk)
    assert on_site(cast) == []
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == [
        "roster.arrived",
        "roster.left",
    ]


def test_said_twice_it_stands_once(cast):
    for _ in range(2):
        roster.arrive(by=cast.actor("nadia"), user_id=cast.okafor.pk)
    for _ in range(2):
        roster.leave(by=cast.actor("nadia"), user_id=cast.okafor.pk)
    assert RosterStay.objects.count() == 1
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize(
    "who, may",
    [("olga", 1), ("okafor", 1), ("nadia", 1), ("thea", 1), ("fred", 1), ("ruth", 0)],
)
def test_who_keeps_the_roster(cast, who, may):
    def say():
        roster.arrive(by=cast.actor(who), user_id=cast.okafor.pk)

    if may:
        say()
    else:
        with pytest.raises(Forbidden):
            say()
    assert RosterStay.objects.count() == may


def test_nobody_of_another_clinic_is_on_site_here(cast):
    with pytest.raises(Malformed):
        roster.arrive(by=cast.actor("nadia"), user_id=cast.otto.pk)


@pytest.mark.parametrize("minutes, ok", [(-1, False), (0, True)])
def test_nobody_leaves_before_they_came(cast, minutes, ok):
    nadia = cast.actor("nadia")
    roster.arrive(by=nadia, user_id=cast.okafor.pk)
    when = NOON + timedelta(minutes=minutes)
    if ok:
        roster.leave(by=nadia, user_id=cast.okafor.pk, at=when)
    else:
        with pytest.raises(Refused):
            roster.leave(by=nadia, user_id=cast.okafor.pk, at=when)


@pytest.mark.parametrize("minutes, ok", [(-30, False), (-10, True)])
def test_a_stay_does_not_begin_inside_an_earlier_one(cast, minutes, ok):
    nadia = cast.actor("nadia")
    with at(-60):
        roster.arrive(by=nadia, user_id=cast.okafor.pk)
    with at(-10):
        roster.leave(by=nadia, user_id=cast.okafor.pk)
    when = NOON + timedelta(minutes=minutes)
    if ok:
        roster.arrive(by=nadia, user_id=cast.okafor.pk, at=when)
    else:
        with pytest.raises(Refused):
            roster.arrive(by=nadia, user_id=cast.okafor.pk, at=when)


def test_a_time_in_the_future_is_malformed(cast):
    with pytest.raises(Malformed):
        roster.arrive(
            by=cast.actor("nadia"), user_id=cast.okafor.pk, at=NOON + timedelta(minutes=3)
        )


def test_presence_lists_the_stays_that_touch_a_span(cast):
    nadia = cast.actor("nadia")
    with at(-60):
        roster.arrive(by=nadia, user_id=cast.okafor.pk)
    with at(-30):
        roster.leave(by=nadia, user_id=cast.okafor.pk)
        roster.arrive(by=nadia, user_id=cast.nils.pk)
    found = reads.list_presence(nadia, NOON - timedelta(minutes=20), NOON)
    assert [p.name for p in found] == ["Nils Berg"]


def test_another_clinics_roster_is_its_own(cast):
    roster.arrive(by=cast.actor("nadia"), user_id=cast.okafor.pk)
    assert on_site(cast, "otto") == []


def test_a_session_is_handed_over_with_what_is_open(cast):
    session = in_state(cast, "recovery")
    handover.hand_over(
        by=cast.actor("nadia"),
        session_id=session.pk,
        to_id=cast.nils.pk,
        open_items=("Next vitals 13:10",),
    )
    body = ChartEntry.objects.get(kind="handover").body
    assert (body["to_name"], body["open_items"]) == ("Nils Berg", ["Next vitals 13:10"])


def test_nobody_hands_over_to_themselves_or_to_a_stranger(cast):
    session = in_state(cast, "recovery")
    with pytest.raises(Refused):
        handover.hand_over(by=cast.actor("nadia"), session_id=session.pk, to_id=cast.nadia.pk)
    with pytest.raises(Malformed):
        handover.hand_over(by=cast.actor("nadia"), session_id=session.pk, to_id=cast.otto.pk)
