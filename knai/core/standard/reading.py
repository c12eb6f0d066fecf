"""Facts as they come in, read against the drawn shape in the table: exact, or refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import lt
from typing import Any

from knai.core.data import load
from knai.core.errors import Malformed
from knai.core.standard.numbers import read_amount, read_count, read_day, read_instant
from knai.core.standard.sets import Sets, columns_of, read_columns, sets_of

Reader = Callable[[Any, str], Any]
ListReader = Callable[
    [Any, str], tuple[Any, Any]
]  # what to judge by, and as given, in a fixed order
Item = Mapping[str, Any]

_SHAPE: Mapping[str, Any] = load("standard")["facts"]
_ROUTES: tuple[str, ...] = tuple(load("standard")["policy"]["all_routes"]["value"])


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known, read once.

    given  dotted name → the value as it came, lists in a fixed order; a missing name is not in it.
           A part of a list ("presence.role") gives that part of each of its items
    read   dotted name → the value to judge by: instants in microseconds, days as ordinals, vitals as
           the sets that count
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
        if name not in _NAMES:
            raise Malformed("no fact of the Standard has this name", name)
        if value is None or (isinstance(value, (list, tuple)) and not value):
            continue
        if name in read:
            raise Malformed("given twice", name)
        if name in _LISTS:
            read[name], given[name] = _LISTS[name](value, name)
        else:
            read[name], given[name] = _VALUES[name](value, name), value
    for name, (whole, part) in _PARTS.items():
        if whole in given:
            given[name] = [item.get(part) for item in given[whole]]
    return Facts(given, read)


def _leaves(facts: Any) -> Iterable[tuple[str, Any]]:
    """Each named value, with its dotted name."""
    for name, value in _object(facts, "facts").items():
        dotted = _GROUPS.get(name)
        if dotted is None:
            yield str(name), value
        elif value is not None:
            for part, inner in _object(value, name).items():
                yield dotted.get(part) or f"{name}.{part}", inner


def _object(value: Any, field: str) -> Mapping[str, Any]:
    if type(value) is not dict and not isinstance(value, Mapping):  # the first is quick and common
        raise Malformed(f"found {type(value).__name__}, wanted an object of named values", field)
    known: Mapping[str, Any] = value
    return known


# -- readers, one for each drawn shape


def _list_of_words(read: Reader) -> ListReader:
    def reader(value: Any, field: str) -> tuple[Any, Any]:
        words = _list(value, field)
        for index, word in enumerate(words):
            read(word, f"{field}.{index}")
        ordered = sorted(words, key=repr)
        return ordered, ordered

    return reader


def _list_of_items(readers: Mapping[str, Reader]) -> ListReader:
    first = next((name for name in ("at", "start", "from") if name in readers), "")

    def reader(value: Any, field: str) -> tuple[Any, Any]:
        given = list(_list(value, field))
        read = _items(given, readers, field)
        return _in_fixed_order([item.get(first, -1) for item in read], read, given)

    return reader


def _list_of_sets(readers: Mapping[str, Reader]) -> ListReader:
    """Vital signs, sign by sign where they come in one form."""

    def reader(value: Any, field: str) -> tuple[Sets, Any]:
        given = list(_list(value, field))
        columns = read_columns(given) or columns_of(_items(given, readers, field))
        sets = columns.as_sets()
        if sets is not None:
            return sets, given
        times = [-1 if at is None else at for at in columns.times]
        rows, given = _in_fixed_order(times, columns.rows(), given)
        return sets_of(rows), given

    return reader


def _items(given: list[Any], readers: Mapping[str, Reader], field: str) -> list[dict[str, Any]]:
    return [_item(item, readers, field, index) for index, item in enumerate(given)]


def _item(item: Any, readers: Mapping[str, Reader], field: str, index: int) -> dict[str, Any]:
    # A hot loop: the field's whole name is put together only when something is wrong with it.
    try:
        return {
            name: readers[name](value, name) for name, value in item.items() if value is not None
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


def _in_fixed_order(
    times: Sequence[int], read: Sequence[Any], given: list[Any]
) -> tuple[Sequence[Any], list[Any]]:
    """By time; by text where times are missing or equal, so that the order given never tells."""
    if all(map(lt, times, times[1:])):
        return read, given
    order = sorted(range(len(times)), key=lambda index: (times[index], _text(given[index])))
    return [read[index] for index in order], [given[index] for index in order]


def _text(item: Mapping[str, Any]) -> str:
    return repr(sorted(item.items()))


def _map(read: Reader) -> Reader:
    return lambda value, field: {
        read_route(route, field): read(part, f"{field}.{route}")
        for route, part in _object(value, field).items()
        if part is not None
    }


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


def _moaas(value: Any, field: str) -> int:
    if type(value) is int and 0 <= value <= 5:
        return value
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
    "amount": read_amount,
    "instant": read_instant,
    "moaas": _moaas,
    "route": read_route,
    "word": _word,
}


def _simple(shape: str) -> Reader:
    return _SIMPLE[shape] if shape in _SIMPLE else _one_of(tuple(shape.split(" | ")))


def _value_reader(shape: Any) -> Reader:
    return _simple(shape) if isinstance(shape, str) else _map(_simple(shape["<route>"]))


def _list_reader(name: str, inner: Any) -> ListReader:
    if isinstance(inner, str):
        return _list_of_words(_simple(inner))
    readers = {part: _simple(each) for part, each in inner.items()}
    return _list_of_sets(readers) if name == "vitals" else _list_of_items(readers)


def _shapes() -> Mapping[str, Any]:
    """Dotted name → shape. A drawn object is a group of names; a drawn list is one name."""
    shapes: dict[str, Any] = {}
    for name, shape in _SHAPE.items():
        if isinstance(shape, list):
            shapes[name] = shape
        else:
            shapes |= {_GROUPS[name][part]: inner for part, inner in shape.items()}
    return shapes


_GROUPS: Mapping[str, Mapping[str, str]] = {
    name: {part: f"{name}.{part}" for part in shape}
    for name, shape in _SHAPE.items()
    if isinstance(shape, dict)
}
_NAMES = _shapes()
_LISTS: Mapping[str, ListReader] = {
    name: _list_reader(name, shape[0]) for name, shape in _NAMES.items() if isinstance(shape, list)
}
_VALUES: Mapping[str, Reader] = {
    name: _value_reader(shape) for name, shape in _NAMES.items() if name not in _LISTS
}
_PARTS: Mapping[str, tuple[str, str]] = {
    name: (name.split(".")[0], name.split(".")[1])
    for clause in load("standard")["clause"]
    for name in clause["facts"]
    if isinstance(_SHAPE[name.split(".")[0]], list) and "." in name
}
