"""What runs beside the pages: the stream, the audit's sealer, the rounds, the monitors' listener."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from typing import Any

from django.conf import settings
from django.db import connections

from knai.core.errors import Malformed
from knai.interop.hl7v2.mllp import MllpListener
from knai.interop.hl7v2.receive import Receiver
from knai.kit.rounds import Runner
from knai.kit.sealer import Sealer
from knai.practice.live.ingest import Ingest
from knai.web.live.hub import Hub
from knai.web.live.stream import LiveStream
from knai.web.live.wiring import Wiring

log = logging.getLogger(__name__)

SEAL_EVERY_S = 1.0


class Services:
    """Made once a process; `running()` holds them up.

    beside  what else runs once all of them are up
    """

    def __init__(
        self, beside: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    ) -> None:
        self._beside = beside
        self.hub = Hub()
        self.wiring = Wiring(self.hub)
        self.stream = LiveStream(self.hub, self.wiring.opening)
        self.sealer = Sealer(settings.DATA_DIR)
        self.rounds = Runner()
        self.ingest = Ingest()
        self.listener = MllpListener(
            Receiver(self.ingest),
            host=settings.MLLP_HOST,
            port=settings.MLLP_PORT,
            allowed_peers=settings.MLLP_PEERS,
            tls=_tls(settings.MLLP_CERTIFICATE),
        )

    def close_streams(self) -> None:
        """Streams never end by themselves: this lets the server drain."""
        self.hub.close_all()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            self.hub.start(asyncio.get_running_loop())
            self.wiring.start()
            stack.callback(self.wiring.stop)
            await stack.enter_async_context(repeated(self.sealer.seal, SEAL_EVERY_S))
            stack.push_async_callback(in_thread, self.sealer.close)
            await self.ingest.start()
            stack.push_async_callback(self.ingest.stop)
            self.rounds.start()
            stack.push_async_callback(in_thread, self.rounds.stop)
            await stack.enter_async_context(self.listener)
            await stack.enter_async_context(self._beside())
            yield


def _tls(certificate: str) -> ssl.SSLContext | None:
    """raises  Malformed: the file is not a certificate with its key"""
    if not certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate)
    except (OSError, ssl.SSLError) as error:
        raise Malformed(
            f"cannot be used ({type(error).__name__}); wanted a PEM file with certificate and key",
            "KNAI_MLLP_CERTIFICATE",
        ) from None
    return context


@asynccontextmanager
async def repeated(job: Callable[[], Any], every_s: float) -> AsyncIterator[None]:
    """Run a short blocking job again and again on a thread; a failure is logged and tried again."""
    task = asyncio.create_task(_repeat(job, every_s))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _repeat(job: Callable[[], Any], every_s: float) -> None:
    while True:
        try:
            await asyncio.shield(in_thread(job))
        except Exception as error:
            # The type alone: a database's words may quote a row.
            log.error("%s failed: %s", job.__qualname__, type(error).__name__)
        await asyncio.sleep(every_s)


async def in_thread(job: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(_with_own_connection, job)


def _with_own_connection(job: Callable[[], Any]) -> Any:
    """Threads of the pool come and go: leave no connection open behind them."""
    try:
        return job()
    finally:
        connections.close_all()
