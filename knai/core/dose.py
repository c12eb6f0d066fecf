"""Dose arithmetic: exact, and shown with its working.

Everything is computed in fractions and rounded once, where it is shown: a line says "=" when the figure is
the exact one and "≈" when it was rounded to four places. Decision support: the prescriber decides the dose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from knai.core.errors import Malformed, Refused
from knai.core.numbers import read_decimal, show, to_decimal

Basis = Literal["base", "hydrochloride"]
Direction = Literal["down", "up", "nearest"]

# Ketamine base in ketamine hydrochloride by mass: product labels (28 mg base = 32.3 mg hydrochloride) and
# the molar masses 237.73 and 274.19 agree on these three digits. Verified against a label.
HYDROCHLORIDE_TO_BASE = Decimal("0.867")
PLACES = 4
_FACTOR = Fraction(HYDROCHLORIDE_TO_BASE)
_BASIS_WORDS: Mapping[Basis, str] = {"base": "as base", "hydrochloride": "as hydrochloride"}


@dataclass(frozen=True, slots=True)
class DoseWorking:
    """One dose in every unit that somebody reads it in.

    mg                what was ordered, in `basis`; mg_base is the same amount as base, which is charted
    volume_ml         to draw from the vial
    pumped_ml         what the pump gives: the bag, or the drawn volume
    rate_...          None without a duration
    rounded           names of the figures that are not exact at four places
    lines             the working, one step a line
    """

    basis: Basis
    weight_kg: Decimal
    mg: Decimal
    mg_per_kg: Decimal
    mg_base: Decimal
    volume_ml: Decimal
    pumped_ml: Decimal
    diluent_ml: Decimal | None
    bag_mg_per_ml: Decimal | None
    duration_min: Decimal | None
    rate_ml_per_h: Decimal | None
    rate_mg_per_kg_per_h: Decimal | None
    rate_mcg_per_kg_per_min: Decimal | None
    rounded: frozenset[str]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stepped:
    """A figure fitted to what a pump or syringe can be set to, and what that changes."""

    asked: Decimal
    set_to: Decimal
    step: Decimal
    change_percent: Decimal
    line: str

    @property
    def is_changed(self) -> bool:
        return self.set_to != self.asked


@dataclass(slots=True)
class _Sheet:
    """The working as it is written down."""

    lines: list[str] = field(default_factory=list)

    def write(
        self, formula: str, operands: tuple[Fraction, ...], result: Fraction, unit: str
    ) -> Fraction:
        """Write a line; hand the exact result on."""
        is_exact = all(map(_shows_exactly, (*operands, result)))
        left = formula.format(*map(_text, operands))
        self.lines.append(f"{left} {'=' if is_exact else '≈'} {_text(result)} {unit}")
        return result


@dataclass(frozen=True, slots=True)
class _Exact:
    """The figures of DoseWorking before they are rounded to be shown; None where there is none."""

    weight_kg: Fraction
    mg: Fraction
    mg_per_kg: Fraction
    mg_base: Fraction
    volume_ml: Fraction
    pumped_ml: Fraction
    diluent_ml: Fraction | None
    bag_mg_per_ml: Fraction | None
    duration_min: Fraction | None
    rate_ml_per_h: Fraction | None
    rate_mg_per_kg_per_h: Fraction | None
    rate_mcg_per_kg_per_min: Fraction | None

    def rounded(self) -> frozenset[str]:
        values = ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        return frozenset(
            n for n, value in values if value is not None and not _shows_exactly(value)
        )


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for, checked: positive figures, exactly one of the amounts."""

    weight: Fraction
    per_ml: Fraction
    minutes: Fraction | None
    final_ml: Fraction | None
    basis: Basis
    vial_basis: Basis
    kind: str
    amount: Fraction


def parse_decimal(text: str, field: str = "") -> Decimal:
    """What was typed for a dose, exactly, or a refusal: "0,5", "1/2", "½", "5 mg", "1e1" are not numbers.

    raises     Malformed
    """
    return read_decimal(text, field=field)


def to_base(mg_hydrochloride: Decimal) -> Decimal:
    return to_decimal(Fraction(mg_hydrochloride) * _FACTOR, PLACES)


def to_hydrochloride(mg_base: Decimal) -> Decimal:
    return to_decimal(Fraction(mg_base) / _FACTOR, PLACES)


def work_out(
    *,
    weight_kg: Decimal,
    concentration_mg_per_ml: Decimal,
    mg_per_kg: Decimal | None = None,
    mg: Decimal | None = None,
    volume_ml: Decimal | None = None,
    rate_ml_per_h: Decimal | None = None,
    rate_mg_per_kg_per_h: Decimal | None = None,
    rate_mcg_per_kg_per_min: Decimal | None = None,
    duration_min: Decimal | None = None,
    final_volume_ml: Decimal | None = None,
    basis: Basis = "base",
    vial_basis: Basis = "base",
) -> DoseWorking:
    """The dose in every unit, from exactly one of the amounts; a rate needs the duration too.

    final_volume_ml   of a bag, drug and diluent together
    basis, vial_basis   what the order and the vial's label mean by mg
    raises            Malformed: not one amount, not a positive Decimal; Refused: bag too small"""
    amounts = {
        "mg_per_kg": mg_per_kg,
        "mg": mg,
        "volume_ml": volume_ml,
        "rate_ml_per_h": rate_ml_per_h,
        "rate_mg_per_kg_per_h": rate_mg_per_kg_per_h,
        "rate_mcg_per_kg_per_min": rate_mcg_per_kg_per_min,
    }
    kind, amount = _the_one_amount(amounts)
    order = _Order(
        weight=_positive(weight_kg, "weight_kg"),
        per_ml=_positive(concentration_mg_per_ml, "concentration_mg_per_ml"),
        minutes=_positive_or_none(duration_min, "duration_min"),
        final_ml=_positive_or_none(final_volume_ml, "final_volume_ml"),
        basis=_known_basis(basis, "basis"),
        vial_basis=_known_basis(vial_basis, "vial_basis"),
        kind=kind,
        amount=amount,
    )
    return _work_out(order)


def _work_out(order: _Order) -> DoseWorking:
    sheet = _Sheet()
    mg = _ordered_mg(order, sheet)
    base_mg = _between(mg, order.basis, "base", sheet)
    volume = _volume(order, mg, sheet)
    bag = _bag(order, mg, volume, sheet)
    pumped = volume if order.final_ml is None else order.final_ml
    rates = _rates(order, mg, pumped, sheet)
    per_kg = mg / order.weight
    exact = _Exact(order.weight, mg, per_kg, base_mg, volume, pumped, *bag, order.minutes, *rates)
    return _shown(order.basis, exact, sheet)


def _shown(basis: Basis, exact: _Exact, sheet: _Sheet) -> DoseWorking:
    return DoseWorking(
        basis=basis,
        weight_kg=_show(exact.weight_kg),
        mg=_show(exact.mg),
        mg_per_kg=_show(exact.mg_per_kg),
        mg_base=_show(exact.mg_base),
        volume_ml=_show(exact.volume_ml),
        pumped_ml=_show(exact.pumped_ml),
        diluent_ml=_show_or_none(exact.diluent_ml),
        bag_mg_per_ml=_show_or_none(exact.bag_mg_per_ml),
        duration_min=_show_or_none(exact.duration_min),
        rate_ml_per_h=_show_or_none(exact.rate_ml_per_h),
        rate_mg_per_kg_per_h=_show_or_none(exact.rate_mg_per_kg_per_h),
        rate_mcg_per_kg_per_min=_show_or_none(exact.rate_mcg_per_kg_per_min),
        rounded=exact.rounded(),
        lines=tuple(sheet.lines),
    )


def _ordered_mg(order: _Order, sheet: _Sheet) -> Fraction:
    """The amount in mg of the order's basis, with the line that leads to it."""
    amount, weight = order.amount, order.weight
    if order.kind == "mg_per_kg":
        return sheet.write("{} mg/kg × {} kg", (amount, weight), amount * weight, "mg")
    if order.kind == "mg":
        _write_mg_per_kg(amount, weight, sheet)
        return amount
    if order.kind in ("volume_ml", "rate_ml_per_h"):
        return _mg_from_volume(order, sheet)
    minutes = _needed_minutes(order)
    if order.kind == "rate_mg_per_kg_per_h":
        formula, parts = "{} mg/kg/h × {} kg × {} min ÷ 60", 60
    else:
        formula, parts = "{} mcg/kg/min × {} kg × {} min ÷ 1000", 1000
    mg = amount * weight * minutes / parts
    return sheet.write(formula, (amount, weight, minutes), mg, "mg")


def _write_mg_per_kg(mg: Fraction, weight: Fraction, sheet: _Sheet) -> None:
    sheet.write("{} mg ÷ {} kg", (mg, weight), mg / weight, "mg/kg")


def _mg_from_volume(order: _Order, sheet: _Sheet) -> Fraction:
    volume = order.amount
    if order.kind == "rate_ml_per_h":
        volume = _volume_from_rate(order, sheet)
    operands = (volume, order.per_ml)
    in_vial = sheet.write("{} mL × {} mg/mL", operands, volume * order.per_ml, "mg")
    mg = _between(in_vial, order.vial_basis, order.basis, sheet)
    _write_mg_per_kg(mg, order.weight, sheet)
    return mg


def _volume_from_rate(order: _Order, sheet: _Sheet) -> Fraction:
    if order.final_ml is not None:
        message = "does not say how much is in the bag; wanted a dose, or the bag's own strength"
        raise Malformed(message, order.kind)
    minutes = _needed_minutes(order)
    volume, operands = order.amount * minutes / 60, (order.amount, minutes)
    return sheet.write("{} mL/h × {} min ÷ 60", operands, volume, "mL")


def _between(mg: Fraction, given: Basis, wanted: Basis, sheet: _Sheet) -> Fraction:
    """mg of one basis as mg of the other."""
    if given == wanted:
        return mg
    sign, result = ("×", mg * _FACTOR) if wanted == "base" else ("÷", mg / _FACTOR)
    formula = f"{{}} mg {_BASIS_WORDS[given]} {sign} {{}}"
    return sheet.write(formula, (mg, _FACTOR), result, f"mg {_BASIS_WORDS[wanted]}")


def _volume(order: _Order, mg: Fraction, sheet: _Sheet) -> Fraction:
    """What to draw from the vial, whose label may mean the other basis than the order."""
    if order.kind == "volume_ml":
        return order.amount
    if order.kind == "rate_ml_per_h":
        return order.amount * _needed_minutes(order) / 60
    in_vial = mg
    if order.vial_basis == "hydrochloride":
        in_vial = _between(mg, order.basis, order.vial_basis, sheet)
    elif order.basis == "hydrochloride":
        in_vial = mg * _FACTOR  # its line stands there already, for the base
    volume = in_vial / order.per_ml
    return sheet.write("{} mg ÷ {} mg/mL", (in_vial, order.per_ml), volume, "mL")


def _bag(
    order: _Order, mg: Fraction, volume: Fraction, sheet: _Sheet
) -> tuple[Fraction | None, Fraction | None]:
    """How a bag is made up, and how strong it is then: mL of diluent, mg per mL."""
    final = order.final_ml
    if final is None:
        return None, None
    if volume > final:
        message = f"the drug alone is {_text(volume)} mL and the bag {_text(final)} mL"
        raise Refused(f"{message}; wanted a bag that holds both drug and diluent")
    diluent = final - volume
    sheet.write("{} mL bag − {} mL drug", (final, volume), diluent, "mL diluent")
    return diluent, sheet.write("{} mg ÷ {} mL", (mg, final), mg / final, "mg/mL in the bag")


def _rates(
    order: _Order, mg: Fraction, pumped: Fraction, sheet: _Sheet
) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    """mL/h, mg/kg/h and mcg/kg/min."""
    minutes = order.minutes
    if minutes is None:
        return None, None, None
    per_kg = mg / order.weight
    return (
        sheet.write("{} mL × 60 ÷ {} min", (pumped, minutes), pumped * 60 / minutes, "mL/h"),
        sheet.write("{} mg/kg × 60 ÷ {} min", (per_kg, minutes), per_kg * 60 / minutes, "mg/kg/h"),
        sheet.write(
            "{} mg/kg × 1000 ÷ {} min", (per_kg, minutes), per_kg * 1000 / minutes, "mcg/kg/min"
        ),
    )


def given_mg(
    *, rate_ml_per_h: Decimal, concentration_mg_per_ml: Decimal, elapsed_min: Decimal
) -> Decimal:
    """What has run in at one rate: after a stop, or up to a change of rate. Zero minutes gave nothing."""
    rate = _positive(rate_ml_per_h, "rate_ml_per_h")
    per_ml = _positive(concentration_mg_per_ml, "concentration_mg_per_ml")
    if elapsed_min == 0:
        return Decimal(0)
    return to_decimal(rate * _positive(elapsed_min, "elapsed_min") / 60 * per_ml, PLACES)


def fit_to_step(value: Decimal, step: Decimal, unit: str, direction: Direction = "down") -> Stepped:
    """`value` as the pump or syringe can be set. Down by default: never more than was ordered.

    raises     Refused: below one step, so that nothing would be given
    """
    asked, by = _positive(value, "value"), _positive(step, "step")
    steps = asked / by
    whole = {"down": steps // 1, "up": -(-steps // 1), "nearest": round(steps)}[direction]
    if whole == 0:
        message = f"{show(value)} {unit} is less than one step of {show(step)} {unit}"
        raise Refused(f"{message}; wanted a finer pump or a weaker solution")
    set_to = step * int(whole)
    change = to_decimal((Fraction(set_to) - asked) / asked * 100, 2)
    line = (
        f"{show(value)} {unit} set as {show(set_to)} {unit} (steps of {show(step)}, {change:+f} %)"
    )
    return Stepped(value, set_to, step, change, line)


def _the_one_amount(amounts: Mapping[str, Decimal | None]) -> tuple[str, Fraction]:
    given = {name: value for name, value in amounts.items() if value is not None}
    if len(given) != 1:
        found = ", ".join(given) or "none"
        raise Malformed(f"found {found}; wanted exactly one of {', '.join(amounts)}", "amount")
    [(name, value)] = given.items()
    return name, _positive(value, name)


def _positive(value: Decimal, name: str) -> Fraction:
    """raises  Malformed: a float (already inexact), not finite, or not above zero"""
    if not isinstance(value, (Decimal, int)) or not Decimal(value).is_finite() or value <= 0:
        raise Malformed("is not an exact number above zero; wanted one such as 0.5", name)
    return Fraction(value)


def _positive_or_none(value: Decimal | None, name: str) -> Fraction | None:
    return None if value is None else _positive(value, name)


def _needed_minutes(order: _Order) -> Fraction:
    if order.minutes is None:
        raise Malformed("is missing; wanted the minutes the rate runs for", "duration_min")
    return order.minutes


def _known_basis(basis: Basis, name: str) -> Basis:
    if basis not in _BASIS_WORDS:
        raise Malformed(f"is not known; wanted {' or '.join(_BASIS_WORDS)}", name)
    return basis


def _show(value: Fraction) -> Decimal:
    return to_decimal(value, PLACES)


def _show_or_none(value: Fraction | None) -> Decimal | None:
    return None if value is None else _show(value)


def _text(value: Fraction) -> str:
    return show(_show(value))


def _shows_exactly(value: Fraction) -> bool:
    return Fraction(_show(value)) == value
