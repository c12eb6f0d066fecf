"""The end of a day: everything open of it with what to do, and closed once by name."""

from datetime import UTC, date, datetime, timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Refused
from knai.kit.clock import set_to
from knai.kit.models import AuditEntry
from knai.practice import end_of_day
from knai.practice.actions import death, leaving, notes
from knai.practice.actions.end_of_day import close_day
from knai.practice.models import (
    Alert,
    QuarantineItem,
    RawMessage,
    RosterStay,
    SafetyEvent,
    WorkItem,
)
from tests.practice.charting_world import device_set
from tests.practice.world import NOON, arrive, going_home, minutes

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)
EVENING = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # 18:30 in Berlin
MORNING_AFTER = EVENING + timedelta(hours=14)


def seen(cast, on=DAY, nick="nadia", at=EVENING):
    with set_to(at):
        return end_of_day.get_end_of_day(by=cast.actor(nick), on=on)


def open_of(cast, **more):
    return {s.key: len(s.things) for s in seen(cast, **more).sections if s.things}


def leave(cast):
    going_home(cast)
    with set_to(minutes(74)):
        leaving.discharge(by=cast.actor("nadia"), session_id=cast.session.pk)


def finish(cast):
    """All of it done: everybody gone, the note signed, the next visit booked."""
    leave(cast)
    RosterStay.objects.update(left_at=EVENING)
    with set_to(minutes(80)):
        by = cast.actor("nadia")
        draft = notes.begin_note(by=by, session_id=cast.session.pk)
        notes.sign_note(by=by, draft_id=draft.pk, text=draft.text, revision=0)
    cast.make_session(cast.patient, booked_for_at=EVENING + timedelta(days=7))


def test_a_day_on_which_nobody_came_has_nothing_open(cast):
    assert open_of(cast) == {}


def test_a_session_that_goes_on_is_open_on_its_day_and_the_day_after(cast):
    arrive(cast)
    assert open_of(cast)["session"] == 1
    assert open_of(cast, on=DAY + timedelta(days=1))["session"] == 1
    assert "session" not in open_of(cast, on=DAY - timedelta(days=1))


def test_after_a_discharge_note_visit_and_presence_are_left(cast):
    leave(cast)
    assert open_of(cast) == {"note": 1, "follow_up": 1, "roster": 1}
    finish_rest = {"note": "draft of Nadia Petrov"}
    with set_to(EVENING):
        notes.begin_note(by=cast.actor("nadia"), session_id=cast.session.pk)
    (section,) = [s for s in seen(cast, nick="okafor").sections if s.key == "note"]
    assert section.things[0].words == finish_rest["note"]


def test_when_all_is_done_nothing_is_left(cast):
    finish(cast)
    assert open_of(cast) == {}


@pytest.mark.parametrize("what", ["alert", "safety", "sets", "quarantine", "visit"])
def test_each_thing_that_may_be_left_open_is_found(cast, what):
    finish(cast)
    session = cast.session
    if what == "alert":
        Alert.objects.create(clinic=cast.clinic, session=session, cause="spo2", level="alert",
                             key="x", raised_at=NOON)  # fmt: skip
    if what == "safety":
        SafetyEvent.objects.create(clinic=cast.clinic, session=session, kind="emergency",
                                   opened_at=NOON)  # fmt: skip
    if what == "sets":
        device_set(cast, session, sbp=120, dbp=70, hr=60, spo2=98)
    if what == "quarantine":
        raw = RawMessage.objects.create(clinic=cast.clinic, device=cast.monitor, received_at=NOON)
        QuarantineItem.objects.create(
            clinic=cast.clinic, raw=raw, reason="unknown_code", created_at=NOON
        )
    if what == "visit":
        cast.make_session(cast.make_patient("Ada", "Berg", "H-2"), booked_for_at=NOON, chair=None)
    assert open_of(cast) == {what: 1}


def test_nobody_is_booked_again_who_has_died(cast):
    leave(cast)
    with set_to(EVENING):
        death.record_death(
            by=cast.actor("nadia"), patient_id=cast.patient.pk, died_on=DAY, source="A hospital"
        )
    assert "follow_up" not in open_of(cast)


def close(cast, nick="nadia", at=EVENING, **more):
    with set_to(at):
        return close_day(by=cast.actor(nick), on=DAY, **more)


def test_a_day_is_closed_once_and_by_name(cast):
    finish(cast)
    close(cast)
    assert (seen(cast).closed_by, seen(cast).outcome) == ("Nadia Petrov", "Nothing open")
    assert AuditEntry.objects.filter(verb="day.closed").count() == 1
    with pytest.raises(Refused, match="Nadia Petrov"):
        close(cast, nick="nils")


def test_what_is_open_is_left_with_a_word(cast):
    leave(cast)
    with pytest.raises(Malformed):
        close(cast)
    close(cast, left_open="Nils signs tomorrow")
    assert seen(cast).outcome == "3 open: Nils signs tomorrow"


def test_yesterday_can_be_closed_this_morning_and_tomorrow_cannot(cast):
    finish(cast)
    close(cast, at=MORNING_AFTER)
    with set_to(EVENING), pytest.raises(Refused, match="not come"):
        close_day(by=cast.actor("nadia"), on=DAY + timedelta(days=1))


@pytest.mark.parametrize("nick", ["fred", "ruth"])
def test_who_only_looks_closes_nothing(cast, nick):
    with pytest.raises(Forbidden):
        close(cast, nick=nick)


@pytest.mark.parametrize(
    "at, opened",
    [
        (EVENING - timedelta(hours=1, minutes=31), 0),  # 16:59 in Berlin, without hours till 18:00
        (EVENING - timedelta(hours=1, minutes=30), 1),
        (MORNING_AFTER, 1),
        (MORNING_AFTER + timedelta(days=2), 0),
    ],
)
def test_the_day_asks_to_be_closed_by_itself_once(cast, at, opened):
    finish(cast)
    with set_to(at):
        assert end_of_day.open_items(at) == opened
        assert end_of_day.open_items(at) == 0


def test_a_day_without_a_session_asks_for_nothing(cast):
    with set_to(EVENING):
        assert end_of_day.open_items(EVENING) == 0
    assert not WorkItem.objects.exists()


def test_it_takes_as_many_queries_on_a_busy_day_as_on_a_quiet_one(
    cast, django_assert_max_num_queries
):
    for number in range(12):
        patient = cast.make_patient("Ada", f"Berg{number}", f"H-{number}")
        cast.make_session(patient, booked_for_at=NOON, state="discharged", departed_at=NOON,
                          chair=None)  # fmt: skip
    by = cast.actor("nadia")
    with set_to(EVENING), django_assert_max_num_queries(14):
        assert end_of_day.get_end_of_day(by=by, on=DAY).open_count == 24
