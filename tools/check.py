"""Everything that must hold before a change lands, in one run, with a plain account at the end.

    python tools/check.py           all of it
    python tools/check.py --fast    style, types, contracts, and the tests on SQLite

Suites that need PostgreSQL 15 or Chromium run where these are. Where not, the account says so; with
KNAI_REQUIRE=postgres,chromium their absence is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import postgres

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
COUNTS = {
    "passed": re.compile(r"(\d+) passed|^# pass (\d+)", re.MULTILINE),
    "failed": re.compile(r"(\d+) (?:failed|errors?)\b|^# fail (\d+)", re.MULTILINE),
    "skipped": re.compile(r"(\d+) skipped|^# skipped (\d+)", re.MULTILINE),
}


@dataclass
class Step:
    """One thing that was run, and how it ended."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    absent: str = ""  # why it did not run

    @property
    def line(self) -> str:
        if self.absent:
            return f"  not run  {self.name}: {self.absent}"
        mark = "FAILED   " if self.failed else "ok       "
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        counts = f"{self.passed} passed, {self.failed} failed{skipped}"
        return f"  {mark}{self.name}: {counts} ({self.seconds:.0f} s)"


@dataclass
class Account:
    required: set[str]
    steps: list[Step] = field(default_factory=list)

    def add(self, step: Step) -> None:
        self.steps.append(step)

    def absent(self, name: str, what: str, why: str) -> None:
        """A suite that could not run: a failure where it is required."""
        self.add(Step(name, failed=int(what in self.required), absent=why))

    def close(self) -> int:
        passed = sum(s.passed for s in self.steps)
        failed = sum(s.failed for s in self.steps)
        print("\n" + "\n".join(step.line for step in self.steps))
        print(f"\n{passed} passed, {failed} failed", flush=True)
        return 1 if failed else 0


def run(name: str, command: list[str], environment: dict[str, str] | None = None) -> Step:
    """Run one command, its words going straight to the screen, and count what it says."""
    print(f"\n── {name}", flush=True)
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    words = []
    for line in process.stdout or ():
        print(line, end="", flush=True)
        words.append(line)
    code = process.wait()
    step = _count(name, "".join(words[-12:]), code)
    step.seconds = time.monotonic() - began
    return step


def _count(name: str, words: str, code: int) -> Step:
    """Figures of the closing lines; a command without any counts as one check."""
    found = {what: _sum(pattern, words) for what, pattern in COUNTS.items()}
    if not any(found.values()):
        return Step(name, passed=int(code == 0), failed=int(code != 0))
    if code and not found["failed"]:
        found["failed"] = 1
    return Step(name, **found)


def _sum(pattern: re.Pattern[str], words: str) -> int:
    return sum(int(next(filter(None, groups))) for groups in pattern.findall(words))


def static_checks(account: Account) -> None:
    for name, command in (
        ("style", ["ruff", "check", "--quiet", "."]),
        ("format", ["ruff", "format", "--check", "--quiet", "."]),
        ("types of the core", ["mypy", "--no-error-summary"]),
        ("import contracts", ["lint-imports", "--no-logo"]),
        ("migrations", ["python", "manage.py", "makemigrations", "--check", "--dry-run"]),
        ("generated pages", ["python", "tools/docs.py", "--check"]),
    ):
        step = run(name, [str(BIN / command[0]), *command[1:]])
        account.add(Step(name, int(not step.failed), int(bool(step.failed)), 0, step.seconds))


def pytest(name: str, *options: str, **environment: str) -> Step:
    command = [sys.executable, "-m", "pytest", "--durations=5", *options]
    return run(name, command, environment)


def sqlite_tests(account: Account) -> None:
    options = ("-n", "2", "-m", "not browser and not postgres")
    account.add(pytest("tests on SQLite", *options, KNAI_DATABASE_URL=""))


def postgres_tests(account: Account, url: str) -> None:
    name = "tests on PostgreSQL"
    if not url:
        account.absent(name, "postgres", "no PostgreSQL 15 or newer on this machine")
        return
    options = ("-n", "2", "-m", "not browser and not sqlite", "--only-database")
    account.add(pytest(name, *options, KNAI_DATABASE_URL=url))


def browser_tests(account: Account) -> None:
    if not any(map(shutil.which, BROWSERS)):
        account.absent("journeys in the browser", "chromium", "no Chromium on this machine")
        return
    account.add(pytest("journeys in the browser", "-m", "browser", KNAI_DATABASE_URL=""))


def find_postgres(stack: ExitStack) -> str:
    """The server named in KNAI_TEST_POSTGRES, else a throw-away one, else nothing."""
    named = os.environ.get("KNAI_TEST_POSTGRES", "")
    if named or postgres.programs() is None:
        return named
    try:
        return stack.enter_context(postgres.server(fast=True))
    except postgres.PostgresError as problem:
        print(problem, file=sys.stderr)
        return ""


def main(arguments: list[str]) -> int:
    required = set(re.split(r"[,\s]+", os.environ.get("KNAI_REQUIRE", ""))) - {""}
    account = Account(required)
    suites: list[Callable[[Account], None]] = [static_checks, sqlite_tests]
    with ExitStack() as stack:
        for suite in suites:
            suite(account)
        if "--fast" not in arguments:
            url = find_postgres(stack)
            postgres_tests(account, url)
            os.environ["KNAI_TEST_POSTGRES"] = url
            browser_tests(account)
    return account.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
