"""What somebody has to do by a time. An occasion opens one item, however often it is looked for.

`open_item`, `own_item`, `try_item` and `close_item` belong inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.identity.models import Membership
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import access
from knai.practice.models import Patient, WorkItem
from knai.practice.work_kinds import AFTER_DEATH


@dataclass(frozen=True, slots=True)
class Work:
    """One item, as a page shows it. `halted_at`: nobody is reminded of it any more."""

    id: UUID
    kind: str
    key: str
    title: str
    due_at: datetime
    opened_at: datetime
    attempts: int
    patient_id: UUID | None
    patient_name: str
    session_id: UUID | None
    owner_id: UUID | None
    owner_name: str
    halted_at: datetime | None
    closed_at: datetime | None
    closed_by_name: str
    outcome: str


def open_item(
    *,
    clinic_id: UUID,
    kind: str,
    key: str,
    title: str,
    due_at: datetime,
    patient_id: UUID | None = None,
    session_id: UUID | None = None,
    owner_id: UUID | None = None,
    at: datetime | None = None,
) -> tuple[WorkItem, bool]:
    """The item of this occasion, and whether it was opened now. A closed one stays closed.

    Of a patient who has died it is opened halted, unless it is owed all the same (AFTER_DEATH).

    key    names the occasion in this clinic, e.g. "next_day_call:<session id>"
    title  without anything of the patient: who it is about stands in its own column
    """
    rows = WorkItem.objects.filter(clinic_id=clinic_id, key=key)
    found = rows.first()
    if found is not None:
        return found, False
    opened_at = at or now()
    try:
        with transaction.atomic():
            return WorkItem.objects.create(
                clinic_id=clinic_id, kind=kind, key=key, title=title, due_at=due_at,
                opened_at=opened_at, patient_id=patient_id, session_id=session_id,
                owner_id=owner_id, halted_at=opened_at if _is_over(kind, patient_id) else None,
            ), True  # fmt: skip
    except IntegrityError:
        return rows.get(), False


def _is_over(kind: str, patient_id: UUID | None) -> bool:
    """Whether nobody is reminded of this any more, because the patient has died."""
    if patient_id is None or kind in AFTER_DEATH:
        return False
    return Patient.objects.filter(pk=patient_id, died_on__isnull=False).exists()


def own_item(*, by: Actor, item_id: UUID, owner_id: UUID | None = None) -> WorkItem:
    """Somebody takes it: this person, or `owner_id`, who works here.

    raises  Missing: no such item here; Refused: it is closed; Malformed: not a colleague
    """
    item = _held(by, item_id)
    item.owner_id = owner_id or by.user_id
    mine = Membership.objects.filter(clinic_id=by.clinic_id, user_id=item.owner_id)
    if not mine.exists():
        raise Malformed("Choose somebody who works in this clinic.", "owner")
    item.save(update_fields=["owner"])
    _tell(by, "work.owned", item, owner=str(item.owner_id))
    return item


def try_item(*, by: Actor, item_id: UUID, due_at: datetime) -> WorkItem:
    """Tried, not done (nobody answered): counted, and due again at `due_at`."""
    item = _held(by, item_id)
    item.attempts += 1
    item.due_at = due_at
    item.save(update_fields=["attempts", "due_at"])
    _tell(by, "work.tried", item, attempts=item.attempts)
    return item


def close_item(*, by: Actor, item_id: UUID, outcome: str = "") -> WorkItem:
    """Done, with what came of it. Closed twice, the first one stands.

    raises  Missing: no such item in this clinic
    """
    item = _get(by, item_id)
    if item.closed_at is None:
        item.closed_at, item.closed_by_id = now(), by.user_id
        item.outcome = outcome[:200]
        item.save(update_fields=["closed_at", "closed_by", "outcome"])
        _tell(by, "work.closed", item)
    return item


def close_key(*, by: Actor, key: str, outcome: str = "") -> WorkItem | None:
    """The same by the occasion's key. None: it never was opened, or is closed."""
    rows = WorkItem.objects.filter(clinic_id=by.clinic_id, key=key, closed_at__isnull=True)
    item = rows.first()
    return close_item(by=by, item_id=item.pk, outcome=outcome) if item else None


def list_items(
    *,
    by: Actor,
    kinds: Iterable[str] = (),
    owner_id: UUID | None = None,
    patient_id: UUID | None = None,
    session_id: UUID | None = None,
    closed: bool = False,
    halted: bool = False,
    where: Q | None = None,
    newest: bool = False,
    limit: int = 200,
) -> tuple[Work, ...]:
    """The clinic's items by due time, open and not halted unless asked. One query, unless a chart is
    restricted: of a patient whose chart is closed to this person the initials alone are told.

    where   a further condition
    newest  the last that were closed first
    """
    rows = WorkItem.objects.filter(clinic_id=by.clinic_id, closed_at__isnull=not closed)
    if not halted:
        rows = rows.filter(halted_at__isnull=True)
    wanted = {
        "kind__in": list(kinds) or None, "owner_id": owner_id, "patient_id": patient_id,
        "session_id": session_id,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    rows = rows.filter(where or Q()).select_related("patient", "owner", "closed_by")
    items = list((rows.order_by("-closed_at") if newest else rows)[:limit])
    shut = access.list_closed(by, [item.patient for item in items if item.patient])
    return tuple(_work(item, shut) for item in items)


def _rows(by: Actor) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(clinic_id=by.clinic_id).select_for_update(of=("self",))


def _get(by: Actor, item_id: UUID) -> WorkItem:
    item = _rows(by).filter(pk=item_id).first()
    if item is None:
        raise Missing("There is no such item in this clinic.")
    return item


def _held(by: Actor, item_id: UUID) -> WorkItem:
    item = _get(by, item_id)
    if item.closed_at is not None:
        raise Refused("Somebody has done this already. Reload the page to see what came of it.")
    return item


def _tell(by: Actor, verb: str, item: WorkItem, **detail) -> None:
    audit.record(verb, by=by, subject=item, kind=item.kind, **detail)


def _work(item: WorkItem, shut: frozenset[UUID]) -> Work:
    return Work(
        id=item.pk,
        kind=item.kind,
        key=item.key,
        title=item.title,
        due_at=item.due_at,
        opened_at=item.opened_at,
        attempts=item.attempts,
        patient_id=item.patient_id,
        patient_name=access.shown_name(item.patient, shut) if item.patient else "",
        session_id=item.session_id,
        owner_id=item.owner_id,
        owner_name=item.owner.name if item.owner else "",
        halted_at=item.halted_at,
        closed_at=item.closed_at,
        closed_by_name=item.closed_by.name if item.closed_by else "",
        outcome=item.outcome,
    )
