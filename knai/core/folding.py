"""Text as a search compares it: small letters, no accents, words apart. Nothing here is shown to anybody."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

# Letters that Unicode does not take apart into a plain one and an accent.
_PLAIN = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
_NO_WORD = re.compile(r"[^\w.]+|_")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(r"\d+")
_LETTERS = re.compile(r"[a-z]{3,}")


def fold(text: str) -> str:
    """Without accents and capitals: "Żółć" and "ZOLC" are the same to it."""
    apart = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words_of(text: str) -> tuple[str, ...]:
    """Its words, folded. A point stays inside a word ("f33.2"), and what joins two makes them two."""
    found = (word.strip(".") for word in _NO_WORD.split(fold(text)))
    return tuple(word for word in found if word)


def digits_of(text: str) -> str:
    """The digits of a telephone number, without the zeros it is dialled with."""
    return "".join(_NUMBERS.findall(fold(text))).lstrip("0")


def dates_in(text: str, latest: date) -> frozenset[date]:
    """Every day that the whole of `text` may mean, up to `latest`: 2 Apr 1985, 02.04.1985, 4/2/85, 19850402.

    Two numbers that may both be a month are read both ways: a search would rather find one too many.
    """
    folded = fold(text).strip()
    numbers, names = _NUMBERS.findall(folded), _LETTERS.findall(folded)
    if len(numbers) == 1 and len(numbers[0]) == 8 and not names:
        whole = numbers[0]
        numbers = [whole[:4], whole[4:6], whole[6:]]
    orders = _orders(numbers, names)
    found = {day for year, month, on in orders for day in _days(year, month, on, latest)}
    return frozenset(found)


def _orders(numbers: list[str], names: list[str]) -> list[tuple[str, str, str]]:
    """(year, month, day) as they may be meant."""
    if len(names) == 1 and names[0][:3] in _MONTHS and len(numbers) == 2:
        month = str(_MONTHS.index(names[0][:3]) + 1)
        first, second = numbers
        return [(second, month, first), (first, month, second)]
    if names or len(numbers) != 3:
        return []
    first, second, third = numbers
    if len(first) == 4:
        return [(first, second, third)]
    return [(third, second, first), (third, first, second)]


def _days(year: str, month: str, on: str, latest: date) -> list[date]:
    if len(year) not in (2, 4) or len(month) > 2 or len(on) > 2:
        return []
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    found = []
    for each in years:
        try:
            found.append(date(each, int(month), int(on)))
        except ValueError:
            continue
    return [day for day in found if day <= latest]
