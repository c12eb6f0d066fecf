"""Reads what people chart, and asks the Standard, beside the live thread: neither may hold up a monitor."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Final
from uuid import UUID

from django.db import connection

from knai.core.standard import Finding
from knai.kit import bus
from knai.practice.live.chart import load_chart
from knai.practice.live.live import Live

log = logging.getLogger(__name__)

Judge = Callable[[UUID], tuple[Finding, ...]]
JUDGE_EVERY_S: Final = 15.0


class Clerk:
    """Its thread only reads; what it finds goes to the live thread as a command."""

    def __init__(
        self,
        live: Live,
        command: Callable[[Callable[[], None]], None],
        judge: Judge | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._live, self._command, self._judge, self._clock = live, command, judge, clock
        self._queue: SimpleQueue[UUID | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="knai-clerk", daemon=True)
        self._judge_at: dict[UUID, float] = {}

    def subscribe(self) -> list[Callable[[], None]]:
        return [
            bus.subscribe("entries", self._on_session),
            bus.subscribe("sessions", self._on_session),
            bus.subscribe("roster", self._on_roster),
        ]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._queue.put(None)
        self._thread.join()

    def _on_session(self, message: dict[str, Any]) -> None:
        if message["session_id"] is not None:
            self._queue.put(message["session_id"])

    def _on_roster(self, message: dict[str, Any]) -> None:
        for state in tuple(self._live.states.values()):
            if state.chart.clinic_id == message["clinic_id"]:
                self._queue.put(state.session_id)

    # ------------------------------------------------------------------------------------------ its thread
    def _run(self) -> None:
        try:
            while (changed := self._changed()) is not None:
                for session_id in changed | self._due():
                    self._look(session_id, is_changed=session_id in changed)
        finally:
            connection.close()

    def _changed(self) -> set[UUID] | None:
        """Sessions with news, each once however much was charted; empty after a second. None: the end."""
        found: set[UUID] = set()
        try:
            item = self._queue.get(timeout=1.0)
            while item is not None:
                found.add(item)
                item = self._queue.get_nowait()
        except Empty:
            return found
        return None

    def _due(self) -> set[UUID]:
        """Open sessions that the Standard has not been asked about for a while: time alone breaks clauses."""
        if self._judge is None:
            return set()
        at = monotonic()
        ids = [s.session_id for s in tuple(self._live.states.values()) if s.chart.is_open]
        self._judge_at = {i: self._judge_at.get(i, 0.0) for i in ids}
        return {i for i in ids if at - self._judge_at[i] >= JUDGE_EVERY_S}

    def _look(self, session_id: UUID, *, is_changed: bool) -> None:
        try:
            at = self._clock()
            chart = load_chart(session_id, at)
            if chart is None:
                return
            self._command(partial(self._live.set_chart, chart, at))
            if self._judge is not None and chart.is_open:
                self._judge_at[session_id] = monotonic()
                findings = self._judge(session_id)
                self._command(partial(self._live.judged, session_id, findings, at))
        except Exception:
            # Ids and instants alone are at hand here: no figures reach the log.
            log.exception("Could not look at a session for the board")
            connection.close_if_unusable_or_obsolete()
