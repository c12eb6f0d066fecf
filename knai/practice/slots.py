"""The five-minute slots a booked visit takes: of its chair, its patient and whoever stays with them.

The database judges: two visits cannot both write the same slot. Rows of what is booked are held first, always
in the same order, so that people booking at once wait for one another instead of blocking each other.
Slots follow intentions. A visit that runs late takes none, and one that has ended holds none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from knai.identity.models import User
from knai.practice.models import Chair, Patient, TakenSlot, TreatmentSession

SLOT = timedelta(minutes=TakenSlot.SLOT_MIN)
UNKNOWN_MIN = 120  # how long a visit is shown that was booked without a length
CHAIR, PATIENT, STAFF = "chair", "patient", "staff"
_TABLES = {CHAIR: Chair, PATIENT: Patient, STAFF: User}


class Resource(NamedTuple):
    """What can be in one place at a time. Sorted by kind and id: the order they are held in."""

    kind: str
    id: UUID


class Clash(Exception):
    """Something of this visit is taken; `practice.taken` says what and by whom."""


def resources_of(session: TreatmentSession) -> list[Resource]:
    """Whoever answers for several visits at once (`provider`) is not taken by one of them."""
    ids = {CHAIR: session.chair_id, PATIENT: session.patient_id, STAFF: session.nurse_id}
    return sorted(Resource(kind, pk) for kind, pk in ids.items() if pk is not None)


def end_of(session: TreatmentSession) -> datetime:
    return session.booked_for_at + timedelta(minutes=session.planned_min or UNKNOWN_MIN)


def instants(start: datetime, end: datetime) -> list[datetime]:
    """The beginnings of all slots that the span touches."""
    first = floor(start)
    return [first + SLOT * n for n in range(-(-(end - first) // SLOT))]


def floor(at: datetime) -> datetime:
    at = at.astimezone(UTC)
    return at - timedelta(
        minutes=at.minute % TakenSlot.SLOT_MIN, seconds=at.second, microseconds=at.microsecond
    )


def hold(resources: Iterable[Resource]) -> None:
    """Hold the rows of all that is booked or given back, before any slot is touched."""
    for kind, pk in sorted(set(resources)):
        rows = _TABLES[kind].objects.select_for_update(no_key=True).filter(pk=pk)
        list(rows.values_list("pk"))


def take(session: TreatmentSession) -> None:
    """All slots of the visit, or none.

    raises  Clash: one is taken
    """
    try:
        with transaction.atomic():
            TakenSlot.objects.bulk_create(_rows(session, resources_of(session)))
    except IntegrityError as error:
        raise Clash from error


def _rows(session: TreatmentSession, resources: list[Resource]) -> list[TakenSlot]:
    at = instants(session.booked_for_at, end_of(session))
    return [
        TakenSlot(
            clinic_id=session.clinic_id, session=session, resource_kind=r.kind, resource_id=r.id,
            at=each,
        )
        for r in resources
        for each in at
    ]  # fmt: skip


def free(session: TreatmentSession) -> None:
    """Give the visit's slots back."""
    TakenSlot.objects.filter(session=session).delete()


def seat(session: TreatmentSession, chair_id: UUID | None) -> None:
    """The patient sits in another chair: the booked one is given back, of this one what is free is taken.

    A fact, so that nothing refuses it; another visit's slots of this chair stay that visit's.
    """
    TakenSlot.objects.filter(session=session, resource_kind=CHAIR).delete()
    if chair_id is not None and session.state in ("booked", "checked_in", "ready"):
        rows = _rows(session, [Resource(CHAIR, chair_id)])
        TakenSlot.objects.bulk_create(rows, ignore_conflicts=True)
