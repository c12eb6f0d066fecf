"""This patient's own limits, and sensors and clocks that fail, by example. Times in seconds."""

import pytest

from knai.core.alerts import (
    Level,
    LimitOverride,
    RelativeLimit,
    colour,
    limits_of,
    observe,
    release_sensors,
    set_baseline,
    set_dosed,
    set_overrides,
    start,
    tick,
)
from knai.core.alerts.limits import Patient
from knai.core.errors import Malformed
from knai.core.vitals import VITALS
from tests.spec.alert_helpers import WHY, at, cuff, feed, raised

# ------------------------------------------------------------------------------------ this patient's limits


def test_before_the_first_dose_the_stricter_caution_holds():
    state = start()
    for second in (0, 60):
        cuff(state, second, 140, 80)
    assert colour(state, "sbp") is Level.CAUTION
    assert [c.kind for c in set_dosed(state, at(70))] == ["cleared"]
    assert colour(state, "sbp") is Level.NONE


@pytest.mark.parametrize("code, value", [("sbp", 140), ("dbp", 90), ("hr", 100)])
def test_the_pre_dose_caution_starts_at_its_own_value(code, value):
    [caution] = [m for m in limits_of(code, Patient()) if (m.side, m.level) == ("high", 1)]
    assert caution.at == value
    dosed = limits_of(code, Patient(is_dosed=True))
    [caution] = [m for m in dosed if (m.side, m.level) == ("high", Level.CAUTION)]
    assert caution.at == VITALS[code].high["caution"]


def test_the_first_dose_keeps_an_alert_that_is_on_its_way_back():
    state = start()
    feed(state, "spo2", [91] * 16 + [93])
    assert set_dosed(state, at(17)) == ()
    assert raised(state) == [("low_oxygen", "ALERT")]


def test_the_first_dose_keeps_a_reading_that_waits_for_its_repeat():
    state = start()
    cuff(state, 0, 185)
    set_dosed(state, at(30))
    assert ("raised", "ALERT", True) in cuff(state, 60, 185)


def test_a_provider_may_move_a_limit_for_one_patient():
    own = LimitOverride("sbp", "high", Level.ALERT, 190, WHY, "Dr Okafor")
    state = start(is_dosed=True, overrides=[own])
    for second in (0, 60):
        cuff(state, second, 189)
    assert raised(state) == [("high_blood_pressure", "CAUTION")]
    for second in (120, 180):
        cuff(state, second, 190)
    assert raised(state) == [("high_blood_pressure", "ALERT")]


def test_moving_a_limit_during_the_session_acts_with_the_next_value():
    state = start(is_dosed=True)
    feed(state, "hr", [120] * 16)
    own = LimitOverride("hr", "high", Level.ALERT, 120, WHY, "Dr Okafor")
    assert set_overrides(state, [own], at(16)) == ()
    assert feed(state, "hr", [120] * 16, since=17) == [(32, "rose", "ALERT", True)]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"reason": "x" * 14}, "at least 15 characters"),
        ({"reason": " " * 20}, "at least 15 characters"),
        ({"set_by": ""}, "name of the provider"),
        ({"value": 300}, "outside what is believable"),
        ({"value": 200.5}, "graver level before a milder"),  # past critical, at 200
        ({"side": "low", "value": 79}, "graver level before a milder"),
    ],
)
def test_an_override_that_cannot_stand_is_refused(change, message):
    good = {"code": "sbp", "side": "high", "level": Level.ALERT, "value": 190}
    with pytest.raises(Malformed, match=message):
        start(overrides=[LimitOverride(**good | {"reason": WHY, "set_by": "Dr Okafor"} | change)])


@pytest.mark.parametrize("length, stands", [(14, False), (15, True)])
def test_a_reason_has_fifteen_characters(length, stands):
    own = LimitOverride("hr", "high", Level.ALERT, 125, "x" * length, "Dr Okafor")
    if stands:
        assert start(overrides=[own]).patient.overrides == (own,)
    else:
        with pytest.raises(Malformed):
            start(overrides=[own])


@pytest.mark.parametrize(
    "baseline, alert_at",
    [
        (100, 130),  # 30 % above 100, below the default of 180: the tighter acts
        (150, 180),  # 195 would be above the default
        (None, 180),  # no baseline: the default alone
    ],
)
def test_a_limit_may_follow_the_patients_own_baseline(baseline, alert_at):
    rule = RelativeLimit("sbp", "high", Level.ALERT, 30)
    known = (("sbp", baseline),) if baseline else ()
    patient = Patient(relatives=(rule,), baseline=known, is_dosed=True)
    [alert] = [m for m in limits_of("sbp", patient) if (m.side, m.level) == ("high", Level.ALERT)]
    assert (alert.at, alert.clears_at) == (alert_at, alert_at - 5)


def test_a_baseline_below_pulls_the_lower_limit_up():
    rule = RelativeLimit("sbp", "low", Level.ALERT, 30)
    state = start(relatives=[rule], is_dosed=True)
    set_baseline(state, {"sbp": 150, "unknown": 1}, at(0))
    for second in (0, 60):
        cuff(state, second, 105)
    assert raised(state) == [("low_blood_pressure", "ALERT")]


# ------------------------------------------------------------------------------------ sensors and clocks


@pytest.mark.parametrize("silent_s, kinds", [(29, []), (30, ["sensor_missing"])])
def test_a_silent_sensor_is_a_caution_and_no_interruption(silent_s, kinds):
    state = start(is_dosed=True)
    feed(state, "spo2", [97] * 10)
    changes = tick(state, at(9 + silent_s))
    assert [(c.kind, c.level.name, c.interrupts) for c in changes] == [
        (kind, "CAUTION", False) for kind in kinds
    ]


def test_a_lost_monitor_is_one_message_and_its_return_another():
    state = start(is_dosed=True)
    feed(state, "spo2", [97] * 10)
    feed(state, "hr", [70] * 10)
    [change] = tick(state, at(60))
    assert (change.cause, set(change.codes)) == ("sensor", {"spo2", "hr"})
    assert tick(state, at(61)) == ()
    [change] = observe(state, "spo2", at(62), 97)
    assert (change.kind, change.codes) == ("sensor_back", ("spo2",))


def test_a_monitor_that_sends_once_a_minute_is_not_missing():
    state = start(is_dosed=True)
    assert feed(state, "spo2", [97] * 5, every=60) == []
    assert tick(state, at(240 + 179)) == ()
    assert [c.kind for c in tick(state, at(240 + 180))] == ["sensor_missing"]


def test_a_monitor_that_sends_once_a_minute_still_calls():
    state = start(is_dosed=True)
    changes = feed(state, "spo2", [97, 97, 88, 88], every=60)
    assert changes == [(180, "raised", "CRITICAL", True)]


def test_a_hole_in_a_fast_stream_starts_the_time_anew():
    state = start(is_dosed=True)
    feed(state, "spo2", [97] * 5 + [88])
    assert observe(state, "spo2", at(100), 88) == ()  # a finger put back, not 95 s of low oxygen
    assert feed(state, "spo2", [88] * 14, since=101) == []
    assert feed(state, "spo2", [88], since=115) == [(115, "raised", "CRITICAL", True)]


def test_a_monitor_that_left_is_not_missed():
    state = start(is_dosed=True)
    feed(state, "spo2", [97] * 10)
    release_sensors(state)
    assert tick(state, at(600)) == ()


def test_typed_figures_are_no_sensor():
    state = start(is_dosed=True)
    for second in range(10):
        observe(state, "hr", at(second), 70, hand=True)
    assert tick(state, at(600)) == ()


def test_silence_is_counted_from_when_a_value_reached_us():
    state = start(is_dosed=True)
    for second in range(10):
        observe(state, "spo2", at(second), 97, seen_at=at(second + 25))
    assert tick(state, at(34 + 29)) == ()
    assert [c.kind for c in tick(state, at(34 + 30))] == ["sensor_missing"]


def test_late_and_double_values_change_nothing():
    state = start(is_dosed=True)
    feed(state, "spo2", [91] * 10)
    observe(state, "spo2", at(5), 97)  # late
    observe(state, "spo2", at(9), 97)  # double
    assert feed(state, "spo2", [91] * 6, since=10) == [(15, "raised", "ALERT", True)]


def test_a_clock_that_jumped_ahead_does_not_deafen():
    state = start(is_dosed=True)
    observe(state, "spo2", at(86_400), 97)
    tick(state, at(0))
    changes = feed(state, "spo2", [88] * 16, since=1)
    assert changes == [(16, "raised", "CRITICAL", True)]


def test_a_clock_that_jumped_ahead_does_not_put_off_telling_again():
    state = start()
    observe(state, "moaas", at(86_400), 3)
    tick(state, at(0))
    assert [n for n in range(1, 100) if tick(state, at(n))] == [60]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(Malformed, match="hr: is not a finite number"):
        observe(start(), "hr", at(0), value)


def test_an_unknown_sign_is_refused():
    with pytest.raises(Malformed, match="not a vital sign"):
        observe(start(), "pulse", at(0), 70)


def test_a_change_carries_what_to_show():
    state = start(is_dosed=True)
    feed(state, "spo2", [91] * 15)
    [change] = observe(state, "spo2", at(15), 90)
    assert change.key == "alert.raised"
    assert (change.cause, change.number, change.codes) == ("low_oxygen", 1, ("spo2",))
    assert change.values == (("spo2", 90.0),)
