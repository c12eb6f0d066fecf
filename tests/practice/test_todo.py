"""The to-do list: whose it is, who may see it, and two people who want the same."""

from datetime import timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.clock import now
from knai.kit.ids import uuid7
from knai.practice import todo, work
from knai.practice.actions import tasks
from knai.practice.models import WorkItem

pytestmark = pytest.mark.django_db


def item(cast, kind="call_finding", hours=2, **more):
    values = {
        "clinic_id": cast.clinic.pk, "kind": kind, "key": str(uuid7()), "title": "Look at it",
        "due_at": now() + timedelta(hours=hours),
    } | more  # fmt: skip
    return work.open_item(**values)[0]


def seen_by(cast, nick, **more):
    return [row.item.id for row in todo.list_todo(by=cast.actor(nick), **more)]


def test_critical_work_stands_first_then_the_overdue(cast):
    soon, overdue = item(cast, hours=1), item(cast, hours=-5)
    critical = item(cast, kind="suicidal_thoughts", hours=9)
    assert seen_by(cast, "nadia") == [critical.pk, overdue.pk, soon.pk]
    first, second, third = todo.list_todo(by=cast.actor("nadia"))
    assert (first.is_critical, second.is_overdue, third.is_overdue) == (True, True, False)


@pytest.mark.parametrize(
    "whose, wanted", [("mine", ["mine"]), ("nobody", ["nobodys"]), ("all", ["mine", "nils", "nobodys"])]
)  # fmt: skip
def test_mine_nobodys_and_all(cast, whose, wanted):
    rows = {
        "mine": item(cast, owner_id=cast.nadia.pk),
        "nils": item(cast, owner_id=cast.nils.pk),
        "nobodys": item(cast),
    }
    assert set(seen_by(cast, "nadia", whose=whose)) == {rows[name].pk for name in wanted}


@pytest.mark.parametrize(
    "kind, who",
    [
        ("next_day_call", "olga okafor nadia thea ruth"),
        ("something_new", "olga okafor nadia thea ruth"),  # unknown kinds are clinical
        ("credential_expiry", "olga"),
        ("broken_glass", "olga"),
        ("records_request", "olga okafor"),
        ("rebook", "olga okafor nadia thea fred ruth"),
    ],
)
def test_a_role_sees_what_is_its_own_kind_of_work(cast, kind, who):
    item(cast, kind=kind)
    everybody = ("olga", "okafor", "nadia", "thea", "fred", "ruth")
    assert [nick for nick in everybody if seen_by(cast, nick)] == who.split()


def test_another_clinics_work_is_not_seen_and_not_taken(cast):
    its = item(cast)
    assert seen_by(cast, "otto") == []
    with pytest.raises(Missing):
        tasks.take(by=cast.actor("otto"), item_id=its.pk)


def test_who_was_slower_is_told_who_has_it(cast):
    its = item(cast)
    tasks.take(by=cast.actor("nils"), item_id=its.pk)
    with pytest.raises(Refused, match="Nils Berg has it"):
        tasks.take(by=cast.actor("nadia"), item_id=its.pk)
    assert WorkItem.objects.get(pk=its.pk).owner == cast.nils
    tasks.take(by=cast.actor("nadia"), item_id=its.pk, seen_owner_id=cast.nils.pk)  # seen: relieved
    assert WorkItem.objects.get(pk=its.pk).owner == cast.nadia


def test_taken_twice_by_one_person_it_is_theirs_once(cast):
    its = item(cast)
    for _ in range(2):
        tasks.take(by=cast.actor("nils"), item_id=its.pk)
    assert WorkItem.objects.get(pk=its.pk).owner == cast.nils


def test_closed_by_somebody_else_it_says_by_whom_and_with_what(cast):
    its = item(cast)
    tasks.finish(by=cast.actor("nils"), item_id=its.pk, outcome="Spoke to her sister")
    with pytest.raises(Refused, match=r"Nils Berg.*Spoke to her sister"):
        tasks.finish(by=cast.actor("nadia"), item_id=its.pk, outcome="Done")
    with pytest.raises(Refused, match="Nils Berg"):
        tasks.take(by=cast.actor("nadia"), item_id=its.pk)


@pytest.mark.parametrize(
    "nick, kind, error",
    [
        ("ruth", "call_finding", Forbidden),
        ("fred", "call_finding", Forbidden),
        ("nadia", "credential_expiry", Forbidden),
        ("nadia", "unsigned_note", Refused),  # closed by signing
        ("nadia", "call_finding", None),
        ("fred", "rebook", None),
    ],
)
def test_who_may_close_what(cast, nick, kind, error):
    its = item(cast, kind=kind)
    if error is None:
        assert tasks.finish(by=cast.actor(nick), item_id=its.pk, outcome="Done").closed_at
        return
    with pytest.raises(error):
        tasks.finish(by=cast.actor(nick), item_id=its.pk, outcome="Done")


def test_nothing_is_closed_without_a_word(cast):
    with pytest.raises(Malformed):
        tasks.finish(by=cast.actor("nadia"), item_id=item(cast).pk, outcome="  ")


def test_it_is_given_to_colleagues_alone(cast):
    its = item(cast)
    tasks.give(by=cast.actor("nadia"), item_id=its.pk, to_id=cast.okafor.pk)
    assert WorkItem.objects.get(pk=its.pk).owner == cast.okafor
    with pytest.raises(Malformed):
        tasks.give(
            by=cast.actor("nadia"), item_id=its.pk, to_id=cast.otto.pk, seen_owner_id=cast.okafor.pk
        )


def test_of_a_restricted_chart_the_initials_are_told(cast):
    cast.patient.is_restricted = True
    cast.patient.save()
    item(cast, patient_id=cast.patient.pk)
    (row,) = todo.list_todo(by=cast.actor("olga"))
    assert row.item.patient_name == "M.R."


def test_the_list_takes_one_query_however_long(cast, django_assert_num_queries):
    for _ in range(30):
        item(cast, patient_id=cast.patient.pk, owner_id=cast.nils.pk)
    by = cast.actor("nadia")
    with django_assert_num_queries(1):
        assert len(todo.list_todo(by=by)) == 30
