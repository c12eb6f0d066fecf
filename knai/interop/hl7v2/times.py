"""HL7 times to instants. A time without an offset is nothing until somebody says whose clock it was."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

_TIME = re.compile(
    r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(?:(\d\d)(?:\.(\d{1,6})\d*)?)?([+-]\d{4})?", re.ASCII
)


class NoInstant(Exception):
    """The text names no instant. `reason` is a quarantine key: "no_time" or "no_zone"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_instant(text: str, *, offset: str, zone: str, near: datetime) -> datetime:
    """The instant, in UTC.

    text     YYYYMMDDHHMM[SS[.ffffff]][+ZZZZ]; a day alone is no time of a vital sign
    offset   the offset that the message's own MSH-7 carries, "" when none: HL7 lends it to every other time
    zone     IANA name of the device's clock, "" when nobody has configured it
    near     of the two instants of an hour that the clock shows twice, the one nearer to this is meant
    raises   NoInstant
    """
    found = _instants(text, offset, zone)
    if isinstance(found, str):
        raise NoInstant(found)
    if len(found) == 1:
        return found[0]
    return min(found, key=lambda at: abs(at - near))


def offset_of(text: str) -> str:
    """ "+0800", or "" when the time carries none."""
    match = _TIME.fullmatch(text)
    return (match.group(8) or "") if match else ""


@lru_cache(maxsize=4096)
def _instants(text: str, offset: str, zone: str) -> tuple[datetime, ...] | str:
    match = _TIME.fullmatch(text)
    if match is None:
        return "no_time"
    try:
        local = _local(match)
        given = match.group(8) or offset
        if given:
            return ((local - _shift(given)).replace(tzinfo=UTC),)
        return _in_zone(local, zone) if zone else "no_zone"
    except (ValueError, OverflowError):
        return "no_time"


def _local(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(g or 0) for g in match.groups()[:6])
    micro = int((match.group(7) or "").ljust(6, "0"))
    return datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001  zone follows


def _shift(offset: str) -> timedelta:
    hours, minutes = int(offset[1:3]), int(offset[3:5])
    if minutes > 59:
        raise ValueError(offset)
    shift = timedelta(hours=hours, minutes=minutes)
    timezone(shift)  # refuses a day and more
    return -shift if offset[0] == "-" else shift


def _in_zone(local: datetime, zone: str) -> tuple[datetime, ...] | str:
    """Two instants where the clock is put back, none where it skips the hour."""
    info = ZoneInfo(zone)
    folds = (local.replace(tzinfo=info, fold=fold).astimezone(UTC) for fold in (0, 1))
    real = {at for at in folds if at.astimezone(info).replace(tzinfo=None) == local}
    return tuple(sorted(real)) or "no_time"
