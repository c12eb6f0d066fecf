"""What somebody has to do: opened once an occasion, owned, tried, closed once."""

from datetime import timedelta

import pytest
from django.db import transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.kit.clock import set_to
from knai.kit.models import AuditEntry
from knai.practice import work
from tests.practice.world import NOON

pytestmark = pytest.mark.django_db
CALL = {"kind": "next_day_call", "key": "next_day_call:1", "title": "Call the day after"}


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON), transaction.atomic():
        yield


def opened(cast, **more):
    values = CALL | {"clinic_id": cast.clinic.pk, "due_at": NOON} | more
    return work.open_item(**values)


def listed(cast, nick="nadia", **more):
    return [item.key for item in work.list_items(by=cast.actor(nick), **more)]


def test_an_occasion_opens_one_item_however_often_it_is_looked_for(cast):
    first, is_new = opened(cast)
    again, is_new_again = opened(cast, title="Another title")
    assert (first.pk, is_new, is_new_again) == (again.pk, True, False)
    assert again.title == CALL["title"]


def test_a_closed_item_is_not_opened_anew(cast):
    item, _ = opened(cast)
    work.close_item(by=cast.actor("nadia"), item_id=item.pk, outcome="reached")
    assert opened(cast)[1] is False
    assert listed(cast) == []
    assert listed(cast, closed=True) == [CALL["key"]]


def test_the_same_key_in_two_clinics_is_two_occasions(cast):
    opened(cast)
    assert opened(cast, clinic_id=cast.other_clinic.pk)[1] is True
    assert len(listed(cast)) == len(listed(cast, "otto")) == 1


def test_the_first_closing_stands(cast):
    item, _ = opened(cast)
    for outcome in ("reached", "reached twice"):
        work.close_item(by=cast.actor("nadia"), item_id=item.pk, outcome=outcome)
    done = work.list_items(by=cast.actor("nadia"), closed=True)[0]
    assert (done.outcome, done.closed_by_name) == ("reached", "Nadia Petrov")
    assert AuditEntry.objects.filter(verb="work.closed").count() == 1


def test_an_item_is_taken_tried_and_due_again(cast):
    item, _ = opened(cast)
    nadia, tomorrow = cast.actor("nadia"), NOON + timedelta(days=1)
    work.own_item(by=nadia, item_id=item.pk)
    work.try_item(by=nadia, item_id=item.pk, due_at=tomorrow)
    shown = work.list_items(by=nadia, owner_id=cast.nadia.pk)[0]
    assert (shown.owner_name, shown.attempts, shown.due_at) == ("Nadia Petrov", 1, tomorrow)


def test_nothing_is_taken_that_is_done_nor_given_to_a_stranger(cast):
    item, _ = opened(cast)
    nadia = cast.actor("nadia")
    with pytest.raises(Malformed):
        work.own_item(by=nadia, item_id=item.pk, owner_id=cast.otto.pk)
    work.close_key(by=nadia, key=CALL["key"])
    with pytest.raises(Refused):
        work.own_item(by=nadia, item_id=item.pk)


def test_another_clinics_item_looks_absent(cast):
    item, _ = opened(cast)
    for act in (work.own_item, work.close_item):
        with pytest.raises(Missing):
            act(by=cast.actor("otto"), item_id=item.pk)


@pytest.mark.parametrize(
    "asked, found",
    [
        ({}, 2),
        ({"kinds": ["next_day_call"]}, 1),
        ({"kinds": ["unsigned_note"]}, 0),
        ({"halted": True}, 3),
    ],
)
def test_items_are_listed_by_what_is_asked(cast, asked, found):
    opened(cast)
    opened(cast, kind="late_event", key="late_event:1", due_at=NOON - timedelta(hours=1))
    item, _ = opened(cast, kind="death", key="death:1")
    item.halted_at = NOON
    item.save()
    assert len(listed(cast, **asked)) == found
    if not asked:
        assert listed(cast)[0] == "late_event:1"  # due first
