"""When a limit acts, clears and is told once, by example. Times are seconds from the start."""

import pytest

from knai.core.alerts import (
    Level,
    colour,
    observe,
    open_alerts,
    start,
    tick,
)
from tests.spec.alert_helpers import at, cuff, feed, raised

# ------------------------------------------------------------------------------------ reaching a limit


@pytest.mark.parametrize(
    "code, value, level",
    [
        ("hr", 109, Level.NONE),
        ("hr", 110, Level.CAUTION),
        ("hr", 129, Level.CAUTION),
        ("hr", 130, Level.ALERT),
        ("hr", 149, Level.ALERT),
        ("hr", 150, Level.CRITICAL),
        ("hr", 51, Level.NONE),
        ("hr", 50, Level.CAUTION),
        ("hr", 45, Level.ALERT),
        ("hr", 40, Level.CRITICAL),
        ("spo2", 95, Level.NONE),
        ("spo2", 94, Level.CAUTION),
        ("spo2", 93, Level.CAUTION),
        ("spo2", 92, Level.ALERT),
        ("spo2", 90, Level.ALERT),
        ("spo2", 89, Level.CRITICAL),
        ("rr", 11, Level.NONE),
        ("rr", 8, Level.ALERT),
        ("rr", 6, Level.CRITICAL),
        ("rr", 30, Level.ALERT),
        ("etco2", 60, Level.ALERT),
        ("temp", 38.0, Level.CAUTION),
        ("temp", 37.9, Level.NONE),
        ("moaas", 5, Level.NONE),
        ("moaas", 4, Level.CAUTION),
        ("moaas", 3, Level.ALERT),
        ("moaas", 1, Level.CRITICAL),
    ],
)
def test_a_limit_is_reached_at_its_own_value(code, value, level):
    state = start(is_dosed=True)
    feed(state, code, [value] * 31)  # the longest persistence is 30 s
    assert colour(state, code) is level


@pytest.mark.parametrize(
    "sbp, dbp, level",
    [
        (159, 80, Level.NONE),
        (160, 80, Level.CAUTION),
        (179, 80, Level.CAUTION),
        (180, 80, Level.ALERT),
        (200, 80, Level.CRITICAL),
        (120, 110, Level.ALERT),
        (120, 120, Level.CRITICAL),
        (91, 60, Level.CAUTION),
        (90, 60, Level.ALERT),
        (80, 60, Level.CRITICAL),
        (120, 50, Level.ALERT),
    ],
)
def test_a_pressure_acts_on_the_second_reading(sbp, dbp, level):
    state = start(is_dosed=True)
    cuff(state, 0, sbp, dbp)
    assert raised(state) == []
    cuff(state, 60, sbp, dbp)
    assert max(colour(state, "sbp"), colour(state, "dbp")) is level


def test_a_sampled_sign_has_to_stay_beyond_for_its_time():
    state = start(is_dosed=True)
    assert feed(state, "spo2", [91] * 15) == []  # 0 to 14 s
    assert feed(state, "spo2", [91], since=15) == [(15, "raised", "ALERT", True)]


def test_one_value_inside_starts_the_time_anew():
    state = start(is_dosed=True)
    assert feed(state, "spo2", [91] * 14 + [95] + [91] * 15) == []
    assert feed(state, "spo2", [91], since=30) == [(30, "raised", "ALERT", True)]


def test_a_value_without_persistence_acts_at_once():
    state = start()
    assert feed(state, "moaas", [3]) == [(0, "raised", "ALERT", True)]


def test_a_figure_typed_by_a_person_acts_at_once():
    state = start(is_dosed=True)
    [change] = observe(state, "hr", at(0), 140, hand=True)
    assert (change.kind, change.level, change.interrupts) == ("raised", Level.ALERT, True)


def test_caution_colours_and_never_interrupts():
    state = start(is_dosed=True)
    assert feed(state, "spo2", [93] * 200) == [(15, "raised", "CAUTION", False)]
    assert colour(state, "spo2") is Level.CAUTION


# ------------------------------------------------------------------------------------ the repeat cuff


def test_a_first_high_cuff_reading_asks_for_a_second():
    state = start(is_dosed=True)
    assert cuff(state, 0, 185, 112) == [("repeat_cuff", "ALERT", False)]  # one request for both
    assert colour(state, "sbp") is Level.CAUTION
    assert raised(state) == []


def test_the_second_reading_beyond_acts_once_for_both_pressures():
    state = start(is_dosed=True)
    cuff(state, 0, 185, 112)
    changes = cuff(state, 60, 186, 114)
    assert changes == [("raised", "ALERT", True), ("joined", "ALERT", False)]
    assert raised(state) == [("high_blood_pressure", "ALERT")]


def test_a_second_reading_inside_was_an_artefact():
    state = start(is_dosed=True)
    cuff(state, 0, 210)
    assert cuff(state, 60, 140) == []
    assert colour(state, "sbp") is Level.NONE
    assert cuff(state, 600, 185) == [("repeat_cuff", "ALERT", False)]  # asked anew, later


def test_a_repeat_takes_back_only_the_levels_it_does_not_reach():
    state = start(is_dosed=True)
    cuff(state, 0, 205)
    assert cuff(state, 60, 185) == [("raised", "ALERT", True)]
    # a third, critical again, asks for its own repeat
    assert cuff(state, 120, 205) == [("repeat_cuff", "CRITICAL", False)]
    assert cuff(state, 180, 205) == [("rose", "CRITICAL", True)]


def test_a_caution_reading_asks_for_no_repeat():
    state = start(is_dosed=True)
    assert cuff(state, 0, 165) == []
    assert colour(state, "sbp") is Level.CAUTION


def test_the_same_cuff_reading_sent_again_is_not_a_second_one():
    state = start(is_dosed=True)
    cuff(state, 0, 185)
    assert cuff(state, 0, 185) == []
    assert raised(state) == []


def test_an_old_request_is_not_repeated_while_the_pair_arrives():
    state = start(is_dosed=True)
    cuff(state, 0, 120, 115)
    observe(state, "sbp", at(60), 121)
    changes = observe(state, "dbp", at(60), 116)
    assert [c.kind for c in changes] == ["raised"]


@pytest.mark.parametrize("second, kinds", [(179, []), (180, ["repeat_cuff_overdue"])])
def test_a_repeat_nobody_takes_is_shown_as_overdue(second, kinds):
    state = start(is_dosed=True)
    cuff(state, 0, 185)
    changes = tick(state, at(second))
    assert [c.kind for c in changes] == kinds
    assert not any(c.interrupts for c in changes)
    assert [c.kind for c in tick(state, at(400))] == ([] if kinds else ["repeat_cuff_overdue"])


# ------------------------------------------------------------------------------------ clearing


@pytest.mark.parametrize("value, clears", [(93, False), (94, True)])
def test_it_clears_inside_by_the_margin_held_as_long(value, clears):
    state = start(is_dosed=True)
    feed(state, "spo2", [91] * 16)
    changes = feed(state, "spo2", [value] * 15, since=16)
    assert changes == []
    changes = feed(state, "spo2", [value], since=31)
    assert changes == ([(31, "fell", "CAUTION", False)] if clears else [])


def test_a_value_in_between_starts_the_clearing_anew():
    state = start(is_dosed=True)
    feed(state, "spo2", [91] * 16)
    assert feed(state, "spo2", [94] * 10 + [93] + [94] * 15, since=16) == []
    assert feed(state, "spo2", [94], since=42) == [(42, "fell", "CAUTION", False)]


@pytest.mark.parametrize("sbp, kinds", [(176, []), (175, ["fell"]), (155, ["cleared"])])
def test_a_cuff_pressure_clears_with_one_reading(sbp, kinds):
    state = start(is_dosed=True)
    cuff(state, 0, 185)
    cuff(state, 60, 185)
    assert [kind for kind, *_ in cuff(state, 120, sbp)] == kinds


def test_silence_clears_nothing():
    state = start(is_dosed=True)
    feed(state, "spo2", [88] * 16)
    tick(state, at(1000))
    assert raised(state) == [("low_oxygen", "CRITICAL")]


@pytest.mark.parametrize("is_fed, kinds", [(False, ["cleared"]), (True, [])])
def test_a_typed_figure_does_not_clear_what_a_device_goes_on_seeing(is_fed, kinds):
    state = start(is_dosed=True)
    if is_fed:
        feed(state, "hr", [140] * 16)
    else:
        observe(state, "hr", at(15), 140, hand=True)
    assert [c.kind for c in observe(state, "hr", at(16), 80, hand=True)] == kinds


# ------------------------------------------------------------------------------------ one message a cause


def test_a_fall_through_the_levels_is_one_alert_that_gets_graver():
    state = start(is_dosed=True)
    changes = feed(state, "spo2", [91] * 16 + [88] * 16)
    assert [c[1:] for c in changes] == [("raised", "ALERT", True), ("rose", "CRITICAL", True)]
    assert len(open_alerts(state)) == 1


def test_slow_breathing_and_rising_carbon_dioxide_are_one_cause():
    state = start(is_dosed=True)
    feed(state, "rr", [7] * 31)
    changes = feed(state, "etco2", [62] * 31, since=31)
    assert (61, "joined", "ALERT", False) in changes
    [alert] = open_alerts(state)
    assert (alert.cause, alert.codes) == ("shallow_breathing", ("rr", "etco2"))


def test_high_and_low_pressure_are_two_causes():
    state = start(is_dosed=True)
    for second in (0, 60):
        cuff(state, second, 185, 45)
    assert set(raised(state)) == {("high_blood_pressure", "ALERT"), ("low_blood_pressure", "ALERT")}


def test_the_most_urgent_stands_first():
    state = start(is_dosed=True)
    feed(state, "hr", [135] * 16)
    feed(state, "spo2", [88] * 16)
    assert [level for _, level in raised(state)] == ["CRITICAL", "ALERT"]
