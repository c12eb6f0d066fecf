"""Numbers are compared as they are written, however many digits they have."""

from decimal import Decimal

import pytest

from knai.core.standard import Policy, assess
from knai.core.standard.numbers import minutes_us
from tests.spec.worked import full_time

FINE = "0" * 60 + "1"  # a difference in the 61st place
INFUSION = {"route": "iv_infusion", "start": full_time("10:00"), "end": full_time("10:40")}
BEFORE = {"sbp": 100, "dbp": 80, "hr": 60, "spo2": 98}


def verdict(clause, gate, now, facts, **policy):
    findings = assess(gate, full_time(now), facts, Policy.default().tightened(policy))
    return next(each.verdict.value for each in findings if each.clause == clause)


def returned(**fresh):
    sets = [
        {"at": full_time("09:50"), **BEFORE},
        {"at": full_time("11:15"), **BEFORE, **fresh},
    ]
    return verdict("KNAI-20", "discharge", "11:20", {"doses": [INFUSION], "vitals": sets})


@pytest.mark.parametrize(
    "fresh, wanted",
    [
        ({"sbp": "120"}, "met"),
        ({"sbp": "120.000000000000000000000000000000"}, "met"),
        ({"sbp": "120.00000000000000000000000000001"}, "not_met"),
        ({"sbp": f"120.{FINE}"}, "not_met"),
        ({"sbp": Decimal(f"119.{'9' * 60}")}, "met"),
        ({"hr": f"42.{FINE}"}, "met"),
        ({"hr": f"41.{'9' * 60}"}, "not_met"),
        ({"spo2": "96"}, "met"),
        ({"spo2": f"95.{'9' * 60}"}, "not_met"),
        ({"spo2": f"96.{FINE}"}, "met"),
        ({"sbp": f"119.{'9' * 5000}"}, "met"),
        ({"sbp": f"120.{'0' * 5000}1"}, "not_met"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_sign_is_compared_to_its_last_digit(fresh, wanted):
    assert returned(**fresh) == wanted


@pytest.mark.parametrize(
    "pinned_at, decides",
    [
        ("09:00", 110),  # as old as a baseline may be
        ("08:59", 130),  # too old: the latest that may be one
        ("09:01", 130),  # no set was taken then
        (None, 130),
    ],
)
def test_a_pinned_set_counts_up_to_the_age_allowed(pinned_at, decides):
    sets = [
        {"at": full_time(time), **BEFORE, "sbp": sbp}
        for time, sbp in [("08:59", 90), ("09:00", 110), ("09:55", 130)]
    ]
    pin = {"set_at": full_time(pinned_at)} if pinned_at else None
    findings = assess("start", full_time("10:00"), {"vitals": sets, "baseline": pin})
    assert findings[17].values["base_sbp"] == decides


def test_a_policy_figure_keeps_its_digits():
    assert minutes_us(Decimal(f"15.{FINE}")) > minutes_us(15) == 900_000_000
    assert minutes_us(Decimal("0.25")) == 15_000_000
    bar = {"doses": [INFUSION], "driving": {"asked_at": full_time("22:40")}}
    assert verdict("KNAI-26", "after", "23:00", bar) == "met"
    longer = {"driving_restriction_hours": f"12.{FINE}"}
    assert verdict("KNAI-26", "after", "23:00", bar, **longer) == "cannot_tell_yet"


def test_minutes_finer_than_microseconds_are_no_trap():
    fine = f"30.{FINE}"
    facts = {
        "doses": [INFUSION],
        "presence": [
            {"role": "physician", "licensed": True, "qualified": True, "mode": "in_person"}
            | {"from": full_time("09:00")}
        ],
    }
    for now, wanted in (("11:10", "cannot_tell_yet"), ("11:10:01", "met")):
        policy = {"observation_min": {"iv_infusion": fine}}
        assert verdict("KNAI-21", "discharge", now, facts, **policy) == wanted
