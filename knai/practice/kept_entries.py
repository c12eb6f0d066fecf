"""A session's entries in memory: after a new one only what is new is read, and counted against all there are.

The chart only grows. So what was read stays true, and when what was read and what is new are as many as the
database counts in the same statement, they are the same entries. When they are not, all are read.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Subquery

from knai.identity.actors import Actor
from knai.kit.db.prepared import Prepared
from knai.practice.models import ChartEntry, Compartment, TreatmentSession

OVERLAP = timedelta(seconds=10)  # what was written before but committed later is mostly within it
READ_ALL_AFTER_S = (
    300  # the names of people and devices are read with their entries, and may change
)
_MOST = 32


@dataclass(frozen=True, slots=True)
class _Read:
    entries: dict[UUID, ChartEntry]
    newest_at: datetime
    whole_at_s: float


_reads: OrderedDict[tuple[Any, ...], _Read] = OrderedDict()
_guard = threading.Lock()


def forget_entries() -> None:
    with _guard:
        _reads.clear()


def read_entries(by: Actor, session: TreatmentSession, own_notes: bool) -> list[ChartEntry]:
    """The session's entries, in any order; of private notes this person's own or none.

    own_notes  whether this person writes such notes
    """
    author = by.user_id if own_notes else None
    key = (by.clinic_id, session.pk, author)
    with _guard:
        kept = _reads.get(key)
    entries = _with_new(kept, *key) if kept is not None else None
    if entries is None or kept is None:
        entries, whole_at_s = _all(*key), time.monotonic()
    else:
        whole_at_s = kept.whole_at_s
    _keep(key, entries, whole_at_s)
    return list(entries.values())


def _keep(key: tuple[Any, ...], entries: dict[UUID, ChartEntry], whole_at_s: float) -> None:
    if not entries:
        return
    newest_at = max(entry.recorded_at for entry in entries.values())
    with _guard:
        _reads[key] = _Read(entries, newest_at, whole_at_s)
        _reads.move_to_end(key)
        while len(_reads) > _MOST:
            _reads.popitem(last=False)


def _all(clinic_id: UUID, session_id: UUID, author: UUID | None) -> dict[UUID, ChartEntry]:
    rows = _rows(clinic_id, session_id, author).select_related("recorded_by", "device")
    entries = {entry.pk: entry for entry in rows}
    _share(entries.values())
    return entries


def _share(entries: Iterable[ChartEntry]) -> None:
    """One person and one device in memory, however many entries name them."""
    known: dict[UUID, Any] = {}
    for entry in entries:
        if entry.recorded_by is not None:
            entry.recorded_by = known.setdefault(entry.recorded_by.pk, entry.recorded_by)
        if entry.device is not None:
            entry.device = known.setdefault(entry.device.pk, entry.device)


def _with_new(
    kept: _Read, clinic_id: UUID, session_id: UUID, author: UUID | None
) -> dict[UUID, ChartEntry] | None:
    """What was read and what is new. None: they are not all there are, or the names may be old."""
    if time.monotonic() - kept.whole_at_s > READ_ALL_AFTER_S:
        return None
    values = {"clinic_id": clinic_id, "session_id": session_id, "since": kept.newest_at - OVERLAP}
    rows = _new(**values) if author is None else _new_with_own(**values, author=author)
    entries = kept.entries | {row.pk: row for row in rows if row.pk not in kept.entries}
    return entries if rows and rows[0].count_of_all == len(entries) else None


def _rows(clinic_id: UUID, session_id: UUID, author: UUID | None = None) -> QuerySet[ChartEntry]:
    private = Q(compartment=Compartment.PSYCHOTHERAPY)
    own = private & Q(recorded_by_id=author) if author is not None else Q(pk__in=[])
    return ChartEntry.objects.filter(~private | own, clinic_id=clinic_id, session_id=session_id)


def _new_rows(
    clinic_id: UUID, session_id: UUID, since: datetime, author: UUID | None = None
) -> QuerySet[ChartEntry]:
    all_rows = _rows(clinic_id, session_id, author)
    counted = all_rows.order_by().values("session_id").annotate(count=Count("pk")).values("count")
    rows = all_rows.filter(recorded_at__gte=since).annotate(count_of_all=Subquery(counted))
    return rows.select_related("recorded_by", "device")


_new = Prepared(_new_rows, clinic_id=UUID, session_id=UUID, since=datetime)
_new_with_own = Prepared(_new_rows, clinic_id=UUID, session_id=UUID, since=datetime, author=UUID)
