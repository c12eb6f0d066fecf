"""A scalar that may be unknown, with the operators an Ibis column has.

A predicate written with comparisons, `&`, `|` and `~` runs unchanged on one session (Maybe) and on a
million (columns), because SQL's null and Kleene's third truth value are the same thing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from operator import eq, ge, gt, le, lt, mul, ne, sub
from typing import Any

from knai.core.standard.numbers import exact


def _comparison(relation: Callable[[Any, Any], bool]) -> Callable[[Maybe, object], Maybe]:
    def compare(this: Maybe, other: object) -> Maybe:
        that = other.value if isinstance(other, Maybe) else other
        if this.value is None or that is None:
            return UNKNOWN
        return TRUE if relation(this.value, that) else FALSE

    return compare


def _arithmetic(operation: Callable[[Any, Any], Any]) -> Callable[[Maybe, object], Maybe]:
    def calculate(this: Maybe, other: object) -> Maybe:
        one: Any = this.value
        that: Any = other.value if isinstance(other, Maybe) else other
        if one is None or that is None:
            return UNKNOWN
        if type(one) is int and type(that) is int:
            return Maybe(operation(one, that))
        return Maybe(operation(exact(one), exact(that)))

    return calculate


class Maybe:
    """A value, or None for unknown. Comparisons answer with a Maybe truth; there is no bool()."""

    __slots__ = ("value",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Maybe({self.value!r})"

    def __bool__(self) -> bool:
        raise TypeError(
            "A truth that may be unknown has no bool(): look at .value for True, False or None."
        )

    __eq__ = _comparison(eq)  # type: ignore[assignment]
    __ne__ = _comparison(ne)  # type: ignore[assignment]
    __lt__ = _comparison(lt)
    __le__ = _comparison(le)
    __gt__ = _comparison(gt)
    __ge__ = _comparison(ge)

    def isin(self, values: Collection[Any]) -> Maybe:
        return UNKNOWN if self.value is None else (TRUE if self.value in values else FALSE)

    # -- Kleene's three truth values

    def __and__(self, other: Maybe) -> Maybe:
        if self.value is True:
            return other
        return FALSE if self.value is False or other.value is False else UNKNOWN

    def __or__(self, other: Maybe) -> Maybe:
        if self.value is False:
            return other
        return TRUE if self.value is True or other.value is True else UNKNOWN

    def __invert__(self) -> Maybe:
        return _NOT[self.value]

    # -- knowing about not knowing

    def isnull(self) -> Maybe:
        return TRUE if self.value is None else FALSE

    def notnull(self) -> Maybe:
        return FALSE if self.value is None else TRUE

    def fill_null(self, value: Any) -> Maybe:
        return Maybe(value) if self.value is None else self

    # -- arithmetic, as far as the clauses need it

    __sub__ = _arithmetic(sub)
    __mul__ = __rmul__ = _arithmetic(mul)


TRUE, FALSE, UNKNOWN = Maybe(True), Maybe(False), Maybe(None)
_NOT = {True: FALSE, False: TRUE, None: UNKNOWN}
