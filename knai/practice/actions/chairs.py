"""The clinic's chairs: added, renamed, put in order, closed. A chair that was used is never deleted."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.identity.members import today_of
from knai.identity.models import Site
from knai.kit import audit
from knai.practice.models import Chair, State, TreatmentSession
from knai.practice.models.sessions import OPEN_STATES


@transaction.atomic
def add_chair(*, by: Actor, name: str, site_id: UUID | None = None) -> Chair:
    """A chair more, the last in order.

    raises  Malformed: no name; Refused: there is one of that name; Missing: no such site
    """
    by.must("manage_clinic")
    last = Chair.objects.filter(clinic=by.clinic).order_by("-position").first()
    chair = Chair(clinic=by.clinic, name=_name(name), position=last.position + 1 if last else 1)
    chair.site = _site(by, site_id)
    _save(chair)
    audit.record("chair.added", by=by, subject=chair)
    return chair


@transaction.atomic
def change_chair(*, by: Actor, chair_id: UUID, name: str, site_id: UUID | None = None) -> Chair:
    """raises  Malformed: no name; Refused: there is one of that name; Missing: no such chair or site"""
    chair = _held(by, chair_id)
    chair.name, chair.site = _name(name), _site(by, site_id)
    _save(chair)
    audit.record("chair.changed", by=by, subject=chair)
    return chair


@transaction.atomic
def move_chair(*, by: Actor, chair_id: UUID, up: bool) -> Chair:
    """Change places with the one before or after it; at the end nothing happens."""
    chair = _held(by, chair_id)
    rows = list(Chair.objects.select_for_update().filter(clinic=by.clinic, closed_on__isnull=True))
    place = next((n for n, row in enumerate(rows) if row.pk == chair.pk), None)
    other = place - 1 if up else (place or 0) + 1
    if place is None or not 0 <= other < len(rows):
        return chair
    rows[place], rows[other] = rows[other], rows[place]
    for position, row in enumerate(rows, 1):
        if row.position != position:
            Chair.objects.filter(pk=row.pk).update(position=position)
    audit.record("chair.moved", by=by, subject=chair, up=up)
    return chair


@transaction.atomic
def close_chair(*, by: Actor, chair_id: UUID) -> Chair:
    """Today is its last day.

    raises  Refused: somebody is in it, or booked for it from tomorrow on
    """
    chair = _held(by, chair_id)
    if chair.closed_on is not None:
        return chair
    waiting = TreatmentSession.objects.filter(chair=chair)
    if waiting.filter(state__in=OPEN_STATES).exists():
        raise Refused("Somebody is in this chair. Close it when they have left.")
    booked = waiting.filter(state=State.BOOKED).count()
    if booked:
        raise Refused(f"{booked} visits are booked for this chair. Move them to another first.")
    chair.closed_on = today_of(by.clinic)
    chair.save(update_fields=["closed_on"])
    audit.record("chair.closed", by=by, subject=chair)
    return chair


def _held(by: Actor, chair_id: UUID) -> Chair:
    by.must("manage_clinic")
    chair = Chair.objects.select_for_update().filter(clinic=by.clinic, pk=chair_id).first()
    if chair is None:
        raise Missing("There is no such chair in this clinic.")
    return chair


def _name(name: str) -> str:
    said = " ".join(name.split())
    if not said or len(said) > 40:
        raise Malformed("wanted a name of at most 40 characters", "name")
    return said


def _site(by: Actor, site_id: UUID | None) -> Site | None:
    if site_id is None:
        return None
    site = Site.objects.filter(clinic=by.clinic, pk=site_id, closed_on__isnull=True).first()
    if site is None:
        raise Missing("There is no such site in this clinic.")
    return site


def _save(chair: Chair) -> None:
    try:
        with transaction.atomic():
            chair.save()
    except IntegrityError:
        raise Refused("There is a chair of this name already. Give it another.") from None
