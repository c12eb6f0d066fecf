"""Rounds: what has to be looked at again and again while the server runs.

Each round is a function of the instant that may run any number of times: it finds out by itself what is due
and does that once. Apps register theirs when they are ready; `Runner` walks them on one thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections

from knai.kit.clock import now

log = logging.getLogger(__name__)

Job = Callable[[datetime], object]
TRY_AGAIN_S = 60.0  # after a failure, unless the round comes sooner anyway
STOP_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Round:
    name: str
    every_s: float
    job: Job


_rounds: dict[str, Round] = {}


def register(name: str, every_s: float, job: Job) -> None:
    """Let `job(at)` run about every `every_s` seconds. A second registration replaces the first."""
    if every_s <= 0:
        raise ValueError(f"{name}: found every {every_s} s, wanted more than 0.")
    _rounds[name] = Round(name, every_s, job)


def registered() -> dict[str, Round]:
    return dict(_rounds)


class Runner:
    """Walks the rounds that are due, one after another; a failure stops neither it nor the others.

    rounds  all that are registered when absent
    """

    def __init__(self, rounds: dict[str, Round] | None = None) -> None:
        self._rounds = registered() if rounds is None else rounds
        self._next_at: dict[str, datetime] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def run_due(self, at: datetime) -> list[str]:
        """Run what is due at `at`; every round is, the first time. Returns their names."""
        ran = []
        for round_ in self._rounds.values():
            if self._stop.is_set() or self._next_at.get(round_.name, at) > at:
                continue
            self._next_at[round_.name] = at + timedelta(seconds=_run(round_, at))
            ran.append(round_.name)
        return ran

    def start(self) -> None:
        self._thread = threading.Thread(target=self._walk, name="knai-rounds", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the round that runs end, and no other begin."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_WITHIN_S)

    def _walk(self) -> None:
        while not self._stop.is_set():
            at = now()
            try:
                self.run_due(at)
            finally:
                connections.close_all()
            self._stop.wait(self._pause_s(at))

    def _pause_s(self, at: datetime) -> float:
        soonest = min(self._next_at.values(), default=at + timedelta(seconds=TRY_AGAIN_S))
        return max(0.1, (soonest - now()).total_seconds())


def _run(round_: Round, at: datetime) -> float:
    """Seconds until its next turn."""
    try:
        round_.job(at)
    except Exception as error:
        # The type alone: a database's words may quote a row.
        log.error("round %s failed: %s", round_.name, type(error).__name__)
        return min(round_.every_s, TRY_AGAIN_S)
    return round_.every_s
