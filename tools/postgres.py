"""A PostgreSQL server to throw away: made in a temporary folder, on a free port, gone afterwards.

    python tools/postgres.py [--fast] -- COMMAND …    runs COMMAND with KNAI_TEST_POSTGRES set to its address

It waits for the disk like a real one, so that measurements mean something; `--fast` does not, for tests.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
FAST = ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]


class PostgresError(Exception):
    """The server could not be made; the message says why."""


def programs() -> Path | None:
    """The folder with initdb and pg_ctl of the newest PostgreSQL from 15 up, None where there is none."""
    versions = sorted(DEBIAN.glob("*/bin/pg_ctl"), key=lambda p: float(p.parts[-3]), reverse=True)
    if versions:
        return versions[0].parent
    found = shutil.which("pg_ctl")
    return Path(found).resolve().parent if found else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _account() -> dict[str, object]:
    """PostgreSQL refuses to run as root: then it runs as the user of its package."""
    if os.geteuid() != 0:
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise PostgresError(
            "No user “postgres” here, and the server must not run as root."
        ) from None
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(command: list[str], account: dict[str, object]) -> None:
    with tempfile.TemporaryFile("w+") as words:
        done = subprocess.run(command, stdout=words, stderr=words, cwd="/", check=False, **account)
        if done.returncode:
            words.seek(0)
            raise PostgresError(f"`{Path(command[0]).name}` failed:\n{words.read()[-1500:]}")


@contextmanager
def server(*, fast: bool = False) -> Iterator[str]:
    """A running server; gives its address, postgresql://user:password@127.0.0.1:port/name."""
    folder = programs()
    if folder is None:
        raise PostgresError("No PostgreSQL here (looked for initdb and pg_ctl).")
    account, port, password = _account(), free_port(), secrets.token_hex(16)
    home = Path(tempfile.mkdtemp(prefix="knai-postgres-"))
    try:
        secret = home / "password"
        secret.write_text(password, "utf-8")
        if account:
            os.chown(home, account["user"], account["group"])
            os.chown(secret, account["user"], account["group"])
        yield from _running(folder, home, port, password, account, FAST if fast else [])
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _running(
    folder: Path,
    home: Path,
    port: int,
    password: str,
    account: dict[str, object],
    extra: list[str],
) -> Iterator[str]:
    data = home / "data"
    init = [f"{folder}/initdb", "-D", str(data), "-U", "knai", "-E", "UTF8", "--no-locale"]
    _run([*init, "-A", "scram-sha-256", "--pwfile", str(home / "password")], account)
    settings = ["listen_addresses=127.0.0.1", f"unix_socket_directories={home}", *extra]
    options = " ".join(["-p", str(port), *(f"-c {s}" for s in settings)])
    pg_ctl = [f"{folder}/pg_ctl", "-D", str(data), "-w"]
    _run([*pg_ctl, "-l", str(home / "log"), "-o", options, "start"], account)
    try:
        yield f"postgresql://knai:{password}@127.0.0.1:{port}/postgres"
    finally:
        _run([*pg_ctl, "-m", "immediate", "stop"], account)


def main(arguments: list[str]) -> int:
    if "--" not in arguments:
        print(__doc__, file=sys.stderr)
        return 2
    where = arguments.index("--")
    try:
        with server(fast="--fast" in arguments[:where]) as url:
            environment = os.environ | {"KNAI_TEST_POSTGRES": url}
            return subprocess.run(arguments[where + 1 :], env=environment, check=False).returncode
    except PostgresError as problem:
        print(problem, file=sys.stderr)
        return 6


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
