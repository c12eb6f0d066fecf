"""Changing who belongs to a clinic, in which role, until when; and saying that the rights were looked at."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.identity.members import get_membership, today_of
from knai.identity.models import Clinic, Membership, Role
from knai.kit import audit
from knai.kit.clock import now


@transaction.atomic
def change_role(*, by: Actor, user_id: UUID, role: str) -> Membership:
    """End the membership and open another in the new role. The same role again changes nothing.

    raises  Malformed: no such role; Missing: nobody of this clinic; Refused: the last owner
    """
    by.must("manage_clinic")
    if role not in Role.values:
        raise Malformed(f"wanted one of {', '.join(Role.values)}", "role")
    _hold(by.clinic)
    before = get_membership(by, user_id)
    if before.role == role:
        return before
    _refuse_last_owner(by.clinic, before)
    ends_on = before.ends_on
    _end(before, max(today_of(by.clinic), before.starts_on), at_once=True)
    after = Membership.objects.create(
        user_id=user_id,
        clinic=by.clinic,
        role=role,
        starts_on=max(today_of(by.clinic), before.starts_on),
        ends_on=ends_on,
    )
    audit.record(
        "member.role_changed", by=by, subject=after, person=str(user_id),
        before=before.role, after=role,
    )  # fmt: skip
    return after


@transaction.atomic
def end_membership(
    *, by: Actor, user_id: UUID, last_day: date, at_once: bool = False
) -> Membership:
    """This person belongs to the clinic until the end of `last_day`, or no longer at all.

    at_once  from this instant: their log-ins end, on every device
    raises   Malformed: a last day in the past; Missing: nobody of this clinic; Refused: the last owner
    """
    by.must("manage_clinic")
    today = today_of(by.clinic)
    if last_day < today:
        raise Malformed("The last day lies in the past. Choose today or a later day.", "last_day")
    _hold(by.clinic)
    membership = get_membership(by, user_id)
    _refuse_last_owner(by.clinic, membership)
    _end(membership, max(today if at_once else last_day, membership.starts_on), at_once)
    ended = end_log_ins(user_id) if at_once else 0
    audit.record(
        "member.left", by=by, subject=membership, person=str(user_id),
        last_day=str(membership.ends_on), at_once=at_once, log_ins_ended=ended,
    )  # fmt: skip
    return membership


def _hold(clinic: Clinic) -> None:
    """Two owners who leave at the same time take turns: one of them stays."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)


def _refuse_last_owner(clinic: Clinic, membership: Membership) -> None:
    if membership.role != Role.OWNER:
        return
    today = today_of(clinic)
    others = Membership.objects.filter(
        clinic=clinic, role=Role.OWNER, ends_on__isnull=True, user__is_active=True
    )
    if not any(row.is_current(today) for row in others.exclude(user_id=membership.user_id)):
        raise Refused(
            "This is the clinic's last owner. Make somebody else an owner first, then go on."
        )


def _end(membership: Membership, last_day: date, at_once: bool) -> None:
    membership.ends_on, membership.is_cut_short = last_day, at_once
    membership.save(update_fields=["ends_on", "is_cut_short"])


def end_log_ins(user_id: UUID) -> int:
    """Log this person out on every device. Returns how many log-ins that were.

    Django keeps log-ins without saying whose they are, so that each one is opened.
    """
    keys = [
        row.session_key
        for row in Session.objects.filter(expire_date__gt=now()).iterator()
        if row.get_decoded().get("_auth_user_id") == str(user_id)
    ]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


@transaction.atomic
def record_review(*, by: Actor) -> Clinic:
    """An owner has looked at who may do what here, today."""
    by.must("manage_clinic")
    clinic = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    clinic.rights_reviewed_at, clinic.rights_reviewed_by = now(), by.user
    clinic.save(update_fields=["rights_reviewed_at", "rights_reviewed_by"])
    audit.record("rights.reviewed", by=by, subject=clinic)
    return clinic
