"""From when to when somebody belongs to a clinic, and what a clinic's policy was."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from knai.identity.models import Clinic, Membership

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "ends_on, is_cut_short, on, current",
    [
        (None, False, TUESDAY, True),
        (TUESDAY, False, TUESDAY, True),  # the last day counts
        (TUESDAY, True, TUESDAY, False),  # unless it was ended at once
        (TUESDAY, True, MONDAY, True),  # what was before that stands
        (MONDAY, False, TUESDAY, False),
        (None, False, date(2026, 11, 22), False),  # not begun
    ],
)
def test_a_membership_holds_from_its_first_to_its_last_day(ends_on, is_cut_short, on, current):
    membership = Membership(starts_on=MONDAY, ends_on=ends_on, is_cut_short=is_cut_short)
    assert membership.is_current(on) is current


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "hour, grace, capability",
    [(9, 3, "moderate"), (10, 2, "moderate"), (11, 1, "minimal"), (12, 1, "minimal")],
)  # at the instant of the change the new one holds
def test_each_instant_has_the_policy_that_was_in_force(hour, grace, capability):
    clinic = Clinic(
        policy={"charting_grace_min": 1},
        sedation_capability="minimal",
        earlier_policies=[
            {
                "until": datetime(2026, 11, 24, until, tzinfo=UTC).isoformat(),
                "policy": {"charting_grace_min": was},
                "sedation_capability": "moderate",
            }
            for until, was in ((10, 3), (11, 2))
        ],
    )
    at = NOON.replace(hour=hour)
    assert clinic.policy_at(at) == {"charting_grace_min": grace}
    assert clinic.capability_at(at) == capability
