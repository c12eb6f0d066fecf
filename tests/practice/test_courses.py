"""A course: ordered by a prescriber, held by its stop rules, read with what was given, and ended."""

from datetime import timedelta
from decimal import Decimal

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.clock import set_to
from knai.practice import courses, stop_rules
from knai.practice import entries as e
from knai.practice.actions import courses as actions
from knai.practice.actions.courses import Wanted
from knai.practice.gates import findings_at
from knai.practice.models import TreatmentCourse
from knai.practice.protocol_document import StopRule
from knai.practice.stop_rules import Past
from tests.practice.world import NOON, recovering, write

pytestmark = pytest.mark.django_db
REASON = "Looked at it with the patient; it goes on."


def wanted(cast, **fields):
    return Wanted(**({"protocol_id": cast.protocol.pk, "indication": "PTSD"} | fields))


def open_one(cast, nick="okafor", **fields):
    with set_to(NOON):
        patient_id = cast.patient.pk
        return actions.open_course(
            by=cast.actor(nick), patient_id=patient_id, wanted=wanted(cast, **fields)
        )


@pytest.mark.parametrize("nick", ["nadia", "fred", "thea", "olga", "ruth"])
def test_only_a_prescriber_opens_one(cast, nick):
    with pytest.raises(Forbidden):
        open_one(cast, nick)


def test_rules_sessions_and_measures_come_from_the_protocol(cast):
    cast.protocol.document |= {
        "sessions": 6, "measures": ["PHQ-9"], "stop_rules": [{"kind": "sessions", "value": "6"}],
    }  # fmt: skip
    cast.protocol.save()
    course = open_one(cast)
    assert (course.planned_sessions, course.measures) == (6, ["PHQ-9"])
    assert course.stop_rules == [{"kind": "sessions", "value": "6"}]
    assert (course.opened_by, course.started_on) == (cast.okafor, NOON.date())


def test_one_open_course_by_a_protocol_at_a_time(cast):
    open_one(cast)
    with pytest.raises(Refused, match="open already"):
        open_one(cast)


def test_another_clinics_patient_is_not_there(cast):
    stranger = cast.make_patient("Xi", "Hill", "X-1", clinic=cast.other_clinic)
    with pytest.raises(Missing):
        actions.open_course(by=cast.actor("okafor"), patient_id=stranger.pk, wanted=wanted(cast))


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"indication": " "}, "indication"),
        ({"planned_sessions": 0}, "planned_sessions"),
        ({"rules": (StopRule("sessions"),)}, "stop_rules"),
        ({"rules": (StopRule("reminder", text=" "),)}, "stop_rules"),
        ({"rules": (StopRule("moon", Decimal(1)),)}, "stop_rules"),
    ],
)
def test_what_cannot_be_is_named_by_its_field(cast, fields, field):
    with pytest.raises(Malformed) as error:
        open_one(cast, **fields)
    assert error.value.field == field


def test_the_second_of_two_prescribers_hears_who_changed_what(cast):
    course = open_one(cast)
    both = {"by": cast.actor("okafor"), "course_id": course.pk, "revision": 0}
    actions.change_course(**both, wanted=wanted(cast, goal="Sleep through the night"))
    with pytest.raises(Refused, match=r"Chidi Okafor.*Sleep through the night"):
        actions.change_course(**both, wanted=wanted(cast, goal="Something else"))
    assert TreatmentCourse.objects.get().goal == "Sleep through the night"


def test_it_ends_with_an_outcome_and_is_changed_no_more(cast):
    course = open_one(cast)
    by = cast.actor("okafor")
    with set_to(NOON), pytest.raises(Malformed, match="why it stops early"):
        actions.end_course(by=by, course_id=course.pk, outcome="stopped")
    with set_to(NOON):
        ended = actions.end_course(by=by, course_id=course.pk, outcome="stopped", text="Moved away")
    assert (ended.outcome, ended.ended_on) == ("stopped", NOON.date())
    with pytest.raises(Refused, match="has ended"):
        actions.change_course(by=by, course_id=course.pk, revision=1, wanted=wanted(cast))


def _past(day, **fields):
    return Past(session_id=None, at=NOON - timedelta(days=day), **fields)


@pytest.mark.parametrize(
    "rule, past, is_met",
    [
        (StopRule("sessions", Decimal(2)), [_past(9), _past(6)], True),
        (StopRule("sessions", Decimal(3)), [_past(9), _past(6)], False),
        (StopRule("days_between", Decimal(3)), [_past(3)], False),  # exactly three days are enough
        (StopRule("days_between", Decimal(3)), [_past(2)], True),
        (StopRule("systolic", Decimal(180)), [_past(9, highest_sbp=180)], True),
        (StopRule("systolic", Decimal(180)), [_past(9, highest_sbp=179)], False),
        (
            StopRule("systolic", Decimal(180)),
            [_past(9)],
            False,
        ),  # nobody measured: nothing is known
        (StopRule("event_grade", Decimal(3)), [_past(9, worst_grade=3)], True),
        (StopRule("event_grade", Decimal(3)), [_past(9, worst_grade=2)], False),
        (StopRule("moaas", Decimal(3)), [_past(9, lowest_moaas=3)], True),
        (StopRule("moaas", Decimal(3)), [_past(9, lowest_moaas=4)], False),
        (StopRule("reminder", text="Ask about the bladder"), [_past(9)], False),
        (StopRule("sessions", Decimal(1)), [], False),
    ],
)
def test_stop_rules(rule, past, is_met):
    assert bool(stop_rules.list_met([rule], past, NOON)) is is_met


@pytest.fixture
def second_visit(cast):
    """A first session was given at noon; the next is booked for the day after."""
    course = open_one(cast, rules=(StopRule("sessions", Decimal(1), "look at the scores"),))
    cast.session.course = course
    cast.session.save()
    recovering(cast)
    return cast.make_session(
        cast.patient, course=course, booked_for_at=NOON + timedelta(days=1), state="booked"
    )


def start_holds(cast, session, day=1):
    view = findings_at(
        by=cast.actor("nadia"), session=session, gate="start", at=NOON + timedelta(days=day)
    )
    return [hold for hold in view.holds if hold.source == "Your protocol"]


def test_a_rule_that_is_met_holds_the_start_until_a_prescriber_says_why_it_goes_on(
    cast, second_visit
):
    [hold] = start_holds(cast, second_visit)
    assert hold.title == "Stop rule: 1 sessions have been given: look at the scores"
    view = courses.view(by=cast.actor("okafor"), course_id=second_visit.course_id)
    [met] = view.met
    said = {
        "course_id": view.id,
        "session_id": second_visit.pk,
        "rule": met.key,
        "facts": met.facts,
    }
    with pytest.raises(Forbidden):
        actions.go_on(by=cast.actor("nadia"), reason=REASON, **said)
    with pytest.raises(Malformed, match="15"):
        actions.go_on(by=cast.actor("okafor"), reason="because", **said)
    with set_to(NOON + timedelta(days=1)):
        actions.go_on(by=cast.actor("okafor"), reason=REASON, **said)
    assert start_holds(cast, second_visit) == []


def test_it_holds_no_session_that_has_begun(cast, second_visit):
    assert start_holds(cast, cast.session) == []


def test_a_course_that_has_ended_holds_what_was_booked_in_it(cast, second_visit):
    with set_to(NOON + timedelta(hours=4)):
        by, course_id = cast.actor("okafor"), second_visit.course_id
        actions.end_course(by=by, course_id=course_id, outcome="remission")
    second_visit.refresh_from_db()
    [hold] = start_holds(cast, second_visit)
    assert (hold.id, hold.effect) == ("course_ended", "hard_stop")


def test_the_page_shows_planned_beside_given(cast, second_visit):
    body = e.AdverseEvent(code="nausea", grade=2, action=())
    write(cast, body, at=NOON + timedelta(minutes=50), session=cast.session)
    view = courses.view(by=cast.actor("ruth"), course_id=second_visit.course_id)
    first, second = view.sessions
    assert (first.number, first.given_mg, first.given_mg_per_kg) == (1, Decimal(39), Decimal("0.5"))
    assert (first.planned, first.planned_mg) == ("IV 0.5 mg/kg over 40 min", Decimal(39))
    assert (first.highest_sbp, first.lowest_spo2, first.events, first.worst_grade) == (
        120,
        98,
        1,
        2,
    )
    assert (second.number, second.given_mg) == (2, None)
    assert view.given == 1


def test_its_queries_do_not_grow_with_its_sessions(
    cast, second_visit, django_assert_max_num_queries
):
    for day in range(2, 12):
        cast.make_session(
            cast.patient, course=second_visit.course, booked_for_at=NOON + timedelta(days=day)
        )
    with django_assert_max_num_queries(10):
        view = courses.view(by=cast.actor("okafor"), course_id=second_visit.course_id)
    assert len(view.sessions) == 12
