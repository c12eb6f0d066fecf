"""The policy as a form: each key with the Standard's value, the clinic's, and which way is tighter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from knai.core.errors import KnaiError, Malformed
from knai.core.numbers import read_decimal
from knai.core.standard import Policy, tighter_ways
from knai.web.gates.fact_rows import words

# key → what it is in words, and its unit
TITLES: dict[str, tuple[str, str]] = {
    "medical_roles": ("Professions that count as medical providers", ""),
    "parenteral_routes": ("Routes treated as parenteral", ""),
    "infusion_routes": ("Routes that are infusions", ""),
    "all_routes": ("Routes KNAI knows", ""),
    "baseline_max_age_min": ("Oldest baseline before the first dose", "min"),
    "discharge_vitals_max_age_min": ("Oldest vital signs at discharge", "min"),
    "return_rule": ("Rule by which vital signs are back", ""),
    "return_tolerance_above_percent": ("Back to baseline: at most so far above", "%"),
    "return_tolerance_below_percent": ("Back to baseline: at most so far below", "%"),
    "return_spo2_drop_points": ("Back to baseline: SpO₂ at most lower by", "points"),
    "driving_restriction_hours": ("No driving after the last dose", "h"),
    "esketamine_observation_min": ("Observation after esketamine", "min"),
    "presence_meaning": ("What a provider's presence means", ""),
    "moderate_if_moaas_at_most": ("MOAA/S that counts as moderate sedation, and below", ""),
    "charting_grace_min": ("Grace before missing vital signs count", "min"),
    "charting_interval_min": ("Vital signs at least every", "min"),
    "observation_min": ("Observation after the last dose", "min"),
    "absolute_discharge_limits": ("Nobody leaves with vital signs beyond", ""),
}
PARTS = {
    "sbp_ge": "systolic, from (mmHg)",
    "sbp_lt": "systolic, below (mmHg)",
    "dbp_ge": "diastolic, from (mmHg)",
    "hr_ge": "heart rate, from (bpm)",
    "hr_lt": "heart rate, below (bpm)",
    "spo2_lt": "SpO₂, below (%)",
}
WAYS = {
    "lower": "lower is tighter",
    "higher": "higher is tighter",
    "subset": "fewer is tighter",
    "superset": "more is tighter",
    "fixed": "nobody may change it",
}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_on: bool
    is_locked: bool


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One value. name: of the field, `key` or `key.part`; choices: of a list of words."""

    name: str
    title: str
    unit: str
    default: str
    value: str
    way: str
    is_fixed: bool
    is_changed: bool
    error: str = ""
    choices: tuple[Choice, ...] = field(default_factory=tuple)


def policy_rows(
    kept: Mapping[str, Any], posted: QueryDict | None = None, error: KnaiError | None = None
) -> tuple[PolicyRow, ...]:
    """kept: the clinic's policy; posted: what was typed, when it was refused; error: why."""
    default = Policy.default().as_json()
    now = {**default, **kept}
    rows: list[PolicyRow] = []
    for key, way in tighter_ways().items():
        if isinstance(default[key], dict):
            mine = {**default[key], **(kept.get(key) or {})}
            rows += [
                _row(f"{key}.{part}", default[key][part], mine[part], _way(way, part), posted)
                for part in default[key]
            ]
        else:
            rows.append(_row(key, default[key], now[key], _way(way), posted))
    return tuple(_with_error(row, error) for row in rows)


def _way(way: Any, part: str = "") -> str:
    return way if isinstance(way, str) else way[part]


def _row(name: str, default: Any, value: Any, way: str, posted: QueryDict | None) -> PolicyRow:
    key, _, part = name.partition(".")
    title, unit = TITLES[key]
    if part:
        title = f"{title}: {PARTS.get(part) or words(part)}"
    is_list = isinstance(default, list)
    typed = posted.get(name, "") if posted is not None and not is_list else None
    return PolicyRow(
        name=name,
        title=title,
        unit=unit,
        default=_said(default),
        value=_said(value) if typed is None else typed,
        way=WAYS[way],
        is_fixed=way == "fixed",
        is_changed=value != default,
        choices=_choices(name, default, value, way, posted) if is_list else (),
    )


def _choices(
    name: str, default: list[str], value: list[str], way: str, posted: QueryDict | None
) -> tuple[Choice, ...]:
    """Of a list that may only shrink its own words; of one that may only grow every route."""
    on = posted.getlist(name) if posted is not None else value
    offered = default if way == "subset" else list(Policy.default().all_routes)
    return tuple(
        Choice(
            word,
            words(word),
            word in on or _locked(word, default, way),
            _locked(word, default, way),
        )
        for word in offered
    )


def _locked(word: str, default: list[str], way: str) -> bool:
    return way == "fixed" or (way == "superset" and word in default)


def _said(value: Any) -> str:
    return ", ".join(words(each) for each in value) if isinstance(value, list) else str(value)


def _with_error(row: PolicyRow, error: KnaiError | None) -> PolicyRow:
    """The reason beside the field it names: a message begins with the key."""
    if error is None:
        return row
    named = str(error).removeprefix("policy.").partition(": ")
    if named[0] != row.name:
        return row
    return replace(row, error=named[2][:1].upper() + named[2][1:])


def read_policy(posted: QueryDict) -> dict[str, Any]:
    """What differs from the Standard's values, by key.

    raises  Malformed: not a number
    """
    default = Policy.default().as_json()
    changes: dict[str, Any] = {}
    for key, way in tighter_ways().items():
        if way == "fixed":
            continue
        if isinstance(default[key], dict):
            found = {
                part: _number(posted, f"{key}.{part}", value)
                for part, value in default[key].items()
            }
        elif isinstance(default[key], list):
            found = _words(posted, key, default[key], str(way))
        else:
            found = _number(posted, key, default[key])
        if found != default[key]:
            changes[key] = found
    return changes


def _words(posted: QueryDict, key: str, default: list[str], way: str) -> list[str]:
    chosen = posted.getlist(key)
    if way == "superset":
        return [*default, *(word for word in chosen if word not in default)]
    return [word for word in default if word in chosen]


def _number(posted: QueryDict, name: str, default: Any) -> Any:
    """The number typed, in the type of the table; empty stands for the Standard's."""
    text = posted.get(name, "").strip()
    if not text:
        return default
    try:
        number = read_decimal(text)
    except Malformed as error:
        raise Malformed(str(error), name) from error
    number = int(number) if number == int(number) else number
    return default if Decimal(str(default)) == number else number
