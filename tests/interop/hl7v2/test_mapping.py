import json

import pytest

from knai.core.errors import Malformed
from knai.core.vitals import VITALS
from knai.interop.hl7v2 import DIALECTS, CodeRule, DeviceMapping, load_dialect

LEAST = {
    "name": "x",
    "device_key": ["MSH-3"],
    "codes": {"LN": {"8867-4": "hr"}},
    "units": {"UCUM": {"/min": "/min"}},
}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_mapping_survives_the_database(name):
    mapping = load_dialect(name)
    again = DeviceMapping.from_dict(json.loads(json.dumps(mapping.to_dict())))
    assert again == mapping


@pytest.mark.parametrize("name", DIALECTS)
def test_a_shipped_dialect_knows_the_signs_of_a_complete_set_and_guesses_no_zone(name):
    mapping = load_dialect(name)
    known = {rule.vital for rules in mapping.codes.values() for rule in rules.values()}
    assert {"sbp", "dbp", "hr", "spo2", "rr", "temp"} <= known <= {"", *VITALS}
    assert mapping.zone == ""
    assert mapping.invasive is False


@pytest.mark.parametrize(
    "name, cuff", [("pcd01", "at_obx14"), ("loinc", "at_obx14"), ("comen", ""), ("philips", "")]
)
def test_a_monitor_that_repeats_its_cuff_undated_ships_without_a_rule(name, cuff):
    assert load_dialect(name).cuff == cuff


def test_mdil_is_mdc_in_hexadecimal():
    codes = load_dialect("philips").codes["MDIL"]
    assert codes["0002-4bb8"].vital == "spo2"
    assert codes["0002-4182"] == CodeRule("hr")
    assert codes["0002-4a05"] == CodeRule("sbp", "cuff")
    assert codes["0002-4a15"].kind == "invasive"
    assert load_dialect("philips").units["MDIL"]["0004-0f20"] == "mm[Hg]"
    assert "MDC" not in load_dialect("philips").codes


@pytest.mark.parametrize("name", DIALECTS)
def test_two_codes_of_one_vital_never_share_a_channel(name):
    rules = [
        rule for table in load_dialect(name).codes.values() for rule in table.values() if rule.vital
    ]
    channels = [(rule.vital, rule.channel) for rule in rules]
    assert len(set(channels)) == len(channels)


@pytest.mark.parametrize(
    "change, field",
    [
        ({"nmae": "x"}, "nmae"),
        ({"name": ""}, "name"),
        ({"codes": {}}, "codes"),
        ({"device_key": []}, "device_key"),
        ({"device_key": "MSH-3"}, "device_key"),
        ({"device_key": ["MSH"]}, ""),
        ({"cuff": "sometimes"}, "cuff"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"time_from": ["obx99"]}, "time_from"),
        ({"charset": "KLINGON"}, "charset"),
        ({"oldest_min": 0}, "oldest_min"),
        ({"oldest_min": "60"}, "oldest_min"),
        ({"oldest_min": True}, "oldest_min"),
        ({"invasive": "yes"}, "invasive"),
        ({"sentinels": ["a"]}, "sentinels"),
        ({"zero_counts": ["xx"]}, "zero_counts"),
        ({"codes": {"LN": {"1": "pulse"}}}, "codes.LN.1.vital"),
        ({"codes": {"LN": {"1": {"vital": "hr", "kind": "odd"}}}}, "codes.LN.1.kind"),
        ({"codes": {"LN": {"1": {"vital": "sbp", "kind": "invasive"}}}}, "codes.LN.1.channel"),
        ({"codes": {"LN": {"1": {"kind": "cuff"}}}}, "codes.LN.1"),
        ({"codes": {"LN": {"1": 7}}}, "codes.LN.1"),
        ({"codes": {"LN": ["hr"]}}, "codes"),
        ({"units": {"UCUM": {"mm": "furlong"}}}, "units.UCUM.mm"),
        ({"units": {"UCUM": {"mm": 1}}}, "units.UCUM.mm"),
    ],
)
def test_a_wrong_mapping_is_refused_by_the_name_of_its_key(change, field):
    with pytest.raises(Malformed) as refused:
        DeviceMapping.from_dict(LEAST | change)
    assert refused.value.field == field


def test_the_least_mapping_is_enough():
    assert DeviceMapping.from_dict(LEAST).codes["LN"]["8867-4"] == CodeRule("hr")


def test_an_unknown_dialect_is_refused():
    with pytest.raises(Malformed):
        load_dialect("../secrets")


def test_a_code_and_a_unit_can_be_added_without_touching_the_first_mapping():
    first = DeviceMapping.from_dict(LEAST)
    more = first.with_code("L", "SAT", CodeRule("spo2")).with_unit("L", "pct", "%")
    assert more.codes["L"]["SAT"].vital == "spo2"
    assert more.units["L"]["pct"] == "%"
    assert "L" not in first.codes
    with pytest.raises(Malformed):
        first.with_code("L", "SAT", CodeRule("nothing"))
