"""The clinic's own checks are answered in place, by whom they name."""

from datetime import timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice.actions.checks import Answer, answer_check
from knai.practice.gates import AT_GIVING, BEFORE_CANNULA, findings_at
from knai.practice.models import ChartEntry
from tests.practice.world import NOON, arrive, fresh, give, minutes, ready, vitals, write

pytestmark = pytest.mark.django_db


def answer(cast, check, value, *, nick="nadia", walk="", at=0, gate="start", **more):
    with set_to(minutes(at)):
        return answer_check(
            by=cast.actor(nick),
            session_id=cast.session.pk,
            gate=gate,
            walk=walk,
            answer=Answer(check, value, **more),
        )


def open_checks(cast, at=0, walk="", gate="start"):
    by = cast.actor("nadia")
    view = findings_at(by=by, session=fresh(cast), gate=gate, at=minutes(at), walk=walk)
    return [check.id for check in view.open_checks]


LONG_AGO = (NOON - timedelta(hours=30)).isoformat()
QUIET = {
    "two_identifiers": "yes",
    "pregnancy": "cannot_be",
    "last_food": (NOON - timedelta(minutes=240)).isoformat(),
    "change_since_last_visit": "no_change",
    "last_ketamine": LONG_AGO,
    "suicide_screen": "negative",
}


def answer_all(cast):
    for check, value in QUIET.items():
        answer(cast, check, value)


def test_one_tap_each_settles_the_first_walk(cast):
    arrive(cast, checks=True)
    assert open_checks(cast) == list(QUIET)
    answer_all(cast)
    assert open_checks(cast) == []


@pytest.mark.parametrize(
    "check, value",
    [
        ("two_identifiers", "no"),
        ("pregnancy", "positive"),
        ("pregnancy", "declined_test"),
        ("last_food", (NOON - timedelta(minutes=239)).isoformat()),
        ("change_since_last_visit", "changed"),
        ("last_ketamine", (NOON - timedelta(minutes=1439)).isoformat()),
        ("suicide_screen", "positive"),
    ],
)
def test_an_answer_that_does_not_settle_holds(cast, check, value):
    arrive(cast, checks=True)
    answer_all(cast)
    answer(cast, check, value, at=0)
    assert open_checks(cast) == [check]


@pytest.mark.parametrize(
    "check, value, nick, error",
    [
        ("two_identifiers", "maybe", "nadia", Malformed),
        ("last_food", "yesterday", "nadia", Malformed),
        ("no_such", "yes", "nadia", Missing),
        ("two_identifiers", "yes", "thea", Malformed),  # this check is nurse's or prescriber's
        ("two_identifiers", "yes", "fred", Forbidden),
        ("two_identifiers", "yes", "otto", Missing),
    ],
)
def test_what_is_no_answer_is_refused(cast, check, value, nick, error):
    arrive(cast, checks=True)
    with pytest.raises(error):
        answer(cast, check, value, nick=nick)
    assert not ChartEntry.objects.filter(kind="check_answer").exists()


def test_high_pressure_asks_for_the_steps_and_a_decision(cast):
    arrive(cast, checks=True)
    answer_all(cast)
    vitals(cast, 0, sbp=172, dbp=104)
    assert open_checks(cast, at=1) == ["pressure_hold"]
    steps = ("rest_5_min", "right_cuff_and_arm", "repeat_reading", "call_provider")
    with pytest.raises(Malformed):  # a nurse alone does not decide
        answer(cast, "pressure_hold", "proceed", at=1, steps=steps)
    answer(cast, "pressure_hold", "proceed", at=1, steps=steps[:3], decided_by="Chidi Okafor")
    assert open_checks(cast, at=1) == ["pressure_hold"]
    answer(cast, "pressure_hold", "proceed", at=2, steps=steps, decided_by="Chidi Okafor")
    assert open_checks(cast, at=2) == []
    vitals(cast, 3, sbp=174, dbp=104)  # a newer reading that is high asks again
    assert open_checks(cast, at=4) == ["pressure_hold"]


def walked(cast):
    arrive(cast, checks=True)
    answer_all(cast)
    from knai.practice.actions.gates import pass_first_walk

    with set_to(NOON):
        pass_first_walk(by=cast.actor("nadia"), session_id=cast.session.pk)


SETTINGS = "39 mg over 40 min"


def test_the_second_walk_asks_the_identifiers_again_and_two_people_for_the_pump(cast):
    walked(cast)
    assert open_checks(cast, at=1) == ["two_identifiers", "pump_settings"]
    with pytest.raises(Refused, match="two_identifiers, pump_settings"):
        give(cast, at=1)
    answer(cast, "two_identifiers", "yes", at=1)
    answer(cast, "pump_settings", SETTINGS, at=1)
    assert open_checks(cast, at=1) == ["pump_settings"]  # one signature
    answer(cast, "pump_settings", SETTINGS, at=1, nick="nadia")
    assert open_checks(cast, at=1) == ["pump_settings"]  # the same person twice
    answer(cast, "pump_settings", SETTINGS, at=2, nick="nils")
    assert open_checks(cast, at=2) == []
    give(cast, at=3)


def test_two_people_may_sign_at_one_tablet(cast):
    walked(cast)
    answer(cast, "pump_settings", SETTINGS, at=1, second_id=cast.nils.pk)
    assert open_checks(cast, at=1) == ["two_identifiers"]
    body = ChartEntry.objects.get(kind="check_answer", body__check="pump_settings").body
    assert body["second_name"] == "Nils Berg"


@pytest.mark.parametrize("nick", ["nadia", "fred", "thea", "otto"])
def test_the_second_signer_is_another_person_who_may_give_drugs(cast, nick):
    walked(cast)
    with pytest.raises(Malformed):
        answer(cast, "pump_settings", SETTINGS, second_id=getattr(cast, nick).pk)


def test_a_changed_plan_asks_for_new_signatures(cast):
    walked(cast)
    answer(cast, "pump_settings", SETTINGS, at=1, second_id=cast.nils.pk)
    plan = e.Plan(
        route="iv_infusion", mg_per_kg="0.4", duration_min="40", expected_sedation="minimal"
    )
    write(cast, plan, at=minutes(2), session=cast.session)
    assert "pump_settings" in open_checks(cast, at=3)


def test_pump_settings_charted_by_two_answer_the_check(cast):
    walked(cast)
    cast.protocol.document = cast.protocol.document | {
        "plan": {"concentration_mg_per_ml": "10", "final_volume_ml": "100"}
    }
    cast.protocol.save()
    settings = e.PumpSettings(
        concentration_mg_per_ml="0.39",
        rate_ml_per_h="150",
        volume_ml="100",
        second_by=cast.nils.pk,
        second_name="Nils Berg",
    )
    write(cast, settings, at=minutes(1), session=cast.session)
    assert "pump_settings" not in open_checks(cast, at=2)


def test_checks_are_answered_while_the_patient_is_here(cast):
    session = arrive(cast, checks=True)
    session.state = "booked"
    session.save()
    with pytest.raises(Refused):
        answer(cast, "two_identifiers", "yes")


def test_an_answer_belongs_to_its_walk(cast):
    arrive(cast, checks=True)
    answer(cast, "two_identifiers", "yes", walk=BEFORE_CANNULA)
    assert "two_identifiers" not in open_checks(cast, walk=BEFORE_CANNULA)
    assert "two_identifiers" in open_checks(cast, walk=AT_GIVING)


def test_a_clinic_without_checks_has_none(cast):
    ready(cast)
    assert open_checks(cast) == []
