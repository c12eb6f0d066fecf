"""Who belongs to a clinic, with which rights, and what each of them has to show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from allauth.mfa.models import Authenticator

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.identity.credentials import Credentials, states_of
from knai.identity.models import Clinic, Membership, Role, StaffPin, User
from knai.kit.clock import now


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the clinic, for the page where rights are reviewed.

    ends_on   the last day; None when none is set
    """

    user_id: UUID
    membership_id: UUID
    name: str
    email: str
    role: str
    role_word: str
    profession_word: str
    since: date
    ends_on: date | None
    last_log_in: datetime | None
    has_second_factor: bool
    has_pin: bool
    credentials: Credentials
    other_clinics: int


def today_of(clinic: Clinic) -> date:
    return now().astimezone(clinic.tz).date()


def list_members(*, by: Actor) -> tuple[Member, ...]:
    """Everybody who belongs to the clinic today or from a later day on, by name. Six queries."""
    by.must("manage_clinic")
    rows = current_rows(by.clinic)
    users = [row.user_id for row in rows]
    factors = _second_factors(users)
    pins = set(StaffPin.objects.filter(user_id__in=users).values_list("user_id", flat=True))
    papers = states_of(by.clinic, users)
    elsewhere = _elsewhere(by.clinic, users)
    return tuple(
        Member(
            user_id=row.user_id,
            membership_id=row.pk,
            name=row.user.name,
            email=row.user.email,
            role=row.role,
            role_word=Role(row.role).label,
            profession_word=row.user.get_profession_display(),
            since=row.starts_on,
            ends_on=row.ends_on,
            last_log_in=row.user.last_login,
            has_second_factor=row.user_id in factors,
            has_pin=row.user_id in pins,
            credentials=papers[row.user_id],
            other_clinics=elsewhere.get(row.user_id, 0),
        )
        for row in rows
    )


def current_rows(clinic: Clinic) -> list[Membership]:
    """Memberships that hold today or begin later, by the person's name."""
    today = today_of(clinic)
    rows = Membership.objects.filter(clinic=clinic, user__is_active=True)
    rows = rows.select_related("user").order_by("user__name", "-id")
    return [row for row in rows if row.is_current(max(today, row.starts_on))]


def _second_factors(users: list[UUID]) -> frozenset[UUID]:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    rows = Authenticator.objects.filter(user_id__in=users, type__in=kinds)
    return frozenset(rows.values_list("user_id", flat=True))


def _elsewhere(clinic: Clinic, users: list[UUID]) -> dict[UUID, int]:
    rows = Membership.objects.filter(user_id__in=users).exclude(clinic=clinic)
    clinics: dict[UUID, set[UUID]] = {}
    for row in rows.select_related("clinic"):
        if row.is_current(today_of(row.clinic)):
            clinics.setdefault(row.user_id, set()).add(row.clinic_id)
    return {user_id: len(found) for user_id, found in clinics.items()}


def list_past(*, by: Actor, limit: int = 50) -> tuple[Membership, ...]:
    """Memberships that have ended, the newest first, with their people."""
    by.must("manage_clinic")
    rows = Membership.objects.filter(clinic=by.clinic, ends_on__isnull=False)
    rows = rows.select_related("user").order_by("-ends_on", "-id")
    today = today_of(by.clinic)
    return tuple(row for row in rows[:limit] if not row.is_current(max(today, row.starts_on)))


def get_membership(by: Actor, user_id: UUID) -> Membership:
    """The membership that holds today or begins later.

    raises  Missing: nobody of this clinic
    """
    rows = [row for row in current_rows(by.clinic) if row.user_id == user_id]
    if not rows:
        raise Missing("There is no such person in this clinic.")
    return rows[0]


def list_owners(clinic: Clinic) -> tuple[User, ...]:
    """The clinic's owners today."""
    today = today_of(clinic)
    rows = Membership.objects.filter(clinic=clinic, role=Role.OWNER, user__is_active=True)
    return tuple(row.user for row in rows.select_related("user") if row.is_current(today))


def names_of(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    return dict(User.objects.filter(pk__in=list(user_ids)).values_list("pk", "name"))
