"""The call of the next day: opened by leaving, tried until answered, and what was said is acted upon."""

from datetime import UTC, date, datetime, timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.core.standard import Verdict
from knai.kit.clock import set_to
from knai.kit.ids import uuid7
from knai.kit.models import OutgoingMail
from knai.practice import follow_up
from knai.practice.actions import follow_up as calls
from knai.practice.actions import leaving
from knai.practice.actions.charting import Posting
from knai.practice.actions.follow_up import Said
from knai.practice.gates import findings_at
from knai.practice.models import ChartEntry, SafetyEvent, WorkItem
from tests.practice.world import dosing, fresh, going_home, minutes

pytestmark = pytest.mark.django_db

NEXT_DAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Berlin
NO = Said(reached=True, drove="no", mood="same", suicidal_thoughts="no", bladder="no")
NOBODY = Said(reached=False)
HOURS = {str(day): [["08:00", "17:00"]] for day in range(1, 6)}


@pytest.fixture
def home(cast):
    """Mara went home on Monday, 23 Nov 2026, 14:14 in Berlin."""
    going_home(cast)
    with set_to(minutes(74)):
        leaving.discharge(by=cast.actor("nadia"), session_id=cast.session.pk)
    return fresh(cast)


def call(cast, said=NO, at=NEXT_DAY, nick="nadia", **more):
    with set_to(at):
        return calls.record_call(by=cast.actor(nick), session_id=cast.session.pk, said=said, **more)


def due(kind="next_day_call"):
    return WorkItem.objects.filter(kind=kind, closed_at__isnull=True).first()


def test_who_goes_home_is_called_the_next_day(cast, home):
    assert (due().due_at, due().session_id, due().owner) == (NEXT_DAY, home.pk, None)


@pytest.mark.parametrize(
    "type, called",
    [("left_against_advice", 1), ("eloped", 1), ("transferred", 0), ("admitted", 0)],
)
def test_who_went_elsewhere_is_not_called(cast, type, called):
    dosing(cast)
    with set_to(minutes(5)):
        leaving.record_departure(by=cast.actor("nadia"), session_id=cast.session.pk, type=type)
    assert WorkItem.objects.filter(kind="next_day_call").count() == called


@pytest.mark.parametrize(
    "on, hours, wanted",
    [
        (date(2026, 11, 23), {}, (24, 9)),  # no hours named: ten o'clock
        (date(2026, 11, 23), HOURS, (24, 8)),  # an hour after opening
        (date(2026, 11, 27), HOURS, (30, 8)),  # Friday: on Monday
        (date(2026, 11, 27), {}, (28, 9)),
    ],
)
def test_it_is_due_when_the_clinic_is_open(cast, on, hours, wanted):
    cast.clinic.hours = hours
    at = datetime(on.year, on.month, on.day, 14, tzinfo=UTC)
    found = follow_up.due_after(cast.clinic, at)
    assert (found.day, found.hour) == wanted


def test_a_departure_charted_in_error_calls_nobody_and_the_true_one_does(cast, home):
    with set_to(minutes(76)):
        leaving.had_not_left(by=cast.actor("nadia"), session_id=home.pk, reason="Wrong chair")
        assert due() is None
        leaving.record_departure(
            by=cast.actor("nadia"), session_id=home.pk, type="left_against_advice"
        )
    assert WorkItem.objects.filter(kind="next_day_call").count() == 2 and due()


def test_an_answered_call_is_done_and_feeds_knai_26(cast, home):
    call(cast)
    assert due() is None
    assert WorkItem.objects.get(kind="next_day_call").outcome == "Reached"
    assert ChartEntry.objects.get(kind="driving_asked").body == {}
    with set_to(NEXT_DAY):
        view = findings_at(by=cast.actor("nadia"), session=fresh(cast), gate="after")
    (finding,) = [f for f in view.findings if f.clause == "KNAI-26"]
    assert finding.verdict is Verdict.MET


def test_a_question_not_asked_answers_nothing(cast, home):
    call(cast, Said(reached=True, mood="better"))
    assert not ChartEntry.objects.filter(kind="driving_asked").exists()
    assert not SafetyEvent.objects.exists()


@pytest.mark.parametrize("after_min, breach", [(-1, True), (0, False), (30, False)])
def test_driving_before_the_bar_ended_is_looked_at(cast, home, after_min, breach):
    until = follow_up.get_call_page(by=cast.actor("nadia"), session_id=home.pk).barred_until
    drove = Said(reached=True, drove="yes", drove_at=until + timedelta(minutes=after_min))
    call(cast, drove, at=until + timedelta(hours=9))
    found = [(e.kind, e.clause, e.is_late) for e in SafetyEvent.objects.all()]
    assert found == ([("drove_early", "KNAI-26", True)] if breach else [])


def test_who_is_asked_too_early_is_asked_again(cast, home):
    until = follow_up.get_call_page(by=cast.actor("nadia"), session_id=home.pk).barred_until
    call(cast, at=until - timedelta(minutes=1))
    assert due().due_at == until
    call(cast, at=until)
    assert due() is None


def test_suicidal_thoughts_are_a_prescribers_at_once(cast, home):
    call(cast, Said(reached=True, drove="no", suicidal_thoughts="yes", mood="worse"))
    item = due("suicidal_thoughts")
    assert (item.owner, item.due_at - NEXT_DAY) == (cast.okafor, timedelta(minutes=15))
    assert SafetyEvent.objects.get().kind == "suicidal_thoughts"
    mail = OutgoingMail.objects.get()
    assert mail.to == cast.okafor.email
    for secret in ("Mara", "Rosen", "H-1001", "suicid"):
        assert secret not in mail.subject + mail.text


@pytest.mark.parametrize("answer", [{"bladder": "yes"}, {"mood": "worse"}])
def test_what_was_told_reaches_the_prescriber(cast, home, answer):
    call(cast, Said(reached=True, drove="no", **answer))
    assert due("call_finding").owner == cast.okafor


def test_three_calls_without_an_answer_make_it_somebodys_by_name(cast, home):
    cast.clinic.hours = HOURS
    cast.clinic.save()
    at = NEXT_DAY
    for attempt in (1, 2, 3):
        call(cast, NOBODY, at=at)
        assert due().attempts == attempt
        assert due().due_at.date() > at.date()
        assert due().owner == (cast.okafor if attempt == 3 else None)
        at = due().due_at
    assert at.weekday() < 5


def test_a_provider_who_left_the_clinic_is_not_named(cast, home):
    cast.okafor.memberships.update(ends_on=date(2026, 11, 23))
    for day in range(3):
        call(cast, NOBODY, at=NEXT_DAY + timedelta(days=day))
    assert due().owner == cast.olga


def test_a_call_nobody_took_becomes_somebodys(cast, home):
    with set_to(NEXT_DAY + timedelta(hours=23)):
        assert follow_up.own_what_nobody_took(NEXT_DAY + timedelta(hours=23)) == 0
    with set_to(NEXT_DAY + timedelta(hours=25)):
        assert follow_up.own_what_nobody_took(NEXT_DAY + timedelta(hours=25)) == 1
        assert follow_up.own_what_nobody_took(NEXT_DAY + timedelta(hours=25)) == 0
    assert due().owner == cast.okafor


def test_a_second_click_is_the_same_call(cast, home):
    posting = Posting(None, uuid7())
    for _ in range(2):
        call(cast, NOBODY, posting=posting)
    assert (due().attempts, ChartEntry.objects.filter(kind="next_day_call").count()) == (1, 1)


def test_of_two_callers_the_slower_is_told_and_may_add_theirs(cast, home):
    call(cast, nick="nils")
    with pytest.raises(Refused, match="Nils Berg was quicker"):
        call(cast)
    call(cast, seen_open=False)
    assert ChartEntry.objects.filter(kind="next_day_call").count() == 2


def test_it_is_given_up_only_after_three_and_with_a_word(cast, home):
    by = cast.actor("nadia")
    with pytest.raises(Refused, match="3 times"):
        calls.give_up_call(by=by, session_id=home.pk, outcome="Letter sent")
    for day in range(3):
        call(cast, NOBODY, at=NEXT_DAY + timedelta(days=day))
    with pytest.raises(Malformed):
        calls.give_up_call(by=by, session_id=home.pk, outcome=" ")
    calls.give_up_call(by=by, session_id=home.pk, outcome="Letter sent")
    assert WorkItem.objects.get(kind="next_day_call").outcome == "Not reached: Letter sent"


@pytest.mark.parametrize(
    "said, field",
    [
        (Said(reached=True, drove="perhaps"), "drove"),
        (Said(reached=True, drove="yes"), "drove_at"),
        (Said(reached=True, drove="yes", drove_at=NEXT_DAY + timedelta(hours=1)), "drove_at"),
        (Said(reached=True, mood="fine"), "mood"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(cast, home, said, field):
    with pytest.raises(Malformed) as error:
        call(cast, said)
    assert error.value.field == field


@pytest.mark.parametrize(
    "nick, error", [("fred", Forbidden), ("ruth", Forbidden), ("otto", Missing)]
)
def test_who_may_not_chart_does_not_record_calls(cast, home, nick, error):
    with pytest.raises(error):
        call(cast, nick=nick)


def test_nobody_is_called_who_has_not_left(cast):
    dosing(cast)
    with pytest.raises(Refused, match="not left"):
        call(cast)
