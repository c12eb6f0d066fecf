"""A check that the clock answers: minutes after the last dose."""

from datetime import UTC, datetime, timedelta

import pytest

from knai.core.check_items import read_items
from knai.core.checks import CheckAnswer, CheckContext, check_answer, decide_checks
from knai.core.errors import Malformed

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROW = {
    "title": "Observation", "question": "At least 2 h", "walks": ["discharge"], "answer": "elapsed",
    "effect": "hard_stop", "valid": "session", "min_ago_min": 120,
}  # fmt: skip
[ITEM] = read_items({"stay": ROW})


def decide(now, ends_at):
    context = CheckContext(now=now, ends_at=ends_at)
    return decide_checks([ITEM], [], context, "discharge")[0]


@pytest.mark.parametrize(
    "seconds, state",
    [(-1, "holds"), (0, "settled"), (1, "settled")],  # exactly at the end it is over
)
def test_it_holds_until_the_time_is_over(seconds, state):
    found = decide(NOON + timedelta(seconds=seconds), {"stay": NOON})
    assert found.state == state
    assert found.values["settles_at"] == NOON


def test_while_a_dose_runs_nobody_knows_the_end():
    found = decide(NOON, {"stay": None})
    assert (found.state, found.key, found.holds_the_step) == (
        "open",
        "check.clock_not_started",
        True,
    )


def test_without_a_dose_it_does_not_apply():
    assert decide(NOON, {}).state == "not_applicable"


def test_nobody_answers_it():
    answer = CheckAnswer("stay", "yes", NOON, "nadia", "nurse", "discharge")
    with pytest.raises(Malformed, match="clock"):
        check_answer(ITEM, answer)


def test_it_wants_its_minutes():
    with pytest.raises(Malformed, match="min_ago_min"):
        read_items({"stay": ROW | {"min_ago_min": None}})
