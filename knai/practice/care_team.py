"""Who cares for a patient: members of the care team, and what an outside therapist is let see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.identity.models import Membership, Role
from knai.kit.clock import now
from knai.practice import access
from knai.practice.models import CareTeamMember, Patient

# part → its word, and the roles that can take it
PARTS: dict[str, str] = {
    "prescriber": "Prescriber",
    "therapist": "Therapist",
    "monitor": "Monitor",
}
TAKEN_BY: dict[str, tuple[str, ...]] = {
    "prescriber": (Role.PRESCRIBER,),
    "therapist": (Role.THERAPIST, Role.OUTSIDE, Role.PRESCRIBER),
    "monitor": (Role.NURSE, Role.PRESCRIBER),
}
SHARES: dict[str, str] = {
    "sessions": "When sessions are and how they ended",
    "scores": "Scores of rating scales",
    "notes": "Signed clinical notes",
    "medications": "Medications and allergies",
}


@dataclass(frozen=True, slots=True)
class Member:
    """One part in one patient's care. `is_outside`: sees `shares` alone."""

    id: UUID
    user_id: UUID
    name: str
    part_word: str
    is_outside: bool
    shares: tuple[str, ...]
    agreed_on: date | None
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    ended_by: str

    @property
    def share_words(self) -> tuple[str, ...]:
        return tuple(SHARES[share] for share in self.shares if share in SHARES)


@dataclass(frozen=True, slots=True)
class Team:
    """A patient's care team. `name`: initials alone where the chart is closed to who looks."""

    patient_id: UUID
    name: str
    is_closed: bool
    is_restricted: bool
    revision: int
    members: tuple[Member, ...]
    past: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of the clinic, and the parts they can take."""

    user_id: UUID
    name: str
    role: str
    parts: tuple[str, ...]

    @property
    def is_outside(self) -> bool:
        return self.role == Role.OUTSIDE


def get_team(*, by: Actor, patient_id: UUID) -> Team:
    """The team, readable by whoever keeps it even where the chart is closed to them.

    raises  Missing: absent, or another clinic's; Restricted: closed, and they do not keep it
    """
    by.must("read_schedule")
    patient = patient_row(by, patient_id)
    closed = access.list_closed(by, [patient])
    if closed and not may_keep(by):
        raise access.Restricted(patient.pk)
    rows = CareTeamMember.objects.filter(patient=patient)
    members = [_member(row) for row in rows.select_related("user", "started_by", "ended_by")]
    outside = _outsiders(by, [m.user_id for m in members])
    members = [_marked(member, outside) for member in members]
    return Team(
        patient_id=patient.pk,
        name=access.shown_name(patient, closed),
        is_closed=bool(closed),
        is_restricted=patient.is_restricted,
        revision=patient.revision,
        members=tuple(m for m in members if m.ended_at is None),
        past=tuple(reversed([m for m in members if m.ended_at is not None])),
    )


def may_keep(by: Actor) -> bool:
    """Who says who is in the team and whether the chart is restricted: owners and prescribers."""
    return by.may("manage_clinic") or by.may("prescribe")


def patient_row(by: Actor, patient_id: UUID) -> Patient:
    rows = Patient.objects.filter(clinic_id=by.clinic_id, withdrawn_at__isnull=True)
    patient = rows.filter(pk=patient_id).first()
    if patient is None:
        raise Missing("There is no such patient in this clinic.")
    return patient


def list_candidates(by: Actor) -> tuple[Candidate, ...]:
    """Everybody of the clinic today who can take a part, by name."""
    found = []
    for member in _current(by):
        parts = tuple(part for part, roles in TAKEN_BY.items() if member.role in roles)
        if parts:
            found.append(Candidate(member.user_id, member.user.name, member.role, parts))
    return tuple(found)


def _current(by: Actor) -> list[Membership]:
    today = now().astimezone(by.clinic.tz).date()
    rows = Membership.objects.filter(clinic_id=by.clinic_id, user__is_active=True)
    rows = rows.select_related("user").order_by("user__name", "id")
    return [row for row in rows if row.is_current(today)]


def _outsiders(by: Actor, user_ids: list[UUID]) -> frozenset[UUID]:
    rows = Membership.objects.filter(
        clinic_id=by.clinic_id, role=Role.OUTSIDE, user_id__in=user_ids
    )
    return frozenset(rows.values_list("user_id", flat=True)) if user_ids else frozenset()


def _marked(member: Member, outside: frozenset[UUID]) -> Member:
    return replace(member, is_outside=member.user_id in outside)


def _member(row: CareTeamMember) -> Member:
    return Member(
        id=row.pk,
        user_id=row.user_id,
        name=row.user.name,
        part_word=PARTS.get(row.part, row.part),
        is_outside=False,
        shares=tuple(row.shares or ()),
        agreed_on=row.agreed_on,
        started_at=row.started_at,
        started_by=row.started_by.name,
        ended_at=row.ended_at,
        ended_by=row.ended_by.name if row.ended_by else "",
    )


def list_parts(*, by: Actor) -> dict[UUID, int]:
    """How many patients each person has in their care, for the page where rights are reviewed."""
    by.must("manage_clinic")
    rows = CareTeamMember.objects.filter(clinic_id=by.clinic_id, ended_at__isnull=True)
    pairs = set(rows.order_by().values_list("user_id", "patient_id"))
    counts: dict[UUID, int] = {}
    for user_id, _ in pairs:
        counts[user_id] = counts.get(user_id, 0) + 1
    return counts
