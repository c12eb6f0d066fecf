"""Monitors beside people: one real `knai serve`, 8 monitors, boards, pages and posts at once.

In a process of its own: `python -m knai.cli.bench.serving SECONDS`, in the environment of a scratch database.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from knai.cli.bench import world
from knai.cli.bench.feeds import messages
from knai.cli.bench.place import Figure, figure
from knai.cli.bench.visitors import Boards, Browser, percentile, watch_board
from knai.interop.hl7v2.simulator.messages import Chair, build_dense

FEEDS, BOARDS, PEOPLE = 8, 200, 16
TILES_PER_S, PAGES_PER_S = 20, 20
MOST_MIB = 350


def measure(seconds: float) -> list[Figure]:
    world.set_up()
    made = world.make_world(FEEDS, datetime.now(UTC))
    cookie = world.log_in(made.nurse)
    return asyncio.run(_measure(made, cookie, seconds))


async def _measure(made: world.World, cookie: str, seconds: float) -> list[Figure]:
    from django.db import connection

    figures = []
    async with serving() as (port, mllp_port, pid):
        figures += await boards(made, cookie, port, mllp_port, seconds)
        figures.append(memory(pid))
        figures += await pages_beside_feeds(port, mllp_port, cookie, seconds)
        figures += await people_posting(made, cookie, port, mllp_port, seconds, connection.vendor)
    return figures


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[tuple[int, int, int]]:
    """`knai serve`; gives the ports of pages and monitors, and the process."""
    port, mllp_port = _free_port(), _free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "knai.cli", "serve", stdout=asyncio.subprocess.DEVNULL,
        env=os.environ | {"KNAI_PORT": str(port), "KNAI_MLLP_PORT": str(mllp_port), "KNAI_MFA": "off"},
    )  # fmt: skip
    try:
        await _wait_for(port)
        yield port, mllp_port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def _wait_for(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(OSError):
                await Browser(port, "").get("/healthz")
                return
            await asyncio.sleep(0.1)


def memory(pid: int) -> Figure:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    mib = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
    what = f"memory of the server, {FEEDS} sessions under way, {BOARDS} boards open"
    return figure(what, mib, "MiB", goal=f"< {MOST_MIB} MB", holds=mib < MOST_MIB * 1e6 / 2**20)


# -------------------------------------------------------------------------------------------------- boards
async def boards(
    made: world.World, cookie: str, port: int, mllp_port: int, seconds: float
) -> list[Figure]:
    """So many boards open, so many messages a second: how old is a tile when a browser has it?"""
    from knai.interop.hl7v2.simulator.send import pump

    seen = Boards()
    watching = [asyncio.create_task(watch_board(port, cookie, seen)) for _ in range(BOARDS)]
    await asyncio.sleep(3)
    seen.lags_ms.clear()
    paced = [paced_messages(c, n, TILES_PER_S / FEEDS) for n, c in enumerate(made.chairs)]
    await asyncio.gather(*(pump(feed, port=mllp_port, max_seconds=seconds) for feed in paced))
    await asyncio.sleep(0.3)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return _board_figures(seen, seconds)


def paced_messages(chair: Chair, number: int, per_s: float) -> Iterator[tuple[float, bytes]]:
    """As it happens, each feed a little after the one before."""
    begun = datetime.now(UTC)
    for n in range(10_000):
        due = number / FEEDS / per_s + n / per_s
        at = begun + timedelta(seconds=due)
        yield due, build_dense(chair, at=at, control_id=f"{chair.bed}-{n}")


def _board_figures(seen: Boards, seconds: float) -> list[Figure]:
    name = f"{BOARDS} boards, {TILES_PER_S} messages a second"
    p99 = percentile(seen.lags_ms, 99)
    arrived = len(seen.lags_ms) / BOARDS / seconds
    return [
        figure(f"{name}: tiles on each board", arrived, "tiles/s"),
        figure(f"{name}: message taken in to browser, p50", percentile(seen.lags_ms, 50), "ms"),
        figure(
            f"{name}: message taken in to browser, p99", p99, "ms", goal="≤ 50 ms", holds=p99 <= 50
        ),
    ]


# --------------------------------------------------------------------------------------------------- pages
async def pages_beside_feeds(
    port: int, mllp_port: int, cookie: str, seconds: float
) -> list[Figure]:
    """Monitors flat out while pages are served: how long does a monitor wait?"""
    from knai.cli.bench.feeds import send_all

    stop = asyncio.Event()
    asking = asyncio.create_task(_ask_pages(port, cookie, stop))
    since = datetime.now(UTC) - timedelta(hours=22)
    report = await send_all(mllp_port, FEEDS, seconds, 1, since)
    stop.set()
    times = await asking
    name = f"{FEEDS} feeds flat out, {PAGES_PER_S} pages a second"
    return [
        figure(
            f"{name}: accept p99", report.p99_ms, "ms", goal="≤ 50 ms", holds=report.p99_ms <= 50
        ),
        figure(f"{name}: values", report.accepted * 12 / seconds, "values/s"),
        figure(f"{name}: pages served", len(times) / seconds, "pages/s"),
        figure(f"{name}: page p99", percentile(times, 99), "ms"),
    ]


async def _ask_pages(port: int, cookie: str, stop: asyncio.Event) -> list[float]:
    browsers = [Browser(port, cookie) for _ in range(4)]
    times: list[float] = []

    async def ask(browser: Browser) -> None:
        while not stop.is_set():
            status, took_ms = await browser.get("/clinic/bench/board/")
            if status == 200:
                times.append(took_ms)
            await asyncio.sleep(max(0.0, len(browsers) / PAGES_PER_S - took_ms / 1000))

    await asyncio.gather(*map(ask, browsers))
    for browser in browsers:
        browser.close()
    return times


# --------------------------------------------------------------------------------------------------- people
async def people_posting(
    made: world.World, cookie: str, port: int, mllp_port: int, seconds: float, vendor: str
) -> list[Figure]:
    """16 people chart, each once a second, while 8 monitors send once a second: does anybody wait long?"""
    from knai.interop.hl7v2.simulator.send import pump

    ends_at = asyncio.get_running_loop().time() + seconds
    since = datetime.now(UTC) - timedelta(hours=20)
    beside = [
        pump(((n * 1.0, raw) for n, (_, raw) in enumerate(messages(chair, since))),
             port=mllp_port, max_seconds=seconds)
        for chair in made.chairs
    ]  # fmt: skip
    posting = [
        _post(Browser(port, cookie), made.sessions[n % FEEDS].pk, ends_at, n / PEOPLE)
        for n in range(PEOPLE)
    ]
    found = await asyncio.gather(*posting, *beside)
    answers = [answer for person in found[:PEOPLE] for answer in person]
    return _post_figures(answers, [report.p99_ms for report in found[PEOPLE:]], vendor)


async def _post(
    browser: Browser, session_id: Any, ends_at: float, after_s: float
) -> list[tuple[int, float]]:
    clock = asyncio.get_running_loop().time
    await asyncio.sleep(after_s)
    answers = []
    while clock() < ends_at:
        path = f"/clinic/bench/sessions/{session_id}/chart/note/"
        status, took_ms = await browser.post(path, text="Resting, invented.")
        answers.append((status, took_ms))
        await asyncio.sleep(max(0.0, 1.0 - took_ms / 1000))
    browser.close()
    return answers


def _post_figures(
    answers: list[tuple[int, float]], accepts_ms: list[float], vendor: str
) -> list[Figure]:
    times = [took_ms for _, took_ms in answers]
    refused = sum(status >= 400 for status, _ in answers)
    name = f"{PEOPLE} people posting, {FEEDS} monitors"
    is_bound = vendor == "sqlite"
    longest = max(times, default=0.0)
    return [
        figure(f"{name}: posts not taken", refused, "posts", goal="0", holds=refused == 0),
        figure(f"{name}: longest wait of a post", longest, "ms",
               goal="≤ 200 ms" if is_bound else "", holds=longest <= 200 if is_bound else None),
        figure(f"{name}: post p99", percentile(times, 99), "ms"),
        figure(f"{name}: accept, worst monitor's p99", max(accepts_ms), "ms"),
    ]  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measure(float(sys.argv[1]))))
