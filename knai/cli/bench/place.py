"""A database to measure on: made for one run and gone afterwards, in a process of its own."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from knai.core.errors import Unavailable

Figure = dict[str, Any]


def figure(
    what: str,
    value: float,
    unit: str,
    *,
    limit: float | None = None,
    ratio: float | None = None,
    goal: str = "",
    holds: bool | None = None,
) -> Figure:
    """One measured figure.

    limit   what the same machine did in the same run, at its best
    ratio   value to limit
    goal    what was to be reached, in words; holds: whether it was
    """
    return {
        "what": what,
        "value": round(value, 3),
        "unit": unit,
        "limit": None if limit is None else round(limit, 3),
        "ratio": None if ratio is None else round(ratio, 3),
        "goal": goal,
        "holds": holds,
    }


@contextmanager
def scratch(database_url: str) -> Iterator[dict[str, str]]:
    """An environment with an empty database beside the given one, and an empty data folder.

    database_url  "" for SQLite
    """
    with tempfile.TemporaryDirectory(prefix="knai-bench-") as folder:
        environment = os.environ | {
            "KNAI_DATA_DIR": folder, "KNAI_DATABASE_URL": "", "KNAI_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "knai.config.settings",
        }  # fmt: skip
        if not database_url.startswith("postgres"):
            yield environment
            return
        with _database_beside(database_url) as made:
            yield environment | {"KNAI_DATABASE_URL": made}


@contextmanager
def _database_beside(url: str) -> Iterator[str]:
    import psycopg

    name = f"knai_bench_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run_apart(
    module: str, environment: dict[str, str], *arguments: str, wait_s: float = 300
) -> Any:
    """Run `python -m module arguments` and read the JSON on the last line it prints.

    raises  Unavailable: it failed, with the last lines it said
    """
    done = subprocess.run(  # noqa: S603 - this program, our own words
        [sys.executable, "-m", module, *arguments],
        env=environment, capture_output=True, text=True, timeout=wait_s, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Unavailable(f"{module} ended with {done.returncode}: {done.stderr[-1500:]}")
    return json.loads(done.stdout.splitlines()[-1])
