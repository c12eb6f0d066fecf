"""`knai demo`: an invented clinic at work, with simulated monitors, on this machine alone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from knai.cli.faces import answer, json_option
from knai.cli.main import set_up_django
from knai.cli.serve import serve_with

if TYPE_CHECKING:
    from knai.interop.hl7v2.simulator import Feed, SimulatedPatient
    from knai.interop.hl7v2.simulator.send import Timed
    from knai.practice.demo import Seat

BACKLOG_EVERY_S = 5.0


@click.command()
@json_option
def demo() -> None:
    """Serve a demonstration clinic: invented people, simulated monitors, four chairs at work.

    Its records lie in var/demo unless KNAI_DATA_DIR says otherwise. Refuses to run on a database with
    a real clinic. Ctrl-C ends it; started again, it goes on.
    """
    _choose_settings()
    set_up_django()
    seats: list[Seat] = []

    def before() -> None:
        from knai.config.prepare import prepare
        from knai.practice.demo import ensure_clinics, fill_register, todays_seats

        prepare()
        seaside = ensure_clinics()["seaside"]
        seats.extend(todays_seats(seaside, _signs))
        fill_register(seaside)

    serve_with(before, _say_how_to_log_in, lambda: monitors_of(seats))


def _choose_settings() -> None:
    """PORT moves the pages, as make demo promises."""
    os.environ["KNAI_DEMO"] = "true"
    os.environ.setdefault("KNAI_DATA_DIR", str(Path.cwd() / "var" / "demo"))
    if os.environ.get("PORT"):
        os.environ["KNAI_PORT"] = os.environ["PORT"]


def _say_how_to_log_in() -> None:
    from django.conf import settings

    from knai.practice.demo import LOG_INS, PASSWORD, PIN

    address = f"http://{settings.PAGES_HOST}:{settings.PAGES_PORT}/"
    people = [{"email": p.email, "role": p.role, "clinic": p.clinic} for p in LOG_INS]
    found = {
        "pages": address,
        "mllp": f"{settings.MLLP_HOST}:{settings.MLLP_PORT}",
        "password": PASSWORD,
        "pin": PIN,
        "log_ins": people,
    }
    answer(found, lambda: _in_words(address, people, PASSWORD, PIN))


def _in_words(address: str, people: list[dict[str, str]], password: str, pin: str) -> str:
    width = max(len(person["email"]) for person in people)
    rows = [f"    {p['email']:<{width}}  {p['role']}, {p['clinic']}" for p in people]
    return "\n".join(
        [
            "",
            f"  KNAI demo: {address}   (everybody in it is invented; Ctrl-C ends it)",
            "",
            f"  Log in with the password  {password}",
            *rows,
            f"  Everybody's PIN, to change hands and to sign beside a colleague:  {pin}",
            "",
        ]
    )


@asynccontextmanager
async def monitors_of(seats: list[Seat]) -> AsyncIterator[None]:
    """Simulated monitors beside the seats, sending to this very process over MLLP."""
    from django.conf import settings

    from knai.interop.hl7v2.simulator import pump

    port = settings.MLLP_PORT
    tasks = [asyncio.create_task(pump(_timed(seat), port=port)) for seat in seats]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def _timed(seat: Seat) -> Iterator[Timed]:
    """What the monitor has said and was not heard, at once; from then on second by second."""
    from knai.kit.clock import now

    feed = _feed(seat)
    elapsed_s = (now() - seat.monitored_since) / timedelta(seconds=1)
    heard_s = (seat.heard_until - seat.monitored_since) / timedelta(seconds=1)
    steps = int(elapsed_s // BACKLOG_EVERY_S)
    for step in range(int(heard_s // BACKLOG_EVERY_S), steps):
        at_s = step * BACKLOG_EVERY_S
        yield 0.0, feed.message(seat.monitored_since, at_s, f"{seat.number}-{at_s:.0f}")
    second = 0
    while True:
        at_s = steps * BACKLOG_EVERY_S + second
        due_s = max(0.0, at_s - elapsed_s)
        yield due_s, feed.message(seat.monitored_since, at_s, f"{seat.number}-{at_s:.0f}")
        second += 1


def _signs(number: int, script: str, weight_kg: float, minutes: float) -> dict[str, int]:
    """What the nurse reads off the simulated monitor."""
    shown = replace(_patient(number, script, weight_kg), artefacts=False).at(minutes * 60)
    codes = ("sbp", "dbp", "hr", "spo2", "rr")
    return {code: round(shown[code]) for code in codes if shown[code] is not None}


def _patient(number: int, script: str, weight_kg: float) -> SimulatedPatient:
    from knai.interop.hl7v2.simulator import SimulatedPatient

    return SimulatedPatient(20 + number, weight_kg, script)


def _feed(seat: Seat) -> Feed:
    from knai.interop.hl7v2.simulator import Chair, Feed

    number = seat.number
    name = f"Invented^Patient {number}"
    chair = Chair(f"{number}", f"SIM-{number}", "pcd01", seat.patient_ref, name)
    return Feed(chair, _patient(number, seat.script, float(seat.weight_kg)))
