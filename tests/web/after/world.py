"""Mara went home on 23 Nov 2026; what follows is looked at the morning after."""

from datetime import UTC, datetime

from knai.kit.clock import set_to
from knai.practice.actions import leaving
from tests.practice.world import going_home, minutes

NEXT_DAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CLINIC = "/clinic/harbour"


def gone_home(cast):
    going_home(cast)
    with set_to(minutes(74)):
        leaving.discharge(by=cast.actor("nadia"), session_id=cast.session.pk)
    return f"{CLINIC}/sessions/{cast.session.pk}"
