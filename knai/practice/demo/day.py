"""Today in the demonstration clinic: four chairs at different moments, more people booked.

Started again, it goes on with the sessions that are still believable and begins new ones for the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.db.models import Max

from knai.identity.models import Clinic
from knai.kit.clock import now, set_to
from knai.practice.actions import leaving, roster
from knai.practice.actions.patients import book_session
from knai.practice.demo.past import ensure_register, ensure_week_ahead
from knai.practice.demo.patients import PEOPLE, ensure_patient
from knai.practice.demo.play import Play, Team
from knai.practice.models import (
    Device,
    DeviceAttachment,
    DeviceSample,
    Patient,
    TreatmentProtocol,
    TreatmentSession,
)
from knai.practice.models.sessions import OPEN_STATES

BELIEVABLE_FOR = timedelta(minutes=90)
# script of the simulated patient, minutes since the monitor was put on
CHAIRS = (("quiet", 25), ("hypertensive_crisis", 29), ("quiet", 4), ("quiet", 56))


@dataclass(frozen=True, slots=True)
class Seat:
    """One chair at work, for the simulator. heard_until: what the monitor said before is kept already."""

    number: int
    script: str
    weight_kg: Decimal
    patient_ref: str
    monitored_since: datetime
    heard_until: datetime


def device_key(number: int) -> str:
    """How the simulated monitor beside chair `number` names itself."""
    return f"KNAI_SIM/SIM-{number}/^^{number}"


# (chair, script, weight in kg, minutes since the monitor was put on) → vital signs then
Signs = Callable[[int, str, float, float], dict[str, int]]


def todays_seats(clinic: Clinic, signs: Signs) -> list[Seat]:
    """Bring the day up to date, and say who sits where."""
    team = Team(clinic)
    _on_site(team)
    protocol = _protocol(team)
    seats = [
        _seat(team, protocol, number, script, timedelta(minutes=minutes), signs)
        for number, (script, minutes) in enumerate(CHAIRS, start=1)
    ]
    _booked(team, protocol)
    return seats


def fill_register(clinic: Clinic) -> None:
    """The clinic's other patients, their past visits and the week ahead."""
    team = Team(clinic)
    protocol = _protocol(team)
    ensure_register(team, protocol)
    ensure_week_ahead(team, protocol)


def _on_site(team: Team) -> None:
    """Everybody came this morning."""
    with set_to(now() - timedelta(hours=3)):
        for who in (team.prescriber, team.nurse, team.nurse2, team.front_desk):
            roster.arrive(by=team.nurse, user_id=who.user_id)


PROTOCOL = {
    "ceiling_mg_per_kg": {"iv_infusion": "1.0"},
    "ceiling_mg_per_kg_per_h": {"iv_infusion": "1.0"},
    "all_ingredients_disclosed": True,
    "ingredients": [
        {"name": "ketamine hydrochloride", "strength": "50 mg/mL as base"},
        {"name": "sodium chloride 0.9 %", "strength": "to 100 mL"},
    ],
    "summary": "An infusion of ketamine under continuous watch, in a course of six (invented).",
    "indications": ["unipolar_major_depression", "bipolar_depression", "ptsd", "crps"],
    "preparation": {"form": "base", "diluent": "sodium chloride 0.9 %", "use_within_h": 12},
    "intervals": {"vitals_during_min": 10, "vitals_after_min": 15, "sedation_during_min": 10},
    "discharge_rule": "Back at baseline, MOAA/S 5, walks without help, a way home that is not driving.",
    "staff": [
        {"role": "prescriber", "note": "on site"},
        {"role": "nurse", "note": "one a patient"},
    ],
    "sessions": 6,
    "schedule": "twice a week for three weeks",
    "measures": ["PHQ-9"],
    "stop_rules": [
        {"kind": "systolic", "value": "180"},
        {"kind": "event_grade", "value": "3"},
        {"text": "No better after the fourth: look at the course together."},
    ],
    "deviations": "None.",
    "plan": {
        "mg_per_kg": "0.5",
        "duration_min": "40",
        "expected_sedation": "minimal",
        "supervision": "in_person",
        "concentration_mg_per_ml": "50",
        "final_volume_ml": "100",
    },
}


def _protocol(team: Team) -> TreatmentProtocol:
    return TreatmentProtocol.objects.get_or_create(
        clinic=team.clinic,
        name="Depression and pain, intravenous (invented)",
        version=1,
        defaults={
            "route": "iv_infusion",
            "is_public": True,
            "approved_by": team.prescriber.user,
            "approved_at": now() - timedelta(days=90),
            "reviewed_on": (now() - timedelta(days=90)).date(),
            "document": PROTOCOL,
        },
    )[0]


def _seat(
    team: Team,
    protocol: TreatmentProtocol,
    number: int,
    script: str,
    elapsed: timedelta,
    signs: Signs,
) -> Seat:
    person = PEOPLE[number - 1]
    patient = ensure_patient(person, by=team.nurse, prescriber=team.prescriber, at=now())
    device = _device(team, number)
    since = _going_on(patient)
    if since is None:
        _end_yesterdays(team, patient)
        since = now() - elapsed
        with transaction.atomic():
            shown = partial(signs, number, script, float(person.weight_kg))
            play = Play(team, protocol, patient, device, person.weight_kg, shown)
            play.until_now(number, since)
    last = DeviceSample.objects.filter(device=device, at__gte=since).aggregate(at=Max("at"))["at"]
    return Seat(number, script, person.weight_kg, person.mrn, since, last or since)


def _device(team: Team, number: int) -> Device:
    return Device.objects.get_or_create(
        key=device_key(number),
        defaults={
            "clinic": team.clinic,
            "name": f"Monitor {number} (simulated)",
            "mapping": {"dialect": "pcd01"},
        },
    )[0]


def _going_on(patient: Patient) -> datetime | None:
    """Since when the patient has been monitored, if the session is still believable."""
    attached = DeviceAttachment.objects.filter(
        session__patient=patient, session__state__in=OPEN_STATES, detached_at=None
    ).first()
    if attached is None or now() - attached.attached_at > BELIEVABLE_FOR:
        return None
    return attached.attached_at


def _end_yesterdays(team: Team, patient: Patient) -> None:
    """Sessions that an earlier run left open end now."""
    for session in TreatmentSession.objects.filter(patient=patient, state__in=OPEN_STATES):
        leaving.record_departure(
            by=team.nurse,
            session_id=session.pk,
            type="discharged",
            reason="The demonstration was ended and started anew.",
        )


def _booked(team: Team, protocol: TreatmentProtocol) -> None:
    """Three more people later today; the simulated monitors are not for them yet."""
    for number, person in enumerate(PEOPLE[len(CHAIRS) :], start=1):
        patient = ensure_patient(person, by=team.nurse, prescriber=team.prescriber, at=now())
        waiting = TreatmentSession.objects.filter(patient=patient, state="booked")
        if waiting.filter(booked_for_at__gt=now() - timedelta(hours=12)).exists():
            continue
        session = book_session(
            by=team.front_desk,
            patient_id=patient.pk,
            starts_at=now() + timedelta(minutes=45 * number),
            protocol_id=protocol.pk,
        )
        TreatmentSession.objects.filter(pk=session.pk).update(
            provider=team.prescriber.user, weight_kg=person.weight_kg
        )
