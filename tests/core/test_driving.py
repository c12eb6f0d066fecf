"""Until when driving is barred, across clock changes too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knai.core.driving import NEXT_DAY_CLOCK, DoseSpan, bar_counts_from, barred_until
from knai.core.errors import Malformed

NEW_YORK = "America/New_York"


def local(text, zone=NEW_YORK):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    "last_dose, options, until, rule",
    [
        ("2026-01-05T10:00", {}, "2026-01-05T22:00", "standard"),
        ("2026-01-05T10:00", {"hours": 13}, "2026-01-05T23:00", "clinic"),
        ("2026-01-05T10:00", {"hours": 24}, "2026-01-06T10:00", "clinic"),
        ("2026-01-05T10:00", {"esketamine": True}, "2026-01-06T06:00", "esketamine_label"),
        ("2026-01-05T17:59", {"esketamine": True}, "2026-01-06T06:00", "esketamine_label"),
        ("2026-01-05T18:00", {"esketamine": True}, "2026-01-06T06:00", "standard"),  # a tie
        ("2026-01-05T18:01", {"esketamine": True}, "2026-01-06T06:01", "standard"),
        ("2026-01-05T10:00", {"esketamine": True, "hours": 24}, "2026-01-06T10:00", "clinic"),
        # elapsed hours, whatever the clock does: spring forward in the night of 8 March
        ("2026-03-07T20:00", {}, "2026-03-08T09:00", "standard"),
        # and back in the night of 1 November
        ("2026-10-31T20:00", {}, "2026-11-01T07:00", "standard"),
        ("2026-10-31T10:00", {"hours": 24}, "2026-11-01T09:00", "clinic"),
    ],
)
def test_the_longest_applicable_rule_bars(last_dose, options, until, rule):
    bar = barred_until(local(last_dose), NEW_YORK, **options)
    assert (bar.until.isoformat(), bar.rule) == (local(until).isoformat(), rule)
    assert str(bar.until.tzinfo) == NEW_YORK
    assert bar.label


def test_a_bar_says_its_hours_unless_it_counts_days():
    at = local("2026-01-05T10:00")
    assert barred_until(at, NEW_YORK).hours == 12
    assert barred_until(at, NEW_YORK, hours=24).hours == 24
    assert barred_until(at, NEW_YORK, esketamine=True).hours is None
    assert NEXT_DAY_CLOCK.isoformat() == "06:00:00"


def test_the_next_day_is_the_clinics_not_greenwichs():
    at = datetime(2026, 1, 6, 2, 0, tzinfo=UTC)  # still 5 January, 21:00, in New York
    bar = barred_until(at, NEW_YORK, esketamine=True)
    assert bar.until == local("2026-01-06T09:00")


@pytest.mark.parametrize("hours, message", [(11, "wanted at least 12"), (0, "wanted at least 12")])
def test_a_clinic_cannot_shorten_the_standards_hours(hours, message):
    with pytest.raises(Malformed, match=message):
        barred_until(local("2026-01-05T10:00"), NEW_YORK, hours=hours)


def test_a_time_without_zone_is_refused():
    with pytest.raises(Malformed, match="no time zone"):
        barred_until(datetime(2026, 1, 5, 10), NEW_YORK)  # noqa: DTZ001


A, B, C = (datetime(2026, 1, 5, hour, tzinfo=UTC) for hour in (9, 10, 11))


@pytest.mark.parametrize(
    "doses, counts_from",
    [
        ([], None),
        ([DoseSpan(A)], A),
        ([DoseSpan(A, B, is_infusion=True)], B),
        ([DoseSpan(A, is_infusion=True)], None),  # still running
        ([DoseSpan(A), DoseSpan(B, is_infusion=True)], None),
        ([DoseSpan(C), DoseSpan(A, B, is_infusion=True)], C),  # a later push counts
        ([DoseSpan(A, C)], A),  # an end means nothing for a push
        ([DoseSpan(B), DoseSpan(A)], B),
    ],
)
def test_the_bar_counts_from_the_last_of_all_doses(doses, counts_from):
    assert bar_counts_from(doses) == counts_from


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([NEW_YORK, "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    st.integers(12, 48),
    st.booleans(),
)
def test_no_rule_ends_before_its_elapsed_hours(at, zone, hours, esketamine):
    until = barred_until(at, zone, hours=hours, esketamine=esketamine).until
    assert until.astimezone(UTC) >= at + timedelta(hours=hours)
    assert until.astimezone(UTC).astimezone(ZoneInfo(zone)) == until
