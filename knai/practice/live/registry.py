"""Which monitor belongs to whom, in memory: the hot path asks it for every message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max

from knai.practice.live.rows import Rows
from knai.practice.models import Device, DeviceAttachment
from knai.practice.models.sessions import OPEN_STATES

# The cuff may have run while the nurse was still confirming the monitor on the screen.
ATTACH_GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Attachment:
    """An open attachment. `since`: a value older than this is the patient's before."""

    session_id: UUID
    patient_id: UUID
    since: datetime
    patient_refs: frozenset[str]
    session_db: str
    patient_db: str


@dataclass(frozen=True, slots=True)
class Route:
    """Where the messages of one device go."""

    device_id: UUID
    clinic_id: UUID
    key: str
    name: str
    is_active: bool
    mapping: Mapping[str, Any]
    attachment: Attachment | None
    device_db: str
    clinic_db: str

    def why_not(self, patient_ref: str) -> str:
        """Why nothing of a message may be charted, as a quarantine reason; "" when it may."""
        if not self.is_active:
            return "inactive_device"
        attached = self.attachment
        if attached and patient_ref and patient_ref not in attached.patient_refs:
            return "patient_differs"
        return ""


class Registry:
    """Devices by key. Replaced as a whole on reload, so that any thread may look things up."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.by_key: dict[str, Route] = {}

    def reload(self) -> None:
        """Read all devices and open attachments: two queries."""
        attachments = self._open_attachments()
        devices = Device.objects.all()
        self.by_key = {d.key: self._route(d, attachments.get(d.id)) for d in devices}

    def _open_attachments(self) -> dict[UUID, Attachment]:
        before = dict(
            DeviceAttachment.objects.filter(detached_at__isnull=False)
            .values_list("device_id")
            .annotate(Max("detached_at"))
        )
        rows = DeviceAttachment.objects.filter(
            detached_at__isnull=True, session__state__in=OPEN_STATES
        ).select_related("session__patient")
        return {row.device_id: self._attachment(row, before.get(row.device_id)) for row in rows}

    def _attachment(self, row: DeviceAttachment, other_until: datetime | None) -> Attachment:
        patient = row.session.patient
        since = row.attached_at - ATTACH_GRACE
        return Attachment(
            session_id=row.session_id,
            patient_id=patient.id,
            since=max(since, other_until) if other_until else since,
            patient_refs=frozenset(ref for ref in (row.patient_ref, patient.mrn) if ref),
            session_db=self._rows.ident(row.session_id),
            patient_db=self._rows.ident(patient.id),
        )

    def _route(self, device: Device, attachment: Attachment | None) -> Route:
        return Route(
            device_id=device.id,
            clinic_id=device.clinic_id,
            key=device.key,
            name=device.name,
            is_active=device.is_active,
            mapping=device.mapping,
            attachment=attachment,
            device_db=self._rows.ident(device.id),
            clinic_db=self._rows.ident(device.clinic_id),
        )
