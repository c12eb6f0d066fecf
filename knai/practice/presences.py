"""How long a stay counts that nobody has ended: see docs/adr/0015.

A person who went home without a tap is not on site all night. An open stay counts as presence until the
clinic closes on the day they came, or somebody last said that they are still here, and two hours more; where
the clinic names no hours, for twelve hours; after closing time for four. Ended with its true time it counts
until then, whatever this rule had said.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from knai.identity.models import Clinic
from knai.practice.hours import closing_after
from knai.practice.models import RosterStay

GRACE = timedelta(hours=2)  # tidying up after the last patient
WITHOUT_HOURS = timedelta(hours=12)  # a long shift
AFTER_CLOSING = timedelta(hours=4)


def counts_until(clinic: Clinic, stay: RosterStay) -> datetime:
    """Until when the stay counts if nobody ends it or says that the person is still here."""
    said_at = max(filter(None, (stay.arrived_at, stay.confirmed_at)))
    if not clinic.hours:
        return said_at + WITHOUT_HOURS
    closing = closing_after(clinic, said_at)
    return closing + GRACE if closing else said_at + AFTER_CLOSING


def ended_at(clinic: Clinic, stay: RosterStay, now: datetime) -> datetime | None:
    """When presence ended: as somebody said, or as the rule has it. None: it goes on."""
    if stay.left_at is not None:
        return stay.left_at
    until = counts_until(clinic, stay)
    return until if until <= now else None


def is_here(clinic: Clinic, stay: RosterStay, now: datetime) -> bool:
    return stay.arrived_at <= now and ended_at(clinic, stay, now) is None
