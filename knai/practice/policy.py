"""The clinic's policy as it was when the patient checked in: a later one rewrites no verdict."""

from __future__ import annotations

from datetime import datetime

from knai.core.standard import Policy
from knai.identity.models import Clinic
from knai.practice.log import Log


def in_force(clinic: Clinic, log: Log, now: datetime) -> Policy:
    """What holds for the session of this log."""
    return Policy.default().tightened(clinic.policy_at(binding_at(log, now)))


def capability_of(clinic: Clinic, log: Log, now: datetime) -> str:
    """The depth of sedation the clinic could care for then."""
    return clinic.capability_at(binding_at(log, now))


def binding_at(log: Log, now: datetime) -> datetime:
    """The instant of check-in; before it, now."""
    return checked_in_at(log) or now


def checked_in_at(log: Log) -> datetime | None:
    return next((t.at for t in log.of("transition") if t.body.before == "booked"), None)
