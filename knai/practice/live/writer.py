"""The group commit: all messages of a few milliseconds in one transaction.

A message is answered only after the transaction that holds its raw text, its values, the sets and alerts
they made and the audit. If a group fails, its messages are tried one by one: one cannot sink the others.

A monitor that nobody has put on a patient is heard and not kept: its values belong to nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from knai.core.alerts import AlertChange
from knai.core.errors import Malformed
from knai.core.samples import DeviceBatch, Quarantined, Sample
from knai.practice.actions.write import append
from knai.practice.entries import Vitals
from knai.practice.live import book
from knai.practice.live.heard import Heard
from knai.practice.live.live import Live
from knai.practice.live.quarantine import Batch, Shelf
from knai.practice.live.registry import Registry, Route
from knai.practice.live.rows import AuditRow, RawRow, Rows, SampleRow, detail
from knai.practice.live.sets import Channel, set_key
from knai.practice.live.state import SessionState
from knai.practice.models import Device, Source, TreatmentSession

log = logging.getLogger(__name__)
_LOOK_AGAIN_S = 2.0  # how often an unknown sender makes us read the devices again
_SUB_ID, _PEER, _CONTROL = 40, 60, 200  # widths of the columns


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message.

    kind  charted, quarantined (as a whole), heard (the monitor is on nobody), error (not kept: send again)
    """

    kind: str
    values: int = 0
    quarantined: int = 0

    @property
    def is_kept(self) -> bool:
        """Whether the sender may be told that it need not send again."""
        return self.kind != "error"


@dataclass(slots=True)
class Job:
    batch: DeviceBatch
    peer: str
    received_at: datetime
    route: Route | None = None
    reason: str = ""  # why the whole message is put aside
    samples: tuple[Sample, ...] = ()  # those that are this patient's


@dataclass(slots=True)
class _Group:
    """The rows of one transaction as they gather."""

    quarantine: Batch
    at_db: str
    raw: list[RawRow] = field(default_factory=list)
    samples: list[SampleRow] = field(default_factory=list)
    audits: dict[tuple[str, str], _Audit] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)


@dataclass(slots=True)
class _Audit:
    """What one device brought to one session in this group: one entry of the audit."""

    route: Route
    messages: int = 0
    values: int = 0
    put_aside: int = 0
    last_raw: int = 0


class _News(NamedTuple):
    """What the values of one message mean for the chart."""

    job: Job
    state: SessionState
    changes: list[AlertChange]
    sets: list[tuple[Channel, Vitals]]


class Writer:
    """Runs on one thread, on that thread's own database connection."""

    def __init__(self, rows: Rows, registry: Registry, live: Live, heard: Heard) -> None:
        self.rows, self.registry, self.live, self.heard = rows, registry, live, heard
        self._shelf = Shelf()
        self._looked_at = 0.0

    def store(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Commit a group. returns  an outcome for each message, in order; never raises"""
        try:
            return self._commit(jobs)
        except Exception as error:
            self._recover(error)
            if len(jobs) == 1:
                return [Outcome("error")]
            return [outcome for job in jobs for outcome in self.store([job])]

    def _recover(self, error: Exception) -> None:
        """The type alone is logged: a message of the database may quote values."""
        log.error("Could not store messages of monitors: %s", type(error).__name__)
        if not connection.in_atomic_block:
            connection.errors_occurred = True
            connection.close_if_unusable_or_obsolete()

    def _commit(self, jobs: Sequence[Job]) -> list[Outcome]:
        self._route(jobs)
        states = self._states(jobs)
        group = _Group(self._shelf.group(), self.rows.instant(jobs[-1].received_at))
        try:
            with transaction.atomic():
                self._gather(jobs, group)
                with self.rows.together():
                    self._write(group)
                    taken = self._take(jobs, states)
                group.quarantine.write(jobs[-1].received_at)
                self._book(taken)
        except BaseException:
            self.live.forget(states)
            raise
        group.quarantine.committed()
        return group.outcomes

    # ------------------------------------------------------------------------------------------- whose is it
    def _route(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            job.route = self._find(job.batch.device_key)
            job.reason = self._why_not(job.batch, job.route)

    def _why_not(self, batch: DeviceBatch, route: Route | None) -> str:
        """Why the whole message is put aside; what could not be read names its trouble itself."""
        whole = _whole(batch)
        if whole is not None and not batch.samples and (route or whole.reason != "no_mapping"):
            return whole.reason
        return route.why_not(batch.patient_ref) if route else "unknown_device"

    def _find(self, key: str) -> Route | None:
        route = self.registry.by_key.get(key)
        if route is None and key and monotonic() - self._looked_at > _LOOK_AGAIN_S:
            self._looked_at = monotonic()
            self.registry.reload()
            route = self.registry.by_key.get(key)
        return route

    def _states(self, jobs: Sequence[Job]) -> dict[UUID, SessionState]:
        """The states this group brings up; read before its rows are written, or they would count twice."""
        found: dict[UUID, SessionState] = {}
        for job in jobs:
            attached = job.route.attachment if job.route and not job.reason else None
            if attached and attached.session_id not in found:
                state = self.live.state_of(attached.session_id, job.received_at)
                if state is not None:
                    found[attached.session_id] = state
        return found

    # ------------------------------------------------------------------------------------------------- rows
    def _gather(self, jobs: Sequence[Job], group: _Group) -> None:
        kept = [job for job in jobs if self._is_kept(job)]
        raw_ids = iter(self.rows.raw_ids(len(kept)) if kept else ())
        keep = set(map(id, kept))
        for job in jobs:
            raw_id = next(raw_ids) if id(job) in keep else 0
            group.outcomes.append(self._gather_one(job, raw_id, group))

    def _is_kept(self, job: Job) -> bool:
        """Whether the raw message is. Of strangers one a minute is: anybody on the network may be one."""
        if job.route is None:
            return not self._shelf.is_known(job.batch.device_key, job.reason, job.received_at)
        return bool(job.reason) or job.route.attachment is not None

    def _gather_one(self, job: Job, raw_id: int, group: _Group) -> Outcome:
        if job.route is not None:
            self.heard.note(job.route, job.batch, job.received_at)
        if raw_id:
            group.raw.append(self._raw_row(job, raw_id))
        if job.reason:
            return self._put_aside_whole(job, raw_id, group)
        if raw_id == 0:
            return Outcome("heard")
        return self._chart(job, raw_id, group)

    def _raw_row(self, job: Job, raw_id: int) -> RawRow:
        route, batch = job.route, job.batch
        return (
            raw_id,
            route.clinic_db if route else None,
            route.device_db if route else None,
            self.rows.instant(job.received_at),
            job.peer[:_PEER],
            batch.control_id[:_CONTROL],
            batch.raw,
        )

    def _put_aside_whole(self, job: Job, raw_id: int, group: _Group) -> Outcome:
        route = job.route
        found = _whole(job.batch)
        detail_ = found.detail if found and found.reason == job.reason else ""
        if route is None:
            what = Quarantined(job.reason, None, detail_ or job.batch.device_key)
            group.quarantine.add(job.batch.device_key, None, None, raw_id, what)
            return Outcome("quarantined", quarantined=1)
        what = Quarantined(job.reason, None, detail_)
        group.quarantine.add(route.device_id, route.clinic_id, route.device_id, raw_id, what)
        audit = group.audits.setdefault((route.device_db, ""), _Audit(route))
        audit.messages, audit.put_aside, audit.last_raw = (
            audit.messages + 1,
            audit.put_aside + 1,
            raw_id,
        )
        return Outcome("quarantined", quarantined=1)

    def _chart(self, job: Job, raw_id: int, group: _Group) -> Outcome:
        route, batch = job.route, job.batch
        assert route is not None and route.attachment is not None  # _route and _is_kept saw to it
        values, early = self._add_samples(job, raw_id, group.samples)
        withheld = batch.quarantined
        if early:
            withheld += (Quarantined("before_attachment", None, ""),)
        for what in withheld:
            group.quarantine.add(route.device_id, route.clinic_id, route.device_id, raw_id, what)
        session_db = route.attachment.session_db
        audit = group.audits.setdefault((route.device_db, session_db), _Audit(route))
        audit.messages, audit.values = audit.messages + 1, audit.values + values
        audit.put_aside, audit.last_raw = audit.put_aside + len(withheld), raw_id
        return Outcome("charted", values, len(withheld))

    def _add_samples(self, job: Job, raw_id: int, rows: list[SampleRow]) -> tuple[int, int]:
        """returns  (values to chart, values from before the monitor was put on this patient)"""
        route = job.route
        attached = route.attachment
        head = (route.clinic_db, attached.session_db, route.device_db)
        instant, since, before = self.rows.instant, attached.since, len(rows)
        last_at, text, early = None, "", 0
        for code, sub_id, at, value in job.batch.samples:
            if at is not last_at:  # a message says few times, each many times
                last_at = at
                text = instant(at) if at >= since else ""
            if text:
                rows.append((*head, code, sub_id[:_SUB_ID], text, value, raw_id))
            else:
                early += 1
        job.samples = job.batch.samples
        if early:
            job.samples = tuple(s for s in job.samples if s.at >= since)
        return len(rows) - before, early

    def _write(self, group: _Group) -> None:
        if group.raw:
            self.rows.insert_raw(group.raw)
        if group.samples:
            self.rows.insert_samples(group.samples)
        if group.audits:
            self.rows.insert_audit([self._audit_row(a, group.at_db) for a in group.audits.values()])

    def _audit_row(self, audit: _Audit, at_db: str) -> AuditRow:
        route, attached = audit.route, audit.route.attachment
        is_charted = attached is not None and audit.values > 0
        return (
            route.clinic_db,
            at_db,
            route.name,
            "samples.kept" if is_charted else "messages.quarantined",
            "device",
            str(route.device_id),
            attached.patient_db if is_charted else None,
            attached.session_db if is_charted else None,
            detail(
                messages=audit.messages,
                values=audit.values,
                quarantined=audit.put_aside,
                last_raw=audit.last_raw,
            ),
        )

    # ---------------------------------------------------------------------------------- what the values mean
    def _take(self, jobs: Sequence[Job], states: dict[UUID, SessionState]) -> list[_News]:
        """Bring the states up; gives what is to be written because of it."""
        news: list[_News] = []
        for job in jobs:
            attached = job.route.attachment if job.route and not job.reason else None
            state = states.get(attached.session_id) if attached else None
            if state is None:
                continue
            taken = state.take(job.samples, job.received_at)
            state.is_untold = True
            if taken.changes or taken.cuffs:
                sets = [(channel, state.make_set(channel)) for channel in taken.cuffs]
                news.append(_News(job, state, taken.changes, sets))
        return news

    def _book(self, news: list[_News]) -> None:
        for found in news:
            if found.changes:
                book.apply(found.state, found.changes)
            for channel, body in found.sets:
                self._make_set(found.job, found.state, channel, body)

    def _make_set(self, job: Job, state: SessionState, channel: Channel, body: Vitals) -> None:
        route, at = job.route, channel[1]
        session = TreatmentSession.objects.select_related("patient", "clinic").get(
            pk=state.session_id
        )
        device = Device.objects.get(pk=route.device_id)
        try:
            append(
                by=book.Itself(route.clinic_id, name=route.name),
                body=body,
                patient=session.patient,
                session=session,
                effective_at=at,
                source=Source.DEVICE,
                device=device,
                idempotency_key=set_key(session.id, device.id, at),
            )
        except Malformed:
            # The device's clock runs ahead by more than a chart takes; its samples are kept all the same.
            log.warning("A cuff pressure of device %s lies in the future; no set made.", device.id)


def _whole(batch: DeviceBatch) -> Quarantined | None:
    """Why the message as a whole is not to be charted, when its reader says so."""
    return next((q for q in batch.quarantined if q.obx is None), None)
