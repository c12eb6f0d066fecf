"""The server refuses what the gate refuses, and records what has happened whatever it says."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.clock import set_to
from knai.kit.ids import uuid7
from knai.kit.models import AuditEntry
from knai.practice import entries as e
from knai.practice.actions import arriving, doses, gates, infusions
from knai.practice.actions.charting import Posting
from knai.practice.models import ChartEntry, SafetyEvent
from tests.practice.world import (
    INFUSION,
    NOON,
    arrive,
    dosing,
    fresh,
    give,
    minutes,
    on_site,
    ready,
    recovering,
    vitals,
    write,
)

pytestmark = pytest.mark.django_db

BOLUS = e.Bolus(
    route="im", substance="racemic_ketamine", mg=Decimal("19.5"), mg_per_kg=Decimal("0.25")
)


def count(kind):
    return ChartEntry.objects.filter(kind=kind).count()


def with_ceilings(cast, **ceilings):
    cast.protocol.document = cast.protocol.document | {"ceiling_mg_per_kg": ceilings}
    cast.protocol.save()


# ------------------------------------------------------------------------------- the first walk
def test_the_first_walk_keeps_its_findings_and_makes_ready(cast):
    session = ready(cast)
    assert session.state == "ready"
    body = ChartEntry.objects.get(kind="gate_passed").body
    assert (body["gate"], body["walk"], body["edition"]) == ("start", "before_cannula", "2020")
    assert len(body["findings"]) == 21
    assert body["findings"][0]["verdict"] == "met"
    assert "quote" not in body["findings"][0]


def test_the_first_walk_is_refused_with_what_holds_it(cast):
    arrive(cast, without=("vitals", "transport"))
    with set_to(NOON), pytest.raises(Refused, match="KNAI-18, KNAI-23"):
        gates.pass_first_walk(by=cast.actor("nadia"), session_id=cast.session.pk)
    assert fresh(cast).state == "checked_in"
    assert count("gate_passed") == 0


def test_the_first_walk_can_be_walked_again(cast):
    ready(cast)
    gates.walk_again(by=cast.actor("nadia"), session_id=cast.session.pk, reason="went out")
    assert fresh(cast).state == "checked_in"


# ------------------------------------------------------------------------------- the first dose
def test_the_first_dose_starts_dosing_and_freezes_the_purpose(cast):
    dosing(cast)
    session = fresh(cast)
    assert (session.state, session.first_dose_at) == ("dosing", NOON)
    assert [count("gate_passed"), count("infusion_start"), count("safety_event")] == [2, 1, 0]
    with pytest.raises(Refused, match="frozen"):
        arriving.set_purpose(
            by=cast.actor("okafor"), session_id=session.pk, purpose="procedural_sedation"
        )


@pytest.mark.parametrize(
    "without, clause",
    [
        (("vitals",), "KNAI-18"),
        (("provider",), "KNAI-21"),
        (("consent",), "KNAI-11"),
        (("transport",), "KNAI-23"),
    ],
)
def test_the_server_refuses_what_the_gate_refuses(cast, without, clause):
    arrive(cast, without=without)
    session = fresh(cast)
    session.state = "ready"
    session.save()
    with pytest.raises(Refused, match=clause):
        give(cast)
    assert count("infusion_start") == count("gate_passed") == 0
    assert fresh(cast).first_dose_at is None


def test_without_the_first_walk_nothing_is_given(cast):
    arrive(cast)
    with pytest.raises(Refused, match="first_walk"):
        give(cast)


@pytest.mark.parametrize("state", ["booked", "discharged", "cancelled", "aborted"])
def test_nobody_who_is_not_here_is_given_anything(cast, state):
    arrive(cast)
    session = fresh(cast)
    session.state = state
    session.save()
    with pytest.raises(Refused):
        give(cast)


@pytest.mark.parametrize(
    "mg_per_kg, minutes_long, refused",
    [
        ("1.0", 60, False),  # exactly at the ceiling, and at the ceiling per hour
        ("1.0001", 60, True),
        ("0.5", 30, False),  # 1 mg/kg per hour: at the ceiling
        ("0.5", 29, True),
    ],
)
def test_the_dose_that_is_meant_is_judged_not_the_plan(cast, mg_per_kg, minutes_long, refused):
    ready(cast)
    dose = msgspec.structs.replace(
        INFUSION, mg_per_kg=Decimal(mg_per_kg), duration_min=Decimal(minutes_long)
    )
    if refused:
        with pytest.raises(Refused, match="KNAI-16"):
            give(cast, dose=dose)
        return
    give(cast, dose=dose)


@pytest.mark.parametrize("nick", ["fred", "ruth", "thea", "olga"])
def test_who_may_not_dose_does_not(cast, nick):
    ready(cast)
    with pytest.raises(Forbidden):
        give(cast, nick=nick)


def test_another_clinics_nurse_finds_no_session(cast):
    ready(cast)
    with pytest.raises(Missing):
        give(cast, nick="otto")


@pytest.mark.parametrize(
    "change", [{"mg": Decimal(0)}, {"route": "intravenous"}, {"duration_min": Decimal(0)}]
)
def test_amounts_that_cannot_be_are_malformed(cast, change):
    ready(cast)
    with pytest.raises(Malformed):
        give(cast, dose=msgspec.structs.replace(INFUSION, **change))


def test_a_form_sent_twice_gives_one_dose(cast):
    ready(cast)
    posting = Posting(effective_at=NOON, idempotency_key=uuid7())
    first, second = give(cast, posting=posting), give(cast, posting=posting)
    assert first.pk == second.pk
    assert (count("infusion_start"), count("gate_passed")) == (1, 2)


def test_a_dose_charted_late_is_judged_as_of_its_time(cast):
    """The tablet was away from its network: at noon all was met, whatever is so at one o'clock."""
    ready(cast)
    give(cast, at=0, now=65)
    assert fresh(cast).first_dose_at == NOON


# ------------------------------------------------------------------------- it already happened
def test_what_has_happened_is_recorded_whatever_the_gate_says(cast):
    arrive(cast, without=("vitals", "consent"))
    give(cast, at=-2, now=0, happened="Started before the page was opened")
    session = fresh(cast)
    assert (session.state, session.first_dose_at) == ("dosing", minutes(-2))
    body = ChartEntry.objects.get(kind="already_happened").body
    assert {"KNAI-18", "KNAI-11", "first_walk"} <= set(body["held"])
    event = SafetyEvent.objects.get()
    assert (event.kind, event.clause, event.closed_at) == ("already_happened", "KNAI-11", None)
    assert AuditEntry.objects.filter(verb="safety_event.opened").count() == 1
    assert count("gate_passed") == 0  # nobody went through


@pytest.mark.parametrize("state", ["booked", "checked_in", "ready", "recovery"])
def test_a_dose_that_has_happened_is_recordable_in_every_state(cast, state):
    arrive(cast)
    session = fresh(cast)
    session.state = state
    session.save()
    give(cast, happened="It ran already")
    assert fresh(cast).state == "dosing"


@pytest.mark.parametrize("state", ["discharged", "eloped", "aborted"])
def test_a_dose_found_out_about_afterwards_moves_nothing(cast, state):
    arrive(cast)
    session = fresh(cast)
    session.state = state
    session.save()
    give(cast, happened="Found on the pump")
    assert (fresh(cast).state, count("infusion_start")) == (state, 1)


def test_what_has_happened_wants_a_word_why(cast):
    arrive(cast)
    with pytest.raises(Malformed, match="what happened"):
        give(cast, happened="  ")


def test_an_earlier_dose_found_out_about_later_is_the_first(cast):
    dosing(cast)
    give(cast, at=-10, now=5, dose=BOLUS, happened="Given in the waiting room")
    assert fresh(cast).first_dose_at == minutes(-10)


# ----------------------------------------------------------------------------------- a redose
def test_a_further_dose_goes_through_its_own_gate(cast):
    with_ceilings(cast, iv_infusion="1.0", im="1.0")
    recovering(cast)
    give(cast, at=72, dose=BOLUS)
    gate = ChartEntry.objects.filter(kind="gate_passed").order_by("recorded_at").last()
    assert gate.body["gate"] == "redose"
    assert fresh(cast).state == "dosing"


@pytest.mark.parametrize("mg_per_kg, refused", [("0.5", False), ("0.5001", True)])
def test_everything_given_adds_up_at_the_redose(cast, mg_per_kg, refused):
    """0.5 of 1.0 intravenously leaves half of the intramuscular ceiling."""
    with_ceilings(cast, iv_infusion="1.0", im="1.0")
    recovering(cast)
    dose = msgspec.structs.replace(BOLUS, mg_per_kg=Decimal(mg_per_kg))
    if refused:
        with pytest.raises(Refused, match="KNAI-16"):
            give(cast, at=72, dose=dose)
        return
    give(cast, at=72, dose=dose)


def test_a_too_deep_patient_gets_no_further_dose(cast):
    with_ceilings(cast, iv_infusion="1.0", im="1.0")
    recovering(cast)
    write(cast, e.Sedation(moaas=3), at=minutes(41), session=cast.session)
    with pytest.raises(Refused, match="KNAI-17"):
        give(cast, at=72, dose=BOLUS)


def test_withdrawn_consent_ends_dosing(cast):
    with_ceilings(cast, iv_infusion="1.0", im="1.0")
    recovering(cast)
    write(cast, e.ConsentWithdrawn(), at=minutes(71), session=cast.session)
    with pytest.raises(Refused, match="KNAI-13"):
        give(cast, at=72, dose=BOLUS)
    vitals(cast, 73)  # monitoring goes on


# --------------------------------------------------------------------------- a running infusion
def change(cast, start, what, at, nick="nadia", **more):
    with set_to(minutes(at)):
        return infusions.change_infusion(
            by=cast.actor(nick),
            session_id=cast.session.pk,
            infusion_id=start.pk,
            change=what,
            **more,
        )


def test_pausing_and_resuming_is_no_further_dose(cast):
    start = dosing(cast)
    on_site(cast, "nils")
    change(cast, start, "pause", 10)
    change(cast, start, "resume", 12)
    assert (count("gate_passed"), fresh(cast).state) == (2, "dosing")


def test_after_withdrawal_a_paused_infusion_is_stopped_not_resumed(cast):
    start = dosing(cast)
    change(cast, start, "pause", 10)
    write(cast, e.ConsentWithdrawn(), at=minutes(11), session=cast.session)
    with pytest.raises(Refused, match="KNAI-13"):
        change(cast, start, "resume", 12)
    change(cast, start, "stop", 13)
    assert fresh(cast).state == "recovery"


@pytest.mark.parametrize(
    "rate_ml_per_h, refused",
    [
        ("60", False),  # slower is never held
        ("75", False),  # as ordered
        ("100", False),  # 0.5 mg/kg in 30 min: at the ceiling per hour
        ("100.1", True),
    ],
)
def test_a_rate_above_the_order_keeps_the_ceiling(cast, rate_ml_per_h, refused):
    start = dosing(cast)
    if not refused:
        change(cast, start, "rate", 10, rate_ml_per_h=Decimal(rate_ml_per_h))
        return
    with pytest.raises(Refused, match="KNAI-16"):
        change(cast, start, "rate", 10, rate_ml_per_h=Decimal(rate_ml_per_h))
    rate = Decimal(rate_ml_per_h)
    change(cast, start, "rate", 10, rate_ml_per_h=rate, happened="The pump was set so")
    assert SafetyEvent.objects.get().clause == "KNAI-16"


def test_without_a_provider_here_the_rate_is_not_raised_but_lowered(cast):
    arrive(cast, without=("provider",))
    stay = on_site(cast)
    session = fresh(cast)
    session.state = "ready"
    session.save()
    start = give(cast)
    stay.left_at = minutes(5)
    stay.save()
    with pytest.raises(Refused, match="KNAI-21"):
        change(cast, start, "rate", 10, rate_ml_per_h=Decimal(80))
    change(cast, start, "rate", 10, rate_ml_per_h=Decimal(50))
    change(cast, start, "stop", 11)


@pytest.mark.parametrize(
    "what, at, error",
    [
        ("resume", 5, Refused),  # not paused
        ("stop", -1, Refused),  # before it began
        ("faster", 5, Malformed),
        ("rate", 5, Malformed),  # no rate
    ],
)
def test_changes_that_make_no_sense_are_refused(cast, what, at, error):
    start = dosing(cast)
    with pytest.raises(error):
        change(cast, start, what, 5, posting=Posting(effective_at=minutes(at)))


def test_a_stopped_infusion_is_not_changed_any_more(cast):
    start = dosing(cast)
    change(cast, start, "stop", 20)
    with pytest.raises(Refused, match="stopped already"):
        change(cast, start, "pause", 21)


def test_an_entry_that_is_no_infusion_here_is_missing(cast):
    dosing(cast)
    with pytest.raises(Missing):
        change(cast, vitals(cast, 1), "stop", 2)


@pytest.mark.parametrize(
    "nick, allowed", [("nadia", True), ("okafor", True), ("thea", True), ("fred", False)]
)
def test_whoever_charts_may_stop(cast, nick, allowed):
    dosing(cast)
    with set_to(minutes(5)):
        if allowed:
            [stopped] = infusions.stop_all(by=cast.actor(nick), session_id=cast.session.pk)
            assert stopped.effective_at == minutes(5)
            assert fresh(cast).state == "recovery"
        else:
            with pytest.raises(Forbidden):
                infusions.stop_all(by=cast.actor(nick), session_id=cast.session.pk)


def test_stop_is_never_gated_and_a_second_tap_stops_nothing_twice(cast):
    dosing(cast)
    cast.session.refresh_from_db()
    with set_to(minutes(5)):
        by = cast.actor("nadia")
        assert len(infusions.stop_all(by=by, session_id=cast.session.pk)) == 1
        assert infusions.stop_all(by=by, session_id=cast.session.pk) == []
    assert count("infusion_change") == 1


def test_recovery_after_a_bolus_begins_when_somebody_says_so(cast):
    with_ceilings(cast, iv_infusion="1.0", im="1.0")
    ready(cast)
    give(cast, dose=BOLUS)
    with set_to(minutes(1)):
        doses.end_dosing(by=cast.actor("nadia"), session_id=cast.session.pk)
    assert fresh(cast).state == "recovery"


def test_recovery_does_not_begin_while_something_runs(cast):
    dosing(cast)
    with set_to(minutes(1)), pytest.raises(Refused):
        doses.end_dosing(by=cast.actor("nadia"), session_id=cast.session.pk)


def test_a_dose_in_the_future_is_malformed(cast):
    ready(cast)
    posting = Posting(effective_at=NOON + timedelta(minutes=3))
    with pytest.raises(Malformed):
        give(cast, posting=posting)
    assert replace(posting, is_downtime=True).source == "downtime"


def test_only_a_ready_session_walks_again(cast):
    arrive(cast)
    session = fresh(cast)
    session.state = "booked"
    session.save()
    with pytest.raises(Refused):
        gates.walk_again(by=cast.actor("nadia"), session_id=session.pk)
    assert fresh(cast).state == "booked"
