"""A session in each state, for the tests of charting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from knai.kit.clock import set_to
from knai.practice.models import Device, TreatmentSession

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def in_state(cast, state: str, **fields) -> TreatmentSession:
    """Mara's session, in this state since before noon."""
    session = cast.session
    values = {"state": state, "state_since": NOON - timedelta(hours=1)} | fields
    for name, value in values.items():
        setattr(session, name, value)
    session.save()
    return session


def at(minutes: float = 0):
    """The clock stands so many minutes after noon."""
    return set_to(NOON + timedelta(minutes=minutes))


def device_set(cast, session, when=NOON, **values):
    """A set as the monitor makes it."""
    from django.db import transaction

    from knai.identity.actors import system_actor
    from knai.practice.actions.write import append
    from knai.practice.entries import Vitals

    device: Device = cast.monitor
    body = Vitals(**({"sbp": 130, "dbp": 80, "hr": 72, "spo2": 97, "rr": 14} | values))
    with transaction.atomic():
        return append(
            by=system_actor(cast.clinic),
            body=body,
            patient=session.patient,
            session=session,
            effective_at=when,
            source="device",
            device=device,
        )
