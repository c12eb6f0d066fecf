"""Times as papers write them: the clinic's clock, with the offset where a clock time happened twice."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def clock(at: datetime | None, tz: ZoneInfo, day: date | None = None) -> str:
    """14:05; 01:30 (+01:00) where the clock showed 01:30 twice; 24 Nov, 00:10 on another day than `day`."""
    if at is None:
        return ""
    local = at.astimezone(tz)
    words = f"{local:%H:%M}"
    if is_twice(local):
        words += f" ({offset(local)})"
    if day is not None and local.date() != day:
        return f"{local.day} {local:%b}, {words}"
    return words


def moment(at: datetime | None, tz: ZoneInfo) -> str:
    """23 Nov 2026, 14:05."""
    return f"{day_words(at.astimezone(tz).date())}, {clock(at, tz)}" if at else ""


def stamp(at: datetime, tz: ZoneInfo) -> str:
    """23 Nov 2026, 14:05 (+01:00): for the foot, where nobody should have to guess."""
    local = at.astimezone(tz)
    return f"{day_words(local.date())}, {local:%H:%M} ({offset(local)})"


def day_words(on: date | None) -> str:
    """23 Nov 2026."""
    return f"{on.day} {on:%b %Y}" if on else ""


def day_of(text: str | None) -> str:
    """An ISO date out of an entry, as people write it; anything else as it stands."""
    try:
        return day_words(date.fromisoformat((text or "")[:10]))
    except ValueError:
        return text or ""


def is_twice(local: datetime) -> bool:
    """Whether clocks were put back over this time, so that it happened twice that day."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def offset(local: datetime) -> str:
    """+01:00."""
    text = f"{local:%z}"
    return f"{text[:3]}:{text[3:5]}"
