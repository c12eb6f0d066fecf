"""A booked session is planned: by its prescriber's course, or as a draft that a prescriber confirms."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from knai.core.errors import Forbidden, Malformed, Refused
from knai.kit.clock import now, set_to
from knai.practice import entries as e
from knai.practice import planning, protocols
from knai.practice.actions import arriving, courses
from knai.practice.actions import planning as actions
from knai.practice.actions.patients import book_session
from knai.practice.actions.schedule import cancel
from knai.practice.facts import current_plan, know
from knai.practice.gates import findings_at
from knai.practice.models import ChartEntry, TreatmentSession
from knai.practice.overriders import whom_to_ask
from knai.practice.protocol_document import Step
from knai.practice.queries import load_log
from tests.practice.world import NOON, on_site

pytestmark = pytest.mark.django_db
PLAN = {"mg_per_kg": "0.5", "duration_min": "40", "expected_sedation": "minimal"}


@pytest.fixture
def planned(cast):
    """The protocol plans 0.5 mg/kg over 40 min, and 0.6 from the third session on."""
    steps = [{"from_session": 3, "mg_per_kg": "0.6"}]
    cast.protocol.document = cast.protocol.document | {"plan": PLAN, "steps": steps}
    cast.protocol.save()
    return cast


def book(cast, day=0, **fields):
    with set_to(NOON):
        return book_session(
            by=cast.actor("fred"),
            patient_id=cast.patient.pk,
            starts_at=NOON + timedelta(days=day, hours=1),
            protocol_id=cast.protocol.pk,
            **fields,
        )


def plan_of(cast, session):
    session = TreatmentSession.objects.select_related("clinic", "protocol").get(pk=session.pk)
    return current_plan(load_log(by=cast.actor("nadia"), session=session), session)


def test_outside_a_course_the_plan_is_a_draft_that_no_gate_reads(planned):
    session = book(planned)
    assert plan_of(planned, session) is None
    assert planning.figures(planning.draft_of(session)) == "IV 0.5 mg/kg over 40 min"
    view = findings_at(by=planned.actor("nadia"), session=session, gate="start", at=NOON)
    assert view.find("KNAI-16").finding.verdict.value == "cannot_tell_yet"


def test_a_prescriber_confirms_it_with_one_tap(planned):
    session = book(planned)
    [row] = planning.list_to_confirm(by=planned.actor("okafor"))
    with set_to(NOON):
        actions.confirm(by=planned.actor("okafor"), session_id=session.pk, seen=row.seen)
    plan = plan_of(planned, session)
    assert (plan.mg_per_kg, plan.order) == (Decimal("0.5"), "draft")
    assert planning.list_to_confirm(by=planned.actor("okafor")) == []
    assert TreatmentSession.objects.get(pk=session.pk).provider_id == planned.okafor.pk


@pytest.mark.parametrize("nick", ["nadia", "fred", "thea", "olga", "ruth"])
def test_nobody_else_confirms_it(planned, nick):
    session = book(planned)
    with pytest.raises(Forbidden):
        actions.confirm(by=planned.actor(nick), session_id=session.pk, seen="x")
    assert plan_of(planned, session) is None


def test_a_draft_that_changed_meanwhile_is_looked_at_again(planned):
    session = book(planned)
    with pytest.raises(Refused, match=r"IV 0\.5 mg/kg"):
        actions.confirm(by=planned.actor("okafor"), session_id=session.pk, seen="IV 0.4 mg/kg")


def test_in_a_course_the_steps_are_the_prescribers_order(planned):
    assert planned.course.opened_by == planned.okafor
    sessions = [book(planned, day) for day in (0, 3, 6)]
    plans = [plan_of(planned, session) for session in sessions]
    assert [p.mg_per_kg for p in plans] == [Decimal("0.5"), Decimal("0.5"), Decimal("0.6")]
    assert [p.session_no for p in plans] == [1, 2, 3]
    assert {(p.ordered_by, p.ordered_by_name) for p in plans} == {
        (planned.okafor.pk, "Chidi Okafor")
    }
    entries = ChartEntry.objects.filter(kind="plan")
    assert {(x.source, x.recorded_by_id) for x in entries} == {("system", None)}


def test_the_nurse_can_go_on_with_an_inherited_order(planned):
    assert planned.course
    session = book(planned)
    view = findings_at(by=planned.actor("nadia"), session=session, gate="start", at=NOON)
    assert view.find("KNAI-16").finding.verdict.value == "met"
    assert view.find("KNAI-27").finding.verdict.value == "met"


def test_a_cancelled_visit_moves_the_steps_of_those_after_it(planned):
    assert planned.course
    first, _, third = [book(planned, day) for day in (0, 3, 6)]
    with set_to(NOON):
        cancel(by=planned.actor("fred"), session_id=first.pk, category="clinic")
    with set_to(third.booked_for_at):
        arriving.check_in(by=planned.actor("fred"), session_id=third.pk, arrival=arriving.Arrival())
    plan = plan_of(planned, third)
    assert (plan.session_no, plan.mg_per_kg) == (2, Decimal("0.5"))


def test_a_visit_put_between_others_moves_the_steps_of_those_after_it(planned):
    assert planned.course
    book(planned, 0)
    last = book(planned, 6)
    book(planned, 3)
    plan = plan_of(planned, last)
    assert (plan.session_no, plan.mg_per_kg) == (3, Decimal("0.6"))


def _ended(cast):
    cast.course.ended_on, cast.course.outcome = cast.course.started_on, "remission"


def _one_session(cast):
    cast.course.planned_sessions = 1


def _left(cast):
    cast.okafor.memberships.update(ends_on=NOON.date() - timedelta(days=1))


@pytest.mark.parametrize(
    "change, words, first_stays",
    [(_one_session, "ordered for 1 sessions", True), (_left, "does not prescribe here", False)],
)
def test_where_the_order_ends_what_is_to_come_waits_for_a_prescriber(
    planned, change, words, first_stays
):
    assert planned.course
    first = book(planned)
    change(planned)
    planned.course.save()
    second = book(planned, 3)
    assert (plan_of(planned, first) is not None) is first_stays
    assert plan_of(planned, second) is None
    on = second.booked_for_at.date()
    second.course.refresh_from_db()
    assert words in planning.why_no_order(second, 2, on)


def test_a_visit_booked_after_the_course_has_ended_is_of_no_course(planned):
    _ended(planned)
    planned.course.save()
    assert book(planned).course_id is None


def test_a_plan_made_by_hand_stays(planned):
    assert planned.course
    session = book(planned)
    hand = e.Plan(route="iv_infusion", mg_per_kg=Decimal("0.4"), duration_min=Decimal(40),
                  expected_sedation="minimal", deviation="Dizzy last time, at her wish.")  # fmt: skip
    with set_to(NOON):
        arriving.set_plan(by=planned.actor("okafor"), session_id=session.pk, plan=hand)
        actions.renumber(planned.course)
    plan = plan_of(planned, session)
    assert (plan.mg_per_kg, plan.session_no) == (Decimal("0.4"), 1)
    assert plan.deviation == "Dizzy last time, at her wish."


def test_departing_from_the_protocol_wants_a_reason(planned):
    session = book(planned)
    plan = e.Plan(route="iv_infusion", mg_per_kg=Decimal("0.4"), duration_min=Decimal(60))
    with (
        set_to(NOON),
        pytest.raises(Malformed, match=r"0\.4 mg/kg for 0\.5 mg/kg, 60 min for 40 min"),
    ):
        arriving.set_plan(by=planned.actor("okafor"), session_id=session.pk, plan=plan)


@pytest.mark.parametrize("change", [{"mg_per_kg": None}, {"mg": Decimal(30)}])
def test_a_plan_has_one_dose_by_weight_or_fixed(planned, change):
    session = book(planned)
    fields = {"route": "im", "mg_per_kg": Decimal("0.4"), "deviation": "x"} | change
    with set_to(NOON), pytest.raises(Malformed, match="one of the two"):
        arriving.set_plan(by=planned.actor("okafor"), session_id=session.pk, plan=e.Plan(**fields))


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"approved_at": None, "approved_by": None}, "draft"),
        ({"withdrawn_at": datetime(2026, 11, 1, tzinfo=UTC)}, "withdrawn"),
    ],
)
def test_nothing_is_booked_by_what_nobody_approved(planned, fields, words):
    type(planned.protocol).objects.update(**fields)
    with pytest.raises(Refused, match=words):
        book(planned)
    assert not TreatmentSession.objects.exists()


def test_a_later_version_changes_nothing_that_is_booked(planned):
    session = book(planned)
    old = planned.protocol
    type(old).objects.create(
        clinic=old.clinic, name=old.name, version=2, route="im", approved_at=now(),
        approved_by=planned.okafor, document={},
    )  # fmt: skip
    assert TreatmentSession.objects.get(pk=session.pk).protocol_id == old.pk


def test_without_a_plan_the_nurse_hears_whom_to_ask_by_name(planned):
    session = book(planned)
    known = know(by=planned.actor("nadia"), session=session, now=NOON)
    assert whom_to_ask(known) == "No prescriber is on site. Call one for the plan: Chidi Okafor."
    on_site(planned)
    assert whom_to_ask(known) == "Ask a prescriber for the plan. On site: Chidi Okafor."
    _left(planned)
    assert "Nobody in this clinic prescribes" in whom_to_ask(known)


def test_the_courses_own_step_is_the_later_word_and_says_why(planned):
    wanted = courses.Wanted(
        protocol_id=planned.protocol.pk,
        indication="PTSD",
        steps=(Step(2, mg_per_kg=Decimal("0.3"), reason="Very anxious the first time"),),
    )
    with set_to(NOON):
        by, course_id = planned.actor("okafor"), planned.course.pk
        courses.change_course(by=by, course_id=course_id, revision=0, wanted=wanted)
    plans = [plan_of(planned, book(planned, day)) for day in (0, 3)]
    assert [(p.mg_per_kg, p.deviation) for p in plans] == [
        (Decimal("0.5"), ""),
        (Decimal("0.3"), "Very anxious the first time"),
    ]


@pytest.mark.parametrize(
    "document, plan, substance, route, minutes",
    [
        ({}, None, "racemic_ketamine", "iv_infusion", (20, 5, 30)),  # nothing is said: our own figures
        ({"plan": PLAN}, None, "racemic_ketamine", "iv_infusion", (20, 40, 30)),
        ({"minutes": {"preparation": 0, "dosing": 10, "recovery": 45}}, None, "", "im", (0, 10, 45)),
        ({"minutes": {"dosing": 10}, "plan": PLAN}, None, "", "iv_infusion", (20, 40, 30)),
        ({}, None, "esketamine", "intranasal", (20, 5, 120)),  # never shorter than the label asks
        ({"observation_min": 150}, None, "esketamine", "intranasal", (20, 5, 150)),
        ({"plan": PLAN}, e.Plan(route="iv_infusion", mg_per_kg=Decimal(1), duration_min=Decimal("60.5")),
         "", "", (20, 61, 30)),
    ],
)  # fmt: skip
def test_a_visit_is_booked_for_what_it_takes(document, plan, substance, route, minutes):
    read = protocols.read_document(document)
    assert protocols.planned_minutes(read, plan, substance=substance, route=route) == minutes
