"""Safety events: the worst first, taken by one, closed with an outcome, late ones tied to their session."""

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.clock import set_to
from knai.kit.ids import uuid7
from knai.practice import safety
from knai.practice.actions import leaving
from knai.practice.actions import safety as actions
from knai.practice.actions.charting import Posting
from knai.practice.models import ChartEntry, SafetyEvent, WorkItem
from tests.practice.world import NOON, dosing, minutes

pytestmark = pytest.mark.django_db


def event(cast, kind="clause_breach", at=NOON, **more):
    values = {"clinic": cast.clinic, "session": cast.session, "kind": kind, "opened_at": at}
    return SafetyEvent.objects.create(**values | more)


def test_the_worst_stands_first_then_the_oldest(cast):
    breach, old = event(cast), event(cast, at=minutes(-600))
    died = event(cast, kind="died", clause="")
    judged = event(cast, severity=4)
    rows = safety.list_events(by=cast.actor("nadia"))
    assert [row.id for row in rows] == [died.pk, judged.pk, old.pk, breach.pk]
    assert [row.is_judged for row in rows] == [False, True, False, False]


def test_of_two_who_take_it_one_is_told_by_whom(cast):
    its = event(cast)
    actions.take_event(by=cast.actor("nils"), event_id=its.pk)
    with pytest.raises(Refused, match="Nils Berg has it"):
        actions.take_event(by=cast.actor("nadia"), event_id=its.pk)


def test_it_is_closed_once_with_an_outcome_and_a_severity(cast):
    its = event(cast)
    with pytest.raises(Malformed):
        actions.close_event(by=cast.actor("okafor"), event_id=its.pk, outcome=" ", severity=2)
    with pytest.raises(Malformed):
        actions.close_event(by=cast.actor("okafor"), event_id=its.pk, outcome="Seen", severity=9)
    actions.close_event(by=cast.actor("okafor"), event_id=its.pk, outcome="Seen", severity=3)
    its.refresh_from_db()
    assert (its.outcome, its.severity, its.closed_by) == ("Seen", 3, cast.okafor)
    with pytest.raises(Refused, match="Chidi Okafor"):
        actions.close_event(by=cast.actor("nadia"), event_id=its.pk, outcome="Mine", severity=1)


def test_a_review_is_for_those_who_read_the_quality_compartment(cast):
    its = event(cast)
    actions.review_event(by=cast.actor("okafor"), event_id=its.pk, text="The pump was mislabelled")
    assert ChartEntry.objects.get(kind="safety_review").compartment == "quality"
    read = {nick: len(safety.get_event(by=cast.actor(nick), event_id=its.pk)[1])
            for nick in ("okafor", "olga", "nadia", "ruth")}  # fmt: skip
    assert read == {"okafor": 1, "olga": 1, "nadia": 0, "ruth": 0}
    with pytest.raises(Forbidden):
        actions.review_event(by=cast.actor("nadia"), event_id=its.pk, text="I think")


@pytest.mark.parametrize(
    "nick, error", [("fred", Forbidden), ("ruth", Forbidden), ("otto", Missing)]
)
def test_who_may_not_handle_events(cast, nick, error):
    with pytest.raises(error):
        actions.take_event(by=cast.actor(nick), event_id=event(cast).pk)


def test_another_clinic_sees_none_of_it(cast):
    its = event(cast)
    assert safety.list_events(by=cast.actor("otto")) == ()
    with pytest.raises(Missing):
        safety.get_event(by=cast.actor("otto"), event_id=its.pk)


# ------------------------------------------------------------------------------------ heard of later
@pytest.fixture
def gone(cast):
    dosing(cast)
    with set_to(minutes(90)):
        leaving.record_departure(
            by=cast.actor("nadia"), session_id=cast.session.pk, type="left_against_advice"
        )


def late(cast, grade=3, at=600, **more):
    with set_to(minutes(at)):
        return actions.report_late_event(
            by=cast.actor("nadia"), session_id=cast.session.pk, code="nausea", grade=grade, **more
        )


@pytest.mark.parametrize("grade, owed", [(1, 0), (2, 0), (3, 1), (5, 1)])
def test_a_late_event_is_tied_to_its_session_and_a_serious_one_is_somebodys(
    cast, gone, grade, owed
):
    its = late(cast, grade, posting=Posting(effective_at=minutes(300)))
    assert (its.session_id, its.is_late, its.severity) == (cast.session.pk, True, grade)
    assert (its.entry.session_id, its.entry.effective_at) == (cast.session.pk, minutes(300))
    items = WorkItem.objects.filter(kind="serious_event")
    assert [item.owner for item in items] == [cast.okafor] * owed
    actions.close_event(by=cast.actor("okafor"), event_id=its.pk, outcome="Seen")
    assert not items.filter(closed_at__isnull=True).exists()


def test_sent_twice_it_is_one_event(cast, gone):
    posting = Posting(None, uuid7())
    assert late(cast, posting=posting) == late(cast, posting=posting)
    assert SafetyEvent.objects.filter(kind="late_event").count() == 1


def test_while_the_session_goes_on_it_is_charted_there(cast):
    dosing(cast)
    with pytest.raises(Refused, match="in the session"):
        late(cast, at=10)
