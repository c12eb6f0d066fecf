"""Rounds come when they are due; one that fails is tried again and stops no other."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest

from knai.kit import rounds
from knai.kit.rounds import Round, Runner

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def runner_of(*made: Round) -> Runner:
    return Runner({round_.name: round_ for round_ in made})


@pytest.mark.parametrize(
    "after_s, due", [(0, False), (29, False), (30, True), (31, True)]
)  # exactly at its time it is due
def test_a_round_comes_again_once_its_time_has_passed(after_s, due):
    runner = runner_of(Round("mail", 30, lambda at: None))
    assert runner.run_due(NOON) == ["mail"]
    assert (runner.run_due(NOON + timedelta(seconds=after_s)) == ["mail"]) is due


def test_a_round_is_told_the_instant():
    told = []
    runner_of(Round("mail", 30, told.append)).run_due(NOON)
    assert told == [NOON]


def test_a_failing_round_stops_no_other_and_is_tried_again_soon(caplog):
    def fail(at):
        raise ValueError("Mara Rosen, born 1985")

    runner = runner_of(Round("daily", 86_400, fail), Round("mail", 30, lambda at: None))
    with caplog.at_level(logging.ERROR):
        assert runner.run_due(NOON) == ["daily", "mail"]
    assert "round daily failed: ValueError" in caplog.text
    assert "Mara" not in caplog.text
    assert "daily" in runner.run_due(NOON + timedelta(seconds=60))


def test_the_thread_walks_and_ends_with_the_server():
    walked = threading.Event()
    runner = runner_of(Round("mail", 3600, lambda at: walked.set()))
    runner.start()
    assert walked.wait(10)
    runner.stop()
    assert not any(thread.name == "knai-rounds" for thread in threading.enumerate())
    assert runner.run_due(NOON) == []


def test_no_round_may_run_without_a_pause():
    with pytest.raises(ValueError, match="more than 0"):
        rounds.register("mad", 0, lambda at: None)


def test_mail_goes_its_rounds():
    assert "mail" in rounds.registered()
