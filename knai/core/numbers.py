"""Reading a typed number exactly, or not at all.

A dose or a weight that is guessed at ("0,5" read as 5) is worse than one that is asked for again.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from knai.core.errors import Malformed

MAX_DIGITS = 9

# ASCII digits alone: other scripts' digits satisfy str.isdigit and would be read unseen. A point
# needs a digit on both sides (".5" loses its point in a bad hand), and "05" may be a lost "0.5".
_PLAIN = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_WANTED = "wanted digits with at most one point, such as 12 or 0.5"


def read_decimal(text: str, *, field: str = "", max_digits: int = MAX_DIGITS) -> Decimal:
    """The number that stands in `text`, exactly.

    raises     Malformed: anything but plain digits and one point ("0,5", "1e3", "5 mg", "½", "-1"),
               nothing, or more than max_digits digits. Spaces at both ends do not count.
    """
    plain = text.strip(" ")
    if not plain:
        raise Malformed(f"nothing was typed; {_WANTED}", field)
    if not _PLAIN.fullmatch(plain):
        raise Malformed(f"cannot be read as one exact number; {_WANTED}, without unit", field)
    if len(plain.replace(".", "")) > max_digits:
        raise Malformed(f"has more than {max_digits} digits; {_WANTED}", field)
    return Decimal(plain)


def show(value: Decimal) -> str:
    """The shortest plain form: no trailing zero ("5", not "5.0"), always a leading one ("0.5")."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_decimal(value: Fraction, places: int) -> Decimal:
    """`value` to so many places, a half going to the even digit."""
    return Decimal(round(value * 10**places)).scaleb(-places)
