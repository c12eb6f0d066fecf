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
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "invented-people-only"


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


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Iterator[Serving]:
    """`knai demo` for the whole run: two invented clinics, four chairs at work."""
    data_dir = tmp_path_factory.mktemp("demo")
    port, mllp_port = free_port(), free_port()
    environment = os.environ | {
        "KNAI_DATA_DIR": str(data_dir),
        "KNAI_DATABASE_URL": "",
        "KNAI_DEMO": "true",
        "DJANGO_SETTINGS_MODULE": "knai.config.settings",
        "PORT": str(port),
        "KNAI_MLLP_PORT": str(mllp_port),
    }
    log = data_dir / "log"
    with log.open("w") as words:
        process = subprocess.Popen(
            [sys.executable, "-m", "knai.cli", "demo"],
            cwd=data_dir,
            env=environment,
            stdout=words,
            stderr=words,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_until_it_answers(url, process, log)
            yield Serving(url, mllp_port, data_dir)
        finally:
            process.terminate()
            process.wait(timeout=20)


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


@pytest.fixture
def page(browser, demo):
    """A fresh tablet in front of the demo; a request to any other host fails the test."""
    context = browser.new_context(
        base_url=demo.url, viewport={"width": 1180, "height": 820}, reduced_motion="reduce"
    )
    strangers: list[str] = []
    context.on(
        "request",
        lambda r: (
            strangers.append(r.url) if not r.url.startswith((demo.url, "data:", "blob:")) else None
        ),
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda m: (
            complaints.append(m.text)
            if m.type == "error" and "Content Security Policy" in m.text
            else None
        ),
    )
    yield page
    context.close()
    assert not strangers, f"The page asked other hosts: {strangers}"
    assert not complaints, f"The page's scripts complained: {complaints}"


def log_in(page, role: str = "nurse") -> None:
    """Log in as the demo's person with this role."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(f"{role}@demo.knai.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def axe_problems(page, *without: str) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA on the page as it is, one line each."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        """async (off) => (await axe.run({
             runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
             rules: Object.fromEntries(off.map(id => [id, {enabled: false}])),
           })).violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(' | ')}`)""",
        list(without),
    )
    return list(found)
