"""Clinic checks: settled, holding, open; never guessed, never the Standard's."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knai.core.checks import (
    CheckAnswer,
    CheckContext,
    Pressure,
    check_answer,
    decide_checks,
    may_override,
    read_items,
    starter_items,
)
from knai.core.errors import Malformed

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
CANNULA, GIVING = "start_before_cannula", "start_at_giving"
ITEMS = {item.id: item for item in starter_items()}
STEPS = ("rest_5_min", "right_cuff_and_arm", "repeat_reading", "call_provider")
HIGH = Pressure(150, 95, NOW - timedelta(minutes=20))


def ago(minutes):
    return NOW - timedelta(minutes=minutes)


def said(check_id, value, *, minutes_ago=5, by="Nadia", role="nurse", walk=CANNULA, **more):
    return CheckAnswer(check_id, value, ago(minutes_ago), by, role, walk, **more)


def decided(check_id, *answers, walk=CANNULA, **context):
    [finding] = [
        finding
        for finding in decide_checks(starter_items(), answers, CheckContext(NOW, **context), walk)
        if finding.item.id == check_id
    ]
    return finding


def state(check_id, *answers, **context):
    return decided(check_id, *answers, **context).state


# ------------------------------------------------------------------------------------ the starter set


def test_the_starter_set_stands_at_both_walks():
    before = [f.item.id for f in decide_checks(starter_items(), [], CheckContext(NOW), CANNULA)]
    giving = [f.item.id for f in decide_checks(starter_items(), [], CheckContext(NOW), GIVING)]
    assert before == [
        "two_identifiers",
        "pressure_hold",
        "pregnancy",
        "last_food",
        "change_since_last_visit",
        "last_ketamine",
        "suicide_screen",
    ]
    assert giving == ["two_identifiers", "pressure_hold", "pump_settings"]
    assert decide_checks(starter_items(), [], CheckContext(NOW), "discharge") == []


def test_what_nobody_answered_is_open_and_holds():
    for finding in decide_checks(starter_items(), [], CheckContext(NOW), CANNULA):
        assert finding.state == "open"
        assert finding.holds_the_step


@pytest.mark.parametrize(
    "check_id, value, expected",
    [
        ("two_identifiers", "yes", "settled"),
        ("two_identifiers", "no", "holds"),
        ("pregnancy", "negative_test_today", "settled"),
        ("pregnancy", "cannot_be", "settled"),
        ("pregnancy", "declined_test", "holds"),
        ("pregnancy", "positive", "holds"),
        ("change_since_last_visit", "no_change", "settled"),
        ("change_since_last_visit", "changed_and_reviewed", "settled"),
        ("change_since_last_visit", "changed", "holds"),
        ("suicide_screen", "negative", "settled"),
        ("suicide_screen", "positive_seen_by_clinician", "settled"),
        ("suicide_screen", "positive", "holds"),
        ("suicide_screen", "declined", "holds"),
        ("last_food", ago(240), "settled"),
        ("last_food", ago(239), "holds"),
        ("last_food", ago(-1), "holds"),  # a meal still to come
        ("last_ketamine", "never", "settled"),
        ("last_ketamine", ago(1440), "settled"),
        ("last_ketamine", ago(1439), "holds"),
    ],
)
def test_an_answer_settles_or_holds(check_id, value, expected):
    assert state(check_id, said(check_id, value)) == expected


def test_a_fast_that_is_too_short_says_when_it_will_do():
    finding = decided("last_food", said("last_food", ago(200)))
    assert finding.key == "check.too_short_ago"
    assert finding.values["settles_at"] == NOW + timedelta(minutes=40)


def test_the_latest_answer_counts_and_keeps_the_earlier_one():
    answers = [
        said("suicide_screen", "negative", minutes_ago=1),
        said("suicide_screen", "positive", minutes_ago=9),
    ]
    assert state("suicide_screen", *answers) == "settled"
    assert state("suicide_screen", *reversed(answers)) == "settled"


def test_an_answer_from_later_does_not_count_yet():
    assert state("suicide_screen", said("suicide_screen", "negative", minutes_ago=-1)) == "open"
    assert state("suicide_screen", said("suicide_screen", "negative", minutes_ago=0)) == "settled"


def test_identifiers_are_asked_anew_at_giving():
    before = said("two_identifiers", "yes")
    assert state("two_identifiers", before, walk=CANNULA) == "settled"
    finding = decided("two_identifiers", before, walk=GIVING)
    assert (finding.state, finding.key) == ("open", "check.answer_again")
    at_giving = said("two_identifiers", "yes", walk=GIVING, minutes_ago=1)
    assert state("two_identifiers", before, at_giving, walk=GIVING) == "settled"


# ------------------------------------------------------------------------------------ when a check applies


@pytest.mark.parametrize(
    "context, applies",
    [
        ({"sex": "female", "age_years": 30}, True),
        ({"sex": "male", "age_years": 30}, False),
        ({"sex": "other", "age_years": 30}, True),
        ({}, True),  # unknown asks
        ({"sex": "female"}, True),
        ({"age_years": 30}, True),
        ({"age_years": 11}, False),
        ({"age_years": 12}, True),
        ({"age_years": 55}, True),
        ({"age_years": 56}, False),
        ({"sex": "male"}, False),
    ],
)
def test_pregnancy_is_asked_unless_it_is_known_not_to_apply(context, applies):
    assert (state("pregnancy", **context) != "not_applicable") is applies


@pytest.mark.parametrize(
    "route, applies",
    [("iv_infusion", True), ("sc_infusion", True), ("im", False), ("oral", False), (None, True)],
)
def test_pump_settings_are_signed_for_infusions(route, applies):
    assert (state("pump_settings", walk=GIVING, route=route) != "not_applicable") is applies


@pytest.mark.parametrize(
    "sbp, dbp, applies",
    [
        (139, 89, False),
        (140, 89, True),
        (139, 90, True),
        (140, 90, True),
    ],
)
def test_a_pressure_at_the_limit_holds(sbp, dbp, applies):
    finding = decided("pressure_hold", pressure=Pressure(sbp, dbp, ago(5)))
    assert (finding.state == "open") is applies
    assert finding.holds_the_step is applies


def test_an_unknown_pressure_is_not_a_good_one():
    finding = decided("pressure_hold")
    assert (finding.state, finding.key) == ("open", "check.pressure_unknown")


# ------------------------------------------------------------------------------------ the pressure hold


def provider_says(value, steps=STEPS, **more):
    return said("pressure_hold", value, by="Dr Okafor", role="prescriber", steps=steps, **more)


@pytest.mark.parametrize(
    "value, expected",
    [("proceed", "settled"), ("treat_and_recheck", "holds"), ("postpone", "holds")],
)
def test_the_provider_decides_on_a_high_pressure(value, expected):
    assert state("pressure_hold", provider_says(value), pressure=HIGH) == expected


@pytest.mark.parametrize("missing", STEPS)
def test_every_step_comes_before_the_decision(missing):
    steps = tuple(step for step in STEPS if step != missing)
    finding = decided("pressure_hold", provider_says("proceed", steps), pressure=HIGH)
    assert (finding.state, finding.key) == ("holds", "check.steps_missing")
    assert finding.values["steps"] == [missing]


@pytest.mark.parametrize("reading_min_ago, expected", [(6, "settled"), (5, "settled"), (4, "open")])
def test_a_newer_high_reading_asks_again(reading_min_ago, expected):
    newer = Pressure(150, 95, ago(reading_min_ago))
    assert state("pressure_hold", provider_says("proceed"), pressure=newer) == expected


def test_a_newer_normal_reading_ends_the_hold():
    normal = Pressure(128, 80, ago(1))
    answer = provider_says("treat_and_recheck")
    assert state("pressure_hold", answer, pressure=normal) == "not_applicable"


# ------------------------------------------------------------------------------------ two people


def signed(by, settings="50 mg/mL, 1.2 mL/h", minutes_ago=5, walk=GIVING):
    return said("pump_settings", settings, by=by, minutes_ago=minutes_ago, walk=walk)


PUMP = {"walk": GIVING, "route": "iv_infusion"}


@pytest.mark.parametrize(
    "answers, expected, key",
    [
        ([], "open", "check.not_answered"),
        ([signed("Nadia")], "open", "check.second_person_missing"),
        ([signed("Nadia"), signed("Nadia", minutes_ago=1)], "open", "check.second_person_missing"),
        ([signed("Nadia"), signed("Otto")], "settled", "check.settled"),
        ([signed("Nadia"), signed("Otto", "5 mg/mL, 12 mL/h")], "holds", "check.two_people_differ"),
        (
            [signed("Nadia", "wrong", 9), signed("Otto", minutes_ago=5), signed("Nadia")],
            "settled",
            "check.settled",
        ),
        ([signed("Nadia"), signed("Otto", walk=CANNULA)], "open", "check.second_person_missing"),
    ],
)
def test_two_different_people_read_the_same_settings(answers, expected, key):
    finding = decided("pump_settings", *answers, **PUMP)
    assert (finding.state, finding.key) == (expected, key)


@pytest.mark.parametrize("current, expected", [("50 mg/mL, 1.2 mL/h", "settled"), ("new", "open")])
def test_settings_changed_after_signing_are_signed_again(current, expected):
    both = [signed("Nadia"), signed("Otto")]
    context = PUMP | {"current": {"pump_settings": current}}
    assert state("pump_settings", *both, **context) == expected


# ------------------------------------------------------------------------------------ who may


@pytest.mark.parametrize(
    "check_id, role, may",
    [
        ("pregnancy", "prescriber", True),
        ("pregnancy", "nurse", False),
        ("two_identifiers", "prescriber", False),  # hard: the answer has to change
    ],
)
def test_who_may_override(check_id, role, may):
    assert may_override(ITEMS[check_id], role) is may


def test_a_hard_check_cannot_be_overridden():
    finding = decided("two_identifiers", said("two_identifiers", "no"))
    assert (finding.holds_the_step, finding.is_overridable) == (True, False)
    finding = decided("pregnancy", said("pregnancy", "positive"))
    assert (finding.holds_the_step, finding.is_overridable) == (True, True)


@pytest.mark.parametrize(
    "answer",
    [
        said("two_identifiers", "yes"),
        said("last_food", ago(300)),
        said("last_ketamine", "never", role="therapist"),
        said("pump_settings", "1.2 mL/h", walk=GIVING),
        provider_says("proceed"),
        said("pressure_hold", "proceed", steps=STEPS, decided_by="Dr Okafor"),
    ],
)
def test_a_good_answer_may_be_kept(answer):
    check_answer(ITEMS[answer.check_id], answer)


@pytest.mark.parametrize(
    "answer, message",
    [
        (said("two_identifiers", "maybe"), "wanted yes, no"),
        (said("two_identifiers", "yes", role="front_desk"), "wanted nurse or prescriber"),
        (said("two_identifiers", "yes", walk="discharge"), "does not stand at this walk"),
        (said("last_food", "never"), "wanted time"),
        (said("last_food", NOW.replace(tzinfo=None)), "wanted time"),
        (said("pump_settings", "  ", walk=GIVING), "wanted two_person"),
        (said("pressure_hold", "proceed", steps=STEPS), "with the name of who decided"),
        (provider_says("proceed", ("prayer",)), "unknown step"),
    ],
)
def test_an_answer_that_cannot_be_kept_is_refused(answer, message):
    with pytest.raises(Malformed, match=message):
        check_answer(ITEMS[answer.check_id], answer)


# ------------------------------------------------------------------------------------ a clinic's own set

OWN = {
    "title": "Glucose",
    "question": "Capillary glucose?",
    "walks": [CANNULA, "discharge"],
    "answer": "number",
    "at_least": 4.0,
    "at_most": 15.0,
    "effect": "note",
    "answered_by": ["nurse"],
    "valid": "session",
}


@pytest.mark.parametrize(
    "value, expected",
    [("3.9", "holds"), ("4.0", "settled"), ("15", "settled"), ("15.1", "holds")],
)
def test_a_clinic_adds_a_number_of_its_own(value, expected):
    [item] = read_items({"glucose": OWN})
    answer = said("glucose", D(value))
    check_answer(item, answer)
    [finding] = decide_checks([item], [answer], CheckContext(NOW), "discharge")
    assert finding.state == expected
    assert not finding.holds_the_step  # a note never holds


def test_a_number_is_no_text():
    [item] = read_items({"glucose": OWN})
    for value in ("5", D("NaN")):
        with pytest.raises(Malformed):
            check_answer(item, said("glucose", value))


YES_NO = OWN | {"answer": "yes_no", "settles": ["yes"]}


@pytest.mark.parametrize(
    "row, field",
    [
        (OWN | {"colour": "red"}, "colour"),
        ({k: v for k, v in OWN.items() if k != "title"}, "title"),
        (OWN | {"walks": []}, "walks"),
        (OWN | {"walks": ["lunch"]}, "walks"),
        (OWN | {"walks": CANNULA}, "walks"),
        (OWN | {"answer": "essay"}, "answer"),
        (OWN | {"effect": "shout"}, "effect"),
        (OWN | {"valid": "forever"}, "valid"),
        ({k: v for k, v in OWN.items() if not k.startswith("at_")}, "at_least"),
        (OWN | {"effect": "overridable"}, "override_by"),
        (YES_NO | {"settles": []}, "settles"),
        (YES_NO | {"settles": ["perhaps"]}, "settles"),
        (OWN | {"answer": "time"}, "min_ago_min"),
        (OWN | {"answer": "time", "min_ago_min": 60, "settles": ["no"]}, "settles"),
        (OWN | {"applies_when": {"moon": "full"}}, "applies_when.moon"),
        (OWN | {"applies_when": {"pressure_at_least": "high"}}, "applies_when.pressure_at_least"),
    ],
)
def test_a_set_that_makes_no_sense_is_refused_with_the_field(row, field):
    with pytest.raises(Malformed, match=rf"^check\.glucose\.{field}: "):
        read_items({"glucose": row})


@given(
    st.permutations(
        [
            said("suicide_screen", v, minutes_ago=m)
            for m, v in ((9, "declined"), (7, "positive"), (5, "negative"))
        ]
    )
)
def test_the_order_answers_arrive_in_does_not_matter(answers):
    assert state("suicide_screen", *answers) == "settled"


@pytest.mark.parametrize("check_id", ITEMS)
def test_knowing_nothing_never_settles_a_check(check_id):
    for walk in ITEMS[check_id].walks:
        assert state(check_id, walk=walk) == "open"


def test_every_choice_settles_or_holds():
    for item, walk in itertools.product(ITEMS.values(), (CANNULA, GIVING)):
        for value in item.choices if walk in item.walks else ():
            answer = said(item.id, value, walk=walk, steps=item.steps)
            found = state(item.id, answer, walk=walk, pressure=HIGH)
            assert found == ("settled" if value in item.settles else "holds")
