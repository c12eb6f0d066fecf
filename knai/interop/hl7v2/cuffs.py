"""When a repeated cuff pressure was measured, for monitors that never say.

A monitor on the rule `on_change` shows the last cuff until the next one. Its figures are dated when they
first appear, and keep that date however often they are repeated: the ingest then drops the repeats as
duplicates, and a message whose first commit failed loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

Figures = tuple[tuple[str, str, float], ...]  # (vital, sub-id, value), sorted


class Undated(Exception):
    """The figures may be old; nobody knows. `reason` is a quarantine key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class _Shown:
    figures: Figures
    since: datetime | None
    last_at: datetime


@dataclass(slots=True)
class CuffMemory:
    """What each device last showed. One a process; a device is a few dozen bytes. Not for several threads."""

    _shown: dict[str, _Shown] = field(default_factory=dict)

    def prime(self, device_key: str, figures: Figures, since: datetime) -> None:
        """After a restart: the last cuff charted from this device, so that its repeats stay known."""
        self._shown[device_key] = _Shown(tuple(sorted(figures)), since, since)

    def forget(self, device_key: str) -> None:
        self._shown.pop(device_key, None)

    def date(self, device_key: str, figures: Figures, at: datetime) -> datetime | None:
        """When these figures appeared; None for repeats of figures that were there before we were.

        figures   () when the monitor shows no cuff pressure now
        raises    Undated: the first figures ever seen of this device; a message older than the last
        """
        before = self._shown.get(device_key)
        if before is None:
            self._shown[device_key] = _Shown(figures, None, at)
            if figures:
                raise Undated("no_cuff_time")
            return None
        if at < before.last_at and figures != before.figures:
            raise Undated("cuff_out_of_order")
        if figures != before.figures:
            before.figures, before.since = figures, at
        before.last_at = max(before.last_at, at)
        return before.since
