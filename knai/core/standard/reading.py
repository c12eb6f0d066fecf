"""Facts as they come in, read against the drawn shape in the table: exact, or refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter, lt
from typing import Any

from knai.core.data import load
from knai.core.errors import Malformed
from knai.core.standard.numbers import read_count, read_day, read_instant, read_number

Reader = Callable[[Any, str], Any]
Item = Mapping[str, Any]

_SHAPE: Mapping[str, Any] = load("standard")["facts"]
_ROUTES: tuple[str, ...] = tuple(load("standard")["policy"]["all_routes"]["value"])


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known, read once.

    given  dotted name → the value as it came, lists in a fixed order; a missing name is not in it.
           A part of a list ("presence.role") gives that part of each of its items
    read   dotted name → the value to judge by: instants in microseconds, days as ordinals
    """

    given: Mapping[str, Any]
    read: Mapping[str, Any]

    def get(self, name: str, absent: Any = None) -> Any:
        return self.read.get(name, absent)

    def items(self, name: str) -> list[Item]:
        found: list[Item] = self.read.get(name, [])
        return found


def read_facts(facts: Any) -> Facts:
    """The facts of one session from the nested form, or from names written with their dots.

    raises  Malformed: an unknown name, a wrong type, an instant without offset; `field` says which
    """
    if isinstance(facts, Facts):
        return facts
    given: dict[str, Any] = {}
    read: dict[str, Any] = {}
    for name, value in _leaves(facts):
        reader = _READERS.get(name)
        if reader is None:
            raise Malformed("no fact of the Standard has this name", name)
        if value is None or (isinstance(value, (list, tuple)) and not value):
            continue
        if name in read:
            raise Malformed("given twice", name)
        read[name], given[name] = reader(value, name)
    for name, (whole, part) in _PARTS.items():
        if whole in given:
            given[name] = [item.get(part) for item in given[whole]]
    return Facts(given, read)


def _leaves(facts: Any) -> Iterable[tuple[str, Any]]:
    """Each named value, with its dotted name."""
    for name, value in _object(facts, "facts").items():
        if name not in _GROUPS:
            yield str(name), value
        elif value is not None:
            yield from ((f"{name}.{part}", inner) for part, inner in _object(value, name).items())


def _object(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Malformed(f"found {type(value).__name__}, wanted an object of named values", field)
    return value


# -- readers, one for each drawn shape; each answers (value to judge by, value as given)


def _plain(read: Reader) -> Callable[[Any, str], tuple[Any, Any]]:
    return lambda value, field: (read(value, field), value)


def _list_of_words(read: Reader) -> Callable[[Any, str], tuple[Any, Any]]:
    def reader(value: Any, field: str) -> tuple[Any, Any]:
        words = _list(value, field)
        for index, word in enumerate(words):
            read(word, f"{field}.{index}")
        ordered = sorted(words, key=repr)
        return ordered, ordered

    return reader


def _list_of_items(readers: Mapping[str, Reader]) -> Callable[[Any, str], tuple[Any, Any]]:
    first = next((name for name in ("at", "start", "from") if name in readers), "")
    amounts = frozenset(name for name, read in readers.items() if read is _amount)

    def reader(value: Any, field: str) -> tuple[Any, Any]:
        given = list(_list(value, field))
        read = [
            _whole_set(item) or _item(item, readers, amounts, field, index)
            for index, item in enumerate(given)
        ]
        order = _fixed_order([item.get(first, -1) for item in read], given)
        return [read[index] for index in order], [given[index] for index in order]

    return reader


_SET = ("at", "sbp", "dbp", "hr", "spo2", "rr")
_values_of_set = itemgetter(*_SET)


def _whole_set(item: Any) -> dict[str, Any] | None:
    """A set of vital signs as monitors and charts give it, read at once; None: read it part by part."""
    try:
        at, sbp, dbp, hr, spo2, rr = _values_of_set(item)
        is_plain = type(sbp) is type(dbp) is type(hr) is type(spo2) is type(rr) is int
        is_below_zero = sbp < 0 or dbp < 0 or hr < 0 or spo2 < 0 or rr < 0
        if not is_plain or is_below_zero or len(item) != len(_SET):
            return None
        since = read_instant(at, "at")
    except (KeyError, TypeError, Malformed):
        return None
    return {"at": since, "sbp": sbp, "dbp": dbp, "hr": hr, "spo2": spo2, "rr": rr}


def _item(
    item: Any, readers: Mapping[str, Reader], amounts: frozenset[str], field: str, index: int
) -> dict[str, Any]:
    # A hot loop: a whole amount needs no reader, and the field's whole name is put together only when
    # something is wrong with it.
    try:
        return {
            name: value
            if type(value) is int and value >= 0 and name in amounts
            else readers[name](value, name)
            for name, value in item.items()
            if value is not None
        }
    except (AttributeError, KeyError):
        raise _malformed_item(item, readers, f"{field}.{index}") from None
    except Malformed as wrong:
        message = str(wrong).removeprefix(f"{wrong.field}: ")
        raise Malformed(message, f"{field}.{index}.{wrong.field}") from None


def _malformed_item(item: Any, readers: Mapping[str, Reader], field: str) -> Malformed:
    if not isinstance(item, Mapping):
        return Malformed(f"found {type(item).__name__}, wanted an object of named values", field)
    unknown = next(name for name in item if name not in readers)
    return Malformed("no fact of the Standard has this name", f"{field}.{unknown}")


def _fixed_order(times: list[int], given: list[Any]) -> list[int]:
    """By time; by text where times are missing or equal, so that the order given never tells."""
    if all(map(lt, times, times[1:])):
        return list(range(len(times)))
    return sorted(range(len(times)), key=lambda index: (times[index], _text(given[index])))


def _text(item: Mapping[str, Any]) -> str:
    return repr(sorted(item.items()))


def _map(read: Reader) -> Callable[[Any, str], tuple[Any, Any]]:
    def reader(value: Any, field: str) -> tuple[Any, Any]:
        known = {
            read_route(route, field): read(part, f"{field}.{route}")
            for route, part in _object(value, field).items()
            if part is not None
        }
        return known, value

    return reader


def _list(value: Any, field: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise Malformed(f"found {type(value).__name__}, wanted a list", field)
    return value


def _boolean(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise Malformed(f"found {type(value).__name__}, wanted true or false", field)
    return value


def _one_of(words: tuple[str, ...]) -> Reader:
    known = frozenset(words)

    def reader(value: Any, field: str) -> str:
        if not isinstance(value, str) or value not in known:
            raise Malformed(f"found another value, wanted one of {', '.join(words)}", field)
        return value

    return reader


def _word(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise Malformed(f"found {type(value).__name__}, wanted a word", field)
    return value


def _amount(value: Any, field: str) -> Any:
    number = read_number(value, field)
    if number < 0:
        raise Malformed("found a number below zero, wanted zero or more", field)
    return number


def _moaas(value: Any, field: str) -> int:
    score = read_count(value, field)
    if score > 5:
        raise Malformed("found a score above 5, wanted 0 to 5", field)
    return score


read_route = _one_of(_ROUTES)

_SIMPLE: Mapping[str, Reader] = {
    "any": lambda value, field: value,
    "boolean": _boolean,
    "count": read_count,
    "date": read_day,
    "amount": _amount,
    "instant": read_instant,
    "moaas": _moaas,
    "route": read_route,
    "word": _word,
}


def _simple(shape: str) -> Reader:
    return _SIMPLE[shape] if shape in _SIMPLE else _one_of(tuple(shape.split(" | ")))


def _reader_of(shape: Any) -> Callable[[Any, str], tuple[Any, Any]]:
    if isinstance(shape, str):
        return _plain(_simple(shape))
    if isinstance(shape, dict):
        return _map(_simple(shape["<route>"]))
    inner = shape[0]
    if isinstance(inner, str):
        return _list_of_words(_simple(inner))
    return _list_of_items({name: _simple(part) for name, part in inner.items()})


def _readers() -> dict[str, Any]:
    """Dotted name → reader. A drawn object is a group of names; a drawn list is one name."""
    readers: dict[str, Any] = {}
    for name, shape in _SHAPE.items():
        if isinstance(shape, list):
            readers[name] = _reader_of(shape)
            continue
        for part, inner in shape.items():
            readers[f"{name}.{part}"] = _reader_of(inner)
    return readers


_READERS = _readers()
_PARTS: Mapping[str, tuple[str, str]] = {
    name: (name.split(".")[0], name.split(".")[1])
    for clause in load("standard")["clause"]
    for name in clause["facts"]
    if isinstance(_SHAPE[name.split(".")[0]], list) and "." in name
}
_GROUPS = frozenset(name for name, shape in _SHAPE.items() if isinstance(shape, dict))
