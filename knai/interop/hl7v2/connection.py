"""One monitor's connection: blocks in, answers out in the order of arrival."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from typing import TYPE_CHECKING, Any

from knai.interop.hl7v2.framing import Deframer, TooLarge, frame

if TYPE_CHECKING:
    from knai.interop.hl7v2.mllp import MllpListener

Waiting = tuple[asyncio.Future[bytes], bytes]  # what will be the answer, to which message


class Connection(asyncio.Protocol):
    """Reads and answers side by side, so that the commit behind the handler has messages to group.

    transport  set by the event loop before anything else is called
    ended      done once the connection is gone
    """

    transport: asyncio.Transport

    def __init__(self, listener: MllpListener) -> None:
        loop = asyncio.get_running_loop()
        self.peer = ""
        self.ended: asyncio.Future[None] = loop.create_future()
        self._listener, self._clock = listener, loop.time
        self._deframer = Deframer(listener.max_bytes)
        self._read: deque[bytes | TooLarge] = deque()  # whole messages there was no room for yet
        self._answers: deque[Waiting | bytes] = deque()
        self._heard_at = loop.time()
        self._block_since: float | None = None
        self._full_since: float | None = None  # since then the peer takes no answers
        self._takes_more = True

    # --------------------------------------------------------------------------------- from the event loop
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.peer = str((transport.get_extra_info("peername") or ("",))[0])
        if self._listener.admit(self):
            _keep_alive(transport.get_extra_info("socket"))
        else:
            self._takes_more = False
            self.abort()

    def data_received(self, data: bytes) -> None:
        if not self._takes_more:
            return
        deframer, self._heard_at = self._deframer, self._clock()
        errors = deframer.errors
        self._read.extend(deframer.feed(data))
        self._listener.stats.framing_errors += deframer.errors - errors
        if not deframer.is_inside:
            self._block_since = None
        elif self._block_since is None:
            self._block_since = self._heard_at
        self._move()

    def eof_received(self) -> bool:
        """The peer sends no more; what it has sent is still answered, except over TLS, which ends whole."""
        self._takes_more = False
        return bool(self._answers) and self.transport.get_extra_info("sslcontext") is None

    def pause_writing(self) -> None:
        self._full_since = self._clock()

    def resume_writing(self) -> None:
        self._full_since = None
        self._move()

    def connection_lost(self, error: Exception | None) -> None:
        is_lost = error is not None or bool(self._answers) or self._full_since is not None
        self._takes_more, self._full_since = False, None
        self._read.clear()
        self._listener.leave(self, is_lost)
        self.ended.set_result(None)

    # ------------------------------------------------------------------------------------ from the listener
    def finish(self) -> None:
        """Take no more, answer what was begun, then hang up."""
        self._takes_more = False
        self._read.clear()
        self._move()

    def abort(self) -> None:
        self.transport.abort()

    def is_overdue(self, now: float) -> bool:
        listener = self._listener
        if self._full_since is not None:
            return now - self._full_since > listener.block_timeout_s
        if self._answers:
            return False  # it waits for us, not we for it
        if self._block_since is not None and now - self._block_since > listener.block_timeout_s:
            return True
        return now - self._heard_at > listener.idle_timeout_s

    # ------------------------------------------------------------------------------------- messages, answers
    def _move(self, _: Any = None) -> None:
        """Hand on what there is room for and send what is ready, until neither makes way for the other."""
        self._begin()
        while self._send():
            self._begin()
        if not self._takes_more and not self._answers:
            self.transport.close()
        elif self._read:
            self.transport.pause_reading()  # the rest waits in the peer's own buffer
        elif self._takes_more:
            self.transport.resume_reading()

    def _begin(self) -> None:
        listener, answers = self._listener, self._answers
        while self._read and len(answers) < listener.max_in_flight:
            message = self._read.popleft()
            answer = listener.begin(message, self.peer)
            if isinstance(answer, bytes):
                answers.append(answer)
            else:
                answers.append((answer, message))
                answer.add_done_callback(self._move)

    def _send(self) -> bool:
        """All that is ready and whose turn it is, in one write. Has anything gone?"""
        answers, ready, count = self._answers, [], len(self._answers)
        while answers and self._full_since is None:
            answer = answers[0]
            if isinstance(answer, tuple):
                if not answer[0].done():
                    break
                answer = self._outcome(*answer)
            answers.popleft()
            if answer:
                ready.append(frame(answer))
        if ready and not self.transport.is_closing():
            self.transport.write(b"".join(ready))
        return len(answers) < count

    def _outcome(self, done: asyncio.Future[bytes], message: bytes) -> bytes:
        if done.cancelled():
            return b""
        error = done.exception()
        return self._listener.failed(message, self.peer, error) if error else done.result()


def _keep_alive(sock: socket.socket) -> None:
    """Let the system notice a dead peer within about a minute."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):  # absent on some systems
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
