"""Who may let an overridable step go on: in a medical role, licensed and qualified on the day."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from knai.identity import permissions
from knai.identity.models import Membership, Role
from knai.practice.facts import Known, session_on
from knai.practice.models import RosterStay
from knai.practice.presences import is_here
from knai.practice.roster_facts import papers_of


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person of this clinic today."""

    user_id: UUID
    name: str
    role: str
    profession: str
    is_on_site: bool


def list_colleagues(known: Known) -> list[Colleague]:
    """Everybody who belongs to the clinic on the session's day, and who of them is on site."""
    clinic, on = known.session.clinic, session_on(known)
    stays = RosterStay.objects.filter(clinic=clinic, left_at__isnull=True)
    on_site = {stay.user_id for stay in stays if is_here(clinic, stay, known.now)}
    rows = Membership.objects.filter(clinic=clinic, user__is_active=True).select_related("user")
    return [
        Colleague(m.user_id, m.user.name, m.role, m.user.profession, m.user_id in on_site)
        for m in rows.order_by("user__name")
        if m.is_current(on) and m.role != Role.OUTSIDE
    ]


def list_overriders(known: Known) -> list[Colleague]:
    """Who may override a finding of the Standard here, on site or by telephone."""
    medical = [
        person
        for person in list_colleagues(known)
        if person.profession in known.policy.medical_roles
        and permissions.may(person.role, "prescribe")
    ]
    papers = papers_of(known.session.clinic, (p.user_id for p in medical), session_on(known))
    return [person for person in medical if papers[person.user_id].hold]


def list_prescribers(known: Known) -> list[Colleague]:
    """Who may plan in this clinic today, those on site first."""
    able = [p for p in list_colleagues(known) if permissions.may(p.role, "prescribe")]
    return sorted(able, key=lambda person: (not person.is_on_site, person.name))


def whom_to_ask(known: Known) -> str:
    """Who makes the plan that is missing, by name."""
    people = list_prescribers(known)
    here = [person.name for person in people if person.is_on_site]
    if here:
        return f"Ask a prescriber for the plan. On site: {', '.join(here)}."
    if people:
        away = ", ".join(person.name for person in people)
        return f"No prescriber is on site. Call one for the plan: {away}."
    return "Nobody in this clinic prescribes today. Ask its owner."


def list_second_signers(known: Known, first: UUID | None) -> list[Colleague]:
    """Who may sign beside the first: another person who may dose, those on site first."""
    able = [
        person
        for person in list_colleagues(known)
        if person.user_id != first and permissions.may(person.role, "dose")
    ]
    return sorted(able, key=lambda person: (not person.is_on_site, person.name))
