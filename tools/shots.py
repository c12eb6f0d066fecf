"""Take the screenshots of the README from a running demonstration: docs/images/board.png and session.png.

The people and figures in them are invented.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SETTLE_MS = 4_000  # the curves fill and the tiles turn fresh


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def demonstration() -> Iterator[str]:
    """`knai demo` with fresh records; gives its address."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="knai-shots-") as folder:
        environment = os.environ | {
            "KNAI_DATA_DIR": folder,
            "KNAI_DATABASE_URL": "",
            "PORT": str(port),
            "KNAI_MLLP_PORT": str(free_port()),
        }
        command = [sys.executable, "-m", "knai.cli", "demo"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            yield answering(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(timeout=30)


def answering(address: str) -> str:
    give_up = time.monotonic() + 90
    while time.monotonic() < give_up:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=1):  # noqa: S310  our own server
                return address
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The demonstration did not start within 90 s.")


def take(page: Any, address: str) -> None:
    """The board as it hangs on the wall, and the session whose pressure climbs."""
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("Email").fill("nurse@demo.knai.example")
    page.get_by_label("Password", exact=True).fill("invented-people-only")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/board/")
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=IMAGES / "board.png")
    page.get_by_role("link", name="Chair 2").first.click()
    page.wait_for_url("**/sessions/**")
    page.set_viewport_size({"width": 1360, "height": 1180})
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=IMAGES / "session.png")


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Found no Chromium. Install it (Debian: apt install chromium) and run this again.")
        return 2
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(parents=True, exist_ok=True)
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 760}, reduced_motion="reduce")
        take(page, address)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
