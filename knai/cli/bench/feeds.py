"""Monitors flat out, in a process of their own.

    python -m knai.cli.bench.feeds PORT FEEDS SECONDS IN_FLIGHT SINCE_HOURS

Prints {seconds, accepted, other, p50_ms, p99_ms} as JSON. Real monitors bring their own processors; these
take from the one that is measured, so they do as little as they can.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from knai.interop.hl7v2.framing import Deframer, frame
from knai.interop.hl7v2.simulator.messages import Chair, build_dense
from knai.interop.hl7v2.simulator.send import SendReport, code_of

VALUES = 12
_ROUND = 3  # the numbers of a dense message come round after so many seconds
_TIME, _ID = b"20200101000000", b"CONTROL"


def messages(chair: Chair, since: datetime) -> Iterator[tuple[float, bytes]]:
    """A message a second of the monitor's clock, all due at once."""
    shapes = _shapes(chair)
    bed = chair.bed.encode()
    for number in count():
        at = since + timedelta(seconds=number)
        shape = shapes[int(at.timestamp()) % _ROUND]
        control_id = b"%b-%d" % (bed, number)
        yield (
            0.0,
            shape.replace(_TIME, b"%d%02d%02d%02d%02d%02d" % at.timetuple()[:6]).replace(
                _ID, control_id
            ),
        )


def _shapes(chair: Chair) -> list[bytes]:
    """One message for each of the numbers, to be given its time and its id."""
    begun = datetime.strptime(_TIME.decode() + "+0000", "%Y%m%d%H%M%S%z")
    made: list[bytes] = [b""] * _ROUND
    for second in range(_ROUND):
        at = begun + timedelta(seconds=second)
        raw = build_dense(chair, at=at, control_id=_ID.decode(), values=VALUES)
        made[int(at.timestamp()) % _ROUND] = raw.replace(
            at.strftime("%Y%m%d%H%M%S").encode(), _TIME
        )
    return made


class Monitor(asyncio.Protocol):
    """Sends the next message for every answer."""

    transport: asyncio.Transport

    def __init__(self, feed: Iterator[tuple[float, bytes]], in_flight: int) -> None:
        self.report = SendReport()
        self._feed, self._in_flight = feed, in_flight
        self._clock = asyncio.get_running_loop().time
        self._sent_at: deque[float] = deque()
        self._deframer = Deframer()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self._fill()

    def data_received(self, data: bytes) -> None:
        report, now = self.report, self._clock()
        for answer in self._deframer.feed(data):
            report.latencies_ms.append((now - self._sent_at.popleft()) * 1000)
            report.answers[code_of(answer)] += 1
        self._fill()

    def _fill(self) -> None:
        room = self._in_flight - len(self._sent_at)
        self.report.sent += room
        self._sent_at.extend([self._clock()] * room)
        self.transport.write(b"".join(frame(next(self._feed)[1]) for _ in range(room)))


async def send_all(
    port: int, feeds: int, seconds: float, in_flight: int, since: datetime
) -> SendReport:
    loop = asyncio.get_running_loop()
    chairs = [
        Chair(f"{n}", f"SIM-{n}", "pcd01", f"INV-{n}", f"Invented^P{n}")
        for n in range(1, feeds + 1)
    ]
    begun, total = loop.time(), SendReport()
    monitors = [Monitor(messages(chair, since), in_flight) for chair in chairs]
    for monitor in monitors:
        await loop.create_connection(lambda made=monitor: made, "127.0.0.1", port)
    await asyncio.sleep(seconds)
    total.seconds = loop.time() - begun
    for monitor in monitors:
        monitor.transport.abort()
        total.add(monitor.report)
    return total


def main(arguments: list[str]) -> None:
    port, feeds, seconds, in_flight, since_h = (float(a) for a in arguments)
    since = datetime.now(UTC) - timedelta(hours=since_h)
    report = asyncio.run(send_all(int(port), int(feeds), seconds, int(in_flight), since))
    found = {
        "seconds": report.seconds,
        "accepted": report.accepted,
        "other": sum(report.answers.values()) - report.accepted,
        "p50_ms": report.p50_ms,
        "p99_ms": report.p99_ms,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
