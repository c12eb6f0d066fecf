"""Leaving is never gated; discharging is. Ready in a provider's eyes is neither."""

from datetime import UTC, datetime

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.clock import set_to
from knai.kit.ids import uuid7
from knai.practice import entries as e
from knai.practice.actions import leaving
from knai.practice.actions.charting import Posting
from knai.practice.models import ChartEntry, SafetyEvent
from tests.practice.world import (
    NOON,
    arrive,
    dosing,
    fresh,
    going_home,
    minutes,
    recovering,
    vitals,
)

pytestmark = pytest.mark.django_db


def act(cast, verb, at, nick="nadia", **more):
    with set_to(minutes(at)):
        return verb(by=cast.actor(nick), session_id=cast.session.pk, **more)


def test_discharge_goes_through_the_gate_and_keeps_the_findings(cast):
    going_home(cast)
    act(cast, leaving.discharge, 74)
    session = fresh(cast)
    assert (session.state, session.departed_at) == ("discharged", minutes(74))
    passed = ChartEntry.objects.filter(kind="gate_passed").order_by("id").last()
    assert passed.body["gate"] == "discharge"
    assert SafetyEvent.objects.count() == 0


@pytest.mark.parametrize(
    "nick, error",
    [("fred", Forbidden), ("thea", Forbidden), ("ruth", Forbidden), ("otto", Missing)],
)
def test_who_may_not_discharge_does_not(cast, nick, error):
    going_home(cast)
    with pytest.raises(error):
        act(cast, leaving.discharge, 74, nick=nick)


def test_discharge_is_refused_with_what_holds_it(cast):
    recovering(cast)
    with pytest.raises(Refused, match="KNAI-24, KNAI-25"):
        act(cast, leaving.discharge, 72)
    assert fresh(cast).state == "recovery"


@pytest.mark.parametrize(
    "type", ["left_against_advice", "eloped", "transferred", "admitted", "died"]
)
def test_leaving_is_never_refused_for_what_a_gate_says(cast, type):
    dosing(cast)  # mid-infusion, nothing settled
    act(cast, leaving.record_departure, 5, type=type)
    assert fresh(cast).state == type
    assert ChartEntry.objects.filter(kind="departure").count() == 1


def test_a_discharge_that_has_happened_is_recorded_at_its_time(cast):
    recovering(cast)
    posting = Posting(effective_at=minutes(71))
    more = {"type": "discharged", "reason": "Taken home by her husband", "posting": posting}
    act(cast, leaving.record_departure, 80, **more)
    assert (fresh(cast).state, fresh(cast).departed_at) == ("discharged", minutes(71))
    body = ChartEntry.objects.get(kind="already_happened").body
    assert body["held"] == ["KNAI-24", "KNAI-25"]
    assert SafetyEvent.objects.get().kind == "already_happened"


def test_a_discharge_that_has_happened_wants_a_word_why(cast):
    recovering(cast)
    with pytest.raises(Malformed):
        act(cast, leaving.record_departure, 80, type="discharged")


def test_who_drives_off_after_a_dose_is_called_about(cast):
    recovering(cast)
    car = e.Transport(stage="actual", mode="self_driving")
    act(cast, leaving.record_transport, 72, transport=car)
    act(cast, leaving.record_departure, 73, type="left_against_advice")
    assert [(event.kind, event.clause) for event in SafetyEvent.objects.all()] == [
        ("drove_away", "KNAI-24")
    ]


def test_ready_in_a_providers_eyes_opens_no_gate_and_is_not_leaving(cast):
    recovering(cast)
    act(cast, leaving.mark_medically_ready, 72, nick="okafor")
    session = fresh(cast)
    assert (session.medically_ready_at, session.departed_at) == (minutes(72), None)
    with pytest.raises(Refused):
        act(cast, leaving.discharge, 73)


def test_nobody_is_ready_while_a_pump_runs(cast):
    dosing(cast)
    with pytest.raises(Refused, match="runs"):
        act(cast, leaving.mark_medically_ready, 5)


def test_the_instruction_names_twelve_elapsed_hours_from_the_infusions_end(cast):
    recovering(cast)
    act(cast, leaving.instruct_driving, 72, acknowledged=True)
    until = datetime.fromisoformat(
        ChartEntry.objects.get(kind="driving_instruction").body["barred_until"]
    )
    assert until == datetime(2026, 11, 24, 0, 40, tzinfo=UTC)  # 12:40 and twelve hours


def test_a_clinic_may_bar_longer(cast):
    cast.clinic.policy = {"driving_restriction_hours": 24}
    cast.clinic.save()
    recovering(cast)
    act(cast, leaving.instruct_driving, 72, acknowledged=True)
    body = ChartEntry.objects.get(kind="driving_instruction").body
    assert body["barred_until"].startswith("2026-11-24T13:40")  # Berlin


@pytest.mark.parametrize("make", [arrive, dosing])
def test_without_an_ended_dose_there_is_no_time_to_name(cast, make):
    make(cast)
    with pytest.raises(Refused):
        act(cast, leaving.instruct_driving, 5, acknowledged=True)


def test_a_refusal_to_acknowledge_is_witnessed(cast):
    recovering(cast)
    with pytest.raises(Malformed):
        act(cast, leaving.instruct_driving, 72, acknowledged=False)
    act(cast, leaving.instruct_driving, 72, acknowledged=False, witness="Nils Berg")


def test_a_departure_charted_in_error_is_struck_out(cast):
    going_home(cast)
    act(cast, leaving.discharge, 74)
    act(cast, leaving.had_not_left, 80, reason="Wrong chair")
    session = fresh(cast)
    assert (session.state, session.departed_at) == ("recovery", None)
    vitals(cast, 81)
    act(cast, leaving.discharge, 82)
    assert fresh(cast).departed_at == minutes(82)


def test_a_discharge_sent_twice_is_one(cast):
    going_home(cast)
    posting = Posting(idempotency_key=uuid7())
    first = act(cast, leaving.discharge, 74, posting=posting)
    assert act(cast, leaving.discharge, 75, posting=posting) == first


def test_who_is_not_here_does_not_leave(cast):
    arrive(cast)
    session = fresh(cast)
    session.state = "cancelled"
    session.save()
    with pytest.raises(Refused):
        act(cast, leaving.record_departure, 1, type="eloped")


def test_who_came_and_was_never_dosed_is_free_to_go(cast):
    arrive(cast, without=("vitals", "transport", "provider"))
    act(cast, leaving.discharge, 1)
    assert fresh(cast).state == "discharged"


def test_the_desk_may_note_the_way_home(cast):
    arrive(cast, without=("transport",))
    taxi = e.Transport(stage="planned", mode="ride_service")
    act(cast, leaving.record_transport, 1, nick="fred", transport=taxi)
    with pytest.raises(Malformed):
        wrong = e.Transport(stage="planned", mode="teleport")
        act(cast, leaving.record_transport, 1, transport=wrong)


def test_the_follow_up_call_is_charted(cast):
    going_home(cast)
    act(cast, leaving.discharge, 74)
    act(cast, leaving.ask_about_driving, 60 * 14)
    assert ChartEntry.objects.get(kind="driving_asked").effective_at == minutes(60 * 14)
    assert minutes(60 * 14) > NOON


def test_a_monitor_leaves_with_the_patient(cast):
    going_home(cast)
    worn = cast.monitor.attachments.create(
        clinic=cast.clinic, session=fresh(cast), attached_at=NOON, attached_by=cast.nadia
    )
    act(cast, leaving.discharge, 74)
    worn.refresh_from_db()
    assert (worn.detached_at, worn.detached_by) == (minutes(74), cast.nadia)
