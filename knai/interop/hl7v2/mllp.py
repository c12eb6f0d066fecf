"""The listener that monitors connect to.

It knows frames, peers and patience, and nothing of medicine: each message goes to the handler, whose answer
is sent back in the order of arrival. The handler answers only once a message is durable.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from knai.interop.hl7v2 import ack
from knai.interop.hl7v2.framing import Deframer, TooLarge, frame

log = logging.getLogger(__name__)

Handler = Callable[[bytes, str], Awaitable[bytes]]
LOOPBACK = ("127.0.0.0/8", "::1/128")
_CHUNK = 65_536


@dataclass(slots=True)
class ListenerStats:
    """Counts since the start, for /metrics."""

    connections: int = 0
    refused_peers: int = 0
    messages: int = 0
    framing_errors: int = 0
    handler_errors: int = 0
    timeouts: int = 0
    lost_connections: int = 0


@dataclass(eq=False, slots=True)
class _Connection:
    peer: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    deframer: Deframer
    heard_at: float
    answers: asyncio.Queue[asyncio.Task[bytes] | bytes | None]
    block_since: float | None = None
    reading: asyncio.Task[None] | None = None
    serving: asyncio.Task[None] | None = None


@dataclass(eq=False)
class MllpListener:
    """
    handler          async (raw message, peer's address) -> answer, unframed; b"" for none
    allowed_peers    addresses or networks; others are hung up on
    tls              an ssl.SSLContext with the server's certificate
    max_in_flight    messages of one connection handled at once; more wait in the peer's own buffer
    idle_timeout_s   a silent connection is closed after this: a cable pulled out sends no goodbye
    block_timeout_s  a begun message must end within this; an answer must be taken within it too
    """

    handler: Handler
    host: str = "127.0.0.1"
    port: int = 2575
    allowed_peers: Iterable[str] = LOOPBACK
    tls: ssl.SSLContext | None = None
    max_bytes: int = 2_000_000
    max_in_flight: int = 32
    max_connections: int = 256
    idle_timeout_s: float = 600.0
    block_timeout_s: float = 30.0
    grace_s: float = 5.0
    stats: ListenerStats = field(default_factory=ListenerStats)

    def __post_init__(self) -> None:
        self._networks = [ipaddress.ip_network(p, strict=False) for p in self.allowed_peers]
        self._connections: set[_Connection] = set()
        self._handling: set[asyncio.Task[bytes]] = set()
        self._server: asyncio.Server | None = None
        self._watch: asyncio.Task[None] | None = None
        self._closing = False

    # ------------------------------------------------------------------------------------------ start, stop
    async def start(self) -> int:
        """Listen; gives the port (asked for as 0, the system chooses).

        raises  OSError: the port is taken
        """
        self._server = await asyncio.start_server(
            self._connected, self.host, self.port, ssl=self.tls, limit=_CHUNK, backlog=128
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._watch = asyncio.create_task(self._watch_clocks())
        return self.port

    async def stop(self) -> None:
        """Take no more, answer what was taken, hang up. Whoever waits longer than grace_s is cut off."""
        self._closing = True
        if self._server is not None:
            self._server.close()
        if self._watch is not None:
            self._watch.cancel()
        for connection in self._connections:
            if connection.reading is not None:
                connection.reading.cancel()
        tasks = {c.serving for c in self._connections if c.serving is not None} | self._handling
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self.grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def __aenter__(self) -> MllpListener:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def connected_peers(self) -> list[str]:
        return sorted(c.peer for c in self._connections)

    # ---------------------------------------------------------------------------------------- a connection
    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        if not self._may(peer):
            self.stats.refused_peers += 1
            log.warning(
                "MLLP: refused a connection from %s: not an allowed peer, or too many", peer
            )
            writer.transport.abort()
            return
        _keep_alive(writer.get_extra_info("socket"))
        self.stats.connections += 1
        connection = _Connection(
            peer=peer,
            reader=reader,
            writer=writer,
            deframer=Deframer(self.max_bytes),
            heard_at=asyncio.get_running_loop().time(),
            answers=asyncio.Queue(self.max_in_flight),
            serving=asyncio.current_task(),
        )
        self._connections.add(connection)
        try:
            await self._serve(connection)
        finally:
            self._connections.discard(connection)

    def _may(self, peer: str) -> bool:
        if self._closing or len(self._connections) >= self.max_connections:
            return False
        try:
            address = ipaddress.ip_address(peer.split("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)

    async def _serve(self, connection: _Connection) -> None:
        """Read and answer side by side, so that the commit behind the handler has messages to group."""
        try:
            async with asyncio.TaskGroup() as group:
                connection.reading = group.create_task(self._read(connection))
                group.create_task(self._answer(connection))
        except* (OSError, TimeoutError):
            # The peer went away or takes no answers. What was kept stays kept; it will send the rest again.
            self.stats.lost_connections += 1
            connection.writer.transport.abort()
        finally:
            with contextlib.suppress(OSError):
                connection.writer.close()

    async def _read(self, connection: _Connection) -> None:
        try:
            await self._read_blocks(connection)
        except asyncio.CancelledError:
            if not self._closing:
                raise
        await connection.answers.put(None)

    async def _read_blocks(self, connection: _Connection) -> None:
        clock = asyncio.get_running_loop().time
        deframer = connection.deframer
        while data := await connection.reader.read(_CHUNK):
            connection.heard_at = clock()
            errors = deframer.errors
            for message in deframer.feed(data):
                await connection.answers.put(self._begin(message, connection.peer))
            self.stats.framing_errors += deframer.errors - errors
            if not deframer.is_inside:
                connection.block_since = None
            elif connection.block_since is None:
                connection.block_since = connection.heard_at

    def _begin(self, message: bytes | TooLarge, peer: str) -> asyncio.Task[bytes] | bytes:
        self.stats.messages += 1
        if isinstance(message, TooLarge):
            text = f"message of more than {self.max_bytes} bytes"
            return ack.reject(ack.header_of(message.head), now=datetime.now(UTC), text=text)
        task = asyncio.create_task(self._handle(message, peer))
        self._handling.add(task)  # a lost connection must not end a commit half way
        task.add_done_callback(self._handling.discard)
        return task

    async def _handle(self, raw: bytes, peer: str) -> bytes:
        """No message may end the connection, whatever the handler does with it."""
        try:
            return await self.handler(raw, peer)
        except Exception as error:
            self.stats.handler_errors += 1
            # The type alone: a traceback's last line may quote the message.
            log.error("MLLP: handler failed on a message from %s: %s", peer, type(error).__name__)
            return ack.fail(ack.header_of(raw), now=datetime.now(UTC))

    async def _answer(self, connection: _Connection) -> None:
        """Answers in order of arrival; those that are ready together leave together."""
        writer, answers = connection.writer, connection.answers
        while (item := await answers.get()) is not None:
            answer = item if isinstance(item, bytes) else await asyncio.shield(item)
            if writer.transport.is_closing():
                raise ConnectionResetError("the peer hung up before its answer")
            if answer:
                writer.write(frame(answer))
            if answers.empty() or writer.transport.get_write_buffer_size() > _CHUNK:
                async with asyncio.timeout(self.block_timeout_s):
                    await writer.drain()

    # ------------------------------------------------------------------------------------------- patience
    async def _watch_clocks(self) -> None:
        """One look at all connections a few times in the shortest patience."""
        pause = max(0.05, min(self.idle_timeout_s, self.block_timeout_s, 20.0) / 4)
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(pause)
            for connection in [c for c in self._connections if self._is_overdue(c, clock())]:
                self.stats.timeouts += 1
                log.info("MLLP: closed a silent connection from %s", connection.peer)
                connection.writer.transport.abort()

    def _is_overdue(self, connection: _Connection, now: float) -> bool:
        if not connection.answers.empty():
            return False  # it waits for us, not we for it
        begun = connection.block_since
        if begun is not None and now - begun > self.block_timeout_s:
            return True
        return now - connection.heard_at > self.idle_timeout_s


def _keep_alive(sock: socket.socket) -> None:
    """Let the system notice a dead peer within about a minute."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):  # absent on some systems
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
