"""A session as it stands: constant work a value, and the same again when read from the record."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knai.kit import bus
from knai.practice.actions.write import append, atomic
from knai.practice.entries import InfusionChange, InfusionStart, Plan, Sedation, Vitals
from knai.practice.live.tile import Tile, encode
from knai.practice.live.trend import MOST_POINTS, Trend
from knai.practice.models import RosterStay, TreatmentSession
from tests.practice.live.harness import at, cuff, message, sample

pytestmark = pytest.mark.django_db


def chart(cast, body, seconds, **more):
    with atomic():
        return append(
            by=cast.actor("nadia"), body=body, patient=cast.patient, session=cast.session,
            effective_at=at(seconds), **more,
        )  # fmt: skip


def test_the_tile_names_nobody(bench, cast):
    bench.send(message(sample("hr", 84, 1), *cuff(2, 138, 86)))
    text = encode(bench.tile()).decode()
    for word in ("Mara", "Rosen", "H-1001"):
        assert word not in text
    tile = msgspec.json.decode(text, type=Tile)
    assert (tile.initials, tile.chair, tile.weight_kg) == ("M.R.", "Chair 1", "78.0")
    assert (tile.sbp, tile.dbp, tile.hr, tile.spo2) == (138, 86, 84, None)


def test_delta_is_from_the_baseline_before_the_first_dose(bench, cast):
    chart(cast, Vitals(sbp=126, dbp=80, hr=70, spo2=98), -300)
    chart(cast, Vitals(sbp=170, dbp=80, hr=70, spo2=98), 300)
    TreatmentSession.objects.update(first_dose_at=at(0), state="dosing")
    bench.send(message(*cuff(400, 138, 86)), seconds=400)
    assert bench.tile(400).sbp_delta == 12


@pytest.mark.parametrize("minutes, is_baseline", [(-61, False), (-60, True), (0, True), (1, False)])
def test_a_baseline_is_young_enough_and_from_before_the_dose(bench, cast, minutes, is_baseline):
    TreatmentSession.objects.update(first_dose_at=at(0))
    chart(cast, Vitals(sbp=126, dbp=80, hr=70, spo2=98), minutes * 60)
    bench.live.load_all(at(120))
    assert bool(bench.state.chart.baseline) is is_baseline


def infusion(cast, seconds):
    body = InfusionStart("iv_infusion", "racemic_ketamine", "39", "40", mg_per_kg="0.5")
    return chart(
        cast, msgspec.convert(msgspec.to_builtins(body), InfusionStart, strict=False), seconds
    )


def test_vitals_are_due_an_interval_after_the_last_complete_set(bench, cast):
    infusion(cast, 0)
    chart(cast, Vitals(sbp=126, dbp=80, hr=70, spo2=98), 300)
    chart(cast, Vitals(sbp=126, dbp=80), 400)  # incomplete: does not count
    bench.live.load_all(at(500))
    chart_now = bench.state.chart
    assert chart_now.next_vitals_at == at(300) + timedelta(minutes=15)
    assert chart_now.overdue_vitals_at == at(300) + timedelta(minutes=18)
    assert chart_now.dose == "IV 0.5 mg/kg · 40 min"


@pytest.mark.parametrize("minutes, is_due", [(29, True), (30, False)])
def test_nothing_is_due_once_the_window_has_closed(bench, cast, minutes, is_due):
    start = infusion(cast, 0)
    chart(cast, InfusionChange("stop"), 600, target=start)
    bench.live.load_all(at(600 + minutes * 60))
    assert (bench.state.chart.next_vitals_at is not None) is is_due


def test_before_a_dose_the_plan_gives_the_words_and_nothing_is_due(bench, cast):
    plan = msgspec.convert({"route": "im", "mg_per_kg": "0.3"}, Plan, strict=False)
    chart(cast, plan, 0)
    bench.live.load_all(at(1))
    assert bench.state.chart.dose == "IM 0.3 mg/kg"
    assert bench.state.chart.next_vitals_at is None


def test_the_provider_is_on_site_as_the_roster_says(bench, cast):
    bench.live.load_all(at(0))
    assert not bench.tile().provider_on_site
    RosterStay.objects.create(
        clinic=cast.clinic, user=cast.okafor, arrived_at=at(0), recorded_by=cast.nadia
    )
    bench.live.refresh(bench.session_id, at(1))
    assert bench.tile().provider_on_site


def test_a_rebuilt_state_is_the_state_that_was(bench, cast):
    chart(cast, Sedation(moaas=4), 5)
    for second in range(0, 120, 2):
        spo2 = 97 if second < 60 else 90
        bench.send(
            message(sample("hr", 70 + second % 5, second), sample("spo2", spo2, second)),
            seconds=second,
        )
    bench.send(message(*cuff(119, 185, 95)), seconds=119)
    bench.live.refresh(bench.session_id, at(119))
    before = bench.state
    bench.start()
    bench.live.load_all(at(120))
    after = bench.state
    assert {c: (s.at, s.value, s.trend.points) for c, s in after.signs.items()} == {
        c: (s.at, s.value, s.trend.points) for c, s in before.signs.items()
    }
    assert set(after.open_alerts) == set(before.open_alerts) == {"low_oxygen"}
    assert bench.tile(120).moaas == 4


def test_late_and_repeated_values_are_no_news(bench):
    bench.send(message(sample("hr", 70, 10)))
    bench.send(message(sample("hr", 99, 5), sample("hr", 98, 10)))
    assert bench.state.signs["hr"].value == 70


def test_pages_are_told_four_times_a_second_and_the_last_word_reaches_them(bench):
    clock = [0.0]
    bench.live._monotonic = lambda: clock[0]
    told = []
    end = bus.subscribe("tiles", lambda m: told.append(msgspec.json.decode(m["data"])["hr"]))
    try:
        for step in range(11):
            clock[0] = 100 + step * 0.1
            bench.send(message(sample("hr", 70 + step, step)))
            bench.live.flush(at(step))
        wait = bench.live.flush(at(11))
        clock[0] += wait
        bench.live.flush(at(12))
    finally:
        end()
    assert told == [70, 73, 76, 79, 80]
    assert bench.live.flush(at(13)) is None


def test_points_are_told_once_and_about_one_a_second(bench):
    told = []
    end = bus.subscribe("samples", lambda m: told.append(msgspec.json.decode(m["data"])["signs"]))
    try:
        bench.send(message(*(sample("hr", 70 + n, n / 10) for n in range(50))))
        bench.live.flush(at(10))
    finally:
        end()
    [signs] = told
    assert len(signs["hr"]) < 10  # of fifty in five seconds
    assert signs["hr"][-1][1] == 119


# -------------------------------------------------------------------------------------------------- trends
@given(st.lists(st.floats(0.01, 1000), max_size=2000), st.floats(0, 1e9))
def test_a_curve_never_has_more_points_than_a_page_takes_and_keeps_its_extremes(gaps, start):
    trend, when, values = Trend(), start, []
    for n, gap in enumerate(gaps):
        when += gap
        values.append(float((n * 7919) % 200))
        trend.add(when, values[-1])
    assert len(trend.points) <= MOST_POINTS
    times = [point[0] for point in trend.points]
    assert times == sorted(set(times))
    if values:
        assert trend.points[-1][3] == values[-1]
        assert min(p[1] for p in trend.points) == min(values)
        assert max(p[2] for p in trend.points) == max(values)


def test_a_dip_of_ten_seconds_still_shows_after_eight_hours():
    trend = Trend()
    for second in range(8 * 3600):
        trend.add(float(second), 85.0 if 5000 <= second < 5010 else 97.0)
    assert min(point[1] for point in trend.points) == 85.0
