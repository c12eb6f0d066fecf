"""When it happened, as a person types it: nothing for now, 14:05, or a whole instant."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from knai.core.errors import Malformed

WANTED = "wanted a time such as 14:05, or a day and a time such as 2026-11-23T14:05"
LONGEST_WAIT = timedelta(days=14)
AHEAD = timedelta(minutes=2)  # clocks of tablets differ a little


def read_when(text: str, now: datetime, tz: ZoneInfo) -> datetime | None:
    """None for nothing typed. A clock time is the latest such time that is not to come.

    raises  Malformed: no time; the future; an hour that the clocks skipped that day
    """
    text = text.strip()
    if not text:
        return None
    when = _read_clock(text, now, tz) if len(text) <= 5 else _read_instant(text, tz)
    if when > now + AHEAD:
        raise Malformed("The time lies in the future. Enter when it happened.", "effective_at")
    return when


def written_at(text: str, now: datetime) -> datetime:
    """When a form was filled in that waited for the network; now for one that did not, or says nonsense."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return now
    return when if when.tzinfo is not None and now - LONGEST_WAIT <= when <= now else now


def _read_clock(text: str, now: datetime, tz: ZoneInfo) -> datetime:
    try:
        clock = datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  only the time of day is kept
    except ValueError:
        raise Malformed(WANTED, "effective_at") from None
    local = now.astimezone(tz)
    today = _aware(datetime.combine(local.date(), clock), tz)
    if today <= now + AHEAD:
        return today
    return _aware(datetime.combine(local.date() - timedelta(days=1), clock), tz)


def _read_instant(text: str, tz: ZoneInfo) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(WANTED, "effective_at") from None
    return when if when.tzinfo is not None else _aware(when, tz)


def _aware(local: datetime, tz: ZoneInfo) -> datetime:
    """raises  Malformed: an hour that does not exist where the clocks go forward"""
    when = local.replace(tzinfo=tz)
    there_and_back = when.astimezone(ZoneInfo("UTC")).astimezone(tz)
    if there_and_back.replace(tzinfo=None) != local:
        raise Malformed("This time did not exist: the clocks went forward then.", "effective_at")
    return when
