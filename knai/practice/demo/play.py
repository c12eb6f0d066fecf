"""One session played from booking to now through the real actions, each step at its own time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from knai.identity.actors import Actor, get_actor
from knai.identity.models import Clinic, User
from knai.kit.clock import now, set_to
from knai.practice import entries as e
from knai.practice import queries
from knai.practice.actions import arriving, charting, devices, doses, gates, infusions
from knai.practice.actions.checks import Answer, answer_check
from knai.practice.actions.patients import book_session
from knai.practice.demo.staff import PIN
from knai.practice.facts import know
from knai.practice.models import Chair, Device, Patient, TreatmentProtocol, TreatmentSession
from knai.practice.orders import planned_order

PLAN = e.Plan(
    route="iv_infusion",
    mg_per_kg=Decimal("0.5"),
    duration_min=Decimal(40),
    expected_sedation="minimal",
    supervision="in_person",
)


class Team:
    """The people who do things in the demonstration."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.nurse = self._actor("nurse")
        self.nurse2 = self._actor("nurse2")
        self.prescriber = self._actor("prescriber")
        self.front_desk = self._actor("front_desk")

    def _actor(self, nick: str) -> Actor:
        user = User.objects.get(email=f"{nick}@demo.knai.example")
        return get_actor(user, self.clinic.slug)


class Play:
    """Minutes count from the moment the monitor was put on.

    signs  minutes → vital signs as the monitor shows them then
    """

    def __init__(
        self,
        team: Team,
        protocol: TreatmentProtocol,
        patient: Patient,
        device: Device,
        weight_kg: Decimal,
        signs: Callable[[float], dict[str, int]],
    ) -> None:
        self.team, self.protocol, self.patient = team, protocol, patient
        self.device, self.weight_kg, self.signs = device, weight_kg, signs
        self.session: TreatmentSession
        self.infusion_id = None

    def until_now(self, chair: int, since: datetime) -> None:
        """Only the steps that lie in the past are played."""
        for minutes, step in self._steps(chair, since):
            at = since + timedelta(minutes=minutes)
            if at < now():
                with set_to(at):
                    step()

    def _steps(self, chair: int, since: datetime) -> list[tuple[float, Callable[[], object]]]:
        return [
            (-15, lambda: self._book(chair, since)),
            (-10, self._check_in),
            (0, self._attach),
            (2, lambda: self._look(2, 5, 0)),
            (4.2, self._first_walk),
            (5, self._give),
            (15, lambda: self._look(15, 5, 1)),
            (25, lambda: self._look(25, 5, 2)),
            (40, lambda: self._look(40, 5, 1)),
            (45, self._stop),
            (52, lambda: self._look(52, 5, 0)),
        ]

    @property
    def _nurse(self) -> dict:
        return {"by": self.team.nurse, "session_id": self.session.pk}

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
        self.session.save(update_fields=["provider"])

    def _check_in(self) -> None:
        way_home = e.Transport(stage="planned", mode="escort", escort_name="Emil Invented")
        arrival = arriving.Arrival(weight_kg=self.weight_kg, transport=way_home)
        session_id = self.session.pk
        arriving.check_in(by=self.team.front_desk, session_id=session_id, arrival=arrival)
        arriving.set_plan(by=self.team.prescriber, session_id=session_id, plan=PLAN)

    def _attach(self) -> None:
        devices.attach(device_id=self.device.pk, patient_ref=self.patient.mrn, **self._nurse)

    def _look(self, minutes: float, moaas: int, dissociation: int) -> None:
        charting.record_vitals(values=self.signs(minutes), **self._nurse)
        charting.record_sedation(moaas=moaas, **self._nurse)
        if dissociation:
            charting.record_effect(effect="dissociation", degree=dissociation, **self._nurse)

    def _first_walk(self) -> None:
        yesterday = (now() - timedelta(hours=14)).isoformat()
        answers = {
            "two_identifiers": "yes",
            "last_food": yesterday,
            "change_since_last_visit": "no_change",
            "last_ketamine": "never",
            "suicide_screen": "negative",
        }
        if self.patient.sex != "male":
            answers["pregnancy"] = "negative_test_today"
        for check, value in answers.items():
            answer_check(gate="start", answer=Answer(check, value), **self._nurse)
        gates.pass_first_walk(**self._nurse)

    def _give(self) -> None:
        """Two people read the pump, then the dose goes through the gate."""
        session = queries.get_session(**self._nurse)
        order = planned_order(know(by=self.team.nurse, session=session, now=now()))
        second = self.team.nurse2.user_id
        pump = Answer("pump_settings", order.settings, second_id=second, second_code=PIN)
        for answer in (Answer("two_identifiers", "yes"), pump):
            answer_check(gate="start", answer=answer, **self._nurse)
        self.infusion_id = doses.start_infusion(dose=order.as_body(), **self._nurse).pk

    def _stop(self) -> None:
        infusions.stop_infusion(infusion_id=self.infusion_id, **self._nurse)
