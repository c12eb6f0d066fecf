"""Simulated monitors that send over MLLP and wait for their answers, as monitors do."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf

from knai.interop.hl7v2.framing import Deframer, frame
from knai.interop.hl7v2.simulator.messages import Chair, build_message
from knai.interop.hl7v2.simulator.patient import SimulatedPatient

Timed = tuple[float, bytes]  # seconds after the start at which it is due, message


@dataclass(frozen=True, slots=True)
class Feed:
    """One chair: its monitor and its patient. from_s: how far into monitoring the feed begins."""

    chair: Chair
    patient: SimulatedPatient
    every_s: float = 1.0
    from_s: float = 0.0
    until_s: float = inf

    def messages(self, started_at: datetime, speed: float = 1.0) -> Iterator[Timed]:
        """started_at = the instant of from_s on the monitor's clock; speed inf = all due at once."""
        number, t_s = 0, self.from_s
        while t_s <= self.until_s:
            passed_s = t_s - self.from_s
            yield passed_s / speed, self.message(started_at, t_s, f"{self.chair.bed}-{number}")
            number += 1
            t_s = self.from_s + number * self.every_s

    def message(self, started_at: datetime, t_s: float, control_id: str) -> bytes:
        signs = self.patient.at(t_s)
        zero = started_at - timedelta(seconds=self.from_s)
        cuff_s = signs["cuff_at_s"]
        return build_message(
            self.chair,
            signs,
            at=zero + timedelta(seconds=t_s),
            control_id=f"{control_id}-{int(started_at.timestamp())}",
            cuff_at=None if cuff_s is None else zero + timedelta(seconds=cuff_s),
        )


@dataclass(slots=True)
class SendReport:
    """What came of the sending. Latency: from the first byte sent to the answer read."""

    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    reconnects: int = 0
    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list, repr=False)

    @property
    def accepted(self) -> int:
        return self.answers["AA"] + self.answers["CA"]

    @property
    def p50_ms(self) -> float:
        return self.percentile_ms(50)

    @property
    def p99_ms(self) -> float:
        return self.percentile_ms(99)

    def percentile_ms(self, percent: float) -> float:
        """nan when nothing was answered."""
        ordered = sorted(self.latencies_ms)
        if not ordered:
            return float("nan")
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

    def add(self, other: SendReport) -> None:
        self.sent += other.sent
        self.answers.update(other.answers)
        self.reconnects += other.reconnects
        self.seconds = max(self.seconds, other.seconds)
        self.latencies_ms += other.latencies_ms


async def send(
    feeds: Sequence[Feed],
    *,
    port: int,
    started_at: datetime,
    host: str = "127.0.0.1",
    speed: float = 1.0,
    max_messages: int | None = None,
    max_seconds: float | None = None,
    in_flight: int = 1,
    tls: ssl.SSLContext | None = None,
    attempts: int | None = None,
) -> SendReport:
    """All feeds at once, each on its own connection.

    speed         1 = real time, 60 = an hour in a minute, inf = flat out
    max_messages, max_seconds   of each feed; without them a feed ends at its until_s
    in_flight     messages sent before the first answer is awaited; monitors use 1
    attempts      connections in a row that may fail before it gives up; None = never gives up
    """
    pumps = (
        pump(
            feed.messages(started_at, speed),
            host=host,
            port=port,
            max_messages=max_messages,
            max_seconds=max_seconds,
            in_flight=in_flight,
            tls=tls,
            attempts=attempts,
        )
        for feed in feeds
    )
    total = SendReport()
    for report in await asyncio.gather(*pumps):
        total.add(report)
    return total


async def pump(
    messages: Iterable[Timed],
    *,
    port: int,
    host: str = "127.0.0.1",
    max_messages: int | None = None,
    max_seconds: float | None = None,
    in_flight: int = 1,
    tls: ssl.SSLContext | None = None,
    attempts: int | None = None,
) -> SendReport:
    """Send ready messages, each when it is due, over one connection; see send."""
    sender = _Sender(host, port, tls, in_flight, attempts)
    begun = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(max_seconds):
            await sender.run(messages, begun, max_messages)
    except TimeoutError:
        pass
    finally:
        sender.close()
    sender.report.seconds = asyncio.get_running_loop().time() - begun
    return sender.report


class _Sender:
    def __init__(
        self, host: str, port: int, tls: ssl.SSLContext | None, in_flight: int, attempts: int | None
    ) -> None:
        self.report = SendReport()
        self._place = (host, port, tls)
        self._in_flight, self._attempts = in_flight, attempts
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._deframer = Deframer()
        self._clock = asyncio.get_running_loop().time

    async def run(self, messages: Iterable[Timed], begun: float, most: int | None) -> None:
        for number, (due_s, message) in enumerate(messages):
            if most is not None and number >= most:
                break
            wait_s = begun + due_s - self._clock()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            self._waiting.append((message, self._clock()))
            self.report.sent += 1
            await self._insist(message)
        if self._waiting:
            await self._insist(None)

    async def _insist(self, message: bytes | None) -> None:
        """Send, and wait while too much is unanswered. A lost connection is made again, and what was
        unanswered goes again.

        message   None: nothing new, wait until all is answered
        """
        failed, most = 0, 0 if message is None else self._in_flight - 1
        while True:
            try:
                if self._writer is None:
                    await self._connect()
                elif message is not None:
                    self._writer.write(frame(message))
                    await self._writer.drain()
                message = None
                await self._await_room(most)
                return
            except OSError:
                self.close()
                failed += 1
                self.report.reconnects += 1
                if self._attempts is not None and failed >= self._attempts:
                    raise
                await asyncio.sleep(min(2.0, 0.1 * failed))

    async def _connect(self) -> None:
        host, port, tls = self._place
        self._reader, self._writer = await asyncio.open_connection(host, port, ssl=tls)
        self._deframer = Deframer()
        for message, _ in self._waiting:
            self._writer.write(frame(message))
        await self._writer.drain()

    async def _await_room(self, most: int) -> None:
        while len(self._waiting) > most:
            assert self._reader is not None  # connected just above
            async with asyncio.timeout(30):  # TimeoutError is an OSError
                data = await self._reader.read(65_536)
            if not data:
                raise ConnectionResetError("hung up before answering")
            for answer in self._deframer.feed(data):
                if isinstance(answer, bytes) and self._waiting:
                    self._count(answer)

    def _count(self, answer: bytes) -> None:
        _, sent = self._waiting.popleft()
        self.report.latencies_ms.append((self._clock() - sent) * 1000)
        self.report.answers[code_of(answer)] += 1

    def close(self) -> None:
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.close()
        self._reader = self._writer = None


def code_of(answer: bytes) -> str:
    """MSA-1, "" when there is none."""
    at = answer.find(b"\rMSA")
    return answer[at + 5 : at + 7].decode("ascii", "replace") if at >= 0 else ""
