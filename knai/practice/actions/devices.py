"""Monitors: which there are, and on whom. A monitor joins a session only because a person says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit, bus
from knai.kit.clock import now
from knai.practice import queries
from knai.practice.live.running import last_words
from knai.practice.models import Device, DeviceAttachment, TreatmentSession
from knai.practice.models.sessions import OPEN_STATES

HEARD_LATELY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A monitor as the devices page lists it. session_id, initials: on whom it is now."""

    id: UUID
    key: str
    name: str
    is_active: bool
    mapping: Mapping[str, Any]
    last_heard_at: datetime | None
    session_id: UUID | None
    initials: str
    chair: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A monitor that was heard lately and is on nobody.

    patient_ref   the patient id it sends, "" when none or not known here
    agrees        whether that id is the patient's; None: it sends none
    values        what it shows now, to recognise it by
    """

    device_id: UUID
    name: str
    last_heard_at: datetime
    patient_ref: str
    agrees: bool | None
    values: tuple[tuple[str, float], ...]


# --------------------------------------------------------------------------------------------- what there is
def list_devices(*, by: Actor) -> list[DeviceRow]:
    by.must("read_devices")
    open_rows = DeviceAttachment.objects.filter(clinic_id=by.clinic_id, detached_at__isnull=True)
    rows = open_rows.select_related("session__patient", "session__chair")
    on = {row.device_id: row.session for row in rows}
    devices = Device.objects.filter(clinic_id=by.clinic_id).order_by("name", "id")
    return [_row(device, on.get(device.id)) for device in devices]


def _row(device: Device, session: TreatmentSession | None) -> DeviceRow:
    return DeviceRow(
        device.id,
        device.key,
        device.name,
        device.is_active,
        device.mapping,
        device.last_heard_at,
        session.id if session else None,
        session.patient.initials if session else "",
        session.chair.name if session and session.chair else "",
    )


def is_monitored(*, by: Actor, session_id: UUID) -> bool:
    """Whether a monitor is on this patient now."""
    by.must("read_devices")
    on = DeviceAttachment.objects.filter(
        clinic_id=by.clinic_id, session_id=session_id, detached_at__isnull=True
    )
    return on.exists()


def list_candidates(*, by: Actor, session_id: UUID) -> list[Candidate]:
    """Monitors to choose from for this session, the one that names the patient first."""
    by.must("attach_device")
    session = queries.get_session(by=by, session_id=session_id)
    taken = DeviceAttachment.objects.filter(device=OuterRef("pk"), detached_at__isnull=True)
    devices = Device.objects.filter(
        ~Exists(taken),
        clinic_id=by.clinic_id,
        is_active=True,
        last_heard_at__gte=now() - HEARD_LATELY,
    )
    found = [_candidate(device, session) for device in devices.order_by("name", "id")]
    return sorted(found, key=lambda c: {True: 0, None: 1, False: 2}[c.agrees])


def _candidate(device: Device, session: TreatmentSession) -> Candidate:
    words = last_words(device.id)
    ref = words.patient_ref if words else ""
    agrees = ref == session.patient.mrn if ref else None
    values = words.values if words else ()
    return Candidate(device.id, device.name, device.last_heard_at, ref, agrees, values)


# ------------------------------------------------------------------------------------------- on and off
def attach(
    *, by: Actor, device_id: UUID, session_id: UUID, patient_ref: str = ""
) -> DeviceAttachment:
    """Put a monitor on a patient. Twice the same is once.

    patient_ref  the id the monitor sends for them, when a person has confirmed that it means this patient
    raises       Missing; Forbidden; Refused: the session is not under way, the monitor is on somebody else
    """
    by.must("attach_device")
    try:
        with transaction.atomic():
            return _attach(by, device_id, session_id, patient_ref.strip()[:60])
    except IntegrityError as error:
        raise Refused(_TAKEN) from error


_TAKEN = "This monitor is on another patient. Take it off there first."


def _attach(by: Actor, device_id: UUID, session_id: UUID, patient_ref: str) -> DeviceAttachment:
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    device = get_device(by=by, device_id=device_id)
    if session.state not in OPEN_STATES:
        raise Refused("A monitor joins a session that is under way. Check the patient in first.")
    if not device.is_active:
        raise Refused("This monitor is retired. Take it into use again on the devices page.")
    current = device.attachments.filter(detached_at__isnull=True).first()
    if current is not None and current.session_id != session.id:
        raise Refused(_TAKEN)
    if current is not None:
        return current
    made = DeviceAttachment.objects.create(
        clinic_id=by.clinic_id, device=device, session=session, attached_at=now(),
        attached_by=by.user, patient_ref=patient_ref,
    )  # fmt: skip
    audit.record(
        "device.attached", by=by, subject=made, patient_id=session.patient_id,
        device=str(device.id), confirmed_id=bool(patient_ref),
    )  # fmt: skip
    _tell(made, "attached")
    return made


@transaction.atomic
def detach(*, by: Actor, device_id: UUID) -> None:
    """Take a monitor off its patient. Off already is no fault. raises  Missing; Forbidden"""
    by.must("attach_device")
    device = get_device(by=by, device_id=device_id)
    _detach(by, device.attachments.filter(detached_at__isnull=True))


def detach_all(*, session: TreatmentSession, by: Actor) -> None:
    """The patient leaves, and no monitor stays on them. In the leaving action's own transaction."""
    _detach(by, session.attachments.filter(detached_at__isnull=True))


def _detach(by: Actor, attachments: Any) -> None:
    for attachment in attachments.select_related("session"):
        attachment.detached_at, attachment.detached_by = now(), by.user
        attachment.save(update_fields=["detached_at", "detached_by"])
        audit.record(
            "device.detached", by=by, subject=attachment,
            patient_id=attachment.session.patient_id, device=str(attachment.device_id),
        )  # fmt: skip
        _tell(attachment, "detached")


def _tell(attachment: DeviceAttachment, event: str) -> None:
    bus.publish_on_commit(
        "devices",
        {
            "clinic_id": attachment.clinic_id,
            "session_id": attachment.session_id,
            "device_id": attachment.device_id,
            "event": event,
        },
    )


# -------------------------------------------------------------------------------------------- looking after
def get_device(*, by: Actor, device_id: UUID) -> Device:
    """raises  Missing: absent, or another clinic's"""
    device = Device.objects.filter(clinic_id=by.clinic_id, pk=device_id).first()
    if device is None:
        raise Missing("There is no such monitor in this clinic.")
    return device


def add_device(*, by: Actor, key: str, name: str, mapping: Mapping[str, Any]) -> Device:
    """Make a monitor known by the name it gives itself.

    mapping  checked by the caller: see interop.hl7v2.mapping
    raises   Malformed: no key or name; Refused: the key is taken; Forbidden
    """
    by.must("manage_devices")
    key, name = key.strip(), name.strip()
    if not key:
        raise Malformed("is empty; wanted how the monitor names itself in its messages", "key")
    if not name:
        raise Malformed("is empty; wanted what people here call the monitor", "name")
    try:
        with transaction.atomic():
            device = Device.objects.create(
                clinic_id=by.clinic_id, key=key[:120], name=name[:60], mapping=dict(mapping)
            )
            audit.record("device.added", by=by, subject=device)
            _tell_changed(device)
    except IntegrityError as error:
        raise Refused(
            "A monitor of this key is known already. Look for it, or ask its owner."
        ) from error
    return device


@transaction.atomic
def save_mapping(*, by: Actor, device_id: UUID, mapping: Mapping[str, Any]) -> Device:
    """Change how a monitor's messages are read, from now on. `mapping` is checked by the caller."""
    by.must("manage_devices")
    device = get_device(by=by, device_id=device_id)
    before, device.mapping = device.mapping, dict(mapping)
    device.save(update_fields=["mapping"])
    keys = sorted(k for k in {*before, *mapping} if before.get(k) != mapping.get(k))
    audit.record("device.mapping_changed", by=by, subject=device, keys=keys)
    _tell_changed(device)
    return device


@transaction.atomic
def set_active(*, by: Actor, device_id: UUID, is_active: bool) -> Device:
    """Retire a monitor, or take it into use again. raises  Refused: it is on a patient"""
    by.must("manage_devices")
    device = get_device(by=by, device_id=device_id)
    if not is_active and device.attachments.filter(detached_at__isnull=True).exists():
        raise Refused("This monitor is on a patient. Take it off first.")
    device.is_active = is_active
    device.save(update_fields=["is_active"])
    audit.record("device.in_use" if is_active else "device.retired", by=by, subject=device)
    _tell_changed(device)
    return device


def _tell_changed(device: Device) -> None:
    bus.publish_on_commit(
        "devices",
        {
            "clinic_id": device.clinic_id,
            "session_id": None,
            "device_id": device.id,
            "event": "changed",
        },
    )
