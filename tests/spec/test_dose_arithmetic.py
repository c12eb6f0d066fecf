"""Dose arithmetic by example: exact in decimals, shown with its working, never guessed."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knai.core.dose import (
    HYDROCHLORIDE_TO_BASE,
    fit_to_step,
    given_mg,
    parse_decimal,
    to_base,
    to_hydrochloride,
    work_out,
)
from knai.core.errors import Malformed, Refused
from knai.core.numbers import show

PATIENT = {"weight_kg": D(78), "concentration_mg_per_ml": D(50)}


@pytest.mark.parametrize(
    "text, number",
    [
        ("0", D(0)),
        ("5", D(5)),
        ("0.5", D("0.5")),
        ("5.0", D("5.0")),
        ("10", D(10)),
        ("0.05", D("0.05")),
        (" 12 ", D(12)),  # spaces at the ends come from fields, not from the number
        ("123456789", D(123456789)),  # as many digits as are read
        ("1234.56789", D("1234.56789")),
    ],
)
def test_plain_digits_are_read_exactly(text, number):
    assert parse_decimal(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "0,5",  # never 5
        "1,000",
        "½",
        "1/2",
        "5 mg",
        "5mg",
        "mg 5",
        "1e1",
        "1E1",
        "٣",  # another script's digit
        "５",
        "NaN",
        "Infinity",
        "-1",
        "+1",
        ".5",  # a lost point makes it 5
        "5.",
        "05",  # or was it 0.5?
        "00.5",
        "1.2.3",
        "12 0",
        "1_000",
        "0x10",
        "\t5",
        "5\n",
        "1234567890",  # one digit too many
        "1.123456789",
        "O.5",
        "X5",
        "5X",
    ],
)
def test_what_cannot_be_read_exactly_is_refused(text):
    with pytest.raises(Malformed, match=r"^dose: "):
        parse_decimal(text, field="dose")


@given(st.decimals(min_value=0, max_value=99999, places=3, allow_nan=False))
def test_every_plain_decimal_is_read_as_itself(number):
    assert parse_decimal(format(number, "f")) == number


@given(st.text(max_size=12))
def test_whatever_is_typed_is_read_exactly_or_refused(text):
    try:
        number = parse_decimal(text)
    except Malformed:
        return
    assert format(number, "f") == text.strip(" ")


def test_a_dose_per_kg_in_every_unit():
    dose = work_out(**PATIENT, mg_per_kg=D("0.5"), duration_min=D(40))
    assert (dose.basis, dose.weight_kg, dose.duration_min) == ("base", D(78), D(40))
    assert (dose.mg_per_kg, dose.mg, dose.mg_base) == (D("0.5"), D(39), D(39))
    assert (dose.volume_ml, dose.pumped_ml) == (D("0.78"), D("0.78"))
    assert dose.rate_ml_per_h == D("1.17")
    assert dose.rate_mg_per_kg_per_h == D("0.75")
    assert dose.rate_mcg_per_kg_per_min == D("12.5")
    assert (dose.diluent_ml, dose.bag_mg_per_ml) == (None, None)
    assert dose.rounded == frozenset()
    assert dose.lines == (
        "0.5 mg/kg × 78 kg = 39 mg",
        "39 mg ÷ 50 mg/mL = 0.78 mL",
        "0.78 mL × 60 ÷ 40 min = 1.17 mL/h",
        "0.5 mg/kg × 60 ÷ 40 min = 0.75 mg/kg/h",
        "0.5 mg/kg × 1000 ÷ 40 min = 12.5 mcg/kg/min",
    )


@pytest.mark.parametrize(
    "amount, first_line",
    [
        ({"mg_per_kg": D("0.5")}, "0.5 mg/kg × 78 kg = 39 mg"),
        ({"mg": D(39)}, "39 mg ÷ 78 kg = 0.5 mg/kg"),
        ({"volume_ml": D("0.78")}, "0.78 mL × 50 mg/mL = 39 mg"),
        ({"rate_ml_per_h": D("1.17")}, "1.17 mL/h × 40 min ÷ 60 = 0.78 mL"),
        ({"rate_mg_per_kg_per_h": D("0.75")}, "0.75 mg/kg/h × 78 kg × 40 min ÷ 60 = 39 mg"),
        (
            {"rate_mcg_per_kg_per_min": D("12.5")},
            "12.5 mcg/kg/min × 78 kg × 40 min ÷ 1000 = 39 mg",
        ),
    ],
)
def test_every_way_of_asking_leads_to_the_same_dose(amount, first_line):
    dose = work_out(**PATIENT, **amount, duration_min=D(40))
    straight = work_out(**PATIENT, mg_per_kg=D("0.5"), duration_min=D(40))
    assert dose.lines[0] == first_line
    assert dose.rounded == frozenset()
    for figure in ("mg", "mg_per_kg", "mg_base", "volume_ml", "pumped_ml", "rate_ml_per_h"):
        assert getattr(dose, figure) == getattr(straight, figure)
    assert dose.rate_mg_per_kg_per_h == D("0.75")
    assert dose.rate_mcg_per_kg_per_min == D("12.5")


def test_a_volume_shows_how_it_became_a_dose():
    dose = work_out(**PATIENT, rate_ml_per_h=D("1.17"), duration_min=D(40))
    assert dose.lines[:4] == (
        "1.17 mL/h × 40 min ÷ 60 = 0.78 mL",
        "0.78 mL × 50 mg/mL = 39 mg",
        "39 mg ÷ 78 kg = 0.5 mg/kg",
        "0.78 mL × 60 ÷ 40 min = 1.17 mL/h",
    )


def test_a_push_has_no_rate():
    dose = work_out(**PATIENT, mg=D(39))
    assert dose.duration_min is None
    assert dose.rate_ml_per_h is None
    assert dose.rate_mg_per_kg_per_h is None
    assert dose.rate_mcg_per_kg_per_min is None
    assert dose.lines == ("39 mg ÷ 78 kg = 0.5 mg/kg", "39 mg ÷ 50 mg/mL = 0.78 mL")


def test_rounding_is_shown_and_never_carried_on():
    dose = work_out(weight_kg=D(70), concentration_mg_per_ml=D(30), mg=D(100), duration_min=D(60))
    assert dose.rounded >= {"mg_per_kg", "volume_ml", "rate_ml_per_h"}
    assert dose.lines[0] == "100 mg ÷ 70 kg ≈ 1.4286 mg/kg"
    assert dose.lines[1] == "100 mg ÷ 30 mg/mL ≈ 3.3333 mL"
    assert dose.lines[2] == "3.3333 mL × 60 ÷ 60 min ≈ 3.3333 mL/h"
    assert dose.mg == D(100)
    assert "mg" not in dose.rounded


def test_a_line_from_a_rounded_figure_never_says_equal():
    dose = work_out(weight_kg=D(60), concentration_mg_per_ml=D(30), mg=D(10), duration_min=D(20))
    assert dose.volume_ml == D("0.3333")
    assert dose.rate_ml_per_h == D(1)
    assert "rate_ml_per_h" not in dose.rounded
    assert "0.3333 mL × 60 ÷ 20 min ≈ 1 mL/h" in dose.lines


def test_every_figure_that_was_rounded_is_named():
    third = work_out(
        weight_kg=D("70.00007"),
        concentration_mg_per_ml=D(7),
        mg=D("10.00001"),
        duration_min=D("11.00001"),
        final_volume_ml=D("99.00001"),
        basis="hydrochloride",
    )
    assert third.rounded == {
        "weight_kg",
        "mg",
        "mg_per_kg",
        "mg_base",
        "volume_ml",
        "pumped_ml",
        "diluent_ml",
        "bag_mg_per_ml",
        "duration_min",
        "rate_ml_per_h",
        "rate_mg_per_kg_per_h",
        "rate_mcg_per_kg_per_min",
    }
    assert work_out(**PATIENT, mg=D(39)).rounded == set()  # what is not there is not rounded


def test_the_fifth_place_rounds_half_to_even():
    assert work_out(weight_kg=D(1), concentration_mg_per_ml=D(1), mg=D("0.00005")).mg == D(0)
    assert work_out(weight_kg=D(1), concentration_mg_per_ml=D(1), mg=D("0.00015")).mg == D("0.0002")


def test_hydrochloride_weighs_more_than_its_base():
    assert D("0.867") == HYDROCHLORIDE_TO_BASE
    assert to_base(D(100)) == D("86.7")
    assert to_hydrochloride(D("86.7")) == D(100)
    # the figures product labels print: 28 mg base = 32.3 mg, 50 mg base = 57.7 mg hydrochloride
    assert round(to_hydrochloride(D(28)), 1) == D("32.3")
    assert round(to_hydrochloride(D(50)), 1) == D("57.7")


@pytest.mark.parametrize(
    "basis, vial_basis, volume_ml, mg_base, conversion",
    [
        ("base", "base", D(2), D(100), None),
        ("hydrochloride", "hydrochloride", D(2), D("86.7"), "× 0.867 = 86.7 mg as base"),
        ("hydrochloride", "base", D("1.734"), D("86.7"), "× 0.867 = 86.7 mg as base"),
        ("base", "hydrochloride", D("2.3068"), D(100), "÷ 0.867 ≈ 115.3403 mg as hydrochloride"),
    ],
)
def test_order_and_vial_may_mean_different_milligrams(
    basis, vial_basis, volume_ml, mg_base, conversion
):
    dose = work_out(**PATIENT, mg=D(100), basis=basis, vial_basis=vial_basis)
    assert (dose.mg, dose.mg_base, dose.volume_ml) == (D(100), mg_base, volume_ml)
    converted = [line for line in dose.lines if "0.867" in line]
    assert len(converted) == (0 if conversion is None else 1)
    if conversion:
        assert converted[0] == f"100 mg as {basis} {conversion}"


def test_a_volume_from_a_hydrochloride_vial_counts_as_base():
    dose = work_out(**PATIENT, volume_ml=D(1), vial_basis="hydrochloride")
    assert (dose.mg, dose.mg_base, dose.volume_ml) == (D("43.35"), D("43.35"), D(1))
    assert dose.lines == (
        "1 mL × 50 mg/mL = 50 mg",
        "50 mg as hydrochloride × 0.867 = 43.35 mg as base",
        "43.35 mg ÷ 78 kg ≈ 0.5558 mg/kg",
    )


def test_a_bag_holds_drug_and_diluent():
    dose = work_out(**PATIENT, mg_per_kg=D("0.5"), duration_min=D(40), final_volume_ml=D(100))
    assert dose.volume_ml == D("0.78")
    assert (dose.diluent_ml, dose.pumped_ml) == (D("99.22"), D(100))
    assert dose.bag_mg_per_ml == D("0.39")
    assert dose.rate_ml_per_h == D(150)
    assert dose.rate_mg_per_kg_per_h == D("0.75")
    assert dose.lines[2:5] == (
        "100 mL bag − 0.78 mL drug = 99.22 mL diluent",
        "39 mg ÷ 100 mL = 0.39 mg/mL in the bag",
        "100 mL × 60 ÷ 40 min = 150 mL/h",
    )


@pytest.mark.parametrize("final_volume_ml, fits", [(D("0.78"), True), (D("0.77"), False)])
def test_a_bag_cannot_be_smaller_than_the_drug(final_volume_ml, fits):
    asked = {**PATIENT, "mg": D(39), "final_volume_ml": final_volume_ml}
    if fits:
        assert work_out(**asked).diluent_ml == 0
    else:
        with pytest.raises(Refused, match=r"drug alone is 0\.78 mL and the bag 0\.77 mL"):
            work_out(**asked)


def test_a_pump_rate_alone_does_not_say_what_is_in_a_bag():
    asked = {**PATIENT, "rate_ml_per_h": D(150), "duration_min": D(40)}
    with pytest.raises(Malformed, match="rate_ml_per_h: does not say how much"):
        work_out(**asked, final_volume_ml=D(100))


@pytest.mark.parametrize(
    "name", ["rate_ml_per_h", "rate_mg_per_kg_per_h", "rate_mcg_per_kg_per_min"]
)
def test_a_rate_needs_its_minutes(name):
    with pytest.raises(Malformed, match="duration_min: is missing"):
        work_out(**PATIENT, **{name: D(1)})


@pytest.mark.parametrize(
    "amounts, found",
    [
        ({}, "none"),
        ({"mg": D(1), "mg_per_kg": D(1)}, "mg_per_kg, mg"),
        (
            {"volume_ml": D(1), "rate_mcg_per_kg_per_min": D(1)},
            "volume_ml, rate_mcg_per_kg_per_min",
        ),
    ],
)
def test_exactly_one_amount_is_wanted(amounts, found):
    with pytest.raises(Malformed, match=f"amount: found {found};"):
        work_out(**PATIENT, **amounts)


@pytest.mark.parametrize("bad", [D(0), D(-1), D("NaN"), D("Infinity"), 0.5, "5"])
@pytest.mark.parametrize(
    "name", ["weight_kg", "concentration_mg_per_ml", "mg", "duration_min", "final_volume_ml"]
)
def test_every_figure_is_an_exact_number_above_zero(name, bad):
    asked = {**PATIENT, "mg": D(39)} | {name: bad}
    with pytest.raises(Malformed, match=f"^{name}: "):
        work_out(**asked)


@pytest.mark.parametrize("name", ["basis", "vial_basis"])
def test_an_unknown_basis_is_refused(name):
    with pytest.raises(Malformed, match=f"^{name}: is not known; wanted base or hydrochloride"):
        work_out(**PATIENT, mg=D(39), **{name: "salt"})


@pytest.mark.parametrize(
    "rate, minutes, mg",
    [(D("1.17"), D(40), D(39)), (D("1.17"), D(20), D("19.5")), (D("1.17"), D(0), D(0))],
)
def test_what_a_pump_has_given_when_it_stops(rate, minutes, mg):
    run = {"rate_ml_per_h": rate, "concentration_mg_per_ml": D(50), "elapsed_min": minutes}
    assert given_mg(**run) == mg


@pytest.mark.parametrize("name", ["rate_ml_per_h", "concentration_mg_per_ml", "elapsed_min"])
def test_a_pump_never_ran_backwards(name):
    run = {"rate_ml_per_h": D(1), "concentration_mg_per_ml": D(50), "elapsed_min": D(10)}
    with pytest.raises(Malformed, match=f"^{name}: "):
        given_mg(**run | {name: D(-1)})


@pytest.mark.parametrize(
    "value, step, direction, set_to, change",
    [
        (D("1.17"), D("0.1"), "down", D("1.1"), D("-5.98")),
        (D("1.17"), D("0.1"), "up", D("1.2"), D("2.56")),
        (D("1.17"), D("0.1"), "nearest", D("1.2"), D("2.56")),
        (D("1.14"), D("0.1"), "nearest", D("1.1"), D("-3.51")),
        (D("1.1"), D("0.1"), "down", D("1.1"), D(0)),  # already on a step
        (D("1.1"), D("0.1"), "up", D("1.1"), D(0)),
        (D("0.1"), D("0.1"), "down", D("0.1"), D(0)),  # the smallest that can be set
        (D("0.09"), D("0.1"), "up", D("0.1"), D("11.11")),
    ],
)
def test_fitting_to_a_pumps_step_shows_what_it_changes(value, step, direction, set_to, change):
    fitted = fit_to_step(value, step, "mL/h", direction)
    assert (fitted.asked, fitted.step, fitted.set_to) == (value, step, set_to)
    assert fitted.change_percent == change
    assert fitted.is_changed is (change != 0)


@pytest.mark.parametrize(
    "number, shown", [(D("5.0"), "5"), (D("0.50"), "0.5"), (D("1E+2"), "100"), (D("100.0"), "100")]
)
def test_a_figure_is_shown_without_a_trailing_zero(number, shown):
    assert show(number) == shown


def test_fitting_goes_down_unless_told_otherwise():
    fitted = fit_to_step(D("1.19"), D("0.1"), "mL/h")
    assert fitted.line == "1.19 mL/h set as 1.1 mL/h (steps of 0.1, -7.56 %)"


@pytest.mark.parametrize("direction", ["down", "nearest"])
def test_a_rate_below_one_step_is_refused_not_set_to_nothing(direction):
    with pytest.raises(Refused, match=r"0\.04 mL/h is less than one step of 0\.1 mL/h"):
        fit_to_step(D("0.04"), D("0.1"), "mL/h", direction)


@pytest.mark.parametrize("value, step, name", [(D(0), D(1), "value"), (D(1), D(0), "step")])
def test_a_step_and_what_is_fitted_are_above_zero(value, step, name):
    with pytest.raises(Malformed, match=f"^{name}: "):
        fit_to_step(value, step, "mL/h")


amounts = st.decimals(min_value="0.01", max_value=500, places=2)


@given(weight=amounts, strength=amounts, mg=amounts, minutes=amounts)
def test_what_was_worked_out_is_what_the_pump_gives(weight, strength, mg, minutes):
    dose = work_out(weight_kg=weight, concentration_mg_per_ml=strength, mg=mg, duration_min=minutes)
    assert dose.mg == mg
    assert abs(dose.volume_ml * strength - mg) <= strength * D("0.00005")
    assert abs(dose.mg_per_kg * weight - mg) <= weight * D("0.00005")
    assert abs(dose.rate_ml_per_h * minutes - dose.volume_ml * 60) <= (minutes + 60) * D("0.00005")


@given(value=amounts, step=amounts)
def test_fitting_down_never_gives_more_than_was_ordered(value, step):
    try:
        fitted = fit_to_step(value, step, "mL/h")
    except Refused:
        assert value < step
        return
    assert value - step < fitted.set_to <= value
    assert fitted.set_to % step == 0
