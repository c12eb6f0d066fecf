"""Monitors that were heard lately, on a patient or not: what to offer when one is to be put on somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from knai.core.samples import DeviceBatch
from knai.practice.live.registry import Route
from knai.practice.models import Device

_WRITE_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class LastWords:
    """What an unattached monitor said last. Held in memory alone: the values belong to nobody yet."""

    at: datetime
    patient_ref: str
    values: tuple[tuple[str, float], ...]
    withheld: tuple[tuple[str, str], ...]  # (reason, detail): why other values would not be charted


class Heard:
    """Written by the live thread, read by any."""

    def __init__(self) -> None:
        self._at: dict[UUID, datetime] = {}
        self._written: dict[UUID, datetime] = {}
        self.last_words: dict[UUID, LastWords] = {}

    def note(self, route: Route, batch: DeviceBatch, at: datetime) -> None:
        self._at[route.device_id] = at
        if route.attachment is None:
            self.last_words[route.device_id] = LastWords(
                at,
                batch.patient_ref,
                tuple((s.code, s.value) for s in batch.samples[:12]),
                tuple((q.reason, q.detail) for q in batch.quarantined[:12]),
            )
        else:
            self.last_words.pop(route.device_id, None)

    def write(self) -> None:
        """Bring `last_heard_at` up, at most every ten seconds a device."""
        for device_id, at in list(self._at.items()):
            written = self._written.get(device_id)
            if written is None or at - written >= _WRITE_EVERY:
                Device.objects.filter(pk=device_id).update(last_heard_at=at)
                self._written[device_id] = at
