"""Sixteen people chart while eight monitors send: how long does the unluckiest wait?"""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from time import monotonic, perf_counter
from typing import Any

from knai.cli.bench.feeds import messages
from knai.cli.bench.place import Figure, figure
from knai.cli.bench.world import World

PEOPLE, MONITORS = 16, 8
SECONDS = 6.0
PAUSE_S = 1.0  # an entry a second and person: more than hands can do
MESSAGES_A_SECOND = 4
MOST_MS = 200.0


async def measure(made: World, port: int) -> list[Figure]:
    """Beside running services whose listener answers on `port`."""
    monitors = [asyncio.create_task(_send(made.chairs[number], port)) for number in range(MONITORS)]
    waits = await asyncio.to_thread(_people, made)
    await asyncio.gather(*monitors)
    waits.sort()
    what = f"{PEOPLE} people charting while {MONITORS} monitors send"
    goal = f"no wait over {MOST_MS:g} ms"
    return [
        figure(f"{what}, entries", len(waits) / SECONDS, "entries/s"),
        figure(f"{what}, p99", waits[int(len(waits) * 0.99)] * 1000, "ms"),
        figure(f"{what}, longest", waits[-1] * 1000, "ms", goal=goal, holds=waits[-1] * 1000 <= MOST_MS),
    ]  # fmt: skip


async def _send(chair: Any, port: int) -> None:
    from knai.interop.hl7v2.simulator.send import pump

    since = datetime.now(UTC) - timedelta(seconds=SECONDS)
    timed = (
        (number / MESSAGES_A_SECOND, raw) for number, (_, raw) in enumerate(messages(chair, since))
    )
    await pump(timed, port=port, max_seconds=SECONDS)


def _people(made: World) -> list[float]:
    """Everybody at once, each on a thread with a database connection of their own."""
    waits: list[float] = []
    until = monotonic() + SECONDS
    threads = [
        threading.Thread(target=_one, args=(made, number, until, waits)) for number in range(PEOPLE)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def _one(made: World, number: int, until: float, waits: list[float]) -> None:
    from django.db import connections

    from knai.identity.actors import get_actor
    from knai.practice.actions.charting import record_note

    pause = threading.Event()
    try:
        by = get_actor(made.nurse, made.clinic.slug)
        session_id = made.sessions[number % len(made.sessions)].pk
        while monotonic() < until:
            began = perf_counter()
            record_note(by=by, session_id=session_id, text="quiet (invented)")
            waits.append(perf_counter() - began)
            pause.wait(PAUSE_S)
    finally:
        connections.close_all()
