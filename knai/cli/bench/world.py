"""An invented clinic with monitors at work, for measuring. Made past the actions: it is nobody's record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from knai.interop.hl7v2.simulator.messages import Chair


@dataclass(frozen=True, slots=True)
class World:
    """chairs[n] sends for sessions[n]."""

    clinic: Any
    nurse: Any
    sessions: tuple[Any, ...]
    chairs: tuple[Chair, ...]


def set_up() -> None:
    """Django ready, the tables made."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def model(name: str) -> Any:
    """The benches are no part of the practice: they reach its tables by name."""
    from django.apps import apps

    return apps.get_model("practice", name)


def make_world(count: int, now: datetime) -> World:
    """One clinic, one nurse, so many sessions under an infusion, each with its monitor since yesterday."""
    from knai.identity.models import Clinic, Membership, User

    clinic = Clinic.objects.create(slug="bench", name="Bench (invented)", is_invented=True)
    nurse = User.objects.create_user(
        "bench@example.org", name="Invented Nurse", profession="registered_nurse"
    )
    Membership.objects.create(user=nurse, clinic=clinic, role="nurse", starts_on=date(2020, 1, 1))
    made = [_chair(clinic, nurse, number, now) for number in range(1, count + 1)]
    return World(clinic, nurse, tuple(s for s, _ in made), tuple(c for _, c in made))


def _chair(clinic: Any, nurse: Any, number: int, now: datetime) -> tuple[Any, Chair]:
    patient = model("Patient").objects.create(
        clinic=clinic, mrn=f"INV-{number}", given_name="Invented", family_name=f"P{number}",
        born_on=date(1980, 1, 1),
    )  # fmt: skip
    place = model("Chair").objects.create(clinic=clinic, name=f"Chair {number}", position=number)
    session = model("TreatmentSession").objects.create(
        clinic=clinic, patient=patient, chair=place, provider=nurse, state="dosing", weight_kg="70.0",
        state_since=now - timedelta(hours=24), booked_for_at=now, first_dose_at=now - timedelta(hours=24),
    )  # fmt: skip
    chair = Chair(f"{number}", f"SIM-{number}", "pcd01", f"INV-{number}", f"Invented^P{number}")
    device = model("Device").objects.create(
        clinic=clinic, key=key_of(chair), name=f"Monitor {number}", mapping={"dialect": "pcd01"}
    )
    model("DeviceAttachment").objects.create(
        clinic=clinic, device=device, session=session, attached_by=nurse,
        attached_at=now - timedelta(hours=24),
    )  # fmt: skip
    return session, chair


def key_of(chair: Chair) -> str:
    """How this chair's monitor is filed."""
    from datetime import UTC

    from knai.interop.hl7v2.mapping import load_dialect
    from knai.interop.hl7v2.reading import device_key_of
    from knai.interop.hl7v2.simulator.messages import build_dense

    raw = build_dense(chair, at=datetime(2026, 1, 1, tzinfo=UTC), control_id="1", values=1)
    return device_key_of(raw, load_dialect("pcd01"))


def log_in(user: Any) -> str:
    """The session cookie of a person, without the log-in page."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def sample_count(session_ids: tuple[UUID, ...] = ()) -> int:
    rows = model("DeviceSample").objects.all()
    return (rows.filter(session_id__in=session_ids) if session_ids else rows).count()
