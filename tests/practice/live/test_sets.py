"""A cuff pressure makes a set at its own time, from what was seen in the half minute before it."""

import pytest

from knai.practice.live.sets import inflation_of
from knai.practice.models import ChartEntry
from tests.practice.live.harness import at, cuff, message, sample

pytestmark = pytest.mark.django_db


def the_set() -> dict:
    return ChartEntry.objects.get(kind="vitals").body


def steady(*seconds, hr=70, spo2=97, rr=14):
    return [
        sample(code, value, second)
        for second in seconds
        for code, value in (("hr", hr), ("spo2", spo2), ("rr", rr))
    ]


def test_a_set_stands_at_the_cuffs_time_and_names_its_monitor(bench, cast):
    bench.send(message(*steady(31, 40, 50), *cuff(58)), seconds=70)
    entry = ChartEntry.objects.get(kind="vitals")
    assert entry.effective_at == at(58)
    assert (entry.source, entry.device, entry.recorded_by) == ("device", cast.monitor, None)
    assert entry.body == {"sbp": 120, "dbp": 80, "hr": 70, "spo2": 97, "rr": 14}


@pytest.mark.parametrize(
    "seconds, is_seen",
    [
        (30, False),  # exactly thirty seconds before the cuff is older than the window
        (30.1, True),
        (60, True),  # at the cuff's own instant
        (60.1, False),  # after it
    ],
)
def test_the_window_is_the_thirty_seconds_up_to_the_cuff(bench, seconds, is_seen):
    bench.send(message(sample("hr", 70, seconds), *cuff(60)))
    assert ("hr" in the_set()) is is_seen


def test_nothing_older_is_carried_so_an_artefact_leaves_the_set_incomplete(bench):
    bench.send(message(*steady(10)), message(sample("hr", 70, 95), *cuff(100)))
    assert the_set() == {"sbp": 120, "dbp": 80, "hr": 70}


def test_the_median_is_a_value_that_was_seen(bench):
    values = [sample("hr", value, 50 + n) for n, value in enumerate((70, 71, 150, 72))]
    bench.send(message(*values, *cuff(60)))
    assert the_set()["hr"] == 71


def test_the_order_inside_a_message_means_nothing(bench):
    bench.send(message(*cuff(60), sample("map", 93, 60), sample("hr", 70, 59)))
    assert the_set() == {"sbp": 120, "dbp": 80, "map": 93, "hr": 70}


def test_pressures_of_two_messages_make_one_set(bench):
    systolic, diastolic = cuff(60)
    bench.send(message(systolic))
    assert not ChartEntry.objects.exists()
    bench.send(message(diastolic))
    assert the_set() == {"sbp": 120, "dbp": 80}


def test_pressures_of_different_times_make_none(bench):
    bench.send(message(sample("sbp", 120, 60), sample("dbp", 80, 61)))
    assert not ChartEntry.objects.exists()


def test_a_cuff_pressure_repeated_in_every_message_counts_once(bench):
    for second in range(61, 70):
        bench.send(message(sample("hr", 70, second), *cuff(60)), seconds=second)
    assert ChartEntry.objects.filter(kind="vitals").count() == 1


def test_a_second_figure_for_the_same_inflation_is_kept_as_a_sample_alone(bench):
    bench.send(message(*cuff(60, 120)), message(*cuff(60, 125)))
    assert the_set()["sbp"] == 120


def test_an_arterial_line_is_no_cuff(bench):
    line = [sample("sbp", 120, 60, "art1"), sample("dbp", 80, 60, "art1")]
    bench.send(message(*line))
    assert not ChartEntry.objects.exists()


def test_a_cuff_that_comes_late_still_makes_its_set(bench):
    bench.send(message(*steady(45, 50), *cuff(60)), message(*cuff(120, 130)))
    bench.send(message(*cuff(55, 118)))
    found = ChartEntry.objects.filter(kind="vitals").values_list("effective_at", "body")
    assert [(when, body["sbp"], body.get("hr")) for when, body in found] == [
        (at(55), 118, 70), (at(60), 120, 70), (at(120), 130, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sub_id, shared",
    [
        ("cuff:1.1.9.150021", "cuff:1.1.9"),  # IHE PCD-01: the last number is the sign's own
        ("1.1.9.150022", "1.1.9"),
        ("1", "1"),
        ("1.2", "1.2"),  # a channel and no more
        ("", ""),
        ("left arm.2", "left arm.2"),
    ],
)
def test_the_pressures_of_one_cuff_share_a_channel_however_it_is_named(sub_id, shared):
    assert inflation_of(sub_id) == shared
