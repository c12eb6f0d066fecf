"""SQLite for several threads: one writing transaction at a time, queued in the process.

SQLite lets one writer in and makes the others poll. Polling starves: with 16 people posting beside 8
monitors the unlucky waited most of a second. So every transaction of this process (they all begin
IMMEDIATE) first takes one lock per database file, which hands over without polling.
"""

import threading
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_locks: dict[str, threading.Lock] = {}
_locks_guard = threading.Lock()


def write_lock(name: str) -> threading.Lock:
    """The lock all writers of the database file `name` share."""
    with _locks_guard:
        return _locks.setdefault(str(name), threading.Lock())


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite wrapper whose transactions queue for the process-wide write lock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: threading.Lock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        if self._held is None:
            self._take_lock()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._release_lock()
            raise

    def _take_lock(self) -> None:
        lock = write_lock(self.settings_dict["NAME"])
        wait_s = self.settings_dict["OPTIONS"].get("timeout", 5)
        if not lock.acquire(timeout=wait_s):
            raise OperationalError(f"database is locked: waited {wait_s} s for another writer")
        self._held = lock

    def _release_lock(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            held.release()

    def _commit(self) -> None:
        try:
            super()._commit()
        except BaseException:
            # A failed COMMIT leaves the transaction open; the rollback that follows releases.
            raise
        else:
            self._release_lock()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._release_lock()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._release_lock()
