"""From predicates to a verdict and its effect: what holds for every clause, written once for both engines.

A rule is a pair (truth, answer); the first whose truth is true decides. One session reads the pairs with
`first_true`; columns hand the same pairs to SQL's CASE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from knai.core.standard.circumstances import CIRCUMSTANCES
from knai.core.standard.clauses import PREDICATES, never
from knai.core.standard.derived import Question, Truth
from knai.core.standard.table import AtGate, Clause
from knai.core.standard.verdicts import Effect, Verdict

Answer = TypeVar("Answer")

# Looking up a member of an enum costs as much as a comparison, and there are hundreds of these here.
MET, NOT_MET, NOT_APPLICABLE = Verdict.MET, Verdict.NOT_MET, Verdict.NOT_APPLICABLE
CANNOT_TELL_YET = Verdict.CANNOT_TELL_YET

_SCOPE = "KNAI-1"
_LEFT_OTHERWISE = ("left_against_advice", "eloped", "transferred", "admitted", "died")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What follows at a gate: the effect, and what its override needs besides a reason."""

    effect: Effect
    override_needs: str = ""


_ALLOWED: tuple[list[tuple[Truth, Ruling]], Ruling] = ([], Ruling(Effect.ALLOW))
_ON_RECORD = Ruling(Effect.RECORD_ONLY)
_RULING = {effect: Ruling(effect) for effect in Effect}
_NO_RULING = _RULING[Effect.NONE]


def first_true(rules: Iterable[tuple[Truth, Answer]], otherwise: Answer) -> Answer:
    """The answer of the first rule whose truth is true: neither false nor unknown."""
    for truth, answer in rules:
        if truth.value is True:
            return answer
    return otherwise


def verdict_rules(clause: Clause, d: Question) -> Iterator[tuple[Truth, Verdict]]:
    """Else cannot_tell_yet. An unknown earlier answer keeps a later one unknown, so that more
    knowledge settles verdicts and never turns them."""
    own = PREDICATES[clause.id]
    lapsed = does_not_apply(clause, d)
    yield lapsed, NOT_APPLICABLE
    applies, contrary = ~lapsed, own.not_met(d)
    yield applies & contrary, NOT_MET
    fulfilled = applies & ~contrary
    yield fulfilled if own.met is None else fulfilled & own.met(d), MET


def does_not_apply(clause: Clause, d: Question) -> Truth:
    if clause.id == _SCOPE:
        return never(d)
    own = PREDICATES[clause.id].not_applicable
    lapsed = d.outside if own is None else d.outside | own(d)
    return lapsed | d.undosed_at_leaving if clause.lapses_without_dose else lapsed


def effect_rules(
    clause: Clause, gate: str, verdict: Verdict, d: Question
) -> tuple[list[tuple[Truth, Ruling]], Ruling]:
    """The rules at this gate for one verdict, and what follows when none of them holds."""
    if verdict is MET or verdict is NOT_APPLICABLE:
        return _ALLOWED
    entry = clause.at.get(gate)
    if entry is not None and entry.only_on not in (None, verdict):
        entry = None
    if gate == "after":
        return _afterwards(entry, d), _ON_RECORD
    rules = [] if entry is None else _unless(entry, verdict, d)
    if gate == "discharge" and clause.at:
        rules = [(d.departure.isin(_LEFT_OTHERWISE), _ON_RECORD), *rules]
    return rules, _NO_RULING if entry is None else _RULING[entry.effect]


def _afterwards(entry: AtGate | None, d: Question) -> list[tuple[Truth, Ruling]]:
    """Nothing can be held any more; an alert still goes out after those who went by themselves."""
    if entry is None:
        return []
    return [(d.departure.isin(entry.only_departure), Ruling(entry.effect))]


def _unless(entry: AtGate, verdict: Verdict, d: Question) -> list[tuple[Truth, Ruling]]:
    return [
        (CIRCUMSTANCES[each.when](d), Ruling(each.effect, each.override_needs))
        for each in entry.unless
        if each.on in (None, verdict)
    ]
