"""That the disk was waited for before a monitor was answered, seen from outside.

SQLite syncs in our process: the calls of the system are traced (`strace`, where there is one). PostgreSQL
syncs in its own: straight after the answer everything it has written has to be flushed.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from knai.cli.bench.feeds import messages
from knai.cli.bench.place import Figure, figure

MESSAGES = 20
CALLS = "trace=fdatasync,fsync,sendto,sendmsg,write"
_SYNC, _ANSWER = re.compile(r"\b(?:fdatasync|fsync)\(.*\) += 0"), re.compile(r"MSA\|[AC]A")
_RESUMED = re.compile(r"(?:fdatasync|fsync) resumed>.* = 0")


def measure(made: Any, port: int) -> list[Figure]:
    """One monitor, one message after another."""
    from django.db import connection

    if connection.vendor == "postgresql":
        seen = asyncio.run(_flushed(made, port))
        return [_figure("everything written is flushed as the answer arrives", seen)]
    if shutil.which("strace") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        asyncio.run(_traced(made, port, trace))
        return [_figure("a sync of the disk seen before the answer", synced_answers(trace))]


def _figure(what: str, seen: int) -> Figure:
    return figure(what, seen, "answers", goal=f"{MESSAGES} of {MESSAGES}", holds=seen == MESSAGES)


def synced_answers(trace: Path) -> int:
    """How many answers of a trace have a sync between them and the answer before."""
    return _count(trace.read_text("utf-8", "replace").splitlines())


def _count(lines: Iterable[str]) -> int:
    count, is_synced = 0, False
    for line in lines:
        if _SYNC.search(line) or _RESUMED.search(line):
            is_synced = True
        elif _ANSWER.search(line):
            count, is_synced = count + is_synced, False
    return count


async def _traced(made: Any, port: int, trace: Path) -> None:
    command = ("strace", "-f", "-s", "300", "-e", CALLS, "-o", str(trace))
    async with _listening(port, command):
        await _send(made, port)


async def _flushed(made: Any, port: int) -> int:
    from asgiref.sync import sync_to_async
    from django.db import connection

    def all_is_flushed() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn()")
            return bool(cursor.fetchone()[0])

    async with _listening(port, ()):
        return sum([await sync_to_async(all_is_flushed)() async for _ in _answers(made, port)])


class _listening:
    """The listener alone, in a process of its own."""

    def __init__(self, port: int, before: tuple[str, ...]) -> None:
        self._command = (*before, sys.executable, "-m", "knai.cli.bench.kill", "serve", str(port))

    async def __aenter__(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self._child = await asyncio.create_subprocess_exec(
            *self._command, stdout=pipe, start_new_session=True
        )
        assert self._child.stdout is not None
        await self._child.stdout.readline()

    async def __aexit__(self, *_: object) -> None:
        os.killpg(self._child.pid, signal.SIGKILL)  # a tracer that ends lets the traced go on
        await self._child.wait()


async def _send(made: Any, port: int) -> None:
    async for _ in _answers(made, port):
        pass


async def _answers(made: Any, port: int):
    """Each answer as it arrives; the next message goes out when the caller comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    since = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    feed = messages(made.chairs[0], since)
    try:
        for _ in range(MESSAGES):
            _, message = next(feed)
            writer.write(b"\x0b" + message + b"\x1c\r")
            yield await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 20)
    finally:
        writer.close()
