"""Who is on site, said once for the clinic and not once a session. Two taps: a name, here or gone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.identity.models import User
from knai.kit import audit, bus
from knai.kit.clock import now
from knai.practice import presences
from knai.practice.actions.charting import name_of_colleague
from knai.practice.actions.write import FUTURE_TOLERANCE
from knai.practice.models import RosterStay


@transaction.atomic
def arrive(*, by: Actor, user_id: UUID, at: datetime | None = None) -> RosterStay:
    """This person is on site and immediately available. Said twice, it stands once.

    A stay of an earlier day that nobody ended counts no more; it ends where it stopped to count.

    raises  Malformed: not of this clinic, or in the future; Refused: before they last left
    """
    by.must("roster")
    name_of_colleague(by, user_id)
    since = _not_in_future(at)
    User.objects.select_for_update().get(pk=user_id)  # two tablets take turns on one person
    stays = RosterStay.objects.filter(clinic=by.clinic, user_id=user_id)
    open_stay = stays.filter(left_at__isnull=True).first()
    if open_stay is not None and presences.is_here(by.clinic, open_stay, now()):
        return open_stay
    if open_stay is not None:
        _end(by, open_stay, presences.counts_until(by.clinic, open_stay), by_rule=True)
    if stays.filter(left_at__gt=since).exists():
        raise Refused("This person was on site at that time already. Enter a later time.")
    stay = RosterStay.objects.create(
        clinic=by.clinic, user_id=user_id, arrived_at=since, recorded_by=by.user
    )
    _tell(by, "roster.arrived", stay, since)
    return stay


@transaction.atomic
def leave(*, by: Actor, user_id: UUID, at: datetime | None = None) -> RosterStay | None:
    """This person left, or is no longer available. None when they were not on site.

    raises  Malformed: in the future; Refused: before they arrived
    """
    by.must("roster")
    until = _not_in_future(at)
    stays = RosterStay.objects.select_for_update(of=("self",))
    stay = stays.filter(clinic=by.clinic, user_id=user_id, left_at__isnull=True).first()
    if stay is None:
        return None
    if until < stay.arrived_at:
        raise Refused("They arrived after that time. Enter when they left.")
    _end(by, stay, until)
    return stay


@transaction.atomic
def confirm(*, by: Actor, user_id: UUID) -> RosterStay:
    """Asked and answered: still here, and was all the time. It counts on from now.

    raises  Refused: this person has left, or never came
    """
    by.must("roster")
    stays = RosterStay.objects.select_for_update(of=("self",))
    stay = stays.filter(clinic=by.clinic, user_id=user_id, left_at__isnull=True).first()
    if stay is None:
        raise Refused("This person is not on site. Tap “Here” when they come.")
    stay.confirmed_at = now()
    stay.save(update_fields=["confirmed_at"])
    _tell(by, "roster.confirmed", stay, stay.confirmed_at)
    return stay


def _end(by: Actor, stay: RosterStay, until: datetime, by_rule: bool = False) -> None:
    stay.left_at = until
    stay.save(update_fields=["left_at"])
    _tell(by, "roster.left", stay, until, by_rule=by_rule)


def _not_in_future(at: datetime | None) -> datetime:
    if at is not None and at > now() + FUTURE_TOLERANCE:
        raise Malformed("The time lies in the future. Enter when it happened.", "at")
    return at or now()


def _tell(by: Actor, verb: str, stay: RosterStay, at: datetime, by_rule: bool = False) -> None:
    detail = {"person": str(stay.user_id), "at": at.isoformat()}
    audit.record(verb, by=by, subject=stay, **detail, **({"by_rule": True} if by_rule else {}))
    bus.publish_on_commit("roster", {"clinic_id": by.clinic_id})
