import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knai.interop.hl7v2.times import NoInstant, offset_of, read_instant
from knai.interop.hl7v2.units import conversion, convert

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def read(text, offset="", zone="", near=NOON):
    return read_instant(text, offset=offset, zone=zone, near=near)


@pytest.mark.parametrize(
    "text, offset, zone, hour, minute",
    [
        ("20260304120000+0000", "", "", 12, 0),
        ("20260304120000+0800", "", "", 4, 0),
        ("20260304120000-0330", "", "", 15, 30),
        ("202603041200+0000", "", "", 12, 0),  # no seconds
        ("20260304120000.1234+0000", "", "", 12, 0),
        ("20260304120000", "+0800", "", 4, 0),  # the message's own offset holds for all its times
        ("20260304120000", "", "America/New_York", 17, 0),
        ("20260304120000+0100", "+0800", "America/New_York", 11, 0),  # its own offset wins
        ("20260304120000", "+0800", "America/New_York", 4, 0),  # then the message's
    ],
)
def test_a_time_is_an_instant_once_its_clock_is_known(text, offset, zone, hour, minute):
    at = read(text, offset, zone)
    assert (at.hour, at.minute, at.tzinfo) == (hour, minute, UTC)


def test_fractions_of_a_second_are_kept():
    assert read("20260304120000.25+0000").microsecond == 250_000


@pytest.mark.parametrize(
    "text, zone, reason",
    [
        ("20260304120000", "", "no_zone"),
        ("", "UTC", "no_time"),
        ("20260304", "UTC", "no_time"),  # a day is no time of a vital sign
        ("2026030412", "UTC", "no_time"),
        ("20261304120000", "UTC", "no_time"),
        ("20260304126000", "UTC", "no_time"),
        ("20260304120060", "UTC", "no_time"),  # a leap second
        ("20260304120000+9900", "UTC", "no_time"),
        ("20260304120000+0060", "UTC", "no_time"),
        ("20260304120000+24", "UTC", "no_time"),
        ("00000304120000", "UTC", "no_time"),
        ("00010101000000+1400", "", "no_time"),  # before the first day there is
        ("２0260304120000", "UTC", "no_time"),  # not an ASCII digit
        ("2026-03-04T12:00", "UTC", "no_time"),
        ("20260308023000", "America/New_York", "no_time"),  # the clock skips this half hour
    ],
)
def test_what_names_no_instant_is_refused_with_its_reason(text, zone, reason):
    with pytest.raises(NoInstant) as refused:
        read(text, zone=zone)
    assert refused.value.reason == reason


@pytest.mark.parametrize("near_hour, hour", [(4, 5), (5, 5), (6, 6), (9, 6)])
def test_in_the_hour_that_comes_twice_the_nearer_is_meant(near_hour, hour):
    near = datetime(2026, 11, 1, near_hour, 25, tzinfo=UTC)
    assert read("20261101012000", zone="America/New_York", near=near).hour == hour


@given(st.text(max_size=24))
def test_any_text_is_an_instant_or_refused(text):
    with contextlib.suppress(NoInstant):
        read(text, zone="Europe/Paris")
    assert isinstance(offset_of(text), str)


@pytest.mark.parametrize(
    "value, given_unit, wanted, result",
    [
        (16.0, "kPa", "mm[Hg]", 120.01),
        (120.0, "mm[Hg]", "mm[Hg]", 120.0),
        (98.6, "[degF]", "Cel", 37.0),
        (32.0, "[degF]", "Cel", 0.0),
        (72.0, "{beat}/min", "/min", 72.0),
        (2500.0, "mL/min", "L/min", 2.5),
        (150.0, "[lb_av]", "kg", 68.04),
        (1.75, "m", "cm", 175.0),
    ],
)
def test_units_are_converted_by_their_definition(value, given_unit, wanted, result):
    assert convert(value, *conversion(given_unit, wanted)) == result


@pytest.mark.parametrize("pair", ["% mm[Hg]", "Cel [degF]", " %", "mm[Hg] %", "% /min"])
def test_units_of_different_things_have_no_conversion(pair):
    assert conversion(*pair.split(" ")) is None
