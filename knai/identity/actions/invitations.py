"""Inviting somebody to a clinic by a link that works once, and coming in by it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.identity.members import current_rows, today_of
from knai.identity.models import Clinic, Invitation, Membership, Profession, Role, User
from knai.kit import audit, mail
from knai.kit.clock import now

HOLDS_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation as its page shows it to whoever holds the link.

    knows  there is a log-in of that e-mail address
    """

    id: UUID
    clinic: Clinic
    email: str
    name: str
    role_word: str
    expires_at: datetime
    knows: bool


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    *,
    by: Actor,
    email: str,
    name: str,
    role: str,
    profession: str = Profession.OTHER,
    link_of: Callable[[str], str],
) -> tuple[Invitation, str]:
    """Offer somebody a place here. Returns the invitation and its link, which nobody can read again.

    An invitation that still stands for this address is replaced: its link works no more.

    link_of  makes the whole address of a token
    raises   Malformed: not an e-mail address, role or profession; Refused: they belong here already
    """
    by.must("manage_clinic")
    address = _checked(email, name, role, profession)
    if any(row.user.email.lower() == address for row in current_rows(by.clinic)):
        raise Refused("Somebody with this e-mail address belongs to the clinic already.")
    standing = Invitation.objects.filter(
        clinic=by.clinic, email=address, accepted_at__isnull=True, revoked_at__isnull=True
    )
    standing.update(revoked_at=now())
    token = secrets.token_urlsafe(32)
    row = Invitation.objects.create(
        clinic=by.clinic,
        email=address,
        name=" ".join(name.split()),
        profession=profession,
        role=role,
        token_hash=hashed(token),
        invited_by=by.user,
        invited_at=now(),
        expires_at=now() + HOLDS_FOR,
    )
    audit.record("invitation.made", by=by, subject=row, role=role)
    _write(by, row, link_of(token))
    return row, link_of(token)


def _checked(email: str, name: str, role: str, profession: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Malformed("wanted an e-mail address", "email") from None
    if not name.strip():
        raise Malformed("wanted a name", "name")
    if role not in Role.values:
        raise Malformed(f"wanted one of {', '.join(Role.values)}", "role")
    if profession not in Profession.values:
        raise Malformed(f"wanted one of {', '.join(Profession.values)}", "profession")
    return address


def _write(by: Actor, row: Invitation, link: str) -> None:
    until = row.expires_at.astimezone(by.clinic.tz)
    mail.write(
        key=f"invitation/{row.pk}",
        clinic_id=by.clinic_id,
        to=row.email,
        subject=f"An invitation to {by.clinic.name}",
        text=(
            f"{by.name} invites you to work with {by.clinic.name} in KNAI, as "
            f"{Role(row.role).label.lower()}.\n\n{link}\n\n"
            f"The link works once, until {until:%d %b %Y, %H:%M}. Give it to nobody else.\n"
        ),
    )


def list_open(*, by: Actor) -> tuple[Invitation, ...]:
    """Invitations nobody has used or revoked, expired ones too; the newest first."""
    by.must("manage_clinic")
    rows = Invitation.objects.filter(
        clinic=by.clinic, accepted_at__isnull=True, revoked_at__isnull=True
    )
    return tuple(rows.select_related("invited_by").order_by("-invited_at"))


@transaction.atomic
def revoke(*, by: Actor, invitation_id: UUID) -> Invitation:
    """Its link works no more. Revoked twice, the first time stands.

    raises  Missing: no such invitation here; Refused: it was accepted
    """
    by.must("manage_clinic")
    rows = Invitation.objects.select_for_update().filter(clinic=by.clinic, pk=invitation_id)
    row = rows.first()
    if row is None:
        raise Missing("There is no such invitation in this clinic.")
    if row.accepted_at is not None:
        raise Refused(
            "This invitation was accepted already. Change the person's role or let them leave."
        )
    if row.revoked_at is None:
        row.revoked_at = now()
        row.save(update_fields=["revoked_at"])
        audit.record("invitation.revoked", by=by, subject=row)
    return row


def get_offer(token: str) -> Offer:
    """raises  Missing: no such link, or used, revoked or expired: they look the same"""
    row = _standing(token)
    return Offer(
        id=row.pk,
        clinic=row.clinic,
        email=row.email,
        name=row.name,
        role_word=Role(row.role).label,
        expires_at=row.expires_at,
        knows=User.objects.filter(email__iexact=row.email).exists(),
    )


def _standing(token: str, lock: bool = False) -> Invitation:
    rows = Invitation.objects.select_related("clinic")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.filter(
        token_hash=hashed(token),
        accepted_at__isnull=True,
        revoked_at__isnull=True,
        expires_at__gt=now(),
    ).first()
    if row is None:
        raise Missing(
            "This invitation is used, revoked or older than 7 days. Ask the clinic's owner for another."
        )
    return row


def accept_as_new(*, token: str, name: str, password: str) -> User:
    """Come in as a new person. The password was checked by the caller.

    raises  Missing: no such offer; Refused: there is a log-in of that address
    """
    hashed_password = make_password(password)  # slow on purpose: not while others wait to write
    with transaction.atomic():
        row = _standing(token, lock=True)
        if User.objects.filter(email__iexact=row.email).exists():
            raise Refused("There is a log-in with this e-mail address. Log in with it, then join.")
        user = User.objects.create(
            email=row.email,
            password=hashed_password,
            name=" ".join(name.split()),
            profession=row.profession,
        )
        _join(row, user)
    return user


@transaction.atomic
def accept_as(*, token: str, user: User) -> Membership:
    """Join as the person who is logged in.

    raises  Missing: no such offer; Refused: it is for another address, or they belong here already
    """
    row = _standing(token, lock=True)
    if user.email.lower() != row.email.lower():
        raise Refused("This invitation is for another e-mail address. Log out, then open it again.")
    if any(member.user_id == user.pk for member in current_rows(row.clinic)):
        raise Refused("You belong to this clinic already.")
    return _join(row, user)


def _join(row: Invitation, user: User) -> Membership:
    row.accepted_at, row.accepted_by = now(), user
    row.save(update_fields=["accepted_at", "accepted_by"])
    membership = Membership.objects.create(
        user=user, clinic=row.clinic, role=row.role, starts_on=today_of(row.clinic)
    )
    who = Actor(row.clinic, user, row.role, user.name)
    audit.record("invitation.accepted", by=who, subject=row, role=row.role)
    return membership
