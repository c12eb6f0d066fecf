"""`kill -9` under load, again and again: no acknowledged value missing, none twice.

    run(database_url, kills=20)

Monitors send without pause over connections that break and are made again. The process that takes them in
is killed at odd moments and started anew on the same database. In the end the record is held against
what was acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from knai.cli.bench import traced, world
from knai.cli.bench.feeds import VALUES, messages
from knai.cli.bench.place import Figure, figure, run_apart, scratch

FEEDS = 8


def run(database_url: str = "", kills: int = 20) -> list[Figure]:
    with scratch(database_url) as environment:
        return run_apart("knai.cli.bench.kill", environment, "measure", str(kills), wait_s=1800)


def measure(kills: int) -> list[Figure]:
    world.set_up()
    made = world.make_world(FEEDS, datetime.now(UTC))
    since = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=23)
    found = asyncio.run(_send_and_kill(made, since, kills))
    missing, twice = _held_against_the_record(made, since, found["accepted"])
    acknowledged = sum(found["accepted"]) * VALUES
    return [
        figure("processes killed under load", found["killed"], "kills", goal=f"{kills}",
               holds=found["killed"] == kills),
        figure("values acknowledged", acknowledged, "values"),
        figure("acknowledged values missing", missing, "values", goal="0", holds=missing == 0),
        figure("values twice", twice, "values", goal="0", holds=twice == 0),
        figure("messages answered with an error", found["other"], "messages"),
        *_disk_figures(found["syncs"]),
        *traced.measure(made, _free_port()),
    ]  # fmt: skip


def _disk_figures(syncs: set[str]) -> list[Figure]:
    """A kill does not test the disk: what every live connection said of how it waits for it."""
    good = {"sqlite synchronous=2", "postgresql synchronous_commit=on"}
    what = f"live connections wait for the disk ({', '.join(sorted(syncs))})"
    return [
        figure(what, len(syncs & good), "settings", goal="all", holds=bool(syncs) and syncs <= good)
    ]


async def _send_and_kill(made: world.World, since: datetime, kills: int) -> dict[str, Any]:
    from knai.interop.hl7v2.simulator.send import SendReport, pump

    port, stop = _free_port(), asyncio.Event()
    pumps = [
        asyncio.create_task(pump(_until(stop, messages(chair, since)), port=port, in_flight=4))
        for chair in made.chairs
    ]
    syncs = await _kill_again_and_again(port, kills, stop, pumps)
    reports: list[SendReport] = [task.result() for task in pumps]
    return {
        "killed": kills,
        "accepted": [report.accepted for report in reports],
        "other": sum(sum(report.answers.values()) - report.accepted for report in reports),
        "syncs": syncs,
    }


async def _kill_again_and_again(
    port: int, kills: int, stop: asyncio.Event, pumps: list[asyncio.Task[Any]]
) -> set[str]:
    """returns  what each process said of how its connection waits for the disk"""
    chance = random.Random(kills)  # noqa: S311 - odd moments, no secrets
    syncs = set()
    for number in range(kills + 1):
        child = await _start(port)
        try:
            syncs.add(await _said(child))
            # The senders need up to two seconds to notice that somebody listens again.
            await asyncio.sleep(2.0 + chance.random())
            if number == kills:
                stop.set()
                await asyncio.gather(*pumps)
        finally:
            child.kill()
            await child.wait()
    return syncs


def _until(
    stop: asyncio.Event, feed: Iterator[tuple[float, bytes]]
) -> Iterator[tuple[float, bytes]]:
    """The feed, until told to stop: so that in the end everything sent has its answer."""
    for message in feed:
        if stop.is_set():
            return
        yield message


async def _start(port: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "knai.cli.bench.kill", "serve", str(port),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def _said(child: asyncio.subprocess.Process) -> str:
    """What the process says once it listens: how its connection waits for the disk."""
    assert child.stdout is not None  # asked for in _start
    return (await child.stdout.readline()).decode().strip()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _held_against_the_record(
    made: world.World, since: datetime, accepted: list[int]
) -> tuple[int, int]:
    """(values acknowledged and not there, values there twice). Answers come in order, so the first n
    messages of a feed are the acknowledged ones."""
    missing = twice = 0
    rows = world.model("DeviceSample").objects
    for session, count in zip(made.sessions, accepted, strict=True):
        until = since + timedelta(seconds=count)
        kept = list(rows.filter(session=session, at__lt=until).values_list("at", "code", "sub_id"))
        missing += max(0, count * VALUES - len(set(kept)))
        everything = list(rows.filter(session=session).values_list("at", "code", "sub_id"))
        twice += len(everything) - len(set(everything))
    return missing, twice


# ------------------------------------------------------------------------------------ the one that is killed
async def serve(port: int) -> None:
    from knai.interop.hl7v2.mllp import MllpListener
    from knai.interop.hl7v2.receive import Receiver
    from knai.practice.live.ingest import Ingest

    ingest = Ingest(judge=None)
    await ingest.start()
    listener = MllpListener(Receiver(ingest), port=port)
    await listener.start()
    ingest.command(lambda: print(_sync_of_this_connection(), flush=True))
    await asyncio.Event().wait()


def _sync_of_this_connection() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            return f"sqlite synchronous={cursor.fetchone()[0]}"
        cursor.execute("SHOW synchronous_commit")
        return f"postgresql synchronous_commit={cursor.fetchone()[0]}"


def main(arguments: list[str]) -> None:
    if arguments[0] == "measure":
        print(json.dumps(measure(int(arguments[1]))))
        return
    import django

    django.setup()
    asyncio.run(serve(int(arguments[1])))


if __name__ == "__main__":
    main(sys.argv[1:])
