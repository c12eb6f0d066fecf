"""Clinic checks as data: what one is, and reading a clinic's set of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from knai.core.data import load
from knai.core.errors import Malformed
from knai.core.vitals import VITALS

Walk = Literal["start_before_cannula", "start_at_giving", "discharge"]
AnswerKind = Literal["yes_no", "choice", "time", "number", "two_person", "elapsed"]
Effect = Literal["overridable", "hard_stop", "note"]
Validity = Literal["session", "walk", "reading"]

PRE_DOSE_CAUTION = "pre_dose_caution"
NEVER = "never"
YES_NO = ("yes", "no")


@dataclass(frozen=True, slots=True)
class AppliesWhen:
    """Conditions, each None when not set. A check is dropped only when one is known to be untrue."""

    sex_is_not: tuple[str, ...] | None = None
    age_from_years: int | None = None
    age_to_years: int | None = None
    route_in: tuple[str, ...] | None = None
    sbp_at_least: float | None = None
    dbp_at_least: float | None = None


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One item of a clinic's protocol; data/checks.toml says what each field means."""

    id: str
    title: str
    question: str
    walks: tuple[Walk, ...]
    answer: AnswerKind
    effect: Effect
    answered_by: tuple[str, ...]
    valid: Validity
    choices: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    override_by: tuple[str, ...] = ()
    recorded_by: tuple[str, ...] = ()
    min_ago_min: int | None = None
    at_least: float | None = None
    at_most: float | None = None
    applies_when: AppliesWhen = AppliesWhen()


_LISTS = ("walks", "answered_by", "choices", "settles", "steps", "override_by", "recorded_by")
_NEEDED = ("title", "question", "walks", "answer", "effect", "answered_by", "valid")


def read_items(table: Mapping[str, Mapping[str, Any]]) -> tuple[CheckItem, ...]:
    """A clinic's checks from id → fields, in that order.

    raises     Malformed: a field is missing, unknown, or contradicts another
    """
    return tuple(_read(check_id, row) for check_id, row in table.items())


def starter_items() -> tuple[CheckItem, ...]:
    """The set that comes with the software."""
    return read_items(starter_rows())


def starter_rows() -> Mapping[str, Mapping[str, Any]]:
    """The same as it is written down; for a clinic to keep, change and drop."""
    rows: Mapping[str, Mapping[str, Any]] = load("checks")["check"]
    return rows


def _read(check_id: str, row: Mapping[str, Any]) -> CheckItem:
    known = {*CheckItem.__dataclass_fields__} - {"id"}
    for name in row:
        _want(name in known, "is not a field of a check", check_id, name)
    for name in _NEEDED:
        nobody_answers = name == "answered_by" and row.get("answer") == "elapsed"
        _want(bool(row.get(name)) or nobody_answers, "is missing", check_id, name)
    for name in {*_LISTS} & {*row}:
        _want(isinstance(row[name], list), "wanted a list", check_id, name)
    fields: dict[str, Any] = {n: tuple(v) if n in _LISTS else v for n, v in row.items()}
    fields.setdefault("answered_by", ())
    if fields["answer"] == "yes_no":
        fields.setdefault("choices", YES_NO)
    fields["applies_when"] = _applies_when(check_id, row.get("applies_when", {}))
    item = CheckItem(id=check_id, **fields)
    _check_words(item)
    _check_sense(item)
    return item


def _applies_when(check_id: str, row: Mapping[str, Any]) -> AppliesWhen:
    fields: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in row.items()}
    if fields.get("pressure_at_least") == PRE_DOSE_CAUTION:
        del fields["pressure_at_least"]
        for code in ("sbp", "dbp"):
            fields[f"{code}_at_least"] = VITALS[code].pre_dose_caution_high
    for name in fields:
        is_known = name in AppliesWhen.__dataclass_fields__
        _want(is_known, "is not a condition of a check", check_id, f"applies_when.{name}")
    return AppliesWhen(**fields)


def _check_words(item: CheckItem) -> None:
    for name, words in (("answer", AnswerKind), ("effect", Effect), ("valid", Validity)):
        wanted = get_args(words)
        _want(getattr(item, name) in wanted, f"wanted one of {', '.join(wanted)}", item.id, name)
    _want(set(item.walks) <= {*get_args(Walk)}, "names an unknown walk", item.id, "walks")


def _check_sense(item: CheckItem) -> None:
    """Every check must be settled by some answer, and an overridable one by somebody."""
    if item.answer in ("yes_no", "choice"):
        settles_some = bool(item.settles) and set(item.settles) <= set(item.choices)
        _want(settles_some, "wanted at least one, all among the choices", item.id, "settles")
    if item.answer in ("time", "elapsed"):
        _want(item.min_ago_min is not None, "is missing", item.id, "min_ago_min")
        _want(set(item.settles) <= {NEVER}, f"wanted {NEVER} or nothing", item.id, "settles")
    if item.answer == "number":
        has_bound = item.at_least is not None or item.at_most is not None
        _want(has_bound, "or at_most is missing", item.id, "at_least")
    is_answered = item.effect != "overridable" or bool(item.override_by)
    _want(is_answered, "is missing: nobody could override it", item.id, "override_by")


def _want(holds: bool, message: str, check_id: str, name: str) -> None:
    if not holds:
        raise Malformed(message, f"check.{check_id}.{name}")
