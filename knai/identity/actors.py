"""Who acts, in which clinic, with which hat. Every query and action takes one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from knai.core.errors import Forbidden, Missing
from knai.identity import permissions
from knai.identity.models import Clinic, Membership, Role, User
from knai.kit.clock import now
from knai.kit.db.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in a clinic. `user` is None for a device or the system itself."""

    clinic: Clinic
    user: User | None
    role: str
    name: str

    @property
    def clinic_id(self) -> UUID:
        return self.clinic.id

    @property
    def user_id(self) -> UUID | None:
        return self.user.id if self.user else None

    @property
    def role_word(self) -> str:
        return Role(self.role).label if self.role else ""

    def may(self, permission: str) -> bool:
        return permissions.may(self.role, permission)

    def must(self, permission: str) -> None:
        """raises Forbidden when the role lacks the permission."""
        if not self.may(permission):
            raise Forbidden(
                f"Your role here ({self.role or 'none'}) does not include "
                f"“{permission.replace('_', ' ')}”. Ask the clinic's owner."
            )


def get_actor(user: User, slug: str, at: datetime | None = None) -> Actor:
    """The hat `user` wears in the clinic `slug` today, as the clinic's calendar has it.

    raises  Missing: no such clinic, or no current membership: the two look the same
    """
    for membership in _memberships(user_id=user.pk, slug=slug):
        today = (at or now()).astimezone(membership.clinic.tz).date()
        if membership.is_current(today) and user.is_active:
            return Actor(membership.clinic, user, membership.role, user.name)
    raise Missing("There is no such clinic among yours.")


def _membership_rows(user_id: UUID, slug: str) -> QuerySet[Membership]:
    """The newest first: of two that touch the same day it tells the role."""
    rows = Membership.objects.select_related("clinic").filter(user_id=user_id, clinic__slug=slug)
    return rows.order_by("-id")


_memberships = Prepared(_membership_rows, user_id=UUID, slug=str)


def list_hats(user: User, at: datetime | None = None) -> list[Actor]:
    """Every hat `user` wears today, by the clinic's name."""
    rows = Membership.objects.select_related("clinic").filter(user=user, user__is_active=True)
    return [
        Actor(membership.clinic, user, membership.role, user.name)
        for membership in rows.order_by("clinic__name")
        if membership.is_current((at or now()).astimezone(membership.clinic.tz).date())
    ]


def system_actor(clinic: Clinic, name: str = "KNAI") -> Actor:
    """The system itself or a device, acting in a clinic. Carries no permission of a person."""
    return Actor(clinic, None, "", name)
