"""A clinic may ask for more than the Standard's defaults, never for less."""

import pytest

from knai.core.data import load
from knai.core.errors import Malformed, Refused
from knai.core.standard import Policy

ROLES = ["physician", "crna", "nurse_practitioner", "physician_assistant"]
PARENTERAL = ["iv_infusion", "iv_bolus", "im", "sc", "sc_infusion", "other"]

TIGHTER = [
    ("medical_roles", ["physician"]),
    ("medical_roles", []),
    ("medical_roles", ROLES),
    ("parenteral_routes", PARENTERAL),
    ("parenteral_routes", [*PARENTERAL, "intranasal"]),
    ("baseline_max_age_min", 59),
    ("baseline_max_age_min", 0),
    ("baseline_max_age_min", 60),  # unmoved
    ("discharge_vitals_max_age_min", 14),
    ("return_tolerance_above_percent", "19.5"),
    ("return_tolerance_below_percent", 29),
    ("return_spo2_drop_points", 1),
    ("driving_restriction_hours", 24),
    ("esketamine_observation_min", 121),
    ("moderate_if_moaas_at_most", 4),
    ("charting_grace_min", 2),
    ("charting_interval_min", {"im": 10}),
    ("observation_min", {"im": 61, "oral": 60}),
    ("absolute_discharge_limits", {"sbp_ge": 179, "sbp_lt": 91, "dbp_ge": 119}),
    ("absolute_discharge_limits", {"hr_ge": 129, "hr_lt": 41, "spo2_lt": 91}),
    ("return_rule", "above20_below30"),  # fixed, and unmoved
]

LOOSER = [
    ("medical_roles", [*ROLES, "registered_nurse"], "medical_roles"),
    ("parenteral_routes", ["im"], "parenteral_routes"),
    ("infusion_routes", ["iv_infusion"], "infusion_routes"),
    ("infusion_routes", ["iv_infusion", "sc_infusion", "im"], "infusion_routes"),
    ("all_routes", ["im"], "all_routes"),
    ("baseline_max_age_min", 61, "baseline_max_age_min"),
    ("discharge_vitals_max_age_min", 16, "discharge_vitals_max_age_min"),
    ("return_rule", "abs20", "return_rule"),
    ("return_tolerance_above_percent", 21, "return_tolerance_above_percent"),
    ("return_tolerance_below_percent", "30.1", "return_tolerance_below_percent"),
    ("return_spo2_drop_points", 3, "return_spo2_drop_points"),
    ("driving_restriction_hours", 11, "driving_restriction_hours"),
    ("esketamine_observation_min", 119, "esketamine_observation_min"),
    ("presence_meaning", "in the house", "presence_meaning"),
    ("moderate_if_moaas_at_most", 2, "moderate_if_moaas_at_most"),
    ("charting_grace_min", 4, "charting_grace_min"),
    ("charting_interval_min", {"im": 16}, "charting_interval_min.im"),
    ("observation_min", {"oral": 61, "im": 59}, "observation_min.im"),
    ("absolute_discharge_limits", {"sbp_ge": 181}, "absolute_discharge_limits.sbp_ge"),
    ("absolute_discharge_limits", {"sbp_lt": 89}, "absolute_discharge_limits.sbp_lt"),
    ("absolute_discharge_limits", {"dbp_ge": 121}, "absolute_discharge_limits.dbp_ge"),
    ("absolute_discharge_limits", {"hr_ge": 131}, "absolute_discharge_limits.hr_ge"),
    ("absolute_discharge_limits", {"hr_lt": 39}, "absolute_discharge_limits.hr_lt"),
    ("absolute_discharge_limits", {"spo2_lt": 89}, "absolute_discharge_limits.spo2_lt"),
]

UNREADABLE = [
    ({"grace": 3}, "policy.grace"),
    ({"charting_grace_min": "soon"}, "policy.charting_grace_min"),
    ({"charting_grace_min": True}, "policy.charting_grace_min"),
    ({"charting_grace_min": -1}, "policy.charting_grace_min"),
    ({"charting_grace_min": None}, "policy.charting_grace_min"),
    ({"charting_interval_min": 5}, "policy.charting_interval_min"),
    ({"charting_interval_min": {"nose": 5}}, "policy.charting_interval_min.nose"),
    ({"charting_interval_min": {"im": "x"}}, "policy.charting_interval_min.im"),
    ({"medical_roles": "physician"}, "policy.medical_roles"),
    ({"medical_roles": [1]}, "policy.medical_roles"),
    ({"parenteral_routes": [*PARENTERAL, "skin"]}, "policy.parenteral_routes"),
    ({"return_rule": 20}, "policy.return_rule"),
    (["im"], "policy"),
    ([], "policy"),
    (False, "policy"),
    (0, "policy"),
]


@pytest.mark.parametrize("key, value", TIGHTER)
def test_a_clinic_may_tighten(key, value):
    moved = getattr(Policy.default().tightened({key: value}), key)
    if isinstance(value, dict):
        assert dict(moved) == {**getattr(Policy.default(), key), **value}
    elif isinstance(value, list):
        assert list(moved) == value
    else:
        assert str(moved) == str(value)


@pytest.mark.parametrize("key, value, named", LOOSER)
def test_a_clinic_may_not_loosen_and_is_told_which_key(key, value, named):
    with pytest.raises(Refused, match=rf"^{named}: "):
        Policy.default().tightened({key: value})


def test_a_refused_key_stops_the_others():
    with pytest.raises(Refused, match=r"^charting_grace_min: 4 is looser than 3; tighter is lower"):
        Policy.default().tightened({"baseline_max_age_min": 30, "charting_grace_min": 4})


def test_a_fixed_key_says_that_nobody_may_change_it():
    with pytest.raises(Refused, match="nobody may change it"):
        Policy.default().tightened({"return_rule": "abs20"})


@pytest.mark.parametrize("changes, field", UNREADABLE)
def test_what_cannot_be_read_is_malformed_at_its_field(changes, field):
    with pytest.raises(Malformed) as wrong:
        Policy.default().tightened(changes)
    assert wrong.value.field == field


@pytest.mark.parametrize("key", ["infusion_routes", "all_routes", "parenteral_routes"])
def test_a_list_in_another_order_is_the_same_list(key):
    backwards = list(reversed(getattr(Policy.default(), key)))
    assert Policy.default().tightened({key: backwards}) == Policy.default()


def test_tightening_twice_only_tightens():
    once = Policy.default().tightened({"charting_grace_min": 1})
    with pytest.raises(Refused):
        once.tightened({"charting_grace_min": 2})


def test_every_key_of_the_table_is_tried_both_ways():
    keys = set(load("standard")["policy"])
    fixed = {key for key, row in load("standard")["policy"].items() if row["tighter"] == "fixed"}
    assert {key for key, _, _ in LOOSER} == keys
    assert {key for key, _ in TIGHTER} >= keys - fixed


def test_a_jurisdiction_may_add_a_role_but_lowers_no_floor():
    nurses = Policy.default().for_jurisdiction({"medical_roles": [*ROLES, "registered_nurse"]})
    assert "registered_nurse" in nurses.medical_roles
    assert Policy.default().for_jurisdiction({"charting_grace_min": 5}).charting_grace_min == 5
    for floor in ("driving_restriction_hours", "esketamine_observation_min"):
        with pytest.raises(Refused, match=floor):
            Policy.default().for_jurisdiction({floor: 1})
    with pytest.raises(Refused, match="return_rule"):
        Policy.default().for_jurisdiction({"return_rule": "abs20"})
    assert Policy.default().for_jurisdiction({"driving_restriction_hours": 24})


def test_policy_is_told_in_plain_values():
    told = Policy.default().tightened({"return_tolerance_above_percent": "19.5"}).as_json()
    assert told["return_tolerance_above_percent"] == "19.5"
    assert told["medical_roles"] == ROLES
    assert told["charting_interval_min"]["im"] == 15
    assert told.keys() == load("standard")["policy"].keys()
