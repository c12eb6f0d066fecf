"""What shows that people are licensed and qualified: states and reminders. The facts of the Standard about
people come from the same rows, by `Credential.holds`, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.identity.models import Clinic, Credential, CredentialKind, Membership, Role, User
from knai.kit import mail
from knai.kit.clock import now

REMIND_DAYS = (90, 30, 7)
DEPTHS = {
    "minimal": "Minimal",
    "moderate": "Moderate",
    "deep": "Deep",
    "general_anaesthesia": "General anaesthesia",
}
STATES = {
    "holds": "holds",
    "expires": "expires soon",
    "unchecked": "nobody has checked it",
    "expired": "expired",
    "withdrawn": "withdrawn",
    "later": "not begun",
}
_WORST_FIRST = ("expired", "unchecked", "expires", "later", "holds", "withdrawn")


@dataclass(frozen=True, slots=True)
class Paper:
    """One credential, as its page shows it."""

    id: UUID
    kind: str
    kind_word: str
    jurisdiction: str
    number: str
    level_word: str
    starts_on: date
    expires_on: date | None
    days_left: int | None
    checked_by: str
    checked_on: date | None
    evidence_id: UUID | None
    withdrawn_on: date | None
    withdrawn_because: str
    state: str
    is_replaced: bool

    @property
    def state_word(self) -> str:
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class Credentials:
    """All of one person in one clinic. worst: the state that needs somebody first, "" without any."""

    papers: tuple[Paper, ...]

    @property
    def standing(self) -> tuple[Paper, ...]:
        return tuple(p for p in self.papers if p.state != "withdrawn" and not p.is_replaced)

    @property
    def worst(self) -> str:
        states = {paper.state for paper in self.standing}
        return next((state for state in _WORST_FIRST if state in states), "")

    @property
    def words(self) -> str:
        """In one line: what needs somebody, else that all hold."""
        if not self.standing:
            return "none on file"
        needing = [p for p in self.standing if p.state != "holds"]
        if not needing:
            return f"{len(self.standing)} hold"
        return ", ".join(f"{p.kind_word}: {p.state_word}" for p in needing)


def states_of(clinic: Clinic, user_ids: Iterable[UUID]) -> dict[UUID, Credentials]:
    """The credentials of these people in this clinic. One query."""
    wanted = list(user_ids)
    today = now().astimezone(clinic.tz).date()
    rows: dict[UUID, list[Credential]] = {user_id: [] for user_id in wanted}
    found = Credential.objects.filter(clinic=clinic, user_id__in=wanted)
    for row in found.select_related("checked_by").order_by("kind", "-starts_on", "-id"):
        rows[row.user_id].append(row)
    return {user_id: _credentials(found, today) for user_id, found in rows.items()}


def _credentials(rows: list[Credential], today: date) -> Credentials:
    return Credentials(tuple(_paper(row, rows, today) for row in rows))


def _paper(row: Credential, rows: list[Credential], today: date) -> Paper:
    return Paper(
        id=row.pk,
        kind=row.kind,
        kind_word=CredentialKind(row.kind).label,
        jurisdiction=row.jurisdiction,
        number=row.number,
        level_word=DEPTHS.get(row.level, row.level),
        starts_on=row.starts_on,
        expires_on=row.expires_on,
        days_left=(row.expires_on - today).days if row.expires_on else None,
        checked_by=row.checked_by.name if row.checked_by else "",
        checked_on=row.checked_on,
        evidence_id=row.evidence_id,
        withdrawn_on=row.withdrawn_on,
        withdrawn_because=row.withdrawn_because,
        state=state_of(row, today),
        is_replaced=is_replaced(row, rows, today),
    )


def state_of(row: Credential, today: date) -> str:
    if row.withdrawn_on is not None and row.withdrawn_on <= today:
        return "withdrawn"
    if row.expires_on is not None and row.expires_on < today:
        return "expired"
    if row.checked_on is None:
        return "unchecked"
    if row.starts_on > today:
        return "later"
    if row.expires_on is not None and (row.expires_on - today).days <= max(REMIND_DAYS):
        return "expires"
    return "holds"


def is_replaced(row: Credential, rows: Iterable[Credential], today: date) -> bool:
    """Whether a checked one of the same kind and place takes over when it ends, without a gap."""
    if row.expires_on is None:
        return False
    return any(
        other.pk != row.pk
        and (other.kind, other.jurisdiction) == (row.kind, row.jurisdiction)
        and other.checked_on is not None
        and other.withdrawn_on is None
        and other.starts_on <= max(row.expires_on + timedelta(days=1), today)
        and (other.expires_on is None or other.expires_on > row.expires_on)
        for other in rows
    )


def get_credential(by: Actor, credential_id: UUID) -> Credential:
    """raises  Missing: absent, or another clinic's"""
    rows = Credential.objects.select_related("user").filter(clinic_id=by.clinic_id)
    row = rows.filter(pk=credential_id).first()
    if row is None:
        raise Missing("There is no such credential in this clinic.")
    return row


# ------------------------------------------------------------------------------------------- reminders
def remind(at: datetime) -> int:
    """Write to holder and owners 90, 30 and 7 days before a credential ends. Returns how many letters."""
    return sum(_remind_clinic(clinic, at) for clinic in Clinic.objects.all())


def _remind_clinic(clinic: Clinic, at: datetime) -> int:
    today = at.astimezone(clinic.tz).date()
    last = today + timedelta(days=max(REMIND_DAYS))
    people = {m.user_id: m for m in _members(clinic, today)}
    rows = list(Credential.objects.filter(clinic=clinic, user_id__in=people).select_related("user"))
    ending = [row for row in rows if row.expires_on and today <= row.expires_on <= last]
    owners = [m.user for m in people.values() if m.role == Role.OWNER]
    return sum(
        _remind(row, owners, today)
        for row in ending
        if row.withdrawn_on is None and not is_replaced(row, _of(rows, row.user_id), today)
    )


def _members(clinic: Clinic, today: date) -> list[Membership]:
    rows = Membership.objects.filter(clinic=clinic, user__is_active=True).select_related("user")
    return [row for row in rows if row.is_current(today)]


def _of(rows: list[Credential], user_id: UUID) -> list[Credential]:
    return [row for row in rows if row.user_id == user_id]


def _remind(row: Credential, owners: list[User], today: date) -> int:
    """The nearest of the three that has been reached; once each, to each."""
    assert row.expires_on is not None
    left = (row.expires_on - today).days
    reached = min(days for days in REMIND_DAYS if left <= days)
    readers = {user.pk: user for user in (row.user, *owners)}
    return sum(_letter(row, reader, reached) for reader in readers.values())


def _letter(row: Credential, reader: User, reached: int) -> bool:
    key = f"credential/{row.pk}/{reached}/{reader.pk}"
    whose = "Your" if reader.pk == row.user_id else f"{row.user.name}’s"
    kind = CredentialKind(row.kind).label
    clinic = row.clinic.name
    return mail.write_once(
        key=key,
        clinic_id=row.clinic_id,
        to=reader.email,
        subject=f"{clinic}: {kind.lower()} ends on {row.expires_on:%d %b %Y}",
        text=(
            f"{whose} {kind.lower()} at {clinic} holds until {row.expires_on:%d %b %Y}, that day "
            "included. From the next day on the start gate counts it as expired.\n\n"
            "Renew it in KNAI under People, and have somebody else check the new one.\n"
        ),
    )
