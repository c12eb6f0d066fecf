import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knai.core.errors import Malformed
from knai.interop.hl7v2 import CodeRule, CuffMemory, load_dialect, read_batch
from tests.interop.hl7v2.lookalikes import NAME, NOW, loinc, mdc, mdil, one, pcd01

PHILIPS = load_dialect("philips").changed(zone="UTC")
COMEN = load_dialect("comen")
PCD01 = load_dialect("pcd01")
LOINC = load_dialect("loinc")
AT = datetime(2026, 3, 4, 11, 59, 30, tzinfo=UTC)


def read(raw, mapping=LOINC, now=NOW, cuffs=None):
    return read_batch(raw, mapping, now=now, cuffs=cuffs)


def charted(batch):
    return [(s.code, s.sub_id, s.value) for s in batch.samples]


def withheld(batch):
    return [(q.reason, q.obx) for q in batch.quarantined]


# ------------------------------------------------------------------------------------------------ dialects
MDIL = """OBX||NM|0002-4bb8^SpO2^MDIL|0|96|0004-0220^%^MDIL|||||F
OBX||NM|0002-5000^Resp^MDIL|0|13|0004-0ae0^rpm^MDIL|||||F
OBX||NM|0002-4182^HR^MDIL|0|71|0004-0aa0^bpm^MDIL|||||F
OBX||NM|0002-4822^Pulse^MDIL|0|70|0004-0aa0^bpm^MDIL|||||F
OBX||NM|0002-4a15^ABPs^MDIL|0|131|0004-0f20^mmHg^MDIL|||||F
OBX||NM|0002-4a16^ABPd^MDIL|0|74|0004-0f20^mmHg^MDIL|||||F
OBX||NM|0002-4a05^NBPs^MDIL|0|128|0004-0f20^mmHg^MDIL|||||F
OBX||NM|0002-4a06^NBPd^MDIL|0|77|0004-0f20^mmHg^MDIL|||||F"""


def test_an_mdil_monitor_is_charted_where_all_is_known():
    batch = read(mdil(MDIL), PHILIPS)
    assert charted(batch) == [
        ("spo2", "0", 96.0),
        ("rr", "resp:0", 13.0),
        ("hr", "0", 71.0),
        ("hr", "pulse_pleth:0", 70.0),  # its own series beside the heart rate
    ]
    assert withheld(batch) == [
        ("invasive", 5),
        ("invasive", 6),
        ("no_cuff_rule", 7),
        ("no_cuff_rule", 8),
    ]
    assert {s.at for s in batch.samples} == {AT}
    assert (batch.device_key, batch.patient_ref) == ("//^^Chair2&3&1", "MRN77")
    assert (batch.control_id, batch.sent_at) == ("HP7700123", None)
    assert batch.raw == mdil(MDIL)


def test_local_times_need_a_configured_zone():
    batch = read(mdil(MDIL), load_dialect("philips"))
    assert batch.samples == ()
    assert {q.reason for q in batch.quarantined} == {"no_zone", "invasive", "no_cuff_rule"}
    kolkata = PHILIPS.changed(zone="Asia/Kolkata")
    later = mdil(MDIL, time="20260304172930")
    assert {s.at for s in read(later, kolkata).samples} == {AT}


def test_an_arterial_line_is_charted_only_where_configured_and_never_as_a_cuff():
    batch = read(mdil(MDIL), PHILIPS.changed(invasive=True))
    assert ("sbp", "art_abp:0", 131.0) in charted(batch)
    assert withheld(batch) == [("no_cuff_rule", 7), ("no_cuff_rule", 8)]


MDC = """OBX||NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.150456|96|262688^MDC_DIM_PERCENT^MDC|||||F|||@
OBX||NM|160324^MDC_SPO2_SIGNAL_QUALITY_INDEX^MDC|1.3.1.160324|2.1|262688^MDC_DIM_PERCENT^MDC|||||F|||@
OBX||NM|149522^MDC_PULS_RATE^MDC|1.0.0.149522|62|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||F|||@
OBX||NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.2.150456|95|262688^MDC_DIM_PERCENT^MDC|||||F|||@
OBX||NM|150468^MDC_PULS_OXIM_SAT_O2_DIFF^MDC|1.3.2.150468|1|262688^MDC_DIM_PERCENT^MDC|||||F|||@
OBX||NM|150344^MDC_TEMP^MDC|1.2.1.150344|36.7|268192^MDC_DIM_DEGC^MDC|||||F|||@
OBX||NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.9.150021|126|266016^MDC_DIM_MMHG^MDC|||||F|||@
OBX||NM|150022^MDC_PRESS_BLD_NONINV_DIA^MDC|1.1.9.150022|79|266016^MDC_DIM_MMHG^MDC|||||F|||@
OBX||NM|151562^MDC_RESP_RATE^MDC|1.14.1.151562||264928^MDC_DIM_RESP_PER_MIN^MDC|||||F|||@
OBX||CNE|2453^COMEN_POS_BODY^99COMEN|1.1.9.2453|2821^COMEN_POS_SITTING^99COMEN||||||F|||@
OBX||NM|188740^MDC_LEN_BODY_ACTUAL^MDC|1.10.1.188740||263441^MDC_DIM_CENTI_M^MDC|||||F|||@
OBX||NM|188736^MDC_MASS_BODY_ACTUAL^MDC|1.10.1.188736|81|263875^MDC_DIM_KILO_G^MDC|||||F|||@"""


def test_an_mdc_monitor_keeps_two_probes_apart_and_its_ancillary_figures_out():
    batch = read(mdc(MDC), COMEN)
    assert charted(batch) == [
        ("spo2", "1.3.1.150456", 96.0),
        ("hr", "pulse_blood:1.0.0.149522", 62.0),
        ("spo2", "1.3.2.150456", 95.0),
        ("temp", "1.2.1.150344", 36.7),
    ]
    assert withheld(batch) == [("no_cuff_rule", 7), ("no_cuff_rule", 8)]
    assert batch.not_measured == 1  # respiration; quality, height, weight and position are not ours
    assert batch.device_key == "NC_Like/SERIAL77/7"
    assert batch.samples[0].at == batch.sent_at == AT


PCD = """OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X
OBX|2||70686^MDC_DEV_PRESS_BLD_NONINV_VMD^MDC|1.1.0.0|||||||X
OBX|3|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.1.1|118|mm[Hg]^mm[Hg]^UCUM|||||R|||20260304115842+0000
OBX|4|NM|150022^MDC_PRESS_BLD_NONINV_DIA^MDC|1.1.1.2|76|266016^MDC_DIM_MMHG^MDC|||||R|||20260304115842+0000
OBX|5|NM|149546^MDC_PULS_RATE_NON_INV^MDC|1.1.1.4|64|{beat}/min^{beat}/min^UCUM|||||R|||20260304115842+0000
OBX|6|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.1|98|%^%^UCUM|||||R
OBX|7|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.2|||||||X"""


def test_a_pcd01_gateway_says_when_its_cuff_ended():
    batch = read(pcd01(PCD), PCD01)
    cuff_at = datetime(2026, 3, 4, 11, 58, 42, tzinfo=UTC)
    assert sorted(charted(batch)) == [
        ("dbp", "1.1.1.2", 76.0),
        ("hr", "cuff_pulse:1.1.1.4", 64.0),
        ("sbp", "1.1.1.1", 118.0),
        ("spo2", "1.3.1.1", 98.0),  # without OBX-14 the order's time holds
    ]
    assert {s.at for s in batch.samples} == {cuff_at}
    assert batch.quarantined == ()
    assert batch.not_measured == 1  # the second probe; rows that name devices are not values
    assert batch.device_key == "Gate_Like^0800AABB^EUI-64/Some Clinic/Room 4^^2"


def test_a_dated_cuff_that_is_repeated_is_the_same_sample_each_time():
    again = pcd01(PCD, sent="20260304120100+0000", obr="20260304120100+0000")
    first, second = read(pcd01(PCD), PCD01), read(again, PCD01, now=NOW + timedelta(minutes=1))
    cuffs = [[s for s in b.samples if s.code in ("sbp", "dbp")] for b in (first, second)]
    assert cuffs[0] == cuffs[1]


def test_plain_loinc_is_charted_with_or_without_the_name_of_the_unit_system():
    rows = (
        "OBX|1|NM|59408-5^SpO2^LN|1|97|%|||||F|||20260304115930+0000\n"
        "OBX|2|NM|L1^Own^99X^9279-1^Rate^LN|1|14|/min^^UCUM|||||F|||20260304115930+0000\n"
        "OBX|3|NM|8480-6^Systolic^LN|1|16.0|kPa^^UCUM|||||F|||20260304115800+0000\n"
        "OBX|4|NM|8310-5^Temperature^LN|1|98.6|[degF]^^UCUM|||||F|||20260304115930+0000"
    )
    batch = read(loinc(rows))
    assert charted(batch) == [
        ("spo2", "1", 97.0),
        ("rr", "1", 14.0),  # by its alternate code
        ("temp", "1", 37.0),
        ("sbp", "1", 120.01),
    ]


# ------------------------------------------------------------------------------------- whole messages
@pytest.mark.parametrize(
    "kind", ["ADT^A01^ADT_A01", "ADT^A40", "SIU^S13^SIU_S13", "ORU^R40", "ACK", ""]
)
def test_what_is_no_observation_is_quarantined_whole(kind):
    raw = one("72").replace(b"ORU^R01", kind.encode())
    batch = read(raw)
    assert withheld(batch) == [("not_an_observation", None)]
    assert batch.samples == ()


def test_a_laboratory_report_is_one_entry():
    rows = (
        "OBX|1|NM|718-7^Haemoglobin^LN||13.9|g/dL|12_16|N|||F|||20260304110000+0000\n"
        "OBX|2|SN|1554-5^GLUCOSE^LN||^98|mg/dl|70_105||||F\n"
        "OBX|3|NM|11156-7^LEUKOCYTES^LN||||||||I|"
    )
    batch = read(loinc(rows))
    assert withheld(batch) == [("unknown_code", None)]
    assert batch.quarantined[0].detail == "718-7 LN"
    assert batch.not_measured == 0


def test_one_unknown_code_among_known_ones_withholds_itself_alone():
    rows = "OBX|1|NM|8867-4^HR^LN|1|72|/min\nOBX|2|NM|150448^X^MDC|1|5|/min|||||F"
    batch = read(loinc(rows))
    assert charted(batch) == [("hr", "1", 72.0)]
    assert withheld(batch) == [("unknown_code", 2)]


def test_a_message_about_two_people_is_nobodys():
    two = one("72") + b"PID|2||78^^^SIM||OTHER\rOBX|2|NM|8867-4^HR^LN|1|90|/min|||||F\r"
    assert withheld(read(two)) == [("two_patients", None)]
    beds = one("72") + b"PV1|2|O|Bay^^4\r"
    assert withheld(read(beds)) == [("two_patients", None)]


def test_an_exercise_is_not_charted():
    row = "OBX|1|NM|8867-4^HR^LN|1|72|/min|||||F"
    assert withheld(read(loinc(row, status="T"))) == [("not_production", None)]


def test_a_sender_without_a_name_is_no_device():
    raw = one("72").replace(b"Plain|Box1", b"|").replace(b"Bay^^3", b"")
    assert withheld(read(raw)) == [("no_device", None)]


def test_a_report_of_nothing_is_nothing():
    batch = read(loinc("NTE|1||x"))
    assert (batch.samples, batch.quarantined) == ((), ())


# -------------------------------------------------------------------------------------- single values
@pytest.mark.parametrize(
    "text",
    ["", '""', "0", "0.0", "-0", "-999", "-999.0", "-99.9", "8388607", "-1", "32767", "-100"],
)
def test_a_monitor_that_says_it_measured_nothing_is_believed(text):
    batch = read(one(text))
    assert (batch.samples, batch.quarantined, batch.not_measured) == ((), (), 1)


def test_status_x_is_not_measured_whatever_stands_beside_it():
    batch = read(one("72", status="X"))
    assert (batch.samples, batch.quarantined, batch.not_measured) == ((), (), 1)


def test_zero_is_a_value_where_the_mapping_says_so():
    assert charted(read(one("0", code="3151-8", unit="L/min^^UCUM"))) == [("o2_flow", "1", 0.0)]
    breathing = one("0", code="9279-1")
    assert read(breathing).not_measured == 1
    # where 0 breaths are a finding, it is seen: too far out to be charted unseen, quarantined
    assert withheld(read(breathing, LOINC.changed(zero_counts=("rr",)))) == [("implausible", 1)]


@pytest.mark.parametrize(
    "text", ["97~98", "^97", ">97", "97%", "36,8", "1e2", "nan", "inf", "1_0", "９７", "--", "x"]
)
def test_what_is_no_plain_number_is_never_guessed(text):
    assert withheld(read(one(text))) == [("not_a_number", 1)]


@pytest.mark.parametrize(
    "text, value", [("72", 72.0), ("+72", 72.0), (" 72 ", 72.0), ("72.50", 72.5), ("72.", 72.0)]
)
def test_plain_numbers_are_read(text, value):
    assert charted(read(one(text))) == [("hr", "1", value)]


@pytest.mark.parametrize("kind", ["ST", "SN", "TX", "CNE", "CE"])
def test_a_known_code_of_another_type_is_no_number(kind):
    assert withheld(read(one("72", kind=kind))) == [("not_a_number", 1)]


# HL7 table 0085, and what a sender may put there besides
@pytest.mark.parametrize(
    "status, outcome",
    [("F", "charted"), ("R", "charted"), ("C", "charted"), ("", "charted"), ("X", "not measured")]
    + [(s, "status") for s in "INOPSUAVBf"]
    + [("D", "withdrawn"), ("W", "withdrawn"), ("FX", "status")],
)
def test_only_results_count(status, outcome):
    batch = read(one("72", status=status))
    found = "charted" if batch.samples else "not measured" if batch.not_measured else None
    assert (found or batch.quarantined[0].reason) == outcome


@pytest.mark.parametrize(
    "unit", ["", "bananas^^UCUM", "mm[Hg]^^UCUM", "/min^^OTHER", "%^^UCUM", "72"]
)
def test_a_value_of_an_unknown_or_foreign_unit_is_withheld(unit):
    assert withheld(read(one("72", unit=unit))) == [("unknown_unit", 1)]


@pytest.mark.parametrize(
    "code, unit, inside, outside",
    [
        ("8867-4", "/min", ["25", "240"], ["24", "241"]),
        ("59408-5", "%", ["50", "100"], ["49", "101"]),
        ("8310-5", "Cel", ["30", "43"], ["29.9", "43.1"]),
        ("8480-6", "mm[Hg]", ["50", "280"], ["49", "281"]),
    ],
)
def test_implausible_values_are_withheld_and_the_ends_of_the_band_are_inside(
    code, unit, inside, outside
):
    for text in inside:
        assert len(read(one(text, code=code, unit=unit)).samples) == 1, text
    for text in outside:
        assert withheld(read(one(text, code=code, unit=unit))) == [("implausible", 1)], text


def test_a_diastolic_not_below_its_systolic_discredits_both():
    rows = (
        "OBX|1|NM|8480-6^S^LN|1|80|mm[Hg]|||||F|||20260304115930+0000\n"
        "OBX|2|NM|8462-4^D^LN|1|120|mm[Hg]|||||F|||20260304115930+0000"
    )
    assert withheld(read(loinc(rows))) == [("implausible", 1), ("implausible", 2)]


def test_two_values_of_one_channel_and_moment_are_not_told_apart():
    row = "OBX|{}|NM|59408-5^SpO2^LN|1|{}|%|||||F|||20260304115930+0000"
    differing = read(loinc(row.format(1, 97) + "\n" + row.format(2, 88)))
    assert withheld(differing) == [("same_channel", 1), ("same_channel", 2)]
    assert differing.samples == ()
    same = read(loinc(row.format(1, 97) + "\n" + row.format(2, 97)))
    assert charted(same) == [("spo2", "1", 97.0)]


# --------------------------------------------------------------------------------------------------- time
@pytest.mark.parametrize(
    "offset_s, reason",
    [(0, None), (120, None), (121, "clock_off"), (-86_400, None), (-86_401, "clock_off")],
)
def test_a_clock_may_be_a_little_fast_and_a_message_a_day_late(offset_s, reason):
    at = (NOW + timedelta(seconds=offset_s)).strftime("%Y%m%d%H%M%S+0000")
    batch = read(one("72", at=at))
    assert [q.reason for q in batch.quarantined] == ([reason] if reason else [])
    assert len(batch.samples) == (0 if reason else 1)


@pytest.mark.parametrize(
    "sources, minute", [(("obx14", "obr7"), 50), (("obr7",), 40), (("msh7",), 58)]
)
def test_the_mapping_says_which_time_holds(sources, minute):
    raw = loinc(
        "OBX|1|NM|8867-4^HR^LN|1|72|/min|||||F|||20260304115000+0000", sent="20260304115800+0000"
    )
    raw = raw.replace(b"20260304115930+0000\rOBX", b"20260304114000+0000\rOBX")
    (sample,) = read(raw, LOINC.changed(time_from=sources)).samples
    assert sample.at.minute == minute


def test_the_time_of_an_order_holds_for_its_own_observations_only():
    rows = (
        "OBX|1|NM|8867-4^HR^LN|1|71|/min|||||F\n"
        "OBR|2||||||20260304115000+0000\n"
        "OBX|1|NM|8867-4^HR^LN|1|72|/min|||||F\n"
        "OBR|3\n"
        "OBX|1|NM|8867-4^HR^LN|1|73|/min|||||F"
    )
    batch = read(loinc(rows))
    assert [(s.value, s.at.minute) for s in batch.samples] == [(71.0, 59), (72.0, 50)]
    assert withheld(batch) == [("no_time", 3)]


def test_a_value_without_any_time_is_withheld():
    raw = one("72", at="", sent="").replace(b"OBR|1||||||20260304115930+0000", b"OBR|1")
    assert withheld(read(raw)) == [("no_time", 1)]


# -------------------------------------------------------------------------------------------------- cuffs
@pytest.mark.parametrize(
    "rule, minute", [("at_obx14", 50), ("at_obr7", 59), ("at_msh7", 0), ("", None)]
)
def test_the_cuff_rule_says_when_a_pressure_was_taken(rule, minute):
    raw = one("120", code="8480-6", unit="mm[Hg]", at="20260304115000+0000")
    batch = read(raw, LOINC.changed(cuff=rule))
    assert [s.at.minute for s in batch.samples] == ([] if minute is None else [minute])
    assert withheld(batch) == ([("no_cuff_rule", 1)] if minute is None else [])


def test_a_cuff_whose_time_is_empty_is_withheld():
    raw = one("120", code="8480-6", unit="mm[Hg]", at="")
    assert withheld(read(raw)) == [("no_cuff_time", 1)]


def shown(sbp, minute, dbp=79):
    at = f"202603041{9}{minute:02d}30+0800"
    rows = MDC.replace("|126|", f"|{sbp}|").replace("|79|", f"|{dbp}|")
    return mdc(rows, at=at)


def pressures(batch):
    return [(s.code, s.value, s.at.minute) for s in batch.samples if s.code in ("sbp", "dbp")]


def test_on_change_a_cuff_counts_once_at_the_moment_it_first_shows():
    mapping, memory = COMEN.changed(cuff="on_change"), CuffMemory()
    first = read(shown(120, 30), mapping, cuffs=memory)
    assert [q.reason for q in first.quarantined] == ["no_cuff_time"] * 2  # may be of any age
    held = read(shown(120, 31), mapping, cuffs=memory)
    assert (pressures(held), held.quarantined) == ([], ())
    new = read(shown(131, 32), mapping, cuffs=memory)
    assert pressures(new) == [("sbp", 131.0, 32), ("dbp", 79.0, 32)]
    # repeats carry the first date, so that a commit that failed loses nothing and a duplicate is seen as one
    for minute in (33, 34):
        assert pressures(read(shown(131, minute), mapping, cuffs=memory)) == pressures(new)
    late = read(shown(120, 31), mapping, cuffs=memory)
    assert [q.reason for q in late.quarantined] == ["cuff_out_of_order"] * 2


def test_on_change_a_cuff_that_was_blank_and_shows_again_is_new():
    mapping, memory = COMEN.changed(cuff="on_change"), CuffMemory()
    read(shown("", 30, ""), mapping, cuffs=memory)
    assert pressures(read(shown(120, 31), mapping, cuffs=memory)) == [
        ("sbp", 120.0, 31),
        ("dbp", 79.0, 31),
    ]
    read(shown("", 32, ""), mapping, cuffs=memory)
    assert pressures(read(shown(120, 33), mapping, cuffs=memory))[0] == ("sbp", 120.0, 33)


def test_on_change_the_last_charted_cuff_can_be_remembered_over_a_restart():
    mapping, memory = COMEN.changed(cuff="on_change"), CuffMemory()
    since = datetime(2026, 3, 4, 11, 20, 30, tzinfo=UTC)
    figures = (("sbp", "1.1.9.150021", 120.0), ("dbp", "1.1.9.150022", 79.0))
    memory.prime("NC_Like/SERIAL77/7", figures, since)
    assert pressures(read(shown(120, 30), mapping, cuffs=memory)) == [
        ("sbp", 120.0, 20),
        ("dbp", 79.0, 20),
    ]


def test_on_change_without_a_memory_charts_no_cuff():
    batch = read(shown(120, 30), COMEN.changed(cuff="on_change"))
    assert [q.reason for q in batch.quarantined] == ["no_cuff_rule"] * 2


def test_one_monitors_cuff_says_nothing_about_anothers():
    mapping, memory = COMEN.changed(cuff="on_change"), CuffMemory()
    read(shown(120, 30), mapping, cuffs=memory)
    other = shown(120, 31).replace(b"SERIAL77", b"SERIAL78")
    assert [q.reason for q in read(other, mapping, cuffs=memory).quarantined] == [
        "no_cuff_time"
    ] * 2


# ------------------------------------------------------------------------------------------------- always
def test_a_code_added_by_hand_makes_the_replayed_message_chartable():
    raw = one("97", code="SAT", unit="%")
    assert withheld(read(raw)) == [("unknown_code", None)]
    assert charted(read(raw, LOINC.with_code("LN", "SAT", CodeRule("spo2")))) == [
        ("spo2", "1", 97.0)
    ]


def test_ten_thousand_values_in_one_message_are_all_looked_at():
    row = "OBX|{0}|NM|8867-4^HR^LN|{0}|72|/min|||||F|||20260304115930+0000"
    batch = read(loinc("\n".join(row.format(n) for n in range(10_000))))
    assert len(batch.samples) == 10_000


@pytest.mark.parametrize(
    "raw, mapping", [(mdil(MDIL), PHILIPS), (mdc(MDC), COMEN), (pcd01(PCD), PCD01)]
)
def test_no_name_gets_into_what_is_shown(raw, mapping):
    batch = read(raw, mapping)
    assert NAME.split("^")[0] not in repr(batch)
    assert NAME.encode() in batch.raw


FIELD = st.text(st.characters(min_codepoint=32, max_codepoint=382), max_size=12)


@given(st.lists(FIELD, max_size=18), st.sampled_from([PHILIPS, COMEN, PCD01, LOINC]))
def test_no_observation_however_odd_raises(fields, mapping):
    try:
        batch = read(loinc("OBX|" + "|".join(fields)), mapping)
    except Malformed:
        return
    assert len(batch.samples) <= 1


@given(st.binary(max_size=400))
def test_random_bytes_after_a_good_head_are_malformed_or_read(tail):
    with contextlib.suppress(Malformed):
        read(one("72") + tail)
