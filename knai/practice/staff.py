"""What somebody who leaves would leave behind: open sessions, to-dos they own, patients in their care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice.models import (
    CareTeamMember,
    RosterStay,
    State,
    TreatmentSession,
    WorkItem,
)
from knai.practice.models.sessions import OPEN_STATES


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to hand over. what: in words without a patient's name."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Duties:
    open_sessions: tuple[Duty, ...]
    booked_sessions: tuple[Duty, ...]
    to_dos: tuple[Duty, ...]
    patients: int
    is_on_site: bool

    @property
    def are_none(self) -> bool:
        lists = (self.open_sessions, self.booked_sessions, self.to_dos)
        return not any(lists) and not self.patients


def list_duties(*, by: Actor, user_id: UUID) -> Duties:
    """Everything of this clinic that names this person and is not done."""
    by.must("manage_clinic")
    sessions = TreatmentSession.objects.filter(clinic_id=by.clinic_id)
    sessions = sessions.filter(Q(provider_id=user_id) | Q(nurse_id=user_id))
    sessions = sessions.select_related("chair").order_by("booked_for_at")
    to_dos = WorkItem.objects.filter(
        clinic_id=by.clinic_id, owner_id=user_id, closed_at__isnull=True
    )
    team = CareTeamMember.objects.filter(
        clinic_id=by.clinic_id, user_id=user_id, ended_at__isnull=True
    )
    here = RosterStay.objects.filter(clinic_id=by.clinic_id, user_id=user_id, left_at__isnull=True)
    return Duties(
        open_sessions=tuple(map(_session, sessions.filter(state__in=OPEN_STATES))),
        booked_sessions=tuple(
            map(_session, sessions.filter(state=State.BOOKED, booked_for_at__gte=now())[:50])
        ),
        to_dos=tuple(Duty(item.title, item.due_at) for item in to_dos[:50]),
        patients=team.values("patient_id").distinct().count(),
        is_on_site=here.exists(),
    )


def _session(session: TreatmentSession) -> Duty:
    chair = session.chair.name if session.chair else "no chair yet"
    return Duty(f"{State(session.state).label}, {chair}", session.booked_for_at)
