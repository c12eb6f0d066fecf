"""Moves what was committed from SQLite's log into the database file, beside the writers.

SQLite lets the commit that finds the log long enough do it: one writer in twenty then waits ten times as
long, and everybody behind it. Here a thread does it first, so that a commit finds nothing left to move.
"""

import contextlib
import logging
import sqlite3
import threading
from typing import Any

from knai.kit.db.sqlite3.base import write_lock

log = logging.getLogger(__name__)
EVERY_S = 0.25
# Pages of log at which a commit moves them after all: the thread is late, or there is none.
LONGEST_LOG = 8_000
_MOVE = "PRAGMA wal_checkpoint(PASSIVE)"


class NoCheckpoints:
    """For databases that see to it themselves."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Checkpoints(NoCheckpoints):
    """Start it in the process that writes most. It never makes a commit less durable.

    name  the database file
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="knai-checkpoints", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with contextlib.closing(sqlite3.connect(self._name)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            while not self._stop.wait(EVERY_S):
                try:
                    self._move(connection)
                except sqlite3.Error as error:
                    log.warning("SQLite's log was not moved: %s", type(error).__name__)

    def _move(self, connection: sqlite3.Connection) -> None:
        """Most of it beside the writers; the little that came meanwhile while they wait, so that the log can
        begin anew instead of growing."""
        _, pages, _ = connection.execute(_MOVE).fetchone()
        if pages > LONGEST_LOG // 4:
            with write_lock(self._name):
                connection.execute(_MOVE).fetchone()


def checkpoints_for(connection: Any) -> NoCheckpoints:
    """Not yet started."""
    if connection.vendor != "sqlite":
        return NoCheckpoints()
    return Checkpoints(str(connection.settings_dict["NAME"]))
