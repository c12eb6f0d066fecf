"""Who is told, when, how often; and what a change says, by example. Times are seconds from the start."""

import pytest

from knai.core.alerts import (
    AlertSettings,
    Level,
    LimitOverride,
    RelativeLimit,
    acknowledge,
    observe,
    open_alerts,
    set_dosed,
    set_overrides,
    start,
    tick,
)
from knai.core.errors import Malformed
from tests.spec.alert_helpers import WHY, at, cuff, feed, raised

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


# ------------------------------------------------------------------------------------ what a change says


def test_every_change_says_what_when_and_which_signs():
    state = start(is_dosed=True)
    [asked] = observe(state, "sbp", at(0), 185)
    assert (asked.cause, asked.level, asked.at) == ("high_blood_pressure", Level.ALERT, at(0))
    assert asked.codes == ("sbp",)
    [overdue] = tick(state, at(200))
    assert (overdue.cause, overdue.level, overdue.at) == (asked.cause, Level.CAUTION, at(200))
    [raised_now] = observe(state, "sbp", at(300), 185)
    assert (raised_now.kind, raised_now.at, raised_now.by) == ("raised", at(300), "")
    [taken] = acknowledge(state, asked.cause, "Nadia", at(310))
    assert (taken.at, taken.number) == (at(310), 1)
    [fell] = observe(state, "sbp", at(400), 170)
    assert (fell.kind, fell.at, fell.level) == ("fell", at(400), Level.CAUTION)
    [cleared] = observe(state, "sbp", at(500), 120)
    assert (cleared.kind, cleared.at, cleared.level) == ("cleared", at(500), Level.NONE)


def test_an_alert_keeps_when_it_was_raised_and_how_often_it_was_told():
    state = start()
    feed(state, "moaas", [3])
    tick(state, at(60))
    [told] = tick(state, at(120))
    assert (told.kind, told.at) == ("escalated", at(120))
    [alert] = open_alerts(state)
    assert (alert.raised_at, alert.level_at, alert.escalations) == (at(0), at(0), 2)
    acknowledge(state, "deep_sedation", "Nadia", at(121))
    [again] = tick(state, at(421))
    assert (again.kind, again.at, alert.escalations) == ("again", at(421), 2)


def test_a_low_first_reading_asks_for_its_own_repeat():
    [change] = observe(start(), "sbp", at(0), 85)
    assert (change.kind, change.cause) == ("repeat_cuff", "low_blood_pressure")


def test_a_repeat_that_was_taken_is_not_overdue():
    state = start(is_dosed=True)
    cuff(state, 0, 185)
    cuff(state, 60, 186)
    acknowledge(state, "high_blood_pressure", "Nadia", at(61))
    assert tick(state, at(300)) == ()


def test_what_shows_already_needs_no_repeat():
    state = start(is_dosed=True)
    cuff(state, 0, 185)
    cuff(state, 60, 186)
    assert cuff(state, 120, 187, 112) == []  # the diastolic adds nothing to the alert that shows


def test_a_sensor_that_comes_back_says_so_once():
    state = start(is_dosed=True)
    feed(state, "spo2", [97] * 10)
    [missing] = tick(state, at(60))
    assert missing.at == at(60)
    [back] = observe(state, "spo2", at(62), 97)
    assert (back.cause, back.level, back.at) == ("sensor", Level.NONE, at(62))
    assert observe(state, "spo2", at(63), 97) == ()


def test_a_second_joining_sign_is_told_when_it_joined():
    state = start(is_dosed=True)
    cuff(state, 0, 185, 112)
    observe(state, "sbp", at(60), 185)
    [joined] = observe(state, "dbp", at(61), 112)
    assert (joined.kind, joined.at, joined.codes) == ("joined", at(61), ("sbp", "dbp"))


def test_a_moved_limit_keeps_what_already_stands():
    state = start()
    for second in (0, 60):
        cuff(state, second, 170)
    assert raised(state) == [("high_blood_pressure", "CAUTION")]
    assert set_dosed(state, at(70)) == ()  # 170 is beyond the milder limit too
    assert raised(state) == [("high_blood_pressure", "CAUTION")]
    [change] = set_overrides(
        state, [LimitOverride("sbp", "high", Level.CAUTION, 175, WHY, "Dr Okafor")], at(80)
    )
    assert (change.kind, change.at) == ("cleared", at(80))


def test_a_moved_limit_keeps_a_run_that_is_under_way():
    state = start()
    feed(state, "hr", [115] * 10)
    set_dosed(state, at(9))
    assert feed(state, "hr", [115] * 6, since=10) == [(15, "raised", "CAUTION", False)]


def test_a_reached_low_baseline_limit_is_the_percent_below():
    rule = RelativeLimit("sbp", "low", Level.ALERT, 30)
    state = start(relatives=[rule], baseline={"sbp": 150}, is_dosed=True)
    for second in (0, 60):
        cuff(state, second, 106)
    assert raised(state) == []


@pytest.mark.parametrize("value, stands", [(49, False), (50, True), (280, True), (281, False)])
def test_an_own_limit_lies_within_what_is_believable(value, stands):
    side = "low" if value < 100 else "high"
    own = LimitOverride("sbp", side, Level.CRITICAL, value, WHY, "Dr Okafor")
    if stands:
        assert start(overrides=[own]).patient.overrides == (own,)
    else:
        with pytest.raises(Malformed, match=rf"^sbp\.{side}\.critical: is outside"):
            start(overrides=[own])


def test_levels_are_compared_with_the_limits_of_the_dose():
    # 150 lies above the pre-dose caution of 140 and below the caution of 160 that follows the dose
    own = LimitOverride("sbp", "high", Level.ALERT, 150, WHY, "Dr Okafor")
    with pytest.raises(Malformed, match=r"^sbp\.high: puts a graver level"):
        start(overrides=[own])


@pytest.mark.parametrize("second, told", [(139, False), (140, True)])
def test_an_acknowledgement_ends_with_its_time_for_a_reopened_alert(second, told):
    state = start()
    feed(state, "moaas", [1])  # critical
    acknowledge(state, "deep_sedation", "Nadia", at(20))
    observe(state, "moaas", at(100), 5)
    [change] = observe(state, "moaas", at(second), 1)
    assert (change.kind, change.interrupts) == ("reopened", told)


def test_of_two_equals_the_one_nobody_has_in_hand_stands_first():
    state = start()
    feed(state, "moaas", [3])
    for second in range(31):
        observe(state, "rr", at(second), 7)
    assert [a.cause for a in open_alerts(state)] == ["shallow_breathing", "deep_sedation"]
    acknowledge(state, "shallow_breathing", "Nadia", at(31))
    assert [a.cause for a in open_alerts(state)] == ["deep_sedation", "shallow_breathing"]


def test_the_settings_given_are_the_ones_used():
    state = start(settings=AlertSettings(escalate_alert_s=5))
    feed(state, "moaas", [3])
    assert [c.kind for c in tick(state, at(5))] == ["escalated"]


def test_a_first_single_value_is_no_stream_to_miss():
    state = start()
    observe(state, "spo2", at(0), 97)
    assert tick(state, at(600)) == ()
