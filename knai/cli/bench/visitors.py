"""Browsers, as far as a server sees them: open boards, pages asked for, forms posted. On asyncio sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from urllib.parse import urlencode
from uuid import uuid4

import msgspec

_TOKEN = "k" * 32  # a browser's own cookie against forged posts; any 32 letters do
_Tile = msgspec.defstruct("_Tile", [("fresh_at", datetime | None, None)])
_read_tile = msgspec.json.Decoder(_Tile).decode


@dataclass(slots=True)
class Boards:
    """What open boards saw: milliseconds from a monitor's message taken in to the tile read."""

    lags_ms: list[float] = field(default_factory=list)
    open: int = 0


async def watch_board(port: int, cookie: str, seen: Boards) -> None:
    """One open stream, until cancelled."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(_request("GET", "/live/bench/", port, cookie))
    seen.open += 1
    event = b""
    try:
        while line := await reader.readline():
            if line.startswith(b"event: "):
                event = line[7:].strip()
            elif line.startswith(b"data: ") and event == b"tile":
                _note(seen, line[6:])
    finally:
        writer.close()


def _note(seen: Boards, data: bytes) -> None:
    fresh_at = _read_tile(data).fresh_at
    if fresh_at is not None:
        seen.lags_ms.append((datetime.now(UTC) - fresh_at).total_seconds() * 1000)


def _request(verb: str, path: str, port: int, cookie: str, body: bytes = b"") -> bytes:
    lines = [
        f"{verb} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Cookie: sessionid={cookie}; csrftoken={_TOKEN}",
        f"X-CSRFToken: {_TOKEN}",
    ]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Browser:
    """One kept connection. returns of its methods: (status, milliseconds)"""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> tuple[int, float]:
        return await self._ask("GET", path, b"")

    async def post(self, path: str, **fields: object) -> tuple[int, float]:
        form = {"idempotency_key": uuid4()} | fields
        return await self._ask("POST", path, urlencode(form).encode())

    async def _ask(self, verb: str, path: str, body: bytes) -> tuple[int, float]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        reader, writer = self._streams
        begun = perf_counter()
        writer.write(_request(verb, path, self._port, self._cookie, body))
        status, is_kept = await _read_answer(reader)
        if not is_kept:
            self.close()
        return status, (perf_counter() - begun) * 1000

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """(status, whether the connection stays)"""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    length = next((line for line in head.split("\r\n") if line.startswith("content-length:")), "")
    if length:
        await reader.readexactly(int(length.partition(":")[2]))
    elif "transfer-encoding: chunked" in head:
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return status, "connection: close" not in head


def percentile(values: Iterable[float], percent: float) -> float:
    ordered = sorted(values)
    return (
        ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
        if ordered
        else float("nan")
    )
