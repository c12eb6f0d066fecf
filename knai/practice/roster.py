"""Who works in a clinic, who is on site now, and who was during a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from knai.identity.actors import Actor
from knai.identity.models import Membership, Role
from knai.kit.clock import now
from knai.practice import presences
from knai.practice.models import RosterStay


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person of the clinic, for a choice on a page. since: on site from then, None when not."""

    id: UUID
    name: str
    role: str
    role_word: str
    profession_word: str
    since: datetime | None

    @property
    def is_on_site(self) -> bool:
        return self.since is not None


@dataclass(frozen=True, slots=True)
class Presence:
    """One stay, for the lane of the chart."""

    name: str
    at: datetime
    until: datetime | None


def list_colleagues(by: Actor) -> tuple[Colleague, ...]:
    """Everybody who works here today, those on site first. Two queries."""
    by.must("read_schedule")
    today = now().astimezone(by.clinic.tz).date()
    rows = Membership.objects.filter(clinic=by.clinic, user__is_active=True).select_related("user")
    members = [m for m in rows if m.is_current(today) and m.role != Role.OUTSIDE]
    stays = RosterStay.objects.filter(clinic=by.clinic, left_at__isnull=True)
    since = {s.user_id: s.arrived_at for s in stays if presences.is_here(by.clinic, s, now())}
    found = [_colleague(m, since.get(m.user_id)) for m in members]
    return tuple(sorted(found, key=lambda c: (not c.is_on_site, c.name.casefold())))


def _colleague(member: Membership, since: datetime | None) -> Colleague:
    return Colleague(
        id=member.user_id,
        name=member.user.name,
        role=member.role,
        role_word=Role(member.role).label,
        profession_word=member.user.get_profession_display(),
        since=since,
    )


@dataclass(frozen=True, slots=True)
class Overdue:
    """A stay nobody has ended, which counts no more. counted_until: when it stopped to."""

    user_id: UUID
    name: str
    since: datetime
    counted_until: datetime


def list_overdue_stays(by: Actor) -> tuple[Overdue, ...]:
    """Who may have gone home without saying so, the longest first. One query."""
    by.must("roster")
    stays = RosterStay.objects.filter(clinic=by.clinic, left_at__isnull=True).select_related("user")
    ends = ((stay, presences.ended_at(by.clinic, stay, now())) for stay in stays)
    return tuple(
        Overdue(stay.user_id, stay.user.name, stay.arrived_at, end) for stay, end in ends if end
    )


def list_presence(by: Actor, start: datetime, end: datetime) -> tuple[Presence, ...]:
    """Stays that touch a span of time, oldest first. One query."""
    overlaps = Q(left_at__isnull=True) | Q(left_at__gt=start)
    rows = RosterStay.objects.filter(overlaps, clinic=by.clinic, arrived_at__lt=end)
    rows = rows.select_related("user")
    return tuple(
        Presence(row.user.name, row.arrived_at, presences.ended_at(by.clinic, row, now()))
        for row in rows
    )
