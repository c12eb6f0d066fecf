"""Deciding clinic checks: settled, holding the step, or still open. Never the Standard's findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from knai.core.check_items import (
    NEVER,
    AnswerKind,
    AppliesWhen,
    CheckItem,
    Effect,
    Validity,
    Walk,
    read_items,
    starter_items,
)
from knai.core.errors import Malformed

__all__ = [
    "AnswerKind",
    "AppliesWhen",
    "CheckAnswer",
    "CheckContext",
    "CheckFinding",
    "CheckItem",
    "Effect",
    "Pressure",
    "Validity",
    "Walk",
    "check_answer",
    "decide_checks",
    "may_override",
    "read_items",
    "starter_items",
]

State = Literal["settled", "holds", "open", "not_applicable"]
Value = str | datetime | Decimal


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """What somebody answered. Never changed: a later answer takes its place.

    value        as the kind wants: "yes", a choice, an aware instant or "never", a Decimal;
                 two_person: the settings as this person read them
    steps        the steps done before the answer
    decided_by   who decided, when a nurse wrote down what a provider said by telephone
    """

    check_id: str
    value: Value
    answered_at: datetime
    by: str
    role: str
    walk: Walk
    steps: tuple[str, ...] = ()
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class Pressure:
    sbp: float
    dbp: float
    at: datetime


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What is known of patient and plan; None is unknown, never no.

    current   two_person checks: what has to be signed, as it stands now (a change asks for new signatures)
    ends_at   elapsed checks: when the time is over; None: a dose still runs; absent: no dose it counts from
    """

    now: datetime
    sex: str | None = None
    age_years: int | None = None
    route: str | None = None
    pressure: Pressure | None = None
    current: Mapping[str, str] = field(default_factory=dict)
    ends_at: Mapping[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """Where one check stands at this walk. `key` finds the words in the catalogue, `values` fill them in."""

    item: CheckItem
    state: State
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[CheckAnswer, ...] = ()

    @property
    def holds_the_step(self) -> bool:
        return self.state in ("holds", "open") and self.item.effect != "note"

    @property
    def is_overridable(self) -> bool:
        return self.holds_the_step and self.item.effect == "overridable"


def decide_checks(
    items: Iterable[CheckItem],
    answers: Iterable[CheckAnswer],
    context: CheckContext,
    walk: Walk,
) -> list[CheckFinding]:
    """One finding for each item that stands at this walk, in the items' order."""
    newest_last = sorted(answers, key=lambda answer: answer.answered_at)
    return [
        _decide(item, [a for a in newest_last if a.check_id == item.id], context, walk)
        for item in items
        if walk in item.walks
    ]


def may_override(item: CheckItem, role: str) -> bool:
    return item.effect == "overridable" and role in item.override_by


def check_answer(item: CheckItem, answer: CheckAnswer) -> None:
    """May this answer be kept?

    raises     Malformed: a value of the wrong kind, a role that may not answer, an unknown step or walk
    """
    if item.answer == "elapsed":
        raise Malformed("is settled by the clock; nobody answers it", item.id)
    _check_role(item, answer)
    if answer.walk not in item.walks:
        raise Malformed("does not stand at this walk", item.id)
    if not set(answer.steps) <= set(item.steps):
        raise Malformed(f"names an unknown step; wanted some of {', '.join(item.steps)}", item.id)
    if not _is_of_kind(item, answer.value):
        wanted = ", ".join(item.choices) or item.answer
        raise Malformed(f"is not an answer to this check; wanted {wanted}", item.id)


def _check_role(item: CheckItem, answer: CheckAnswer) -> None:
    wrote_down = answer.role in item.recorded_by and bool(answer.decided_by.strip())
    if answer.role in item.answered_by or wrote_down:
        return
    wanted = f"wanted {' or '.join(item.answered_by)}"
    if item.recorded_by:
        wanted += f", or {' or '.join(item.recorded_by)} with the name of who decided"
    raise Malformed(f"this role may not answer; {wanted}", item.id)


def _is_of_kind(item: CheckItem, value: Value) -> bool:
    if item.answer == "time":
        is_aware = isinstance(value, datetime) and value.tzinfo is not None
        return is_aware or (value == NEVER and NEVER in item.settles)
    if item.answer == "number":
        return isinstance(value, Decimal) and value.is_finite()
    if item.answer == "two_person":
        return isinstance(value, str) and bool(value.strip())
    return value in item.choices


def _decide(
    item: CheckItem, answers: list[CheckAnswer], context: CheckContext, walk: Walk
) -> CheckFinding:
    if _known_not_to_apply(item.applies_when, context):
        return CheckFinding(item, "not_applicable", "check.does_not_apply")
    if item.answer == "elapsed":
        return _decide_elapsed(item, context)
    standing = [answer for answer in answers if _still_stands(item, answer, context, walk)]
    if item.answer == "two_person":
        return _decide_two_people(item, standing, context)
    if not standing:
        return CheckFinding(
            item, "open", _why_open(item, answers, context), answers=tuple(answers[-1:])
        )
    return _decide_answer(item, standing[-1], context.now)


def _why_open(item: CheckItem, answers: list[CheckAnswer], context: CheckContext) -> str:
    if item.valid == "reading" and context.pressure is None:
        return "check.pressure_unknown"
    return "check.answer_again" if answers else "check.not_answered"


def _known_not_to_apply(when: AppliesWhen, context: CheckContext) -> bool:
    """Is one condition known to be untrue? An unknown one asks."""
    sex, age, route, pressure = context.sex, context.age_years, context.route, context.pressure
    return (
        (when.sex_is_not is not None and sex in when.sex_is_not)
        or (when.age_from_years is not None and age is not None and age < when.age_from_years)
        or (when.age_to_years is not None and age is not None and age > when.age_to_years)
        or (when.route_in is not None and route is not None and route not in when.route_in)
        or (pressure is not None and _is_pressure_below(when, pressure))
    )


def _is_pressure_below(when: AppliesWhen, pressure: Pressure) -> bool:
    """Below every pressure limit that is set. Either sign at its limit makes the check apply."""
    limits = [(when.sbp_at_least, pressure.sbp), (when.dbp_at_least, pressure.dbp)]
    set_limits = [(limit, value) for limit, value in limits if limit is not None]
    return bool(set_limits) and all(value < limit for limit, value in set_limits)


def _still_stands(item: CheckItem, answer: CheckAnswer, context: CheckContext, walk: Walk) -> bool:
    if answer.answered_at > context.now:
        return False
    if item.valid == "walk":
        return answer.walk == walk
    if item.valid == "reading" and context.pressure is not None:
        return answer.answered_at >= context.pressure.at
    return True


def _decide_answer(item: CheckItem, answer: CheckAnswer, now: datetime) -> CheckFinding:
    missing = [step for step in item.steps if step not in answer.steps]
    if missing:
        return CheckFinding(item, "holds", "check.steps_missing", {"steps": missing}, (answer,))
    if isinstance(answer.value, datetime):
        return _decide_time(item, answer, answer.value, now)
    is_number = item.answer == "number"
    is_settled = _is_within(item, answer.value) if is_number else answer.value in item.settles
    state: State = "settled" if is_settled else "holds"
    return CheckFinding(item, state, f"check.{state}", {"value": answer.value}, (answer,))


def _is_within(item: CheckItem, value: Value) -> bool:
    if not isinstance(value, Decimal):
        return False
    is_low = item.at_least is not None and value < Decimal(str(item.at_least))
    is_high = item.at_most is not None and value > Decimal(str(item.at_most))
    return not is_low and not is_high


def _decide_time(item: CheckItem, answer: CheckAnswer, at: datetime, now: datetime) -> CheckFinding:
    """Long enough ago? Elapsed minutes; exactly so many are enough."""
    if at > now:
        return CheckFinding(item, "holds", "check.time_ahead", {"value": at}, (answer,))
    needed = timedelta(minutes=item.min_ago_min or 0)
    values = {"value": at, "min_ago_min": item.min_ago_min, "settles_at": at + needed}
    if now - at >= needed:
        return CheckFinding(item, "settled", "check.settled", values, (answer,))
    return CheckFinding(item, "holds", "check.too_short_ago", values, (answer,))


def _decide_elapsed(item: CheckItem, context: CheckContext) -> CheckFinding:
    """Nobody answers it: the clock does. At exactly the end it is over."""
    if item.id not in context.ends_at:
        return CheckFinding(item, "not_applicable", "check.does_not_apply")
    ends_at = context.ends_at[item.id]
    if ends_at is None:
        return CheckFinding(item, "open", "check.clock_not_started")
    values = {"settles_at": ends_at, "min_ago_min": item.min_ago_min}
    if context.now < ends_at:
        return CheckFinding(item, "holds", "check.wait_until", values)
    return CheckFinding(item, "settled", "check.waited_until", values)


def _decide_two_people(
    item: CheckItem, answers: list[CheckAnswer], context: CheckContext
) -> CheckFinding:
    """Two different people have to have read the same, and what they read has to be what stands now."""
    newest = {answer.by: answer for answer in answers}
    signed = tuple(sorted(newest.values(), key=lambda a: a.answered_at))[-2:]
    now_set = context.current.get(item.id)
    if now_set is not None and any(answer.value != now_set for answer in signed):
        return CheckFinding(item, "open", "check.settings_changed", answers=signed)
    if len(signed) < 2:
        key = "check.second_person_missing" if signed else "check.not_answered"
        return CheckFinding(item, "open", key, answers=signed)
    if signed[0].value != signed[1].value:
        return CheckFinding(item, "holds", "check.two_people_differ", answers=signed)
    return CheckFinding(item, "settled", "check.settled", answers=signed)
