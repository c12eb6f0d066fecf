"""The listener that monitors connect to.

It knows frames, peers and patience, and nothing of medicine: each message goes to the handler, whose answer
is sent back in the order of arrival. The handler answers only once a message is durable.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from knai.interop.hl7v2 import ack
from knai.interop.hl7v2.connection import Connection
from knai.interop.hl7v2.framing import TooLarge

log = logging.getLogger(__name__)

Handler = Callable[[bytes, str], Awaitable[bytes]]
LOOPBACK = ("127.0.0.0/8", "::1/128")


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
        self._connections: set[Connection] = set()
        self._handling: set[asyncio.Future[bytes]] = set()
        self._server: asyncio.Server | None = None
        self._watch: asyncio.Task[None] | None = None
        self._closing = False

    # ------------------------------------------------------------------------------------------ start, stop
    async def start(self) -> int:
        """Listen; gives the port (asked for as 0, the system chooses).

        raises  OSError: the port is taken
        """
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self), self.host, self.port, ssl=self.tls, backlog=128
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
        for connection in list(self._connections):
            connection.finish()
        ends = {connection.ended for connection in self._connections} | self._handling
        if ends:
            await asyncio.wait(ends, timeout=self.grace_s)
        await self._cut_off()

    async def _cut_off(self) -> None:
        late = set(self._handling)
        for future in late:
            future.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        ends = [connection.ended for connection in self._connections]
        for connection in list(self._connections):
            connection.abort()
        await asyncio.gather(*ends)

    async def __aenter__(self) -> MllpListener:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def connected_peers(self) -> list[str]:
        return sorted(c.peer for c in self._connections)

    # ------------------------------------------------------------------------------------- for a connection
    def admit(self, connection: Connection) -> bool:
        """Whether it may speak; counted either way."""
        if not self._may(connection.peer):
            self.stats.refused_peers += 1
            log.warning(
                "MLLP: refused a connection from %s: not an allowed peer, or too many",
                connection.peer,
            )
            return False
        self.stats.connections += 1
        self._connections.add(connection)
        return True

    def _may(self, peer: str) -> bool:
        if self._closing or len(self._connections) >= self.max_connections:
            return False
        try:
            address = ipaddress.ip_address(peer.split("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)

    def leave(self, connection: Connection, is_lost: bool) -> None:
        """What was kept stays kept; a peer that was lost will send the rest again."""
        self._connections.discard(connection)
        self.stats.lost_connections += is_lost

    def begin(self, message: bytes | TooLarge, peer: str) -> asyncio.Future[bytes] | bytes:
        """The answer, or what will be it."""
        self.stats.messages += 1
        if isinstance(message, TooLarge):
            text = f"message of more than {self.max_bytes} bytes"
            return ack.reject(ack.header_of(message.head), now=datetime.now(UTC), text=text)
        try:
            future = asyncio.ensure_future(self.handler(message, peer))
        except Exception as error:
            return self.failed(message, peer, error)
        self._handling.add(future)  # a lost connection must not end a commit half way
        future.add_done_callback(self._handling.discard)
        return future

    def failed(self, raw: bytes, peer: str, error: BaseException) -> bytes:
        """No message may end the connection, whatever the handler does with it."""
        self.stats.handler_errors += 1
        # The type alone: a traceback's last line may quote the message.
        log.error("MLLP: handler failed on a message from %s: %s", peer, type(error).__name__)
        return ack.fail(ack.header_of(raw), now=datetime.now(UTC))

    # ------------------------------------------------------------------------------------------- patience
    async def _watch_clocks(self) -> None:
        """One look at all connections a few times in the shortest patience."""
        pause = max(0.05, min(self.idle_timeout_s, self.block_timeout_s, 20.0) / 4)
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(pause)
            for connection in list(self._connections):
                if connection.is_overdue(clock()):
                    self.stats.timeouts += 1
                    log.info("MLLP: closed a silent connection from %s", connection.peer)
                    connection.abort()
