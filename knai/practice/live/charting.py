"""Charting a message after the fact: replayed from quarantine, beside the monitors at work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from knai.core.errors import Malformed
from knai.core.samples import DeviceBatch, Sample
from knai.identity.actors import Actor
from knai.kit import audit
from knai.practice.actions.write import append
from knai.practice.live.book import Itself
from knai.practice.live.registry import ATTACH_GRACE
from knai.practice.live.rows import rows_for_database
from knai.practice.live.sets import CUFF, WINDOW_S, WITH_A_CUFF, Cuffs, make_set, set_key
from knai.practice.models import (
    Device,
    DeviceAttachment,
    DeviceSample,
    RawMessage,
    Source,
    TreatmentSession,
)


@dataclass(slots=True)
class Late:
    """is_foreign: the message is of another patient than the monitor was on, or of nobody's time."""

    values: int = 0
    is_foreign: bool = False
    sessions: set[UUID] = field(default_factory=set)


def chart_late(
    *, by: Actor, device: Device, batch: DeviceBatch, raw: RawMessage, patient_ref: str = ""
) -> Late:
    """Chart what the message carries, in the running transaction. What is there already stays once."""
    late = Late()
    attachments = list(_attachments(device))
    for attachment in attachments:
        own = [s for s in batch.samples if _covers(attachment, s.at)]
        if not own:
            continue
        if not _is_theirs(attachment, batch.patient_ref, patient_ref):
            late.is_foreign = True
            continue
        late.values += _insert(device, attachment.session, own, raw)
        late.sessions.add(attachment.session_id)
        _make_sets(device, attachment.session, own)
        audit.record(
            "samples.replayed", by=by, subject=device, patient_id=attachment.session.patient_id,
            session_id=attachment.session_id, values=len(own), raw=raw.id,
        )  # fmt: skip
    late.is_foreign = late.is_foreign or bool(batch.samples and not late.sessions)
    return late


def _attachments(device: Device) -> list[DeviceAttachment]:
    rows = DeviceAttachment.objects.filter(device=device, clinic_id=device.clinic_id)
    return list(rows.select_related("session__patient", "session__clinic").order_by("attached_at"))


def _covers(attachment: DeviceAttachment, at: datetime) -> bool:
    """As live: a little before it was confirmed, and no longer than it lasted."""
    ends = attachment.detached_at
    return attachment.attached_at - ATTACH_GRACE <= at and (ends is None or at <= ends)


def _is_theirs(attachment: DeviceAttachment, sent: str, vouched: str) -> bool:
    known = {attachment.patient_ref, attachment.session.patient.mrn, vouched} - {""}
    return not sent or sent in known


def _insert(
    device: Device, session: TreatmentSession, samples: list[Sample], raw: RawMessage
) -> int:
    rows = rows_for_database()
    head = (rows.ident(device.clinic_id), rows.ident(session.id), rows.ident(device.id))
    return rows.insert_samples(
        [
            (*head, s.code, s.sub_id[:40], rows.instant(s.at), float(s.value), raw.id)
            for s in samples
        ]
    )


def _make_sets(device: Device, session: TreatmentSession, samples: list[Sample]) -> None:
    cuffs = Cuffs()
    for sample in samples:
        if sample.code in CUFF:
            cuffs.take(sample.code, sample.sub_id, sample.at, sample.value)
    for channel in cuffs.whole():
        _make_set(device, session, cuffs.pressures(channel), channel[1])


def _make_set(
    device: Device, session: TreatmentSession, pressures: dict[str, float], at: datetime
) -> None:
    since = at - timedelta(seconds=WINDOW_S)
    rows = DeviceSample.objects.filter(
        Q(at__gt=since, at__lte=at), session=session, code__in=WITH_A_CUFF
    )
    seen: dict[str, list[tuple[float, float]]] = {code: [] for code in WITH_A_CUFF}
    for code, when, value in rows.values_list("code", "at", "value"):
        seen[code].append((when.timestamp(), value))
    try:
        append(
            by=Itself(device.clinic_id, name=device.name),
            body=make_set(pressures, seen, at.timestamp()),
            patient=session.patient,
            session=session,
            effective_at=at,
            source=Source.DEVICE,
            device=device,
            idempotency_key=set_key(session.id, device.id, at),
        )
    except Malformed:
        return  # in the future even now: its samples stand, a set would not
