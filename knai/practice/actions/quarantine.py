"""What could not be charted: looking at it, letting it go, reading it again by a better mapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from knai.core.errors import Malformed, Missing
from knai.core.samples import DeviceBatch, Quarantined
from knai.identity.actors import Actor
from knai.identity.models import Clinic
from knai.kit import audit, bus
from knai.kit.clock import now
from knai.practice.actions.devices import save_mapping
from knai.practice.live.charting import chart_late
from knai.practice.models import Device, QuarantineItem, RawMessage

# (raw message, the device's mapping, when it first arrived) -> what it carried; raises Malformed
Reader = Callable[[bytes, Mapping[str, Any], datetime], DeviceBatch]
SHOWN_AT_MOST = 200
REPLAYED_AT_MOST = 5_000
_AT_ONCE = 100  # messages a transaction: monitors at work must get in between


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    id: int
    device_id: UUID | None
    device: str
    reason: str
    detail: str
    obx: int | None
    count: int
    created_at: datetime
    last_at: datetime


@dataclass(slots=True)
class Replayed:
    """values: charted now. open_items: what is still not to be charted."""

    messages: int = 0
    values: int = 0
    settled_items: int = 0
    open_items: int = 0
    sessions: set[UUID] = field(default_factory=set)


def _visible(by: Actor) -> QuerySet[QuarantineItem]:
    """The clinic's items. Strangers' messages name no clinic: shown where the installation has but one."""
    own = Q(clinic_id=by.clinic_id)
    if Clinic.objects.count() == 1:
        own |= Q(clinic_id__isnull=True)
    return QuarantineItem.objects.filter(own)


def count_open(*, by: Actor) -> int:
    by.must("read_devices")
    return _visible(by).filter(settled_at__isnull=True).count()


def list_open(*, by: Actor) -> list[QuarantineRow]:
    """The newest first."""
    by.must("read_devices")
    rows = _visible(by).filter(settled_at__isnull=True).select_related("device")
    return [_row(item) for item in rows.order_by("-last_at", "-id")[:SHOWN_AT_MOST]]


def _row(item: QuarantineItem) -> QuarantineRow:
    name = item.device.name if item.device else ""
    return QuarantineRow(
        item.id, item.device_id, name, item.reason, item.detail, item.obx, item.count,
        item.created_at, item.last_at or item.created_at,
    )  # fmt: skip


@transaction.atomic
def read_raw(*, by: Actor, item_id: int) -> bytes:
    """The message as it came. It may name a patient, so looking at it is on record."""
    by.must("manage_devices")
    item = _visible(by).select_related("raw").filter(pk=item_id).first()
    if item is None:
        raise Missing("There is no such message in this clinic's quarantine.")
    audit.record("quarantine.read", by=by, subject=item)
    return bytes(item.raw.body)


@transaction.atomic
def discard(*, by: Actor, item_ids: Sequence[int]) -> int:
    """Let go of what is not to be charted. The raw messages stay. returns  how many were open"""
    by.must("manage_devices")
    items = list(_open(by, item_ids))
    for item in items:
        _settle(by, item, "discarded")
    return len(items)


def _open(by: Actor, item_ids: Sequence[int]) -> QuerySet[QuarantineItem]:
    rows = _visible(by).filter(pk__in=item_ids, settled_at__isnull=True)
    return rows.select_related("raw", "device").order_by("id")


def _settle(by: Actor, item: QuarantineItem, how: str) -> None:
    item.settled_at, item.settled_by, item.settled_how = now(), by.user, how
    item.save(update_fields=["settled_at", "settled_by", "settled_how"])
    audit.record(f"quarantine.{how}", by=by, subject=item, reason=item.reason)


# -------------------------------------------------------------------------------------------------- replay
def replay(
    *,
    by: Actor,
    item_ids: Sequence[int],
    read: Reader,
    mapping: Mapping[str, Any] | None = None,
    patient_ref: str = "",
) -> Replayed:
    """Read the messages behind these items again and chart what can now be charted, each value once.

    A value goes to the session the monitor was on at the value's own time, whoever is on it now.

    mapping      the device's from now on, checked by the caller; None: as it is
    patient_ref  an id that the person vouches is the attached patient's
    raises       Malformed: items of several devices at once with one mapping; Forbidden
    """
    by.must("manage_devices")
    items = list(_open(by, item_ids))
    devices = {item.device_id for item in items if item.device_id}
    if mapping is not None and len(devices) > 1:
        raise Malformed("A mapping belongs to one monitor. Choose items of one.", "items")
    for device_id in devices if mapping is not None else ():
        save_mapping(by=by, device_id=device_id, mapping=mapping)
    done = Replayed()
    for item in items:
        _replay_item(by, item, read, patient_ref, done)
    for session_id in done.sessions:
        ids = {"clinic_id": by.clinic_id, "session_id": session_id, "device_id": None}
        bus.publish("devices", ids | {"event": "replayed"})
    return done


def _replay_item(
    by: Actor, item: QuarantineItem, read: Reader, patient_ref: str, done: Replayed
) -> None:
    raws = list(_messages(item))
    is_settled = True
    for start in range(0, len(raws), _AT_ONCE):
        with transaction.atomic():
            for raw in raws[start : start + _AT_ONCE]:
                withheld = _replay_message(by, item, raw, read, patient_ref, done)
                is_settled = is_settled and not withheld
    if is_settled:
        with transaction.atomic():
            _settle(by, item, "replayed")
    done.settled_items += is_settled
    done.open_items += not is_settled


def _messages(item: QuarantineItem) -> QuerySet[RawMessage]:
    """All messages the item counts; of a stranger the kept one alone."""
    if item.device_id is None:
        return RawMessage.objects.filter(pk=item.raw_id)
    span = (item.raw.received_at, item.last_at or item.raw.received_at)
    rows = RawMessage.objects.filter(device_id=item.device_id, received_at__range=span)
    return rows.order_by("id")[:REPLAYED_AT_MOST]


def _replay_message(
    by: Actor, item: QuarantineItem, raw: RawMessage, read: Reader, patient_ref: str, done: Replayed
) -> bool:
    """returns  whether the item's trouble is still there"""
    device = item.device or _find_device(by, raw, read)
    if device is None:
        return True
    try:
        device.refresh_from_db(fields=["mapping"])
        batch = read(bytes(raw.body), device.mapping, raw.received_at)
    except Malformed:
        return True
    done.messages += 1
    late = chart_late(by=by, device=device, batch=batch, raw=raw, patient_ref=patient_ref)
    done.values += late.values
    done.sessions |= late.sessions
    return late.is_foreign or any(_is_same(q, item) for q in batch.quarantined)


def _find_device(by: Actor, raw: RawMessage, read: Reader) -> Device | None:
    """A stranger that has been made known since: any of the clinic's mappings may find its key."""
    for device in Device.objects.filter(clinic_id=by.clinic_id, is_active=True):
        try:
            if read(bytes(raw.body), device.mapping, raw.received_at).device_key == device.key:
                return device
        except Malformed:
            continue
    return None


def _is_same(found: Quarantined, item: QuarantineItem) -> bool:
    return found.reason == item.reason and found.detail[:200] == item.detail
