"""The real `knai serve` on ports of its own, a fresh data folder, and Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "invented-people-only"
PIN = "4826"


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Serving:
    """A demo clinic that runs: where it answers, where monitors connect, where its data lie."""

    url: str
    mllp_port: int
    data_dir: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(url: str, process: subprocess.Popen, log: Path) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        if process.poll() is not None:
            pytest.fail(f"The server ended with {process.returncode}:\n{log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The server does not answer:\n{log.read_text()[-3000:]}")


class Server:
    """One `knai` process and what it says; it can be killed and started again on the same ports."""

    def __init__(self, module: str, data_dir: Path, *arguments: str, **more: str) -> None:
        self.data_dir, self.port, self.mllp_port = data_dir, free_port(), free_port()
        self.command = [sys.executable, "-m", module, *arguments]
        self.environment = os.environ | {
            "KNAI_DATA_DIR": str(data_dir),
            "KNAI_DATABASE_URL": "",
            "KNAI_DEMO": "true",
            "DJANGO_SETTINGS_MODULE": "knai.config.settings",
            "PORT": str(self.port),
            "KNAI_PORT": str(self.port),
            "KNAI_MLLP_PORT": str(self.mllp_port),
            **more,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        log = self.data_dir / "log"
        with log.open("a") as words:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=words, stderr=words
            )
        try:
            _wait_until_it_answers(self.url, self.process, log)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=20)


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Iterator[Serving]:
    """`knai demo` for the whole run: two invented clinics, four chairs at work."""
    server = Server("knai.cli", tmp_path_factory.mktemp("demo"), "demo")
    server.start()
    yield Serving(server.url, server.mllp_port, server.data_dir)
    server.stop()


@pytest.fixture(scope="session")
def ward_server(tmp_path_factory) -> Iterator[Server]:
    """`knai serve` for the whole run, with a clock that can be put forward."""
    data_dir = tmp_path_factory.mktemp("ward")
    (data_dir / "clock").write_text("0", "ascii")
    server = Server("tests.browser.ward", data_dir, KNAI_WARD_CLOCK=str(data_dir / "clock"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def ward(ward_server):
    """The server, its records, and monitors to switch on."""
    from tests.browser.bedside import Ward

    return Ward(ward_server)


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, driven by Playwright."""
    if CHROMIUM is None:
        pytest.fail("Chromium is not here; leave these tests out with -m 'not browser'.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


@contextmanager
def tablet(browser, url: str, **more) -> Iterator:
    """A fresh tablet in front of a server; a request to any other host fails the test, a complaint too."""
    settings = {"viewport": {"width": 1180, "height": 820}, "reduced_motion": "reduce"} | more
    context = browser.new_context(base_url=url, **settings)
    strangers: list[str] = []
    complaints: list[str] = []
    here = (url, "data:", "blob:")
    context.on("request", lambda r: r.url.startswith(here) or strangers.append(r.url))
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: _is_complaint(m) and complaints.append(m.text))
    yield page
    context.close()
    assert not strangers, f"The page asked other hosts: {strangers}"
    assert not complaints, f"The page's scripts complained: {complaints}"


def _is_complaint(message) -> bool:
    """Refused answers and a network that is gone are said in the console, too: those are no complaint."""
    is_network = message.text.startswith(("htmx:", "Failed to load resource", "Response Status"))
    return message.type == "error" and not is_network


@pytest.fixture
def page(browser, demo):
    """A fresh tablet in front of the demonstration."""
    with tablet(browser, demo.url) as page:
        yield page


def log_in(page, role: str = "nurse") -> None:
    """Log in as the demo's person with this role."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(f"{role}@demo.knai.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def axe_problems(page, *without: str, only: str = "") -> list[str]:
    """What axe-core finds against WCAG 2.2 AA on the page as it is, one line each.

    only  one rule alone
    """
    page.evaluate(AXE.read_text("utf-8"))
    levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate(
        """async ([run, off]) => (await axe.run({
             runOnly: run, rules: Object.fromEntries(off.map(id => [id, {enabled: false}])),
           })).violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(' | ')}`)""",
        [{"type": "rule", "values": [only]} if only else levels, list(without)],
    )
    return list(found)


@pytest.fixture
def ward_page(browser, ward_server):
    """A nurse's tablet, logged in, in front of the ward."""
    with tablet(browser, ward_server.url) as page:
        log_in(page)
        page.wait_for_url("**/board/")
        yield page
