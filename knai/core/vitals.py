"""Vital signs: what each is, which values are believable, how typed figures are read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from knai.core.data import load
from knai.core.errors import Malformed
from knai.core.numbers import read_decimal

Number = int | float | Decimal

KG_PER_POUND = Decimal("0.45359237")  # exact by definition


class Believable(StrEnum):
    """What to do with a value: take it, ask whether it is meant, refuse it."""

    OK = "ok"
    ASK = "ask"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Plausibility:
    """What to do with a value. `key` finds the words in the catalogue, `values` fill them in."""

    verdict: Believable
    key: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        return self.verdict is Believable.OK


FINE = Plausibility(Believable.OK)


@dataclass(frozen=True, slots=True)
class Vital:
    """One sign. `high` and `low` map a level to its limit, a default for a clinical lead to set.

    ask_outside, refuse_outside   both ends belong to the band
    persist_s                     0: a single reading acts
    confirm_by_cuff               acts only once a second cuff reading is beyond as well
    """

    code: str
    name: str
    unit: str
    decimals: int
    loinc: str
    loinc_verified: bool
    ask_outside: tuple[float, float]
    refuse_outside: tuple[float, float]
    high: Mapping[str, float]
    low: Mapping[str, float]
    limits_verified: bool
    pre_dose_caution_high: float | None
    persist_s: float
    clear_margin: float
    confirm_by_cuff: bool
    in_complete_set: bool
    loinc_panel: str = ""
    loinc_also: str = ""


def _vital(code: str, row: Mapping[str, Any]) -> Vital:
    ask, refuse = row["ask_outside"], row["refuse_outside"]
    return Vital(
        code=code,
        name=row["name"],
        unit=row["ucum"],
        decimals=row["decimals"],
        loinc=row["loinc"],
        loinc_verified=row["loinc_verified"],
        ask_outside=(ask[0], ask[1]),
        refuse_outside=(refuse[0], refuse[1]),
        high=MappingProxyType(row.get("high", {})),
        low=MappingProxyType(row.get("low", {})),
        limits_verified=row.get("limits_verified", False),
        pre_dose_caution_high=row.get("pre_dose_caution_high"),
        persist_s=row.get("persist_s", 0),
        clear_margin=row.get("clear_margin", 0),
        confirm_by_cuff=row.get("confirm") == "repeat_cuff",
        in_complete_set=row["in_complete_set"],
        loinc_panel=row.get("loinc_panel", ""),
        loinc_also=row.get("loinc_also", ""),
    )


VITALS: Mapping[str, Vital] = MappingProxyType(
    {code: _vital(code, row) for code, row in load("monitoring")["vital"].items()}
)
COMPLETE_SET: tuple[str, ...] = tuple(v.code for v in VITALS.values() if v.in_complete_set)


def get_vital(code: str) -> Vital:
    """raises  Malformed: no such vital"""
    try:
        return VITALS[code]
    except KeyError:
        raise Malformed(f"is not a vital sign; wanted one of {', '.join(VITALS)}", "code") from None


def judge_plausible(code: str, value: Number) -> Plausibility:
    """Implausible values are asked about, impossible ones refused. A band holds both its ends."""
    vital = get_vital(code)
    if not math.isfinite(value):
        return Plausibility(Believable.REFUSE, "vital.not_a_number", {"vital": code})
    for band, verdict, key in (
        (vital.refuse_outside, Believable.REFUSE, "vital.impossible"),
        (vital.ask_outside, Believable.ASK, "vital.implausible"),
    ):
        if not band[0] <= value <= band[1]:
            return Plausibility(verdict, key, _band_values(vital, value, band))
    return FINE


def _band_values(vital: Vital, value: Number, band: tuple[float, float]) -> Mapping[str, Any]:
    values = {"vital": vital.code, "value": value, "low": band[0], "high": band[1]}
    return MappingProxyType(values | {"unit": vital.unit})


def judge_together(values: Mapping[str, Number | None]) -> Plausibility:
    """Signs that contradict each other: a diastolic not below the systolic is a slip or a swap."""
    sbp, dbp = values.get("sbp"), values.get("dbp")
    if sbp is None or dbp is None or dbp < sbp:
        return FINE
    found = MappingProxyType({"sbp": sbp, "dbp": dbp})
    return Plausibility(Believable.REFUSE, "vital.diastolic_not_below_systolic", found)


def derive_map(sbp: int, dbp: int) -> int:
    """Mean arterial pressure when none was measured. Thirds never tie: one way to round."""
    return round((sbp + 2 * dbp) / 3)


def derive_bmi(weight_kg: Decimal, height_cm: Decimal) -> Decimal:
    """Body mass index to one decimal."""
    return _to_places(weight_kg * 10_000 / (height_cm * height_cm), 1)


def parse_number(text: str, code: str = "") -> Decimal:
    """What was typed for a vital sign, exactly.

    code       also refuses more decimals than this sign is charted with
    raises     Malformed: see numbers.read_decimal; too many decimals (nothing is rounded unasked)
    """
    number = read_decimal(text, field=code, max_digits=6)
    if code:
        decimals = get_vital(code).decimals
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > decimals:
            raise Malformed(f"has more than {decimals} decimals; wanted at most {decimals}", code)
    return number


def pounds_to_kg(pounds: Decimal, places: int | None = None) -> Decimal:
    """Exact; or to so many places, for a chart that keeps one."""
    kg = pounds * KG_PER_POUND
    return kg if places is None else _to_places(kg, places)


def weight_change_asks(before_kg: Decimal, now_kg: Decimal) -> bool:
    """Has the weight changed so much since last time that a dose per kg needs another look?"""
    percent: int = load("monitoring")["vital"]["weight"]["caution_change_percent"]
    return 100 * abs(now_kg - before_kg) >= percent * before_kg


def _to_places(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def _scale(name: str) -> Mapping[int, str]:
    labels = load("monitoring")["scale"][name]["labels"]
    return MappingProxyType({int(score): words for score, words in labels.items()})


MOAAS: Mapping[int, str] = _scale("moaas")
RASS: Mapping[int, str] = _scale("rass")


def describe_moaas(score: int) -> str:
    """raises  Malformed: not 0 to 5"""
    if score not in MOAAS:
        raise Malformed("is not on the scale; wanted a whole number from 0 to 5", "moaas")
    return MOAAS[score]


def describe_rass(score: int) -> str:
    """raises  Malformed: not -5 to 4"""
    if score not in RASS:
        raise Malformed("is not on the scale; wanted a whole number from -5 to 4", "rass")
    return RASS[score]


def show_rass(score: int) -> str:
    """As it is written on a chart: "+1", "0", "-2"."""
    describe_rass(score)
    return f"{score:+d}" if score else "0"
