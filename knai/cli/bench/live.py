"""Monitors flat out: how many values a second are kept, checked, audited and told, and how long each waits.

Then the same beside people: see `serving`.

run(database_url)   "" measures on SQLite; makes and drops its own database
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import uuid4

from knai.cli.bench import world
from knai.cli.bench.feeds import VALUES
from knai.cli.bench.place import Figure, figure, run_apart, scratch

SECONDS = 8.0
BULK_ROWS = 60_000
GOAL_VALUES = 20_000
GOAL_ACCEPT_MS = 5.0


def run(database_url: str = "", seconds: float = SECONDS) -> list[Figure]:
    """All figures on one database."""
    with scratch(database_url) as environment:
        figures = run_apart("knai.cli.bench.live", environment, str(seconds))
    with scratch(database_url) as environment:
        return figures + run_apart("knai.cli.bench.serving", environment, str(seconds))


# --------------------------------------------------------------------------------------- in its own process
def measure(seconds: float) -> list[Figure]:
    world.set_up()
    world.make_world(64, datetime.now(UTC))
    bulk = bulk_rate()
    figures = [figure("values inserted in bulk, one transaction", bulk, "values/s")]
    for feeds, share in ((8, 0.25), (64, 0.5)):
        for in_flight in (1, 8) if feeds == 8 else (1,):
            found = asyncio.run(_serve_feeds(feeds, seconds, in_flight))
            figures += _figures(found, feeds, in_flight, share, bulk)
    return figures


def bulk_rate() -> float:
    """The database's own best: the same rows into the same table, nothing else; the best of three."""
    from knai.practice.live.rows import rows_for_database

    rows = rows_for_database()
    return max(_bulk_once(rows, BULK_ROWS) for _ in range(3))


def _bulk_once(rows: Any, count: int) -> float:
    from django.db import transaction

    ids = [rows.ident(uuid4()) for _ in range(3)]
    since = datetime(2020, 1, 1, tzinfo=UTC)
    made = [
        (
            *ids,
            "hr",
            f"1.{n % VALUES}",
            rows.instant(since + timedelta(seconds=n // VALUES)),
            70.0,
            0,
        )
        for n in range(count)
    ]
    begun = perf_counter()
    with transaction.atomic():
        _insert_in_bulk(made)
    return count / (perf_counter() - begun)


def _insert_in_bulk(made: Sequence[tuple[Any, ...]]) -> None:
    """As each database likes it best: COPY, or executemany."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.connection.cursor().copy(_COPY) as copy:
            copy.write("".join("\t".join(map(str, row)) + "\n" for row in made))
    else:
        connection.connection.executemany(_INSERT, made)


_COLUMNS = " (clinic_id, session_id, device_id, code, sub_id, at, value, raw_id) "
_COPY = "COPY practice_devicesample" + _COLUMNS + "FROM STDIN"
_INSERT = "INSERT INTO practice_devicesample" + _COLUMNS + "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


async def _serve_feeds(
    feeds: int, seconds: float, in_flight: int, since_h: float = 23
) -> dict[str, Any]:
    """Listener, ingest and bus here; the monitors in another process, as they are."""
    from knai.interop.hl7v2.mllp import MllpListener
    from knai.interop.hl7v2.receive import Receiver
    from knai.kit import bus
    from knai.practice.live.ingest import Ingest

    await asyncio.to_thread(_forget_samples)
    told: list[int] = []
    end = bus.subscribe("tiles", lambda news: told.append(len(news["data"])))
    ingest = Ingest(judge=None)
    await ingest.start()
    await _until_read(ingest)
    listener = MllpListener(Receiver(ingest), port=0)
    port = await listener.start()
    try:
        found = await _run_feeds(port, feeds, seconds, in_flight, since_h)
    finally:
        await listener.stop()
        await ingest.stop()
        end()
    kept = await asyncio.to_thread(_kept)
    return found | kept | {"tiles": len(told)}


async def _until_read(ingest: Any) -> None:
    """The sessions under way are read after the start, one by one: a matter of a second, once a day."""
    sessions = await asyncio.to_thread(ingest.live.list_open)
    while len(ingest.live.states) < len(sessions):
        await asyncio.sleep(0.05)


async def _run_feeds(port: int, *arguments: float) -> dict[str, Any]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "knai.cli.bench.feeds", str(port), *map(str, arguments),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await child.communicate()
    return json.loads(out)


def _forget_samples() -> None:
    """Between two runs: the same monitors say the same times again."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE practice_devicesample, kit_auditentry")
            return
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%delete'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("DELETE FROM practice_devicesample")
        cursor.execute("DELETE FROM kit_auditentry")


def _kept() -> dict[str, int]:
    """What the record holds, and what the audit says it holds."""
    from knai.kit.models import AuditEntry

    details = AuditEntry.objects.filter(verb="samples.kept").values_list("detail", flat=True)
    return {"kept": world.sample_count(), "audited": sum(d["values"] for d in details)}


def _figures(
    found: dict[str, Any], feeds: int, in_flight: int, share: float, bulk: float
) -> list[Figure]:
    rate = found["kept"] / found["seconds"]
    name = f"{feeds} feeds, {in_flight} unanswered each"
    is_whole = (
        found["accepted"] * VALUES <= found["kept"] == found["audited"] and found["tiles"] > 0
    )
    goal = (
        f"≥ {GOAL_VALUES} values/s; aim {share:.0%} of bulk"
        if feeds == 8
        else f"aim {share:.0%} of bulk"
    )
    holds = is_whole and (rate >= GOAL_VALUES if feeds == 8 else rate >= share * bulk)
    figures = [
        figure(f"{name}: values kept, checked, audited, told", rate, "values/s",
               limit=bulk, ratio=rate / bulk, goal=goal, holds=holds),
        figure(f"{name}: accept p50", found["p50_ms"], "ms"),
    ]  # fmt: skip
    is_bound = in_flight == 1 and feeds == 8
    figures.append(
        figure(f"{name}: accept p99", found["p99_ms"], "ms",
               goal=f"≤ {GOAL_ACCEPT_MS:g} ms" if is_bound else "",
               holds=found["p99_ms"] <= GOAL_ACCEPT_MS if is_bound else None)
    )  # fmt: skip
    return figures


if __name__ == "__main__":
    print(json.dumps(measure(float(sys.argv[1]))))
