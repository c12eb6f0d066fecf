"""What stands round a chair in the browser tests: the ward's server, its monitors, and a pair of hands."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page

from knai.interop.hl7v2.simulator import Chair, Feed, SendReport, SimulatedPatient, pump
from tests.browser.conftest import Server

EVERY_S = 15.0


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what the server does by itself, no longer than it takes."""
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, "It did not come about."
        time.sleep(0.05)


@dataclass
class Ward:
    """`knai serve` with a clock that can be put forward, and what it has kept."""

    server: Server
    monitors: list[Monitor] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        ahead_s = float(self._clock.read_text("ascii"))
        return datetime.now(UTC) + timedelta(seconds=ahead_s)

    def clock(self, minutes: float = 0) -> str:
        """So many minutes from now, as the clinic's clock on the wall shows it."""
        at = self.now + timedelta(minutes=minutes)
        return at.astimezone(ZoneInfo("America/New_York")).strftime("%H:%M")

    @property
    def _clock(self):
        return self.server.data_dir / "clock"

    def pass_time(self, minutes: float) -> None:
        """So many minutes go by; monitors that are on have said what they saw meanwhile."""
        ahead_s = float(self._clock.read_text("ascii")) + minutes * 60
        self._clock.write_text(str(ahead_s), "ascii")
        for monitor in self.monitors:
            monitor.catch_up(self.now)
            until(
                lambda m=monitor: (
                    self.last_set_at(m.number) >= m.last_cuff_at.replace(microsecond=0)
                )
            )

    def last_set_at(self, number: int) -> datetime:
        asked = """SELECT max(effective_at) FROM practice_chartentry
                   WHERE session_id = ? AND kind = 'vitals'"""
        text = self.rows(asked, self.session_id(number).hex)[0][0] or "2000-01-01"
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    def unaccepted(self, number: int) -> int:
        """Sets of the monitor that nobody has taken yet."""
        asked = """SELECT count(*) FROM practice_chartentry e
                   WHERE session_id = ? AND kind = 'vitals' AND source = 'device' AND NOT EXISTS
                   (SELECT 1 FROM practice_chartentry a WHERE a.target_id = e.id)"""
        return self.rows(asked, self.session_id(number).hex)[0][0]

    def monitor(self, number: int, script: str = "quiet") -> Monitor:
        """Switch on the monitor beside chair `number`."""
        made = Monitor(self.server.mllp_port, number, self.now, script)
        self.monitors.append(made)
        made.catch_up(self.now + timedelta(seconds=1))
        asked = (
            "SELECT count(*) FROM practice_device WHERE key LIKE ? AND last_heard_at IS NOT NULL"
        )
        until(lambda: self.rows(asked, f"%/SIM-{number}/%")[0][0] == 1)
        return made

    def session_id(self, number: int) -> UUID:
        asked = """SELECT s.id FROM practice_treatmentsession s JOIN practice_patient p
                   ON p.id = s.patient_id WHERE p.mrn = ?"""
        return UUID(self.rows(asked, f"WARD-{number}")[0][0])

    def path(self, number: int, rest: str = "") -> str:
        return f"/clinic/seaside/sessions/{self.session_id(number)}/{rest}"

    def state(self, number: int) -> str:
        asked = "SELECT state FROM practice_treatmentsession WHERE id = ?"
        return self.rows(asked, self.session_id(number).hex)[0][0]

    def bodies(self, number: int, kind: str) -> list[dict[str, Any]]:
        """What is charted of one kind, oldest first."""
        asked = """SELECT body FROM practice_chartentry WHERE session_id = ? AND kind = ?
                   ORDER BY effective_at, id"""
        return [json.loads(row[0]) for row in self.rows(asked, self.session_id(number).hex, kind)]

    def rows(self, asked: str, *values: object) -> list[tuple]:
        with sqlite3.connect(self.server.data_dir / "knai.sqlite3") as database:
            return database.execute(asked, values).fetchall()


@dataclass
class Monitor:
    """A simulated monitor that sends HL7 v2 into the server's own listener."""

    port: int
    number: int
    on_since: datetime
    script: str
    said_s: float = 0.0

    def __post_init__(self) -> None:
        chair = Chair(
            f"{self.number}", f"SIM-{self.number}", "pcd01", f"WARD-{self.number}", "Invented^Guest"
        )
        patient = SimulatedPatient(20 + self.number, 88.0, self.script, artefacts=False)
        self.feed = Feed(chair, patient)

    @property
    def last_cuff_at(self) -> datetime:
        cuff_s = self.feed.patient.at(self.said_s - EVERY_S)["cuff_at_s"] or 0
        return self.on_since + timedelta(seconds=cuff_s)

    def catch_up(self, now: datetime) -> None:
        """Say everything up to now, and wait until all of it is acknowledged."""
        messages = []
        while self.on_since + timedelta(seconds=self.said_s) <= now:
            control_id = f"{self.number}-{self.said_s:.0f}"
            messages.append((0.0, self.feed.message(self.on_since, self.said_s, control_id)))
            self.said_s += EVERY_S
        if messages:
            report = self._send(messages)
            assert report.accepted == len(messages), report.answers

    def _send(self, messages: list[tuple[float, bytes]]) -> SendReport:
        """On a thread of its own: the browser's driver has the loop of this one."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(
                lambda: asyncio.run(pump(messages, port=self.port, attempts=3))
            ).result(timeout=30)


@dataclass
class Hands:
    """Taps are counted; a name and a PIN are the only things written."""

    page: Page
    taps: list[str] = field(default_factory=list)

    def tap(self, where: Locator) -> None:
        words = " ".join((where.inner_text() or where.get_attribute("aria-label") or "").split())
        where.click()
        self.taps.append(words)

    def tap_button(self, name: str) -> None:
        self.tap(self.page.get_by_role("button", name=name, exact=True))

    def tap_monitor(self, number: int) -> None:
        """Another test's monitor may have been heard a moment ago: take the one that is meant."""
        mine = self.page.locator("form").filter(has_text=f"Monitor {number} (simulated)")
        self.tap(mine.get_by_role("button", name="This one"))

    def tap_link(self, name: str) -> None:
        self.tap(self.page.get_by_role("link", name=name, exact=True))

    def write(self, label: str, words: str) -> None:
        """Into a field it takes one tap to stand in."""
        field = self.page.get_by_label(label)
        self.tap(field)
        field.press_sequentially(words)
