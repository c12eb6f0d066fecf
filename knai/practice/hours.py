"""The clinic's clock and its hours: what a wall time means on a day, and when the clinic is open.

Hours are the clinic's own, by ISO weekday: {"1": [["08:00", "12:00"], ["13:00", "17:00"]]}. No weekday at all
means that nobody named any hours; then nothing lies outside of them. A span that ends before it begins runs
into the next day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from knai.core.errors import Malformed
from knai.identity.models import Clinic

Span = tuple[datetime, datetime]
DAY = timedelta(days=1)
PAST = timedelta(minutes=15)  # a visit may be booked as it begins


def instant_of(on: date, at: time, tz: ZoneInfo, field: str = "at") -> datetime:
    """The instant of a wall time, in UTC; of an hour that comes twice, the first.

    raises  Malformed: an hour that the clocks skip on that day
    """
    local = datetime.combine(on, at)
    instant = local.replace(tzinfo=tz).astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) != local:
        raise Malformed(
            "This time does not exist: the clocks go forward then. Take an hour later.", field
        )
    return instant


def comes_twice(instant: datetime, tz: ZoneInfo) -> bool:
    """Whether the wall shows this time twice, because the clocks go back."""
    local = instant.astimezone(tz)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def day_span(on: date, tz: ZoneInfo) -> Span:
    """Midnight to midnight, 23 to 25 hours."""
    return _midnight(on, tz), _midnight(on + DAY, tz)


def _midnight(on: date, tz: ZoneInfo) -> datetime:
    return datetime.combine(on, time.min, tzinfo=tz).astimezone(UTC)


def open_spans(clinic: Clinic, on: date) -> list[Span] | None:
    """When the clinic is open from this day's morning on. None: it named no hours; []: closed."""
    hours = clinic.hours or {}
    if not hours:
        return None
    return sorted(_span(on, *pair, clinic.tz) for pair in hours.get(str(on.isoweekday()), []))


def _span(on: date, begin: str, end: str, tz: ZoneInfo) -> Span:
    start, stop = _wall(on, begin, tz), _wall(on, end, tz)
    return (start, stop) if stop > start else (start, _wall(on + DAY, end, tz))


def _wall(on: date, text: str, tz: ZoneInfo) -> datetime:
    if text == "24:00":
        return _midnight(on + DAY, tz)
    return datetime.combine(on, time.fromisoformat(text), tzinfo=tz).astimezone(UTC)


def is_open_throughout(clinic: Clinic, start: datetime, end: datetime) -> bool:
    on = start.astimezone(clinic.tz).date()
    spans = [span for day in (on - DAY, on) for span in open_spans(clinic, day) or ()]
    return not clinic.hours or any(a <= start and end <= b for a, b in spans)


def closing_after(clinic: Clinic, at: datetime) -> datetime | None:
    """When the clinic closes on the day that somebody came. None: no hours, or closed already."""
    on = at.astimezone(clinic.tz).date()
    ends = [span[1] for day in (on - DAY, on) for span in open_spans(clinic, day) or ()]
    return max((end for end in ends if end > at), default=None)


def why_unusual(clinic: Clinic, start: datetime, end: datetime, now: datetime) -> tuple[str, ...]:
    """What a person is asked to look at twice before a visit is booked then; it forbids nothing."""
    return tuple(_unusual(clinic, start, end, now))


def _unusual(clinic: Clinic, start: datetime, end: datetime, now: datetime) -> Iterator[str]:
    tz = clinic.tz
    if start < now - PAST:
        yield "This time has passed."
    if not is_open_throughout(clinic, start, end):
        yield f"The clinic is not open throughout: {_hours_words(clinic, start)}."
    if comes_twice(start, tz):
        name = start.astimezone(tz).tzname()
        yield f"The clocks go back, so this time comes twice; the one in {name} is meant."
    if end.astimezone(tz).date() > start.astimezone(tz).date():
        yield "The visit goes on past midnight."


def _hours_words(clinic: Clinic, start: datetime) -> str:
    spans = open_spans(clinic, start.astimezone(clinic.tz).date()) or []
    words = (
        f"{a.astimezone(clinic.tz):%H:%M} to {b.astimezone(clinic.tz):%H:%M}" for a, b in spans
    )
    return "open " + " and ".join(words) if spans else "closed that day"
