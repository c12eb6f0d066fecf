"""Past visits of invented people, written in bulk: what a nurse would have charted, minute by minute."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from knai.core.numbers import show
from knai.practice import entries as e
from knai.practice.demo.play import PLAN, Team
from knai.practice.entries import to_json
from knai.practice.models import (
    Chair,
    ChartEntry,
    Patient,
    TreatmentCourse,
    TreatmentProtocol,
    TreatmentSession,
)

LENGTH_MIN = 150
DOSE_AT, STOP_AT, LEAVES_AT = 15, 55, 115
# minutes, share of the rise: the pressure is highest as the infusion ends and back within the hour
LOOKS = (
    (8, 0.0),
    (25, 0.45),
    (35, 0.75),
    (45, 0.95),
    (55, 1.0),
    (70, 0.55),
    (85, 0.2),
    (100, 0.05),
)
CHECKS = {
    "two_identifiers": "yes",
    "change_since_last_visit": "no_change",
    "suicide_screen": "negative",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One past visit. number: its place in the course, from 1; weight_kg: of that day."""

    team: Team
    patient: Patient
    course: TreatmentCourse
    protocol: TreatmentProtocol
    chair: Chair
    starts_at: datetime
    number: int
    weight_kg: Decimal

    def session(self) -> TreatmentSession:
        """The row as it stands when all is over."""
        left_at = self.at(LEAVES_AT)
        return TreatmentSession(
            clinic=self.team.clinic, patient=self.patient, course=self.course, chair=self.chair,
            protocol=self.protocol, provider=self.team.prescriber.user, nurse=self.team.nurse.user,
            state="discharged", state_since=left_at, booked_for_at=self.starts_at,
            planned_min=LENGTH_MIN, weight_kg=self.weight_kg, plan=to_json(PLAN),
            arrived_at=self.at(-4), first_dose_at=self.at(DOSE_AT),
            medically_ready_at=self.at(LEAVES_AT - 10), departed_at=left_at,
        )  # fmt: skip

    def at(self, minutes: float) -> datetime:
        return self.starts_at + timedelta(minutes=minutes)

    def entries(self, session: TreatmentSession) -> Iterator[ChartEntry]:
        """In the order in which they were charted."""
        chance = random.Random(f"{self.patient.mrn} {self.number}")  # noqa: S311  the same every time
        dose = self._entry(session, DOSE_AT, self._dose())
        yield from self._before(session)
        yield dose
        yield self._entry(session, DOSE_AT, e.Transition(before="ready", after="dosing"))
        yield from self._watched(session, chance)
        stop = e.InfusionChange(change="stop", mg_given=dose.body["mg"])
        yield self._entry(session, STOP_AT, stop, target=dose)
        yield self._entry(session, STOP_AT, e.Transition(before="dosing", after="recovery"))
        yield from self._leaving(session)

    def _entry(
        self, session: TreatmentSession, minutes: float, body: e.Body, target=None, by=None
    ) -> ChartEntry:
        at = self.at(minutes)
        return ChartEntry(
            clinic=self.team.clinic, patient=self.patient, session=session, kind=body.kind,
            effective_at=at, recorded_at=at + timedelta(seconds=20), body=to_json(body),
            recorded_by=(by or self.team.nurse).user, target=target,
        )  # fmt: skip

    def _before(self, session: TreatmentSession) -> Iterator[ChartEntry]:
        desk, doctor = self.team.front_desk, self.team.prescriber
        yield self._entry(session, 0, e.Transition(before="booked", after="checked_in"), by=desk)
        yield self._entry(session, 0, e.Weight(weight_kg=self.weight_kg), by=desk)
        way = e.Transport(stage="planned", mode="escort", escort_name="Emil Invented")
        yield self._entry(session, 0, way, by=desk)
        yield self._entry(session, 2, PLAN, by=doctor)
        for check, answer in CHECKS.items():
            body = e.CheckAnswer(check=check, walk="start_first", answer=answer, role="nurse")
            yield self._entry(session, 10, body)
        yield self._entry(session, 12, e.Transition(before="checked_in", after="ready"))

    def _dose(self) -> e.InfusionStart:
        mg = (self.weight_kg * PLAN.mg_per_kg).quantize(Decimal("0.1"))
        return e.InfusionStart(
            route="iv_infusion", substance="racemic_ketamine", mg=mg, mg_per_kg=PLAN.mg_per_kg,
            duration_min=PLAN.duration_min,
            working=(f"{show(PLAN.mg_per_kg)} mg/kg × {show(self.weight_kg)} kg = {show(mg)} mg",),
        )  # fmt: skip

    def _watched(self, session: TreatmentSession, chance: random.Random) -> Iterator[ChartEntry]:
        usual = random.Random(self.patient.mrn)  # noqa: S311  this person's own pressure, each time
        systolic, diastolic = usual.gauss(124, 9), usual.gauss(78, 6)
        pulse, rise = usual.gauss(72, 7), max(4.0, chance.gauss(16, 7))
        for minutes, share in LOOKS:
            yield self._entry(session, minutes, e.Vitals(
                sbp=round(systolic + rise * share + chance.gauss(0, 2)),
                dbp=round(diastolic + 0.6 * rise * share + chance.gauss(0, 2)),
                hr=round(pulse + 0.5 * rise * share + chance.gauss(0, 2)),
                spo2=min(99, round(97.5 + chance.gauss(0, 0.7))), rr=chance.choice((13, 14, 15, 16)),
            ))  # fmt: skip
            yield self._entry(session, minutes, e.Sedation(moaas=4 if share > 0.9 else 5))
        yield self._entry(
            session, 36, e.Effect(effect="dissociation", degree=chance.choice((1, 1, 2, 3)))
        )
        if chance.random() < 0.18:
            event = e.AdverseEvent(code="nausea", grade=1, action=("medicine",), outcome="resolved")
            yield self._entry(session, 62, event)
            yield self._entry(
                session, 63, e.Medicine(name="Ondansetron", dose="4", unit="mg", route="IV")
            )

    def _leaving(self, session: TreatmentSession) -> Iterator[ChartEntry]:
        home = e.Transport(
            stage="actual", mode="escort", escort_name="Emil Invented", escort_is_adult=True
        )
        until = (self.at(DOSE_AT + 40) + timedelta(hours=24)).isoformat()
        bodies = (
            (LEAVES_AT - 10, e.MedicallyReady(), self.team.prescriber),
            (LEAVES_AT - 5, e.DrivingInstruction(barred_until=until, acknowledged=True), None),
            (LEAVES_AT - 2, home, None),
            (LEAVES_AT, e.Departure(type="discharged"), None),
            (LEAVES_AT, e.Transition(before="recovery", after="discharged"), None),
            (22 * 60, e.DrivingAsked(), None),
        )
        for minutes, body, by in bodies:
            yield self._entry(session, minutes, body, by=by)
