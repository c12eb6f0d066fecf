"""From a verdict to its sentence: which reason holds, and the figures in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from string import Formatter
from typing import Any

from knai.core.data import load
from knai.core.standard import circumstances, clauses, returned
from knai.core.standard.clauses import Predicate
from knai.core.standard.derive import DEPTHS
from knai.core.standard.derived import Derived, Row
from knai.core.standard.numbers import moment
from knai.core.standard.policy import Policy
from knai.core.standard.verdicts import Verdict

_TWO_DIGITS = [f"{number:02}" for number in range(60)]
_MONTHS = ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

REASONS: Mapping[str, Predicate] = {
    "outside": lambda d: d.outside,
    "nobody_dosed": lambda d: d.undosed_at_leaving,
    "left_for_other_care": clauses.in_other_care,
    "at_home_without_parenteral": clauses.at_home_without_parenteral,
    "not_screened": lambda d: ~d.screened,
    "lacks_rationale": circumstances.lacks_rationale,
    "no_diagnosis": lambda d: ~d.diagnosis_recorded,
    "history_not_in_chart": lambda d: ~d.history_in_chart,
    "physical_not_in_chart": lambda d: ~d.physical_in_chart,
    "no_medications_status": lambda d: d.medications_status.isnull(),
    "no_allergies_status": lambda d: d.allergies_status.isnull(),
    "hypersensitive": circumstances.hypersensitive,
    "reviewed_late": lambda d: d.reviewed_on > d.due_on,
    "not_reviewed": lambda d: d.reviewed_on.isnull(),
    "refused": lambda d: d.refused,
    "unsigned": lambda d: d.signed_at.isnull(),
    "label_unknown": lambda d: d.off_label.isnull(),
    "consent_expired": clauses.consent_expired,
    "consent_overrun": clauses.consent_overrun,
    "minimal_expected": clauses.minimal_expected,
    "fraction_over": lambda d: clauses.minimal_expected(d) & d.fraction_over,
    "rate_over": lambda d: clauses.minimal_expected(d) & d.rate_over,
    "no_expected_depth": lambda d: d.expected_depth.isnull(),
    "dosed": lambda d: d.dosed,
    "not_dosed": lambda d: ~d.dosed,
    "no_moaas": lambda d: d.lowest_moaas.isnull(),
    "end_before_start": lambda d: d.end_before_start,
    "gap_might_close": lambda d: d.gap_might_close,
    "vitals_unplaced": lambda d: d.vitals_unplaced,
    "bar_unknown": lambda d: d.dosed & d.bar_ends_at.isnull(),
    "window_open": lambda d: ~d.window_closed,
    "beyond_limits": returned.beyond_limits,
    "place_unknown": lambda d: d.at_home & d.any_parenteral.isnull(),
    "no_fresh": lambda d: d.fresh_at.isnull(),
    "before_nobody_planned": lambda d: ~d.dosed & ~d.presence_recorded,
    "before": lambda d: ~d.dosed,
    "cover_broken": lambda d: d.cover_broken,
    "nobody_recorded": lambda d: ~d.presence_recorded,
    "qualification_open": lambda d: d.cover_unsure | d.qualified_now.isnull(),
    "told_too_late": clauses.told_too_late,
    "refused_after_timely_instruction": circumstances.refused_after_timely_instruction,
    "not_instructed": lambda d: d.instructed_at.isnull(),
    "not_asked": lambda d: d.asked_at.isnull(),
    "given_unsupervised": lambda d: d.given_unsupervised,
    "no_route": lambda d: d.any_parenteral.isnull(),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """template: with a capital, as it is said where it names no figure."""

    key: str
    holds: Predicate | None  # None: whenever no other does
    template: str
    names: tuple[str, ...]


def _sentence(key: str, template: str) -> Sentence:
    names = tuple(name for _, name, _, _ in Formatter().parse(template) if name)
    said = template if names else template.format()
    return Sentence(key, REASONS.get(key.rpartition(".")[2]), _capital(said), names)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _catalogue() -> dict[tuple[str, str], tuple[Sentence, ...]]:
    words = load("standard_words")
    shared = words["shared"]
    return {
        (clause, verdict): tuple(
            _sentence(f"{owner}.{verdict}.{reason}", template)
            for owner, reasons in (
                ("shared", shared.get(verdict, {})),
                (clause, words[clause].get(verdict, {})),
            )
            for reason, template in reasons.items()
        )
        for clause in words
        if clause != "shared"
        for verdict in Verdict
    }


_CATALOGUE = _catalogue()
_KINDS = {
    name: name.rpartition("_")[2]
    for sentences in _CATALOGUE.values()
    for each in sentences
    for name in each.names
}


class Speaker:
    """Says the sentences of one question; each figure is put into words once."""

    def __init__(self, derived: Derived, policy: Policy, zone: tzinfo) -> None:
        self._derived, self._policy, self._zone = derived, policy, zone
        self._today = moment(derived.now_at, zone).date()
        self._values: dict[str, Any] = {}
        self._texts: dict[str, str] = {}

    def because(self, clause: str, verdict: Verdict, row: Row) -> tuple[str, dict[str, Any], str]:
        """The message key, its values, and the sentence."""
        said = _chosen(_CATALOGUE[clause, verdict], row)
        if not said.names:
            return said.key, {}, said.template
        for name in said.names:
            if name not in self._texts:
                self._values[name] = value = self._value(name)
                self._texts[name] = text_of(value, self._today)
        values = {name: self._values[name] for name in said.names}
        text = said.template.format_map(self._texts)
        return said.key, values, _capital(text) if said.template[0] == "{" else text

    def _value(self, name: str) -> Any:
        """A derived fact or a policy figure in its own type: an instant as a datetime in the zone."""
        value = getattr(self._derived, name, None)
        if value is None:
            return getattr(self._policy, name, None)
        kind = _KINDS[name]
        if kind == "at":
            return moment(value, self._zone)
        if kind == "on":
            return date.fromordinal(value)
        if kind == "us":
            return timedelta(microseconds=int(value))
        return DEPTHS[value] if kind == "depth" else value


def _chosen(sentences: Sequence[Sentence], row: Row) -> Sentence:
    for one in sentences:
        if one.holds is None or one.holds(row).value is True:
            return one
    raise LookupError(f"no sentence for {sentences[0].key.rpartition('.')[0]}")


def text_of(value: Any, today: date) -> str:
    """The value as people write it: 10:42, 12 Mar 2026, 18 min, staff transport."""
    if isinstance(value, str):
        return str(value).replace("_", " ")
    if isinstance(value, date):  # a datetime is one too
        return _clock(value, today) if isinstance(value, datetime) else _day(value)
    if isinstance(value, timedelta):
        return _span(value)
    return "not recorded" if value is None else str(value).replace("_", " ")


def _clock(at: datetime, today: date) -> str:
    shown = f"{_TWO_DIGITS[at.hour]}:{_TWO_DIGITS[at.minute]}"
    if at.second or at.microsecond:
        shown += f":{_TWO_DIGITS[at.second]}"
    day = at.date()
    return shown if day == today else f"{_day(day)} {shown}"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month]} {day.year}"


def _span(span: timedelta) -> str:
    minutes, seconds = divmod(span.days * 86_400 + span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    rest = (seconds * 1_000_000 + span.microseconds) / 1_000_000
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes or not (hours or rest) else []
    parts += [f"{rest:g} s"] if rest else []
    return " ".join(parts)
