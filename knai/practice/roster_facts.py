"""Who was on site, as the Standard asks it: role, licensed, qualified, from when to when.

A paper that nobody has on file is unknown; one on file that does not hold on the day is a known no. One on
file, in time, that nobody has checked yet is unknown too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from knai.identity.models import Clinic, Credential, CredentialKind
from knai.kit.db.prepared import Prepared
from knai.practice import presences
from knai.practice.models import RosterStay

QUALIFYING = (CredentialKind.ACLS, CredentialKind.SEDATION)
_HANDFUL = 16


@dataclass(frozen=True, slots=True)
class Papers:
    """One person's papers on one day; None is unknown."""

    licensed: bool | None
    qualified: bool | None
    sedation_privilege: str | None

    @property
    def hold(self) -> bool:
        return self.licensed is True and self.qualified is True


def list_stays(clinic: Clinic, since: datetime, until: datetime) -> list[RosterStay]:
    """Stays that touch the span, both ends included, with their people."""
    return _stays(clinic_id=clinic.pk, since=since, until=until)


def _stay_rows(clinic_id: UUID, since: datetime, until: datetime) -> QuerySet[RosterStay]:
    overlapping = Q(left_at__isnull=True) | Q(left_at__gte=since)
    rows = RosterStay.objects.filter(overlapping, clinic_id=clinic_id, arrived_at__lte=until)
    return rows.select_related("user")


_stays = Prepared(_stay_rows, clinic_id=UUID, since=datetime, until=datetime)


def papers_of(clinic: Clinic, user_ids: Iterable[UUID], on: date) -> dict[UUID, Papers]:
    """The papers of these people in this clinic, in one query."""
    wanted = set(user_ids)
    by_user: dict[UUID, list[Credential]] = {user_id: [] for user_id in wanted}
    for row in list_credentials(clinic.pk, sorted(wanted)):
        by_user[row.user_id].append(row)
    return {user_id: papers_on(rows, on) for user_id, rows in by_user.items()}


def list_credentials(clinic_id: UUID, user_ids: list[UUID]) -> list[Credential]:
    """Of a handful of people by a query made once for so many; of a crowd by one made anew."""
    count = len(user_ids)
    if count > _HANDFUL:
        return list(Credential.objects.filter(clinic_id=clinic_id, user_id__in=user_ids))
    people = {f"user_{n}": user_id for n, user_id in enumerate(user_ids)}
    return _credentials_of(count)(clinic_id=clinic_id, **people) if people else []


@cache
def _credentials_of(count: int) -> Prepared:
    def build(clinic_id: UUID, **people: UUID) -> QuerySet[Credential]:
        return Credential.objects.filter(clinic_id=clinic_id, user_id__in=list(people.values()))

    return Prepared(build, clinic_id=UUID, **{f"user_{n}": UUID for n in range(count)})


def papers_on(rows: list[Credential], on: date) -> Papers:
    """What one person's credentials come to on a day."""
    licences = [row for row in rows if row.kind == CredentialKind.LICENCE]
    qualifying = [row for row in rows if row.kind in QUALIFYING]
    levels = [
        r.level for r in rows if r.kind == CredentialKind.SEDATION and r.holds(on) and r.level
    ]
    return Papers(_holds(licences, on), _holds(qualifying, on), _deepest(levels))


def _holds(rows: list[Credential], on: date) -> bool | None:
    if any(row.holds(on) for row in rows):
        return True
    unchecked = any(row.checked_on is None and row.is_in_time(on) for row in rows)
    return None if unchecked or not rows else False


DEPTHS = ("minimal", "moderate", "deep", "general_anaesthesia")


def _deepest(levels: list[str]) -> str | None:
    known = [level for level in levels if level in DEPTHS]
    return max(known, key=DEPTHS.index, default=None)


def presence(
    clinic: Clinic, stays: Iterable[RosterStay], papers: dict[UUID, Papers], now: datetime
) -> list[dict[str, Any]]:
    """One item a stay. Everybody on the roster is there in person, as long as an open stay counts."""
    return [_item(clinic, stay, papers[stay.user_id], now) for stay in stays]


def _item(clinic: Clinic, stay: RosterStay, papers: Papers, now: datetime) -> dict[str, Any]:
    user = stay.user
    return {
        "role": user.profession,
        "licensed": papers.licensed,
        "qualified": papers.qualified,
        "mode": "in_person",
        "from": stay.arrived_at,
        "to": presences.ended_at(clinic, stay, now),
    }
