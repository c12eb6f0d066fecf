"""Writing what shows that people are licensed and qualified. A renewal is a new row; nothing is edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from knai.core.errors import Forbidden, Malformed, Refused
from knai.identity.actors import Actor
from knai.identity.credentials import DEPTHS, get_credential
from knai.identity.members import get_membership, today_of
from knai.identity.models import Credential, CredentialKind
from knai.kit import audit

NUMBERED = (CredentialKind.LICENCE, CredentialKind.DEA)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is written on the paper.

    level  of a sedation privilege: the depth it reaches
    """

    kind: str
    starts_on: date
    expires_on: date | None = None
    jurisdiction: str = ""
    number: str = ""
    level: str = ""
    evidence_id: UUID | None = None


def may_see(by: Actor, user_id: UUID) -> bool:
    """Owners, prescribers (who check them), and everybody their own."""
    return by.may("manage_clinic") or by.may("prescribe") or by.user_id == user_id


def may_check(by: Actor, user_id: UUID) -> bool:
    """Another person than the holder, owner or prescriber."""
    return by.user_id != user_id and (by.may("manage_clinic") or by.may("prescribe"))


def may_add(by: Actor, user_id: UUID) -> bool:
    return by.may("manage_clinic") or by.user_id == user_id


def must_see(by: Actor, user_id: UUID) -> None:
    if not may_see(by, user_id):
        raise Forbidden("Credentials are seen by their holder, the owner and prescribers.")


@transaction.atomic
def add_credential(*, by: Actor, user_id: UUID, wanted: Wanted) -> Credential:
    """Write down a credential. It counts once another person has checked it.

    raises  Malformed: what is missing on it, by its field; Missing: nobody of this clinic
    """
    if not may_add(by, user_id):
        raise Forbidden("A credential is added by its holder or by the clinic's owner.")
    get_membership(by, user_id)
    _check(wanted)
    same = Credential.objects.filter(
        clinic=by.clinic, user_id=user_id, kind=wanted.kind, number=wanted.number,
        jurisdiction=wanted.jurisdiction, level=wanted.level, starts_on=wanted.starts_on,
        expires_on=wanted.expires_on, withdrawn_on__isnull=True,
    ).first()  # fmt: skip
    if same is not None:  # the second of two clicks
        return same
    row = Credential.objects.create(
        clinic=by.clinic,
        user_id=user_id,
        kind=wanted.kind,
        jurisdiction=wanted.jurisdiction,
        number=wanted.number,
        level=wanted.level,
        starts_on=wanted.starts_on,
        expires_on=wanted.expires_on,
        evidence_id=wanted.evidence_id,
        checked_by=None,
        checked_on=None,
    )
    audit.record(
        "credential.added", by=by, subject=row, person=str(user_id), kind=row.kind,
        evidence=str(wanted.evidence_id or ""),
    )  # fmt: skip
    return row


def _check(wanted: Wanted) -> None:
    if wanted.kind not in CredentialKind.values:
        raise Malformed(f"wanted one of {', '.join(CredentialKind.values)}", "kind")
    if wanted.kind in NUMBERED and not wanted.number:
        raise Malformed("Enter the number as it stands on the paper.", "number")
    if wanted.kind == CredentialKind.LICENCE and not wanted.jurisdiction:
        raise Malformed("Enter where the licence holds, such as New York.", "jurisdiction")
    if (wanted.kind == CredentialKind.SEDATION) != bool(wanted.level):
        raise Malformed("A sedation privilege, and nothing else, has a depth.", "level")
    if wanted.level and wanted.level not in DEPTHS:
        raise Malformed(f"wanted one of {', '.join(DEPTHS)}", "level")
    if wanted.expires_on is not None and wanted.expires_on < wanted.starts_on:
        raise Malformed("It ends before it begins. Look at both days again.", "expires_on")


@transaction.atomic
def check_credential(*, by: Actor, credential_id: UUID) -> Credential:
    """Say that this person has looked at the paper. Checked twice, the first time stands.

    raises  Forbidden: the holder themselves, or a role that does not check; Refused: withdrawn
    """
    row = get_credential(by, credential_id)
    if by.user_id == row.user_id:
        raise Forbidden("Nobody checks a credential of their own. Ask an owner or a prescriber.")
    if not may_check(by, row.user_id):
        raise Forbidden("An owner or a prescriber checks credentials. Ask one of them.")
    if row.withdrawn_on is not None:
        raise Refused("This credential was withdrawn. Add a new one instead.")
    if row.checked_on is None:
        row.checked_by, row.checked_on = by.user, today_of(by.clinic)
        row.save(update_fields=["checked_by", "checked_on"])
        audit.record(
            "credential.checked", by=by, subject=row, person=str(row.user_id), kind=row.kind
        )
    return row


@transaction.atomic
def withdraw_credential(*, by: Actor, credential_id: UUID, reason: str) -> Credential:
    """From today it counts no more: it was revoked, or entered wrongly. What was before stands.

    raises  Malformed: no reason
    """
    by.must("manage_clinic")
    row = get_credential(by, credential_id)
    if not reason.strip():
        raise Malformed("Say why it counts no more.", "reason")
    if row.withdrawn_on is None:
        row.withdrawn_on, row.withdrawn_because = today_of(by.clinic), reason.strip()[:200]
        row.save(update_fields=["withdrawn_on", "withdrawn_because"])
        audit.record(
            "credential.withdrawn", by=by, subject=row, person=str(row.user_id), kind=row.kind
        )
    return row
