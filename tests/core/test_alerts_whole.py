"""Alerts over whole sessions: quiet ones stay quiet, nothing depends on chance or on being restarted."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knai.core.alerts import (
    CAUSES,
    AlertSettings,
    Level,
    LimitOverride,
    RelativeLimit,
    acknowledge,
    dump,
    observe,
    restore,
    set_dosed,
    start,
    tick,
)
from knai.core.events import EVENTS
from knai.core.vitals import VITALS

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TWO_HOURS_S = 7200


def at(second):
    return START + timedelta(seconds=second)


def quiet_session(seed):
    """A session at 1 Hz with noise, artefacts of up to 10 s, leads off and one failed cuff in five."""
    chance, artefact = random.Random(seed), {}
    for second in range(TWO_HOURS_S):
        for code, usual, spread, wrong in (
            ("spo2", 97.5, 0.5, (70, 91)),
            ("hr", 78, 3, (140, 190)),
            ("rr", 15, 1, (2, 5)),
        ):
            if chance.random() < 1 / 600:
                artefact[code] = second + chance.randint(2, 10)
            if second < artefact.get(code, 0):
                yield second, code, chance.uniform(*wrong)
            elif chance.random() > 0.01:
                yield second, code, chance.gauss(usual, spread)
        if second % 600 == 0:
            rise = 16 * max(0, 1 - abs(second - 2400) / 2400)
            is_artefact = chance.random() < 0.2 and second % 1200 == 0
            yield second, "sbp", 210 if is_artefact else 124 + rise + chance.gauss(0, 4)
            yield second, "dbp", 78 + rise / 2 + chance.gauss(0, 3)


def run(state, values):
    changes, ticked = [], -1
    for second, code, value in values:
        if second != ticked:
            changes += tick(state, at(second))
            ticked = second
        changes += observe(state, code, at(second), value)
    return changes


@pytest.mark.parametrize("seed", range(3))
def test_a_quiet_session_interrupts_at_most_once(seed):
    changes = run(start(is_dosed=True), quiet_session(seed))
    assert sum(change.interrupts for change in changes) <= 1
    assert any(change.kind == "repeat_cuff" for change in changes)  # the artefacts were there


@pytest.mark.parametrize(
    "code, value, within_s", [("spo2", 86, 16), ("hr", 155, 16), ("hr", 35, 16), ("rr", 5, 31)]
)
def test_a_crisis_in_a_noisy_session_is_told_in_time(code, value, within_s):
    state = start(is_dosed=True)
    for second, sign, reading in quiet_session(7):
        if second >= 1800:
            break
        observe(state, sign, at(second), reading)
    chance = random.Random(1)
    for second in range(1800, 1900):
        if any(
            c.interrupts for c in observe(state, code, at(second), value + chance.gauss(0, 0.5))
        ):
            break
    assert second - 1800 <= within_s


def test_every_limit_of_every_sign_belongs_to_one_cause():
    members = [member for cause in CAUSES.values() for member in cause.members]
    assert len(members) == len(set(members))
    for code, vital in VITALS.items():
        for side, limits in (("high", vital.high), ("low", vital.low)):
            assert not limits or (code, side) in members
    assert {cause.event for cause in CAUSES.values()} - {""} <= {*EVENTS}


OWN = LimitOverride("hr", "high", Level.ALERT, 120, "paced at 70, seen by cardiology", "Dr Okafor")
RULE = RelativeLimit("sbp", "high", Level.ALERT, 30)

signs = st.sampled_from(["spo2", "hr", "rr", "sbp", "dbp", "moaas", "etco2", "temp", "map"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("value"), signs, st.integers(0, 220), st.integers(-20, 90)),
        st.tuples(st.just("hand"), signs, st.integers(0, 220), st.integers(-20, 90)),
        st.tuples(st.just("tick"), st.none(), st.none(), st.integers(0, 120)),
        st.tuples(st.just("ack"), st.sampled_from([*CAUSES]), st.none(), st.integers(0, 5)),
        st.tuples(st.just("dosed"), st.none(), st.none(), st.just(0)),
    ),
    max_size=80,
)


def fresh():
    return start(overrides=[OWN], relatives=[RULE], baseline={"sbp": 120})


def play(state, script, second=0):
    changes = []
    for what, name, value, later in script:
        second += later
        if what in ("value", "hand"):
            changes += observe(state, name, at(second), value, hand=what == "hand")
        elif what == "tick":
            changes += tick(state, at(second))
        elif what == "ack":
            changes += acknowledge(state, name, "Nadia", at(second))
        else:
            changes += set_dosed(state, at(second))
    return changes


@given(steps)
@settings(max_examples=60, deadline=None)
def test_a_session_can_be_rebuilt_by_replay(script):
    first, second = fresh(), fresh()
    assert play(first, script) == play(second, script)
    assert first == second


@given(steps, steps)
@settings(max_examples=60, deadline=None)
def test_a_stored_state_goes_on_as_if_never_stored(before, after):
    kept = fresh()
    play(kept, before)
    stored = restore(json.loads(json.dumps(dump(kept))))
    assert stored == kept
    assert play(stored, after, 5000) == play(kept, after, 5000)


@given(steps)
@settings(max_examples=60, deadline=None)
def test_values_sent_twice_change_nothing(script):
    once, twice = fresh(), fresh()
    doubled = []
    for step in script:
        doubled.append(step)
        if step[0] == "value":
            doubled.append((*step[:3], 0))
    assert play(once, script) == play(twice, doubled)


@given(steps)
@settings(max_examples=60, deadline=None)
def test_only_what_is_urgent_interrupts_and_nothing_stays_unseen(script):
    state = fresh()
    changes = play(state, script)
    for change in changes:
        assert not change.interrupts or change.level >= Level.ALERT
        assert not change.interrupts or change.kind in {
            "raised",
            "reopened",
            "rose",
            "escalated",
            "again",
        }
    for alert in state.alerts.values():
        is_urgent = alert.level >= Level.ALERT
        assert not is_urgent or alert.due_at is not None  # somebody will be told again


@given(st.lists(st.integers(85, 100), min_size=1, max_size=60))
def test_an_alert_needs_an_unbroken_run(values):
    state = start(is_dosed=True)
    for second, value in enumerate(values):
        for change in observe(state, "spo2", at(second), value):
            if change.kind in ("raised", "rose"):
                limit = VITALS["spo2"].low[change.level.name.lower()]
                assert second >= 15
                assert all(v <= limit for v in values[second - 15 : second + 1])


def test_a_clinic_may_set_the_times():
    state = start(is_dosed=True, settings=AlertSettings(escalate_alert_s=10))
    observe(state, "moaas", at(0), 3)
    assert [c.kind for c in tick(state, at(9))] == []
    assert [c.kind for c in tick(state, at(10))] == ["escalated"]
