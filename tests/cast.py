"""Invented people. Nadia nurses at Harbour, Otto at Hill; what Harbour has, Hill must never see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from knai.identity.actors import Actor, get_actor
from knai.identity.models import Clinic, Credential, Membership, User
from knai.kit.clock import now
from knai.practice.models import (
    Chair,
    Device,
    Patient,
    TreatmentCourse,
    TreatmentProtocol,
    TreatmentSession,
)

LONG_AGO = date(2020, 1, 1)

PEOPLE = {
    "olga": ("Olga Brandt", "owner", "other"),
    "okafor": ("Chidi Okafor", "prescriber", "physician"),
    "nadia": ("Nadia Petrov", "nurse", "registered_nurse"),
    "nils": ("Nils Berg", "nurse", "registered_nurse"),
    "thea": ("Thea Lund", "therapist", "psychotherapist"),
    "fred": ("Fred Amsel", "front_desk", "other"),
    "ruth": ("Ruth Klein", "read_only", "other"),
    "ines": ("Ines Dahl", "outside", "psychotherapist"),
}


class Cast:
    """Harbour clinic with its staff as attributes (`cast.nadia`), and Otto, a nurse at Hill."""

    def __init__(self) -> None:
        self.clinic = Clinic.objects.create(
            slug="harbour", name="Harbour (invented)", is_invented=True, time_zone="Europe/Berlin"
        )
        self.other_clinic = Clinic.objects.create(
            slug="hill", name="Hill (invented)", is_invented=True
        )
        for nick, (name, role, profession) in PEOPLE.items():
            setattr(self, nick, self.person(nick, name, role, profession, self.clinic))
        self.otto = self.person("otto", "Otto Hill", "nurse", "registered_nurse", self.other_clinic)
        for kind in ("licence", "acls"):
            self.credential(self.okafor, kind)

    def person(self, nick: str, name: str, role: str, profession: str, clinic: Clinic) -> User:
        user = User(email=f"{nick}@example.org", name=name, profession=profession)
        user.set_unusable_password()
        user.save()
        Membership.objects.create(user=user, clinic=clinic, role=role, starts_on=LONG_AGO)
        return user

    def credential(self, user: User, kind: str, **fields) -> Credential:
        fields = {"starts_on": LONG_AGO, "checked_on": LONG_AGO, "checked_by": self.olga} | fields
        return Credential.objects.create(user=user, clinic=self.clinic, kind=kind, **fields)

    def actor(self, nick: str) -> Actor:
        """The hat this person wears at their own clinic."""
        user = getattr(self, nick)
        return get_actor(user, "hill" if nick == "otto" else "harbour")

    @cached_property
    def patient(self) -> Patient:
        return self.make_patient("Mara", "Rosen", mrn="H-1001")

    def make_patient(self, given_name: str, family_name: str, mrn: str, **fields) -> Patient:
        fields = {"born_on": date(1985, 4, 2), "sex": "female", "clinic": self.clinic} | fields
        return Patient.objects.create(
            given_name=given_name, family_name=family_name, mrn=mrn, **fields
        )

    @cached_property
    def chair(self) -> Chair:
        return Chair.objects.create(clinic=self.clinic, name="Chair 1", position=1)

    @cached_property
    def protocol(self) -> TreatmentProtocol:
        return TreatmentProtocol.objects.create(
            clinic=self.clinic,
            name="Depression, intravenous",
            route="iv_infusion",
            is_public=True,
            approved_by=self.okafor,
            approved_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
            document={
                "ceiling_mg_per_kg": {"iv_infusion": "1.0"},
                "ceiling_mg_per_kg_per_h": {"iv_infusion": "1.0"},
                "all_ingredients_disclosed": True,
                "public_location": "/protocols/depression-intravenous/1/",
            },
        )

    @cached_property
    def course(self) -> TreatmentCourse:
        """Mara's course, ordered by Okafor for six sessions."""
        return TreatmentCourse.objects.create(
            clinic=self.clinic,
            patient=self.patient,
            protocol=self.protocol,
            indication="Unipolar major depression",
            goal="Fewer than 10 points on the PHQ-9",
            planned_sessions=6,
            started_on=date(2026, 11, 2),
            opened_by=self.okafor,
        )

    @cached_property
    def session(self) -> TreatmentSession:
        """Mara's session, booked for now, 78.0 kg, nothing charted yet."""
        return self.make_session(self.patient)

    def make_session(self, patient: Patient, **fields) -> TreatmentSession:
        fields = {
            "clinic": patient.clinic,
            "chair": self.chair if patient.clinic_id == self.clinic.id else None,
            "protocol": self.protocol,
            "provider": self.okafor,
            "booked_for_at": now(),
            "state_since": now() - timedelta(minutes=1),
            "weight_kg": "78.0",
        } | fields
        return TreatmentSession.objects.create(patient=patient, **fields)

    @cached_property
    def monitor(self) -> Device:
        return Device.objects.create(
            clinic=self.clinic, key="BED-1", name="Monitor 1", mapping={"dialect": "loinc"}
        )
