"""Numbers, instants and days as they come in: read exactly or refused, never guessed.

An instant becomes whole microseconds since 1970 UTC and a day its ordinal, so that the clauses compare
integers: the same in Python and in a column.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from knai.core.data import zone_names
from knai.core.errors import Malformed

Number = int | Decimal
Exact = int | Fraction  # what is calculated with: a Decimal's own arithmetic rounds at 28 digits

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
ONE_US = timedelta(microseconds=1)
MIN_US = 60_000_000
# Only plain digits: Decimal() would also read underscores and the digits of other scripts.
_WRITTEN = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,9})?")
# fromisoformat() would cut these digits off in silence; noughts there say nothing finer.
_FINER_THAN_US = re.compile(r"[.,][0-9]{6}[0-9]*[1-9]")
_MOST_DIGITS = 400  # every float fits; an exponent of a million would only eat memory


def read_number(value: Any, field: str) -> Number:
    """An int, Decimal, float or decimal text, exactly as written (a float through its text)."""
    if type(value) is int:
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise Malformed(f"found {_kind(value)}, wanted a number", field)
    if isinstance(value, str) and not _WRITTEN.fullmatch(value):
        raise Malformed("found text, wanted a number such as 0.5", field)
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise Malformed("found a number without a finite, writable value", field)
    return number


def read_amount(value: Any, field: str) -> Number:
    """A number, zero or more."""
    if type(value) is int and value >= 0:
        return value
    number = read_number(value, field)
    if number < 0:
        raise Malformed("found a number below zero, wanted zero or more", field)
    return number


def read_count(value: Any, field: str) -> int:
    """A whole number, zero or more; 3.0 is one, and so is a float or Decimal like it."""
    if type(value) is int and value >= 0:
        return value
    if isinstance(value, str):
        raise Malformed("found text, wanted a whole number", field)
    number = read_number(value, field)
    if number != int(number):
        raise Malformed("found a number with a fraction, wanted a whole number", field)
    if number < 0:
        raise Malformed("found a number below zero, wanted zero or more", field)
    return int(number)


def read_instant(value: Any, field: str) -> int:
    """Microseconds since 1970 UTC, from an aware datetime or ISO 8601 text with its offset."""
    instant = _instant(value, field) if isinstance(value, str) else value
    try:
        since: int = (instant - EPOCH) // ONE_US
    except TypeError:  # no instant, or a naive one: an aware one alone can be told from EPOCH
        raise _no_instant(instant, field) from None
    return since


def _instant(text: str, field: str) -> Any:
    if _FINER_THAN_US.search(text):
        raise Malformed("found a time finer than microseconds, wanted at most six digits", field)
    return _parsed(datetime.fromisoformat, text, field)


def _no_instant(value: Any, field: str) -> Malformed:
    if isinstance(value, datetime):
        return Malformed("found a time without its offset from UTC, wanted one with it", field)
    return Malformed(f"found {_kind(value)}, wanted an instant such as 2026-11-23T10:00:00Z", field)


def read_day(value: Any, field: str) -> int:
    """The ordinal of a date, from a date or ISO 8601 text."""
    day = _parsed(date.fromisoformat, value, field) if isinstance(value, str) else value
    if not isinstance(day, date) or isinstance(day, datetime):
        raise Malformed(f"found {_kind(value)}, wanted a day such as 2026-11-23", field)
    return day.toordinal()


def read_zone(name: Any) -> tzinfo:
    """The time zone of an IANA name; a name that only this computer knows is none."""
    if not isinstance(name, str):
        raise Malformed(f"found {_kind(name)}, wanted a name such as Europe/Berlin", "tz")
    if name not in zone_names():
        raise Malformed("no such time zone, wanted a name such as Europe/Berlin", "tz")
    return UTC if name == "UTC" else ZoneInfo(name)


def moment(at_us: Exact, zone: tzinfo) -> datetime:
    """The instant as a clock in that zone shows it (the calendar's first and last day stay in UTC)."""
    try:
        at = EPOCH + int(at_us) * ONE_US
        return at if zone is UTC else at.astimezone(zone)
    except OverflowError:
        return FIRST if at_us < 0 else LAST


def exact(number: Number | Fraction) -> Exact:
    """The same number, in a type whose arithmetic never rounds."""
    return number if type(number) is int else Fraction(number)


def minutes_us(minutes: Number) -> Exact:
    """Minutes as microseconds: whole where they are whole."""
    if type(minutes) is int:
        return minutes * MIN_US
    product = exact(minutes) * MIN_US
    return int(product) if product == int(product) else product


def hours_us(hours: Number) -> Exact:
    return 60 * minutes_us(hours)


def _parsed(parse: Any, text: str, field: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        raise Malformed("found text that is no ISO 8601 time or day", field) from None


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a value of type {type(value).__name__}"
