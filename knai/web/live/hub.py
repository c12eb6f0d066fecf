"""Who listens to which clinic, and the handing on of news: each message is encoded once for all.

Everything here runs on the event loop; `tell` alone may be called from any thread.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Final
from uuid import UUID

WAITING_AT_MOST: Final = 256  # a page this far behind reads anew instead of catching up


class Subscriber:
    """One open stream. `next_chunk` gives all that waits, in one piece."""

    def __init__(self, clinic_id: UUID, *, clinical: bool, session_key: str) -> None:
        self.clinic_id = clinic_id
        self.clinical = clinical
        self.session_key = session_key
        self._waiting: list[bytes] = []
        self._news = asyncio.Event()
        self.closing = ""

    def put(self, chunk: bytes) -> None:
        if len(self._waiting) >= WAITING_AT_MOST:
            self.close("behind")
            return
        self._waiting.append(chunk)
        self._news.set()

    def close(self, why: str) -> None:
        """End the stream once what waits is written. The first reason stands."""
        self.closing = self.closing or why
        self._news.set()

    async def next_chunk(self) -> bytes:
        """All that waits; empty once the stream is closing and nothing is left."""
        if not self._waiting and not self.closing:
            await self._news.wait()
        self._news.clear()
        chunk = b"".join(self._waiting)
        self._waiting.clear()
        return chunk


class Hub:
    """The open streams of this process, by clinic."""

    def __init__(self) -> None:
        self._by_clinic: dict[UUID, set[Subscriber]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def add(self, subscriber: Subscriber) -> None:
        self._by_clinic[subscriber.clinic_id].add(subscriber)

    def remove(self, subscriber: Subscriber) -> None:
        self._by_clinic[subscriber.clinic_id].discard(subscriber)

    def count(self) -> int:
        return sum(len(subscribers) for subscribers in self._by_clinic.values())

    def tell(self, clinic_id: UUID, clinical: bytes, plain: bytes = b"") -> None:
        """From any thread: hand `clinical` to those who may read it, `plain` to the others."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.spread, clinic_id, clinical, plain)

    def spread(self, clinic_id: UUID, clinical: bytes, plain: bytes = b"") -> None:
        for subscriber in tuple(self._by_clinic.get(clinic_id, ())):
            chunk = clinical if subscriber.clinical else plain
            if chunk:
                subscriber.put(chunk)

    def end_session(self, session_key: str) -> None:
        """From any thread: somebody logged out; their streams end."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end, session_key, "logged_out")

    def close_all(self, why: str = "restart") -> None:
        self._end(None, why)

    def _end(self, session_key: str | None, why: str) -> None:
        for subscribers in tuple(self._by_clinic.values()):
            for subscriber in tuple(subscribers):
                if session_key is None or subscriber.session_key == session_key:
                    subscriber.close(why)


def sse(event: str, data: bytes) -> bytes:
    """One server-sent event. `data` is JSON on one line."""
    return b"event: " + event.encode() + b"\ndata: " + data + b"\n\n"
