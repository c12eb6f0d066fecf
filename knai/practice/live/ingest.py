"""The way in for monitors: from the event loop to the disk and back, many messages a commit."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, Final, NamedTuple

from django.db import connection

from knai.core.samples import DeviceBatch
from knai.kit import bus
from knai.kit.clock import now
from knai.kit.db.sqlite3.checkpoints import checkpoints_for
from knai.practice.live.clerk import Clerk, Judge
from knai.practice.live.heard import Heard
from knai.practice.live.inbox import Inbox
from knai.practice.live.judging import judge
from knai.practice.live.live import Live
from knai.practice.live.registry import Registry, Route
from knai.practice.live.rows import rows_for_database
from knai.practice.live.running import set_running
from knai.practice.live.writer import Job, Outcome, Writer

log = logging.getLogger(__name__)
__all__ = ["Ingest", "Outcome"]

TICK_S: Final = 1.0
# A thread that comes back from the disk waits for the interpreter until the running one is asked to let go.
# At Python's 5 ms a commit of 0.3 ms took the live thread 5, and every answer waited for it.
SWITCH_S: Final = 0.0005

Answer = Callable[[Outcome], Any]
Command = Callable[[], object]


def _as_it_is(outcome: Outcome) -> Outcome:
    return outcome


class Waiting(NamedTuple):
    """A message on its way to the disk, and who waits for what answer."""

    job: Job
    future: asyncio.Future[Any]
    answer: Answer


class Ingest:
    """Start it in the process that listens to monitors; one a process.

    judge         (session_id) -> findings of the Standard at the gate “during”; None: clauses raise no alerts
    most_waiting  messages taken in and not yet committed; more wait, and their senders with them
    """

    def __init__(
        self,
        *,
        judge: Judge | None = judge,
        clock: Callable[[], datetime] = now,
        most_waiting: int = 4096,
    ) -> None:
        self._clock = clock
        self._inbox = Inbox()
        self._room = most_waiting
        self._held: deque[Waiting] = deque()  # what there is no room for yet
        self._thread = threading.Thread(target=self._run, name="knai-live", daemon=True)
        self._stopping = False
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unsubscribe: list[Callable[[], None]] = []
        self.heard = Heard()
        self.live = Live()
        self._checkpoints = checkpoints_for(connection)
        rows = rows_for_database()
        self.registry = Registry(rows)
        self._writer = Writer(rows, self.registry, self.live, self.heard)
        self._clerk = Clerk(self.live, self.command, judge, clock)

    # ------------------------------------------------------------------------------------------ from outside
    async def start(self) -> None:
        """Read what is open from the database, and begin."""
        sys.setswitchinterval(SWITCH_S)
        self._loop = asyncio.get_running_loop()
        self._unsubscribe = [
            bus.subscribe("devices", self._on_device),
            bus.subscribe("alerts", self._on_alert),
            *self._clerk.subscribe(),
        ]
        self._checkpoints.start()
        self._thread.start()
        await asyncio.to_thread(self._ready.wait)
        set_running(self)
        self._clerk.start()

    async def stop(self) -> None:
        """Commit what was taken in, then end."""
        set_running(None)
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._clerk.stop()
        while self._held:
            self._inbox.put(self._held.popleft())
        self.command(self._stop)
        await asyncio.to_thread(self._thread.join)
        await asyncio.to_thread(self._checkpoints.stop)

    def accept(
        self, batch: DeviceBatch, peer: str, answer: Answer = _as_it_is
    ) -> asyncio.Future[Any]:
        """On the event loop. Done once the message is on the disk, or could not be put there.

        answer  (outcome) -> what to answer; `is_kept` of the outcome is false when it is not on the disk
        """
        waiting = Waiting(Job(batch, peer, self._clock()), self._loop.create_future(), answer)
        if self._room > 0:
            self._room -= 1
            self._inbox.put(waiting)
        else:
            self._held.append(waiting)
        return waiting.future

    def _settle(self, group: list[Waiting], outcomes: list[Outcome]) -> None:
        """On the event loop, after the commit."""
        self._room += len(group)
        while self._held and self._room > 0:
            self._room -= 1
            self._inbox.put(self._held.popleft())
        for waiting, outcome in zip(group, outcomes, strict=True):
            if not waiting.future.done():  # its connection may have gone
                _answer(waiting, outcome)

    def command(self, what: Command) -> None:
        """From any thread: run this on the live thread, between two groups."""
        self._inbox.put_now(what)

    def route(self, device_key: str) -> Route | None:
        """The device of this name as last read, for finding its mapping. From any thread."""
        return self.registry.by_key.get(device_key)

    # --------------------------------------------------------------------------------------- the live thread
    def _run(self) -> None:
        try:
            self._begin()
            tick_at = monotonic() + TICK_S
            while not self._stopping:
                self._serve(tick_at)
                if monotonic() >= tick_at:
                    self._guarded(self._tick)
                    tick_at = monotonic() + TICK_S
        finally:
            self._ready.set()
            connection.close()

    def _begin(self) -> None:
        """Which monitors there are must be known first; sessions are read one by one between messages."""
        self._guarded(self.registry.reload)
        self._ready.set()
        self._guarded(self._read_sessions)

    def _read_sessions(self) -> None:
        for session_id in self.live.list_open():
            self.command(partial(self.live.state_of, session_id, self._clock()))

    def _serve(self, tick_at: float) -> None:
        """Wait for the next message, take all that is there, commit, answer, tell the pages."""
        due = self.live.flush(self._clock())
        wait = max(0.0, tick_at - monotonic()) if due is None else min(due, tick_at - monotonic())
        found = self._inbox.take(Waiting, wait)
        if found and isinstance(found[0], Waiting):
            outcomes = self._writer.store([waiting.job for waiting in found])
            self._loop.call_soon_threadsafe(self._settle, found, outcomes)
        else:
            for command in found:
                self._guarded(command)

    def _guarded(self, command: Command) -> None:
        """One bad command must not end the way in for all monitors."""
        try:
            command()
        except Exception:
            # Commands handle ids and times; the traceback holds no figures of a patient.
            log.exception("The live thread could not do %s", getattr(command, "__name__", command))
            connection.close_if_unusable_or_obsolete()

    def _tick(self) -> None:
        self.live.tick(self._clock())
        self.heard.write()

    def _stop(self) -> None:
        self._stopping = True

    def _on_device(self, message: dict[str, Any]) -> None:
        """Put on a patient, taken off, changed, or read again from quarantine: see actions.devices."""
        self.command(self.registry.reload)
        session_id, event = message["session_id"], message["event"]
        if event == "detached":
            self.command(lambda: self.live.released(session_id))
        elif event == "replayed":
            self.command(lambda: self.live.reread(session_id, self._clock()))

    def _on_alert(self, message: dict[str, Any]) -> None:
        """A person acknowledged: see actions.alerts."""
        if message["event"] != "acknowledged":
            return
        args = (message["session_id"], message["cause"], message["by"], self._clock())
        self.command(lambda: self.live.acknowledged(*args))


def _answer(waiting: Waiting, outcome: Outcome) -> None:
    """One answer that cannot be given must not keep back those of the others."""
    try:
        waiting.future.set_result(waiting.answer(outcome))
    except Exception as error:
        waiting.future.set_exception(error)
