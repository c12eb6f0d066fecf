"""Whose chart is restricted, and to whom it opens. Every read of a patient or a session asks here.

A restricted chart opens to its care team, to whoever broke the glass within the hour, and, so that nothing
stands in the way at the bedside, to whoever is on site and works with the patient while they are here or come
that day. See docs/adr/0013. An unrestricted chart costs no query.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from knai.core.errors import Forbidden
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice.models import (
    BrokenGlass,
    CareTeamMember,
    Patient,
    RosterStay,
    State,
    TreatmentSession,
)
from knai.practice.models.sessions import OPEN_STATES

SAME_DAY = timedelta(hours=12)
SHIFT = timedelta(hours=16)  # a stay nobody ended opens no chart the next day
AT_THE_BEDSIDE = ("chart", "check_in")


class Restricted(Forbidden):
    """A chart that is not open to this person. patient_id: whose, for the page that breaks the glass."""

    def __init__(self, patient_id: UUID) -> None:
        super().__init__(
            "This chart is restricted to the patient's care team. Ask somebody of the team, or the "
            "clinic's owner."
        )
        self.patient_id = patient_id


def must_open(by: Actor, patient: Patient) -> None:
    """raises  Restricted: the chart is restricted and not open to this person"""
    if list_closed(by, [patient]):
        raise Restricted(patient.pk)


def list_closed(by: Actor, patients: Iterable[Patient]) -> frozenset[UUID]:
    """Of these patients those whose chart is not open to this person. No query when none is restricted."""
    restricted = {patient.pk for patient in patients if patient.is_restricted}
    if not restricted or by.user is None:
        return frozenset()
    rows = Patient.objects.filter(may_open(by), clinic_id=by.clinic_id, pk__in=restricted)
    return frozenset(restricted - set(rows.values_list("pk", flat=True)))


def shown_name(patient: Patient, closed: frozenset[UUID]) -> str:
    """The name, or initials alone where the chart is closed to who looks."""
    return patient.initials if patient.pk in closed else patient.name


def may_open(by: Actor, path: str = "") -> Q:
    """The condition on a query: open charts, and restricted ones that are open to this person.

    path  from the rows of the query to the patient, as "patient__"
    """
    patient = OuterRef(f"{path}pk")
    ways = Q(**{f"{path}is_restricted": False})
    if by.user is None:
        return ways | Q(**{f"{path}is_restricted": True})
    team = CareTeamMember.objects.filter(patient=patient, user=by.user, ended_at__isnull=True)
    glass = BrokenGlass.objects.filter(patient=patient, user=by.user, until_at__gt=now())
    ways |= Exists(team) | Exists(glass)
    if any(map(by.may, AT_THE_BEDSIDE)):
        ways |= Exists(_visits_at_the_bedside(by, patient, now()))
    return ways


def _visits_at_the_bedside(by: Actor, patient: OuterRef, at: datetime):
    """Visits of the patient that go on or come today, while this person is on site."""
    came = Q(arrived_at__range=(at - SHIFT, at)) | Q(confirmed_at__range=(at - SHIFT, at))
    on_site = RosterStay.objects.filter(
        came, clinic_id=by.clinic_id, user=by.user, left_at__isnull=True
    )
    today = Q(state=State.BOOKED, booked_for_at__range=(at - SAME_DAY, at + SAME_DAY))
    visits = TreatmentSession.objects.filter(clinic_id=by.clinic_id, patient=patient)
    return visits.filter(today | Q(state__in=OPEN_STATES)).filter(Exists(on_site))
