"""The circumstances under which a clause has another effect at a gate than its usual one.

The table names them (`unless … when`); each is a predicate over the same derived facts.
"""

from __future__ import annotations

from collections.abc import Mapping

from knai.core.standard.clauses import (
    Predicate,
    at_home_without_parenteral,
    minimal_expected,
    told_too_late,
)
from knai.core.standard.derived import Question, Truth
from knai.core.standard.returned import beyond_limits


def later_in_the_course(d: Question) -> Truth:
    return d.prior_sessions > 0


def lacks_rationale(d: Question) -> Truth:
    return d.other_without_rationale


def hypersensitive(d: Question) -> Truth:
    return d.hypersensitive


def inside_limits(d: Question) -> Truth:
    return ~beyond_limits(d) & ~d.vitals_unplaced  # a set without its time may be the fresh one


def no_baseline_but_fresh_inside_limits(d: Question) -> Truth:
    return ~d.has_baseline & inside_limits(d)  # without a fresh set the limits are unknown


def qualified_person_now(d: Question) -> Truth:
    return d.qualified_now


def only_the_window_is_open(d: Question) -> Truth:
    return ~d.window_closed & ~d.cover_unsure & d.qualified_now  # before a dose there is no window


def refused_after_timely_instruction(d: Question) -> Truth:
    return ~d.acknowledged & ~told_too_late(d)  # without an instruction this is unknown


CIRCUMSTANCES: Mapping[str, Predicate] = {
    "home_not_parenteral": at_home_without_parenteral,
    "hypersensitive": hypersensitive,
    "inside_limits": inside_limits,
    "lacks_rationale": lacks_rationale,
    "later_in_the_course": later_in_the_course,
    "minimal_expected": minimal_expected,
    "no_baseline_but_fresh_inside_limits": no_baseline_but_fresh_inside_limits,
    "only_the_window_is_open": only_the_window_is_open,
    "qualified_person_now": qualified_person_now,
    "refused_after_timely_instruction": refused_after_timely_instruction,
}
