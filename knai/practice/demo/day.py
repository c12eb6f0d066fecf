"""Today in the demonstration clinic: four chairs at different moments, more people booked.

Started again, it goes on with the sessions that are still believable and begins new ones for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from knai.identity.actors import Actor, get_actor
from knai.identity.models import Clinic, User
from knai.kit import audit
from knai.kit.clock import now, set_to
from knai.practice import entries as e
from knai.practice.actions import charting, roster
from knai.practice.actions.patients import book_session
from knai.practice.actions.write import append
from knai.practice.demo.patients import PEOPLE, ensure_patient
from knai.practice.models import (
    Chair,
    Device,
    DeviceAttachment,
    DeviceSample,
    Patient,
    RosterStay,
    TreatmentProtocol,
    TreatmentSession,
)
from knai.practice.models.sessions import OPEN_STATES
from knai.practice.states import move

DOSE_AFTER = timedelta(minutes=5)  # from the monitor's first value
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


def todays_seats(clinic: Clinic) -> list[Seat]:
    """Bring the day up to date, and say who sits where."""
    team = _Team(clinic)
    _on_site(team)
    protocol = _protocol(team)
    seats = [
        _seat(team, protocol, number, script, timedelta(minutes=minutes))
        for number, (script, minutes) in enumerate(CHAIRS, start=1)
    ]
    _booked(team, protocol)
    return seats


class _Team:
    """The people who do things in the demonstration."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.nurse = self._actor("nurse")
        self.prescriber = self._actor("prescriber")
        self.front_desk = self._actor("front_desk")

    def _actor(self, nick: str) -> Actor:
        user = User.objects.get(email=f"{nick}@demo.knai.example")
        return get_actor(user, self.clinic.slug)


def _on_site(team: _Team) -> None:
    """Everybody came this morning."""
    with set_to(now() - timedelta(hours=3)):
        for who in (team.prescriber, team.nurse, team.front_desk):
            here = RosterStay.objects.filter(user=who.user, left_at=None)
            if not here.exists():
                roster.arrive(by=team.nurse, user_id=who.user_id)


def _protocol(team: _Team) -> TreatmentProtocol:
    document = {
        "ceiling_mg_per_kg": {"iv_infusion": "1.0"},
        "ceiling_mg_per_kg_per_h": {"iv_infusion": "1.0"},
        "all_ingredients_disclosed": True,
        "public_location": "/protocols/depression-intravenous/1/",
        "plan": {
            "mg_per_kg": "0.5",
            "duration_min": "40",
            "expected_sedation": "minimal",
            "supervision": "in_person",
            "concentration_mg_per_ml": "50",
            "final_volume_ml": "100",
        },
    }
    return TreatmentProtocol.objects.get_or_create(
        clinic=team.clinic,
        name="Depression and pain, intravenous (invented)",
        version=1,
        defaults={
            "route": "iv_infusion",
            "is_public": True,
            "approved_by": team.prescriber.user,
            "approved_at": now() - timedelta(days=90),
            "document": document,
        },
    )[0]


def _seat(
    team: _Team, protocol: TreatmentProtocol, number: int, script: str, elapsed: timedelta
) -> Seat:
    person = PEOPLE[number - 1]
    patient = ensure_patient(person, by=team.nurse, prescriber=team.prescriber, at=now())
    device = _device(team, number)
    since = _going_on(patient)
    if since is None:
        _end_yesterdays(team, patient)
        since = now() - elapsed
        with transaction.atomic():
            _Session(team, protocol, patient, device, person.weight_kg).play(number, since)
    last = DeviceSample.objects.filter(device=device, at__gte=since).aggregate(at=Max("at"))["at"]
    return Seat(number, script, person.weight_kg, person.mrn, since, last or since)


def _device(team: _Team, number: int) -> Device:
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


def _end_yesterdays(team: _Team, patient: Patient) -> None:
    """Sessions that an earlier run left open end now."""
    rows = TreatmentSession.objects.filter(patient=patient, state__in=OPEN_STATES)
    for session in rows.select_related("patient"):
        with transaction.atomic():
            DeviceAttachment.objects.filter(session=session, detached_at=None).update(
                detached_at=now(), detached_by=team.nurse.user
            )
            body = e.Departure(type="discharged", reason="The demonstration was started anew.")
            append(by=team.nurse, body=body, patient=patient, session=session)
            move(session, "discharged", by=team.nurse, reason=body.reason)


class _Session:
    """One session from booking to where the demonstration finds it, each step at its own time."""

    def __init__(
        self,
        team: _Team,
        protocol: TreatmentProtocol,
        patient: Patient,
        device: Device,
        weight_kg: Decimal,
    ) -> None:
        self.team, self.protocol, self.patient = team, protocol, patient
        self.device, self.weight_kg = device, weight_kg
        self.session: TreatmentSession

    def play(self, chair: int, since: datetime) -> None:
        """Only the steps that lie in the past are played."""
        until = now()
        for minutes, step in (
            (-15, lambda: self._book(chair, since)),
            (-10, self._check_in),
            (0, self._attach),
            (2, self._look),
            (3, self._get_ready),
            (5, self._start),
            (15, lambda: self._watch(5, 1)),
            (25, lambda: self._watch(4, 2)),
            (40, lambda: self._watch(5, 1)),
            (45, self._end_infusion),
        ):
            at = since + timedelta(minutes=minutes)
            if at < until:
                with set_to(at):
                    step()

    def _book(self, chair: int, since: datetime) -> None:
        place, _ = Chair.objects.get_or_create(
            clinic=self.team.clinic, name=f"Chair {chair}", defaults={"position": chair}
        )
        self.session = book_session(
            by=self.team.front_desk,
            patient_id=self.patient.pk,
            starts_at=since - timedelta(minutes=10),
            protocol_id=self.protocol.pk,
            chair_id=place.pk,
        )
        self.session.provider = self.team.prescriber.user
        self.session.weight_kg = self.weight_kg
        self.session.save(update_fields=["provider", "weight_kg"])

    def _check_in(self) -> None:
        move(self.session, "checked_in", by=self.team.front_desk)
        self._chart(e.Transport(stage="planned", mode="escort", escort_name="Emil Invented"))
        self._chart(e.Weight(weight_kg=self.weight_kg))
        plan = e.Plan(route="iv_infusion", mg_per_kg=Decimal("0.5"), duration_min=Decimal(40),
                      expected_sedation="minimal", supervision="in_person")  # fmt: skip
        self._chart(plan, by=self.team.prescriber)

    def _attach(self) -> None:
        attachment = DeviceAttachment.objects.create(
            clinic=self.team.clinic,
            device=self.device,
            session=self.session,
            attached_at=now(),
            attached_by=self.team.nurse.user,
            patient_ref=self.patient.mrn,
        )
        audit.record("device.attached", by=self.team.nurse, subject=attachment,
                     patient_id=self.patient.pk)  # fmt: skip

    def _look(self) -> None:
        by, session_id = self.team.nurse, self.session.pk
        values = {"sbp": 122, "dbp": 74, "hr": 66, "spo2": 98, "rr": 14}
        charting.record_vitals(by=by, session_id=session_id, values=values)
        charting.record_sedation(by=by, session_id=session_id, moaas=5)

    def _get_ready(self) -> None:
        move(self.session, "ready", by=self.team.nurse)

    def _start(self) -> None:
        mg = (Decimal("0.5") * self.weight_kg).quantize(Decimal("0.1"))
        move(self.session, "dosing", by=self.team.nurse)
        self.session.first_dose_at = now()
        self.session.save(update_fields=["first_dose_at"])
        self.infusion = self._chart(
            e.InfusionStart(route="iv_infusion", substance="racemic_ketamine", mg=mg,
                            mg_per_kg=Decimal("0.5"), duration_min=Decimal(40))
        )  # fmt: skip

    def _watch(self, moaas: int, dissociation: int) -> None:
        by, session_id = self.team.nurse, self.session.pk
        charting.record_sedation(by=by, session_id=session_id, moaas=moaas)
        charting.record_effect(
            by=by, session_id=session_id, effect="dissociation", degree=dissociation
        )

    def _end_infusion(self) -> None:
        self._chart(e.InfusionChange(change="stop", reason="complete"), target=self.infusion)
        move(self.session, "recovery", by=self.team.nurse)

    def _chart(self, body: e.Body, *, by: Actor | None = None, target=None):
        return append(
            by=by or self.team.nurse,
            body=body,
            patient=self.patient,
            session=self.session,
            target=target,
        )


def _booked(team: _Team, protocol: TreatmentProtocol) -> None:
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
