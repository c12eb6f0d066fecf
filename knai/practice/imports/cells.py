"""A cell as a value, or why it is none. Nothing is guessed: a day is read in the order that was chosen."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from knai.core.errors import Malformed
from knai.core.numbers import read_decimal
from knai.practice.imports.kinds import ORDERS

_NUMBERS = re.compile(r"\s*(\d{1,4})\s*[-./ ]\s*(\d{1,2})\s*[-./ ]\s*(\d{1,4})\s*")
SEXES = {"female": "female", "f": "female", "male": "male", "m": "male", "other": "other", "": ""}


def read_text(cell: str, field: str, longest: int, *, wanted: bool = False) -> str:
    if wanted and not cell:
        raise Malformed("is empty", field)
    if len(cell) > longest:
        raise Malformed(f"has more than {longest} signs", field)
    return cell


def read_day(cell: str, field: str, order: str, today: date) -> date:
    """raises  Malformed: no day in this order, or one to come"""
    found = _NUMBERS.fullmatch(cell)
    if found is None:
        raise Malformed(f"is no day such as {ORDERS[order]}", field)
    parts = dict(zip(order, found.groups(), strict=True))
    if len(parts["y"]) != 4:
        raise Malformed("wants a year of four digits", field)
    try:
        day = date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
    except ValueError:
        raise Malformed(f"is no day such as {ORDERS[order]}", field) from None
    if day.year < 1900 or day > today:
        raise Malformed("lies before 1900 or in the future", field)
    return day


def read_sex(cell: str) -> str:
    try:
        return SEXES[cell.casefold()]
    except KeyError:
        raise Malformed("wants female, male, other or nothing", "sex") from None


def read_amount(cell: str, field: str) -> Decimal | None:
    if not cell:
        return None
    value = read_decimal(cell, field=field)
    if value <= 0:
        raise Malformed("wants a figure above zero", field)
    return value
