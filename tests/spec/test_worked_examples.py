"""Every clause does what its worked examples say; every verdict it can give has one."""

import pytest

from knai.core.standard import CARE_CLAUSES, Policy, assess
from tests.spec.worked import load_examples

# What no facts can make of a clause, and why.
NEVER = {
    ("KNAI-1", "not_applicable"): "it is the clause that asks whether the Standard applies",
}


def judged(example):
    findings = assess(
        example.gate,
        example.now,
        example.facts,
        Policy.default().tightened(example.policy),
        example.tz,
    )
    return next(finding for finding in findings if finding.clause == example.clause)


@pytest.mark.parametrize("example", load_examples(), ids=str)
def test_a_worked_example_holds(example):
    finding = judged(example)
    assert (finding.verdict.value, finding.effect.value, finding.override_needs) == (
        example.verdict,
        example.effect,
        example.needs,
    )


@pytest.mark.parametrize("clause", CARE_CLAUSES, ids=lambda clause: clause.id)
def test_every_verdict_a_clause_can_give_has_an_example(clause):
    shown = {each.verdict for each in load_examples() if each.clause == clause.id}
    verdicts = {"met", "not_met", "cannot_tell_yet", "not_applicable"}
    assert shown == {each for each in verdicts if (clause.id, each) not in NEVER}


@pytest.mark.parametrize("clause", CARE_CLAUSES, ids=lambda clause: clause.id)
def test_every_effect_in_the_table_has_an_example(clause):
    shown = {(each.gate, each.effect) for each in load_examples() if each.clause == clause.id}
    for gate, entry in clause.at.items():
        assert (gate, entry.effect.value) in shown
        for unless in entry.unless:
            assert (gate, unless.effect.value) in shown
