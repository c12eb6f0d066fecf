"""`knai bench NAME`: figures beside their limits in the same run, on SQLite and PostgreSQL if there is one.

A bench is a module with `run(database_url) -> list[Figure]`; "" means SQLite. It makes its own database.
"""

from __future__ import annotations

import importlib
import os
import platform
import sqlite3
from pathlib import Path
from typing import Any

import click

from knai.cli.faces import answer, json_option

MODULES = {
    "alerts": "knai.cli.bench.alerts",
    "assess": "knai.cli.bench.assess",
    "clinic": "knai.cli.bench.clinic",
    "kill": "knai.cli.bench.kill",
    "live": "knai.cli.bench.live",
    "pages": "knai.cli.bench.pages",
}
WITHOUT_DATABASE = frozenset({"alerts", "assess"})


@click.command()
@json_option
@click.argument("name", type=click.Choice(sorted(MODULES)))
@click.option(
    "--postgres",
    default="",
    help="Address of a PostgreSQL server that may make databases; else KNAI_TEST_POSTGRES.",
)
def bench(name: str, postgres: str) -> None:
    """Measure one thing: alerts, assess, clinic, kill, live or pages.

    Makes databases of its own and drops them. Each figure stands beside the limit that the same machine
    reached in the same run. Without a PostgreSQL server only SQLite is measured.
    """
    module = importlib.import_module(MODULES[name])
    urls = _urls(name, postgres or os.environ.get("KNAI_TEST_POSTGRES", ""))
    figures = []
    for url in urls:
        database = _database(name, url)
        figures += [figure | {"database": database} for figure in module.run(url)]
    databases = " and ".join(_database(name, url) for url in urls)
    result = {"name": name, "machine": machine(databases), "figures": figures}
    answer(result, lambda: in_words(result))


def _urls(name: str, postgres: str) -> list[str]:
    if name in WITHOUT_DATABASE or not postgres:
        return [""]
    return ["", postgres]


def _database(name: str, url: str) -> str:
    if name in WITHOUT_DATABASE:
        return "none"
    return _postgres_version(url) if url else f"SQLite {sqlite3.sqlite_version}"


def _postgres_version(url: str) -> str:
    import psycopg

    with psycopg.connect(url) as connection:
        return f"PostgreSQL {connection.info.server_version // 10_000}"


def machine(database: str) -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gib": _memory_gib(),
        "python": platform.python_version(),
        "database": database,
    }


def _memory_gib() -> float | None:
    try:
        first = Path("/proc/meminfo").read_text("ascii").splitlines()[0]
    except OSError:
        return None
    return round(int(first.split()[1]) / 1024**2, 1)


def in_words(result: dict[str, Any]) -> str:
    found = result["machine"]
    head = f"{result['name']}: {found['cores']} cores, {found['memory_gib']} GiB, Python {found['python']}"
    return "\n".join([head, *(_line(figure) for figure in result["figures"])])


def _line(figure: dict[str, Any]) -> str:
    mark = {True: "holds", False: "FALLS SHORT", None: ""}[figure["holds"]]
    ratio = f"  ratio {figure['ratio']}" if figure["ratio"] is not None else ""
    limit = f"  limit {figure['limit']}" if figure["limit"] is not None else ""
    goal = f"  goal {figure['goal']}" if figure["goal"] else ""
    value = f"{figure['value']} {figure['unit']}"
    return (
        f"  {figure['database']:<15} {figure['what']}: {value}{limit}{ratio}{goal}  {mark}".rstrip()
    )
