"""How fast pages come beside a trivial one on the same server, and how they grow with the chart."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from knai.cli.bench import posting, world
from knai.cli.bench.place import Figure, figure, run_apart, scratch

SECONDS, WARM_UP_S = 4.0, 1.0
VISITORS = 4
SHARE, AIM = 0.20, 0.40
MOST_QUERIES = 12
GROWTH = 1.3
SHORT, LONG = 20, 500


def run(database_url: str = "") -> list[Figure]:
    """All figures on one database."""
    with scratch(database_url) as environment:
        environment |= {"KNAI_MFA": "off", "KNAI_MLLP_PORT": str(_free_port())}
        return run_apart("knai.cli.bench.pages", environment)


# --------------------------------------------------------------------------------------- in its own process
def measure() -> list[Figure]:
    world.set_up()
    made = world.make_world(8, datetime.now(UTC))
    short, long, *_ = made.sessions
    for session, count in ((short, SHORT), (long, LONG)):
        fill(session, made.nurse, count)
    cookie = world.log_in(made.nurse)
    base = "/clinic/bench"
    pages = {
        "trivial": "/readyz",
        "board": f"{base}/board/",
        f"session of {SHORT} entries": f"{base}/sessions/{short.pk}/",
        f"session of {LONG} entries": f"{base}/sessions/{long.pk}/",
    }
    queries, waits = asyncio.run(beside_services(pages, cookie, made))
    with serving() as port:
        rates = {name: rate(port, path, cookie) for name, path in pages.items()}
    return figures(rates, queries) + waits


def figures(rates: dict[str, float], queries: dict[str, int]) -> list[Figure]:
    trivial = rates["trivial"]
    short, long = rates[f"session of {SHORT} entries"], rates[f"session of {LONG} entries"]
    found = [figure("trivial page, one query", trivial, "pages/s")]
    for name in ("board", f"session of {SHORT} entries"):
        share = rates[name] / trivial
        found.append(
            figure(
                f"{name}, audited", rates[name], "pages/s", limit=trivial, ratio=share,
                goal=f"{SHARE:.0%} of the trivial page (aim {AIM:.0%})", holds=share >= SHARE,
            )
        )  # fmt: skip
    for name in ("board", f"session of {LONG} entries"):
        goal = f"at most {MOST_QUERIES}"
        holds = queries[name] <= MOST_QUERIES
        found.append(figure(f"{name}, queries", queries[name], "queries", goal=goal, holds=holds))
    growth = short / long if long else float("inf")
    goal = f"{LONG} entries cost at most {GROWTH} × {SHORT}"
    found.append(
        figure(f"session of {LONG} entries", long, "pages/s", limit=short, ratio=growth,
               goal=goal, holds=growth <= GROWTH)
    )  # fmt: skip
    return found


def fill(session: Any, nurse: Any, count: int) -> None:
    """A chart of so many entries, most of them sets of vital signs, past the actions."""
    entry = world.model("ChartEntry")
    now = datetime.now(UTC)
    body = {"sbp": 121, "dbp": 77, "hr": 70, "spo2": 98, "rr": 14}
    rows = []
    for number in range(count):
        kind, what = ("sedation", {"moaas": 5}) if number % 5 == 4 else ("vitals", body)
        at = now - timedelta(minutes=number * 100 / count)
        rows.append(
            entry(clinic=session.clinic, patient=session.patient, session=session, kind=kind,
                  effective_at=at, recorded_at=at, recorded_by=nurse, body=what)
        )  # fmt: skip
    entry.objects.bulk_create(rows)


async def beside_services(
    pages: dict[str, str], cookie: str, made: world.World
) -> tuple[dict[str, int], list[Figure]]:
    """Queries of each page, and how long people wait, while the ingest runs whose memory the board reads."""
    from django.conf import settings

    from knai.config.services import Services

    def count() -> dict[str, int]:
        time.sleep(1.5)  # until the first tiles have been told
        return {name: count_queries(path, cookie) for name, path in pages.items()}

    async with Services().running():
        queries = await asyncio.to_thread(count)
        return queries, await posting.measure(made, settings.MLLP_PORT)


def count_queries(path: str, cookie: str) -> int:
    """Queries of one page, transactions not counted; the second time, as caches are warm then."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        status = client.get(path).status_code
    if status != 200:
        raise SystemExit(f"{path} answered {status}; nothing to measure.")
    words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return sum(not query["sql"].startswith(words) for query in seen)


@contextmanager
def serving() -> Iterator[int]:
    """`knai serve` on free ports; gives the port of the pages."""
    port, mllp_port = _free_port(), _free_port()
    environment = os.environ | {"KNAI_PORT": str(port), "KNAI_MLLP_PORT": str(mllp_port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "knai.cli", "serve"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port: int) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        try:
            get(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/healthz", "")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not answer within 60 s.")


def get(connection: http.client.HTTPConnection, path: str, cookie: str) -> int:
    connection.request("GET", path, headers={"Cookie": f"sessionid={cookie}"} if cookie else {})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def rate(port: int, path: str, cookie: str) -> float:
    """Pages a second, taken by visitors in a process of their own so that they cost the server little."""
    arguments = [str(port), path, cookie]
    command = [sys.executable, "-m", "knai.cli.bench.pages", "visit", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout)


def visit(port: int, path: str, cookie: str) -> float:
    begin = time.monotonic() + WARM_UP_S  # every thread of the server opens its database connection
    until = begin + SECONDS
    counts = [0] * VISITORS

    def work(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.monotonic() < until:
            if get(connection, path, cookie) != 200:
                raise SystemExit(f"{path} did not answer 200.")
            counts[number] += time.monotonic() >= begin

    threads = [threading.Thread(target=work, args=(number,)) for number in range(VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["visit"]:
        port, path, cookie = arguments[1:]
        print(visit(int(port), path, cookie))
    else:
        print(json.dumps(measure()))


if __name__ == "__main__":
    main(sys.argv[1:])
