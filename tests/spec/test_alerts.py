"""When a sign calls for people, by example. Times are seconds from the start of the session."""

from datetime import UTC, datetime, timedelta

import pytest

from knai.core.alerts import (
    Level,
    LimitOverride,
    RelativeLimit,
    acknowledge,
    colour,
    limits_of,
    observe,
    open_alerts,
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

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
WHY = "known hypertension, seen by cardiology"


def at(second):
    return START + timedelta(seconds=second)


def feed(state, code, values, since=0, every=1):
    """Values at an even pace, a tick with each; what changed, as (second, kind, level, interrupts)."""
    seen = []
    for i, value in enumerate(values):
        second = since + i * every
        changes = observe(state, code, at(second), value) + tick(state, at(second))
        seen += [(second, c.kind, c.level.name, c.interrupts) for c in changes]
    return seen


def cuff(state, second, sbp, dbp=80):
    changes = observe(state, "sbp", at(second), sbp) + observe(state, "dbp", at(second), dbp)
    return [(c.kind, c.level.name, c.interrupts) for c in changes]


def raised(state):
    return [(a.cause, a.level.name) for a in open_alerts(state)]


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


# ------------------------------------------------------------------------------------ acknowledging


@pytest.mark.parametrize(
    "code, value, after_s", [("hr", 135, 60), ("spo2", 88, 20)], ids=["alert", "critical"]
)
def test_nobody_acknowledging_is_told_again_and_again(code, value, after_s):
    state = start(is_dosed=True)
    feed(state, code, [value] * 16)
    told = [n for n in range(16, 15 + 3 * after_s) if any(c.interrupts for c in tick(state, at(n)))]
    assert told == [15 + after_s, 15 + 2 * after_s]


def test_a_late_tick_tells_once():
    state = start(is_dosed=True)
    feed(state, "hr", [135] * 16)
    assert [c.kind for c in tick(state, at(10_000)) if c.interrupts] == ["escalated"]
    assert [c.kind for c in tick(state, at(10_001))] == []


def test_acknowledging_names_a_person_and_quiets():
    state = start(is_dosed=True)
    feed(state, "hr", [135] * 16)
    [change] = acknowledge(state, "fast_heart", "Nadia", at(20))
    assert (change.kind, change.by, change.interrupts) == ("acknowledged", "Nadia", False)
    assert feed(state, "hr", [135] * 250, since=21) == []
    assert open_alerts(state)[0].acknowledged_by == "Nadia"


def test_a_second_press_changes_nothing():
    state = start(is_dosed=True)
    feed(state, "hr", [135] * 16)
    acknowledge(state, "fast_heart", "Nadia", at(20))
    assert acknowledge(state, "fast_heart", "Otto", at(21)) == ()
    assert acknowledge(state, "low_oxygen", "Otto", at(21)) == ()
    assert open_alerts(state)[0].acknowledged_by == "Nadia"


def test_acknowledging_needs_a_name():
    with pytest.raises(Malformed, match="name of the person"):
        acknowledge(start(), "fast_heart", "  ", at(0))


@pytest.mark.parametrize(
    "code, cause, value, holds_s",
    [("hr", "fast_heart", 135, 300), ("spo2", "low_oxygen", 88, 120)],
)
def test_what_is_still_there_when_the_recheck_is_due_is_told_again(code, cause, value, holds_s):
    state = start(is_dosed=True)
    feed(state, code, [value] * 16)
    acknowledge(state, cause, "Nadia", at(20))
    changes = feed(state, code, [value] * 400, since=21)
    assert next(c for c in changes if c[3])[:2] == (20 + holds_s, "again")


def test_a_graver_level_breaks_through_an_acknowledgement():
    state = start(is_dosed=True)
    feed(state, "spo2", [91] * 16)
    acknowledge(state, "low_oxygen", "Nadia", at(20))
    assert feed(state, "spo2", [88] * 16, since=21) == [(36, "rose", "CRITICAL", True)]
    assert open_alerts(state)[0].acknowledged_by == ""


def test_a_short_recovery_reopens_the_same_alert_quietly_while_in_hand():
    state = start(is_dosed=True)
    feed(state, "hr", [135] * 16)
    acknowledge(state, "fast_heart", "Nadia", at(20))
    feed(state, "hr", [100] * 16, since=21)
    assert raised(state) == []
    changes = feed(state, "hr", [135] * 16, since=40)
    assert changes == [(55, "reopened", "ALERT", False)]
    assert open_alerts(state)[0].number == 1


@pytest.mark.parametrize("pause_s, kind, number", [(59, "reopened", 1), (60, "raised", 2)])
def test_after_a_while_the_same_cause_is_a_new_alert(pause_s, kind, number):
    state = start()
    feed(state, "moaas", [3, 5])
    cleared_at = 1
    [change] = observe(state, "moaas", at(cleared_at + pause_s), 3)
    assert (change.kind, change.number, change.interrupts) == (kind, number, True)


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
