"""The figures and lists a clause leaves to the clinic, and the one way each may be moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from knai.core.data import load
from knai.core.errors import Malformed, Refused
from knai.core.standard.numbers import Number, read_number

_ROWS: Mapping[str, Mapping[str, Any]] = load("standard")["policy"]

_IS_NO_LOOSER: Mapping[str, Callable[[Any, Any], bool]] = {
    "lower": lambda new, old: new <= old,
    "higher": lambda new, old: new >= old,
    "subset": lambda new, old: set(new) <= set(old),
    "superset": lambda new, old: set(new) >= set(old),
    "fixed": lambda new, old: new == old,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Plain values. Change one only by tightened() or for_jurisdiction()."""

    medical_roles: tuple[str, ...]
    parenteral_routes: tuple[str, ...]
    infusion_routes: tuple[str, ...]
    all_routes: tuple[str, ...]
    baseline_max_age_min: Number
    discharge_vitals_max_age_min: Number
    return_rule: str
    return_tolerance_above_percent: Number
    return_tolerance_below_percent: Number
    return_spo2_drop_points: Number
    driving_restriction_hours: Number
    esketamine_observation_min: Number
    presence_meaning: str
    moderate_if_moaas_at_most: Number
    charting_grace_min: Number
    charting_interval_min: Mapping[str, Number]
    observation_min: Mapping[str, Number]
    absolute_discharge_limits: Mapping[str, Number]

    @staticmethod
    @cache
    def default() -> Policy:
        """The edition's own values."""
        return Policy(**{name: _frozen(row["value"]) for name, row in _ROWS.items()})

    def tightened(self, changes: Mapping[str, Any]) -> Policy:
        """A clinic's policy: each key moved only the way the table calls tighter.

        raises  Refused: a looser value, with the key's name; Malformed: an unknown key or wrong type
        """
        return _moved(self, changes, lambda name: True)

    def for_jurisdiction(self, table: Mapping[str, Any]) -> Policy:
        """A table that ships with the software: it may also loosen, but no floor and nothing fixed."""
        return _moved(self, table, lambda name: _is_guarded(_ROWS[name]))

    def as_json(self) -> dict[str, Any]:
        return {field.name: _thawed(getattr(self, field.name)) for field in fields(self)}


def tighter_ways() -> dict[str, str | dict[str, str]]:
    """Key → the way that is tighter: lower, higher, subset, superset or fixed; a table where parts differ."""
    return {name: row["tighter"] for name, row in _ROWS.items()}


def _is_guarded(row: Mapping[str, Any]) -> bool:
    return row["tighter"] == "fixed" or row.get("floor") is True


def _moved(policy: Policy, changes: Mapping[str, Any], guarded: Callable[[str], bool]) -> Policy:
    if not isinstance(changes, Mapping):
        raise Malformed(f"found {type(changes).__name__}, wanted a table of policy keys", "policy")
    moved = {}
    for name, change in changes.items():
        if name not in _ROWS:
            raise Malformed(
                "no such policy key; see the reference of the Standard", f"policy.{name}"
            )
        old = getattr(policy, name)
        new = _read(change, old, f"policy.{name}")
        if guarded(name):
            _refuse_looser(name, new, old, _ROWS[name]["tighter"])
        moved[name] = new
    return replace(policy, **moved)


def _read(change: Any, old: Any, field: str) -> Any:
    """The new value in the type of the old one; a table keeps what the change does not name."""
    if isinstance(old, Mapping):
        return _read_table(change, old, field)
    if isinstance(old, tuple):
        return _read_words(change, old, field)
    if isinstance(old, str):
        return _wanted(change, str, "text", field)
    number = read_number(change, field)
    if number < 0:
        raise Malformed("found a number below zero, wanted zero or more", field)
    return number


def _read_table(change: Any, old: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    _wanted(change, Mapping, "a table", field)
    for name in change:
        if name not in old:
            raise Malformed(f"no such key, wanted one of {', '.join(old)}", f"{field}.{name}")
    moved = {name: _read(part, old[name], f"{field}.{name}") for name, part in change.items()}
    return MappingProxyType({**old, **moved})


def _read_words(change: Any, old: tuple[str, ...], field: str) -> tuple[str, ...]:
    """The list; the old one where it holds the same words, in whatever order."""
    words = _wanted(change, (list, tuple, set, frozenset), "a list of words", field)
    for word in words:
        _wanted(word, str, "a list of words", field)
    if field.endswith("_routes"):
        _refuse_unknown_routes(words, field)
    if set(words) == set(old):
        return old
    return tuple(sorted(words)) if isinstance(words, (set, frozenset)) else tuple(words)


def _refuse_unknown_routes(words: Any, field: str) -> None:
    unknown = sorted(set(words) - set(_ROWS["all_routes"]["value"]))
    if unknown:
        raise Malformed(f"found the unknown route {unknown[0]!r}", field)


def _wanted(value: Any, kind: Any, words: str, field: str) -> Any:
    if not isinstance(value, kind):
        raise Malformed(f"found {type(value).__name__}, wanted {words}", field)
    return value


def _refuse_looser(name: str, new: Any, old: Any, tighter: Any) -> None:
    if isinstance(old, Mapping):
        for part, value in new.items():
            way = tighter if isinstance(tighter, str) else tighter[part]
            _refuse_looser(f"{name}.{part}", value, old[part], way)
        return
    if not _IS_NO_LOOSER[tighter](new, old):
        raise Refused(
            f"{name}: {_shown(new)} is looser than {_shown(old)}; "
            + ("nobody may change it." if tighter == "fixed" else f"tighter is {tighter}.")
        )


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType(value)
    return tuple(value) if isinstance(value, list) else value


def _thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _thawed(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Decimal) else value
