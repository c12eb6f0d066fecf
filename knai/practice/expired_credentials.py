"""A credential that has run out is something somebody has to do."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from knai.identity.credentials import is_replaced
from knai.identity.models import Clinic, Credential, CredentialKind, Membership
from knai.practice import work

KIND = "credential_expiry"
LOOK_BACK = timedelta(days=30)


def open_items(at: datetime) -> int:
    """An item for each credential of a member that expired within the month. Returns how many are new."""
    return sum(_open_for(clinic, at) for clinic in Clinic.objects.all())


def _open_for(clinic: Clinic, at: datetime) -> int:
    today = at.astimezone(clinic.tz).date()
    members = {
        row.user_id
        for row in Membership.objects.filter(clinic=clinic, user__is_active=True)
        if row.is_current(today)
    }
    rows = list(
        Credential.objects.filter(clinic=clinic, user_id__in=members).select_related("user")
    )
    expired = [r for r in rows if r.expires_on and today - LOOK_BACK <= r.expires_on < today]
    return sum(
        _open(clinic, row, at)
        for row in expired
        if row.withdrawn_on is None
        and not is_replaced(row, [r for r in rows if r.user_id == row.user_id], today)
    )


def _open(clinic: Clinic, row: Credential, at: datetime) -> bool:
    kind = CredentialKind(row.kind).label.lower()
    assert row.expires_on is not None
    due_at = datetime.combine(row.expires_on + timedelta(days=1), time.min, tzinfo=clinic.tz)
    return work.open_item(
        clinic_id=clinic.pk,
        kind=KIND,
        key=f"{KIND}:{row.pk}",
        title=f"{row.user.name}’s {kind} expired on {row.expires_on:%d %b %Y}"[:200],
        due_at=due_at,
        at=at,
    )[1]
