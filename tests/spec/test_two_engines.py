"""One meaning, two engines: a session judged alone and a million judged in columns get one answer."""

import random
from collections import Counter
from functools import cache

import pytest

from knai.core.standard import CARE_CLAUSES, GATES, Policy, Verdict, read_facts
from knai.core.standard.derive import derive
from knai.core.standard.numbers import read_instant, read_zone
from tests.spec.engines import judge_columns, judge_one, random_session
from tests.spec.worked import load_examples

SESSIONS_A_GATE = 2000
AT_LEAST = 50

# The clause × verdict pairs that no facts lead to.
UNREACHABLE = {("KNAI-1", "not_applicable")}


@cache
def sessions(gate):
    rng = random.Random(f"two engines at {gate}")
    return [random_session(rng, gate) for _ in range(SESSIONS_A_GATE)]


@cache
def judged_alone(gate):
    return [judge_one(session) for session in sessions(gate)]


@pytest.mark.parametrize("gate", GATES)
def test_both_engines_answer_alike_on_random_sessions(gate):
    assert judge_columns(sessions(gate), gate) == judged_alone(gate)


def test_every_verdict_occurs_often_enough_to_trust_the_comparison():
    seen = Counter(
        (clause, verdict)
        for gate in GATES
        for answers in judged_alone(gate)
        for clause, (verdict, _, _) in answers.items()
    )
    wanted = {(clause.id, verdict.value) for clause in CARE_CLAUSES for verdict in Verdict}
    assert {pair for pair in wanted if seen[pair] < AT_LEAST} == UNREACHABLE
    assert not any(seen[pair] for pair in UNREACHABLE)


def test_every_effect_of_the_table_occurs_often_enough_too():
    seen = Counter(
        (clause, gate, effect, needs)
        for gate in GATES
        for answers in judged_alone(gate)
        for clause, (_, effect, needs) in answers.items()
    )
    wanted = {
        (clause.id, gate, each.effect.value, needs)
        for clause in CARE_CLAUSES
        for gate, entry in clause.at.items()
        for each, needs in [(entry, ""), *((one, one.override_needs) for one in entry.unless)]
    }
    assert {each for each in wanted if seen[each] < AT_LEAST} == set()


@cache
def worked(gate):
    return [
        derive(
            example.gate,
            read_instant(example.now, "now"),
            read_facts(example.facts),
            Policy.default().tightened(example.policy),
            read_zone(example.tz),
        )
        for example in load_examples()
        if example.gate == gate
    ]


@pytest.mark.parametrize("gate", GATES)
def test_both_engines_answer_alike_on_the_worked_examples(gate):
    alone = [judge_one(session) for session in worked(gate)]
    assert judge_columns(worked(gate), gate) == alone
    asked = [each for each in load_examples() if each.gate == gate]
    assert [one[each.clause] for one, each in zip(alone, asked, strict=True)] == [
        (each.verdict, each.effect, each.needs) for each in asked
    ]
