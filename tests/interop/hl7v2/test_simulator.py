import asyncio
from datetime import UTC, datetime, timedelta
from statistics import mean, stdev

import pytest

from knai.core.vitals import VITALS, judge_plausible
from knai.interop.hl7v2 import DIALECTS, CuffMemory, load_dialect, read_batch
from knai.interop.hl7v2.simulator import (
    SCRIPTS,
    Chair,
    DoseCourse,
    Feed,
    Infusion,
    SimulatedPatient,
    build_dense,
    build_message,
    four_chairs,
    pump,
    standard_course,
)

STARTED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
DOSE_S, END_S = 300, 2700  # the standard course: five minutes in, forty minutes long
MEASURED = ("hr", "pulse", "spo2", "rr", "etco2", "temp", "sbp", "dbp", "map", "cuff_pulse")
SERIES = {"pulse": "hr", "cuff_pulse": "hr"}


def calm(seed, **more):
    return SimulatedPatient(seed, artefacts=False, **more)


# ------------------------------------------------------------------------------------------------- course
def test_the_reference_infusion_has_its_whole_effect_at_its_end_and_little_after_ninety_minutes():
    course = standard_course(80, start_s=0)
    assert course.infusions[0].mg == 40
    assert course.effect(0, 80) == 0
    assert course.effect(2400, 80) == pytest.approx(1)
    assert course.effect(5400, 80) < 0.06


def test_effect_grows_with_dose_and_falls_with_weight_and_adds_up():
    def at_end(mg, weight_kg):
        return DoseCourse((Infusion(0, 2400, mg),)).effect(2400, weight_kg)

    assert at_end(80, 80) == pytest.approx(2 * at_end(40, 80))
    assert at_end(40, 80) == pytest.approx(2 * at_end(40, 160))
    halves = DoseCourse((Infusion(0, 1200, 20), Infusion(1200, 2400, 20)))
    assert halves.effect(2400, 80) == pytest.approx(at_end(40, 80))


def test_an_infusion_that_is_stopped_wears_off_from_then():
    whole = standard_course(80, start_s=0)
    stopped = whole.stopped(1200)
    assert stopped.effect(1200, 80) == pytest.approx(whole.effect(1200, 80))
    assert stopped.effect(1800, 80) < stopped.effect(1200, 80) < whole.effect(1800, 80)
    assert whole.stopped(0).infusions == ()
    assert whole.stopped(9999) == whole


# ------------------------------------------------------------------------------------------------ patient
def test_a_patient_is_the_same_whenever_and_in_whatever_order_one_looks():
    first, second = SimulatedPatient(7), SimulatedPatient(7)
    times = [0, 1500.5, 35, 3000, 1500.5, 700]
    forward = [first.at(t) for t in times]
    assert [second.at(t) for t in reversed(times)] == forward[::-1]
    assert SimulatedPatient(8).at(1500) != first.at(1500)


def test_what_one_caller_changes_no_other_sees():
    patient = SimulatedPatient(7)
    patient.at(900).clear()
    patient.cuff_at(900).clear()
    assert patient.at(900)["sbp"] is not None


def test_pressures_rise_as_was_published_and_are_back_after_ninety_minutes():
    patients = [calm(seed) for seed in range(400)]

    def change(sign, at_s):
        return [p.cuff_at(at_s)[sign] - p.cuff_at(100)[sign] for p in patients]

    peak, late = END_S + 40, DOSE_S + 5400 + 40
    assert mean(change("sbp", peak)) == pytest.approx(16.0, abs=1.7)
    assert stdev(change("sbp", peak)) == pytest.approx(11.2, abs=1.5)
    assert mean(change("dbp", peak)) == pytest.approx(11.0, abs=1.3)
    assert stdev(change("dbp", peak)) == pytest.approx(8.5, abs=1.2)
    assert abs(mean(change("sbp", late))) < 2
    assert abs(mean(change("dbp", late))) < 2


def test_heart_rate_rises_a_little_and_saturation_stays_where_it_is():
    patients = [calm(seed) for seed in range(200)]
    heart = [p.truth("hr", END_S) - p.truth("hr", 0) for p in patients]
    assert 2 < mean(heart) < 5
    saturations = [p.at(t)["spo2"] for p in patients for t in (100, 1200, END_S)]
    assert mean(saturations) == pytest.approx(97, abs=0.6)
    assert stdev(saturations) < 1.2


def test_without_a_dose_nothing_rises():
    patient = calm(3, course=DoseCourse())
    assert patient.truth("sbp", 0) == patient.truth("sbp", END_S)


def test_the_first_cuff_begins_at_the_start_and_then_at_the_chosen_interval():
    patient = calm(3, cuff_every_s=120)
    assert patient.at(34)["cuff_at_s"] is None
    assert [patient.at(t)["cuff_at_s"] for t in (35, 154, 155, 275)] == [35, 35, 155, 275]
    assert patient.at(40)["sbp"] == patient.at(150)["sbp"]


def test_what_a_quiet_patient_shows_is_plausible_and_pressures_are_in_order():
    for seed in range(20):
        patient = SimulatedPatient(seed)
        for t in range(40, 7200, 60):
            signs = patient.at(t)
            for name in MEASURED:
                value = signs[name]
                assert value is None or judge_plausible(SERIES.get(name, name), value).is_ok
            if signs["sbp"] is not None:
                assert signs["dbp"] < signs["map"] < signs["sbp"]


def test_artefacts_happen_and_pass():
    patients = [SimulatedPatient(seed) for seed in range(40)]
    shown = [[p.at(t) for t in range(60, 3660)] for p in patients[:8]]
    lost = [signs["spo2"] is None for person in shown for signs in person]
    dipped = [(signs["spo2"] or 100) <= 92 for person in shown for signs in person]
    assert 0 < mean(lost) < 0.02
    assert 0 < mean(dipped) < 0.02
    assert longest_run(dipped) < 15  # no dip outlasts the time after which an alert believes it
    cuffs = [p.cuff_at(t)["sbp"] for p in patients for t in range(40, 7200, 300)]
    assert 0 < mean(c is None for c in cuffs) < 0.08
    assert not any(calm(s).at(t)["spo2"] is None for s in range(10) for t in range(60, 3600, 7))


def longest_run(flags):
    longest = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return longest


# ------------------------------------------------------------------------------------------------- crises
@pytest.mark.parametrize("seed", range(12))
def test_a_quiet_session_crosses_no_alert_limit(seed):
    assert SimulatedPatient(seed).crossings(7200) == []


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "quiet"])
def test_a_scripted_crisis_crosses_its_limits_after_its_onset_and_ends(name):
    script = SCRIPTS[name]
    for seed in range(4):
        found = SimulatedPatient(seed, script=name).crossings(7200)
        assert set(script.must_alert) <= {c.vital for c in found}
        assert all(script.onset_s < c.at_s < c.until_s <= script.ends_s for c in found)


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "quiet"])
def test_a_crisis_lasts_long_enough_to_be_believed(name):
    for seed in range(4):
        patient = SimulatedPatient(seed, script=name)
        for sign in SCRIPTS[name].must_alert:
            vital = VITALS[sign]
            # a cuff sees a pressure beyond its limit twice only if it stays for two intervals
            needed_s = 300 if vital.confirm_by_cuff else vital.persist_s
            spans = [c for c in patient.crossings(7200, ("alert",)) if c.vital == sign]
            assert max(c.until_s - c.at_s for c in spans) > needed_s


def test_no_probe_falls_off_during_a_crisis():
    for seed in range(10):
        patient = SimulatedPatient(seed, script="desaturation")
        assert all(patient.at(t)["spo2"] is not None for t in range(1500, 1770))


def test_breathing_stops_in_over_sedation_and_saturation_follows():
    patient = calm(5, script="over_sedation")
    assert min(patient.at(t)["rr"] for t in range(2160, 2200)) == 0
    assert patient.at(2170)["spo2"] > patient.at(2240)["spo2"]


# ----------------------------------------------------------------------------------------------- messages
def mapping_for(dialect):
    return load_dialect(dialect).changed(zone="America/New_York", cuff="at_obx14")


@pytest.mark.parametrize("dialect", ["pcd01", "loinc", "comen", "philips"])
def test_what_a_monitor_shows_is_what_is_charted(dialect):
    at, cuff_at = STARTED + timedelta(seconds=640), STARTED + timedelta(seconds=635)
    signs = calm(4).at(640)
    chair = Chair("4", "SIM-4", dialect, "INV-4", zone="America/New_York")
    raw = build_message(chair, signs, at=at, control_id="c1", cuff_at=cuff_at)
    mapping = mapping_for(dialect)
    if dialect == "philips":
        mapping = mapping.changed(cuff="at_obr7")
    batch = read_batch(raw, mapping, now=at)
    assert batch.quarantined == ()
    assert (batch.control_id, batch.patient_ref) == ("c1", "INV-4")
    found = {(s.code, s.value, s.at) for s in batch.samples}
    dated = dialect in ("pcd01", "loinc")
    for name in MEASURED:
        if dialect == "loinc" and name in ("etco2", "cuff_pulse"):
            continue
        when = cuff_at if dated and name in ("sbp", "dbp", "map", "cuff_pulse") else at
        assert (SERIES.get(name, name), signs[name], when) in found, name


def test_every_shipped_dialect_can_be_simulated():
    for dialect in DIALECTS:
        assert build_message(
            Chair("1", dialect=dialect), calm(1).at(60), at=STARTED, control_id="1"
        )


@pytest.mark.parametrize("dialect", ["pcd01", "loinc", "comen", "philips"])
def test_what_was_not_measured_is_not_charted(dialect):
    signs = dict.fromkeys((*MEASURED, "cuff_at_s"))
    raw = build_message(Chair("1", dialect=dialect), signs, at=STARTED, control_id="1")
    batch = read_batch(raw, mapping_for(dialect), now=STARTED)
    assert (batch.samples, batch.quarantined) == ((), ())


def test_a_monitor_that_repeats_its_cuff_is_charted_once_a_cuff():
    feed = Feed(Chair("1", dialect="comen"), calm(2), every_s=5, until_s=1800)
    mapping, memory, seen = load_dialect("comen").changed(cuff="on_change"), CuffMemory(), set()
    for number, (_, raw) in enumerate(feed.messages(STARTED)):
        batch = read_batch(raw, mapping, now=STARTED + timedelta(seconds=5 * number), cuffs=memory)
        seen |= {s for s in batch.samples if s.code == "sbp"}
    assert sorted((s.at - STARTED).total_seconds() for s in seen) == [35, 335, 635, 935, 1235, 1535]


def test_a_dense_message_is_charted_whole():
    raw = build_dense(Chair("1"), at=STARTED, control_id="1", values=12)
    batch = read_batch(raw, load_dialect("pcd01"), now=STARTED)
    assert len(batch.samples) == 12
    assert len({(s.code, s.sub_id) for s in batch.samples}) == 12


def test_four_chairs_are_four_monitors_and_four_people_at_work():
    feeds = four_chairs()
    keys = set()
    for feed in feeds:
        (due_s, raw) = next(feed.messages(STARTED))
        batch = read_batch(raw, load_dialect("pcd01"), now=STARTED)
        keys.add((batch.device_key, batch.patient_ref))
        assert due_s == 0
        assert len(batch.samples) >= 5
    assert len(keys) == 4


@pytest.mark.parametrize(
    "speed, due", [(1, [0, 2, 4]), (4, [0, 0.5, 1]), (float("inf"), [0, 0, 0])]
)
def test_speed_changes_when_messages_are_sent_and_not_what_they_say(speed, due):
    feed = Feed(Chair("1"), calm(1), every_s=2, from_s=600, until_s=604)
    timed = list(feed.messages(STARTED, speed))
    assert [d for d, _ in timed] == due
    assert [m for _, m in timed] == [m for _, m in feed.messages(STARTED)]
    assert b"20260304100004+0000" in timed[2][1]


def test_sending_nothing_reports_nothing():
    report = asyncio.run(pump([], port=1))
    assert (report.sent, report.accepted) == (0, 0)
    assert report.p99_ms != report.p99_ms  # not a number: nothing was answered
