"""Vital signs: believable, askable, impossible; and figures read exactly."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knai.core.errors import Malformed
from knai.core.vitals import (
    COMPLETE_SET,
    MOAAS,
    RASS,
    VITALS,
    Believable,
    derive_bmi,
    derive_map,
    describe_moaas,
    describe_rass,
    get_vital,
    judge_plausible,
    judge_together,
    parse_number,
    pounds_to_kg,
    show_rass,
    weight_change_asks,
)

OK, ASK, REFUSE = Believable.OK, Believable.ASK, Believable.REFUSE


@pytest.mark.parametrize(
    "code, value, verdict",
    [
        ("sbp", 29, REFUSE),
        ("sbp", 30, ASK),
        ("sbp", 49, ASK),
        ("sbp", 50, OK),
        ("sbp", 280, OK),
        ("sbp", 281, ASK),
        ("sbp", 320, ASK),
        ("sbp", 321, REFUSE),
        ("hr", 24, ASK),
        ("hr", 25, OK),
        ("hr", 240, OK),
        ("hr", 241, ASK),
        ("hr", 301, REFUSE),
        ("spo2", 49, ASK),
        ("spo2", 50, OK),
        ("spo2", 100, OK),
        ("spo2", 101, REFUSE),
        ("rr", 0, ASK),  # no breath at all is believable, and asked about
        ("rr", -1, REFUSE),
        ("temp", 36.6, OK),
        ("temp", D("43.0"), OK),
        ("temp", D("43.1"), ASK),
        ("temp", 98.6, REFUSE),  # degrees Fahrenheit
        ("o2_flow", 0, OK),  # room air
        ("pain_nrs", 10, OK),
        ("pain_nrs", 11, REFUSE),
        ("moaas", 5, OK),
        ("moaas", 6, REFUSE),
        ("weight", 24, ASK),
        ("weight", 14, REFUSE),
        ("hr", float("nan"), REFUSE),
        ("hr", float("inf"), REFUSE),
        ("hr", D("NaN"), REFUSE),
    ],
)
def test_implausible_is_asked_about_and_impossible_refused(code, value, verdict):
    judged = judge_plausible(code, value)
    assert judged.verdict is verdict
    assert judged.is_ok is (verdict is OK)
    assert bool(judged.key) is (verdict is not OK)


def test_a_judgement_says_what_would_have_passed():
    judged = judge_plausible("hr", 245)
    assert judged.key == "vital.implausible"
    assert dict(judged.values) == {
        "vital": "hr",
        "value": 245,
        "low": 25,
        "high": 240,
        "unit": "/min",
    }
    assert judge_plausible("hr", 999).key == "vital.impossible"
    assert judge_plausible("hr", 999).values["high"] == 300


def test_an_unknown_sign_is_refused_with_the_known_ones():
    with pytest.raises(Malformed, match="wanted one of sbp, dbp"):
        get_vital("pulse")


@pytest.mark.parametrize(
    "values, verdict",
    [
        ({"sbp": 120, "dbp": 119}, OK),
        ({"sbp": 120, "dbp": 120}, REFUSE),
        ({"sbp": 80, "dbp": 120}, REFUSE),
        ({"sbp": 120}, OK),
        ({"dbp": 80, "sbp": None}, OK),
        ({}, OK),
    ],
)
def test_a_diastolic_stands_below_its_systolic(values, verdict):
    assert judge_together(values).verdict is verdict


@pytest.mark.parametrize(
    "sbp, dbp, mean", [(120, 80, 93), (121, 80, 94), (122, 80, 94), (90, 60, 70)]
)
def test_a_mean_pressure_is_derived(sbp, dbp, mean):
    assert derive_map(sbp, dbp) == mean


@given(st.integers(50, 280), st.integers(25, 180))
def test_a_mean_pressure_lies_between(sbp, dbp):
    assert min(sbp, dbp) <= derive_map(sbp, dbp) <= max(sbp, dbp)


def test_a_body_mass_index_has_one_decimal():
    assert derive_bmi(D(78), D(175)) == D("25.5")


@pytest.mark.parametrize("text", ["0,5", "1e3", " 12 0", "120mmHg", "120/80", "", "-5", "٣٤"])
def test_a_figure_that_cannot_be_read_exactly_is_refused(text):
    with pytest.raises(Malformed):
        parse_number(text)


@pytest.mark.parametrize(
    "text, code, number",
    [("120", "sbp", D(120)), (" 97 ", "spo2", D(97)), ("36.6", "temp", D("36.6"))],
)
def test_a_plain_figure_is_read(text, code, number):
    assert parse_number(text, code) == number


@pytest.mark.parametrize("text, code", [("120.5", "sbp"), ("36.66", "temp"), ("1234567", "hr")])
def test_more_digits_than_a_sign_has_are_refused(text, code):
    with pytest.raises(Malformed, match=f"^{code}: has more than"):
        parse_number(text, code)


def test_pounds_are_converted_exactly():
    assert pounds_to_kg(D(172)) == D("78.01788764")
    assert pounds_to_kg(D(172), 1) == D("78.0")
    assert pounds_to_kg(D(1)) == D("0.45359237")


@pytest.mark.parametrize(
    "before, now, asks", [(80, 88, True), (80, D("87.9"), False), (80, 72, True), (80, 80, False)]
)
def test_a_weight_a_tenth_off_is_asked_about(before, now, asks):
    assert weight_change_asks(D(before), D(now)) is asks


def test_a_complete_set_is_the_standards():
    assert COMPLETE_SET == ("sbp", "dbp", "hr", "spo2")


@pytest.mark.parametrize("vital", VITALS.values(), ids=lambda v: v.code)
def test_limits_stand_in_order_inside_what_is_believable(vital):
    levels = ("caution", "alert", "critical")
    high = [vital.high[name] for name in levels if name in vital.high]
    low = [vital.low[name] for name in levels if name in vital.low]
    assert high == sorted(high)
    assert low == sorted(low, reverse=True)
    (ask_low, ask_high), (refuse_low, refuse_high) = vital.ask_outside, vital.refuse_outside
    assert refuse_low <= ask_low < ask_high <= refuse_high
    assert all(ask_low <= limit <= ask_high for limit in high + low)
    assert not (high or low) or vital.clear_margin > 0
    assert not vital.limits_verified  # every limit still waits for a clinical lead


def test_every_score_of_the_sedation_scales_has_words():
    assert [*MOAAS] == [5, 4, 3, 2, 1, 0]
    assert [*RASS] == [4, 3, 2, 1, 0, -1, -2, -3, -4, -5]
    assert len({*MOAAS.values()}) == 6
    assert len({*RASS.values()}) == 10


def test_a_score_is_said_in_words():
    assert describe_moaas(5) == "Answers readily to their name"
    assert describe_rass(0) == "Alert and calm"
    assert [show_rass(score) for score in (4, 0, -5)] == ["+4", "0", "-5"]


@pytest.mark.parametrize("score", [-1, 6])
def test_a_score_off_the_alertness_scale_is_refused(score):
    with pytest.raises(Malformed, match="0 to 5"):
        describe_moaas(score)


@pytest.mark.parametrize("score", [-6, 5])
def test_a_score_off_the_agitation_scale_is_refused(score):
    with pytest.raises(Malformed, match="-5 to 4"):
        describe_rass(score)
