"""What has arrived for the live thread, and when it is worth waking it.

A commit costs about the same for one message as for eight, and senders answer together what was answered
to them together. So after a group the thread waits, for a millisecond at most, until half of those it has
just answered have sent again. After a lone message it waits for nobody.
"""

from __future__ import annotations

from collections import deque
from queue import Empty, SimpleQueue
from typing import Any, Final

GATHER_S: Final = 0.001
MOST_IN_A_GROUP: Final = 512
_NEVER: Final = 1 << 62


class Inbox:
    """Anybody puts, one thread takes. Messages and commands keep their order."""

    def __init__(self) -> None:
        self._arrived: deque[Any] = deque()
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._wanted = _NEVER  # ring once so many have arrived; never while the thread is at work
        self._last = 0  # size of the last group

    def put(self, item: Any) -> None:
        self._arrived.append(item)
        if len(self._arrived) >= self._wanted:
            self._ring()

    def put_now(self, item: Any) -> None:
        """What must not wait for company."""
        self._arrived.append(item)
        self._ring()

    def _ring(self) -> None:
        self._wanted = _NEVER
        self._bell.put(None)

    def take(self, kind: type, wait_s: float) -> list[Any]:
        """All that is there up to the first that is not of `kind`; [] when nothing comes within wait_s."""
        arrived = self._arrived
        wanted = (self._last + len(arrived)) // 2
        if wanted > len(arrived):
            self._wait(wanted, min(GATHER_S, wait_s))
        if not arrived:
            self._last = 0
            self._wait(1, wait_s)
        group = self._pop(kind)
        self._last = len(group)
        return group

    def _wait(self, wanted: int, wait_s: float) -> None:
        self._wanted = wanted
        try:
            if len(self._arrived) < wanted:
                self._bell.get(timeout=max(0.0, wait_s))
        except Empty:
            pass
        self._wanted = _NEVER

    def _pop(self, kind: type) -> list[Any]:
        arrived, group = self._arrived, []
        while arrived and len(group) < MOST_IN_A_GROUP:
            if not isinstance(arrived[0], kind):
                return group or [arrived.popleft()]
            group.append(arrived.popleft())
        return group
