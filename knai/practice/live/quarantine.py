"""Putting aside what must not be charted, without letting a monitor that repeats itself bury the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from knai.core.samples import Quarantined
from knai.practice.models import QuarantineItem

SAME_WITHIN = timedelta(seconds=60)
# For these the detail names what is wrong (a code, a unit); for others it varies with every message.
_TOLD_APART = frozenset({"unknown_code", "unknown_unit", "implausible", "no_cuff_rule", "invasive"})
_MOST_KEYS = 2_000

Key = tuple[object, str, str]


@dataclass(slots=True)
class _Seen:
    item_id: int
    last_at: datetime


@dataclass(slots=True)
class _Pending:
    first: Quarantined
    raw_id: int
    count: int = 0


class Shelf:
    """One open item per device, reason and (where it tells things apart) detail, while it keeps coming."""

    def __init__(self) -> None:
        self._seen: dict[Key, _Seen] = {}

    def is_known(self, sender: object, reason: str, at: datetime) -> bool:
        """Whether the same trouble of the same sender is on the shelf already, from the last minute."""
        seen = self._seen.get((sender, reason, ""))
        return seen is not None and at - seen.last_at <= SAME_WITHIN

    def forget(self, key: Key) -> None:
        self._seen.pop(key, None)

    def group(self) -> Batch:
        return Batch(self)

    def confirm(self, seen: dict[Key, _Seen]) -> None:
        """After the commit alone: a rolled-back item must not swallow those that follow."""
        self._seen |= seen
        if len(self._seen) > _MOST_KEYS:
            newest = sorted(self._seen.items(), key=lambda pair: pair[1].last_at)[_MOST_KEYS // 2 :]
            self._seen = dict(newest)


class Batch:
    """What one group commit puts aside."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._pending: dict[tuple[Key, UUID | None, UUID | None], _Pending] = {}
        self._written: dict[Key, _Seen] = {}

    def add(
        self,
        sender: object,
        clinic_id: UUID | None,
        device_id: UUID | None,
        raw_id: int,
        what: Quarantined,
    ) -> None:
        is_stranger = device_id is None
        detail = what.detail if what.reason in _TOLD_APART and not is_stranger else ""
        place = ((sender, what.reason, detail), clinic_id, device_id)
        pending = self._pending.setdefault(place, _Pending(what, raw_id))
        pending.count += 1

    def write(self, at: datetime) -> None:
        """One statement for each distinct trouble."""
        for (key, clinic_id, device_id), pending in self._pending.items():
            seen = self._shelf._seen.get(key)
            if seen is not None and at - seen.last_at <= SAME_WITHIN and _count(seen, pending, at):
                self._written[key] = _Seen(seen.item_id, at)
            elif pending.raw_id:
                self._written[key] = _Seen(_create(clinic_id, device_id, pending, at), at)
            else:
                # A stranger's message that was not kept, and a person has just settled its item: the
                # next one is kept and makes an item again.
                self._shelf.forget(key)

    def committed(self) -> None:
        self._shelf.confirm(self._written)


def _count(seen: _Seen, pending: _Pending, at: datetime) -> bool:
    """False when a person has settled the item meanwhile: then it is trouble anew."""
    open_item = QuarantineItem.objects.filter(pk=seen.item_id, settled_at__isnull=True)
    return bool(open_item.update(count=F("count") + pending.count, last_at=at))


def _create(clinic_id: UUID | None, device_id: UUID | None, pending: _Pending, at: datetime) -> int:
    what = pending.first
    item = QuarantineItem.objects.create(
        clinic_id=clinic_id,
        device_id=device_id,
        raw_id=pending.raw_id,
        obx=what.obx,
        reason=what.reason[:40],
        detail=what.detail[:200],
        created_at=at,
        last_at=at,
        count=pending.count,
    )
    return item.pk
