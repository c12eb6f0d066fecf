"""Monitors flat out, in a process of their own.

    python -m knai.cli.bench.feeds PORT FEEDS SECONDS IN_FLIGHT SINCE_HOURS

Prints {seconds, accepted, other, p50_ms, p99_ms} as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from knai.interop.hl7v2.simulator.messages import Chair, build_dense
from knai.interop.hl7v2.simulator.send import SendReport, pump

VALUES = 12


def messages(chair: Chair, since: datetime) -> Iterator[tuple[float, bytes]]:
    """A message a second of the monitor's clock, all due at once."""
    number = 0
    while True:
        at = since + timedelta(seconds=number)
        yield 0.0, build_dense(chair, at=at, control_id=f"{chair.bed}-{number}", values=VALUES)
        number += 1


async def send_all(
    port: int, feeds: int, seconds: float, in_flight: int, since: datetime
) -> SendReport:
    chairs = [
        Chair(f"{n}", f"SIM-{n}", "pcd01", f"INV-{n}", f"Invented^P{n}")
        for n in range(1, feeds + 1)
    ]
    reports = await asyncio.gather(
        *(
            pump(messages(c, since), port=port, max_seconds=seconds, in_flight=in_flight)
            for c in chairs
        )
    )
    total = SendReport()
    for report in reports:
        total.add(report)
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
