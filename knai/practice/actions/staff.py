"""Somebody leaves the clinic: their membership, and at once also their place on site and in care teams."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from knai.identity.actions.members import end_membership
from knai.identity.actors import Actor
from knai.identity.models import Membership
from knai.kit import audit, bus
from knai.kit.clock import now
from knai.practice.models import CareTeamMember, RosterStay


@transaction.atomic
def leave_clinic(*, by: Actor, user_id: UUID, last_day: date, at_once: bool = False) -> Membership:
    """End the membership; at once, the person is also no longer on site and in no care team.

    What they were to do is left as it is and listed on the page: somebody has to take it over.

    raises  see identity.actions.members.end_membership
    """
    membership = end_membership(by=by, user_id=user_id, last_day=last_day, at_once=at_once)
    if at_once:
        _end_parts(by, user_id)
        _leave_site(by, user_id)
    return membership


def _end_parts(by: Actor, user_id: UUID) -> None:
    parts = CareTeamMember.objects.filter(clinic=by.clinic, user_id=user_id, ended_at__isnull=True)
    for part in parts:
        part.ended_at, part.ended_by = now(), by.user
        part.save(update_fields=["ended_at", "ended_by"])
        audit.record("care_team.ended", by=by, subject=part, person=str(user_id), part=part.part)


def _leave_site(by: Actor, user_id: UUID) -> None:
    stays = RosterStay.objects.filter(clinic=by.clinic, user_id=user_id, left_at__isnull=True)
    for stay in stays:
        stay.left_at = max(now(), stay.arrived_at)
        stay.save(update_fields=["left_at"])
        audit.record("roster.left", by=by, subject=stay, person=str(user_id))
        bus.publish_on_commit("roster", {"clinic_id": by.clinic_id})
