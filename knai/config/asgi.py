"""What uvicorn runs: `/live/` goes to the stream, everything else to Django on persistent threads.

Django keeps one database connection a thread; the threads live as long as the process, so the
connections do too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from a2wsgi import WSGIMiddleware

from knai.config.services import Services
from knai.config.wsgi import application as pages

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PAGE_THREADS = 12


class Application:
    """The whole of `knai serve` behind one ASGI callable.

    ready  called once everything is up
    """

    def __init__(self, services: Services, ready: Callable[[], None]) -> None:
        self._services = services
        self._ready = ready
        self._pages = WSGIMiddleware(pages, workers=PAGE_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith("/live/"):
            await self._services.stream(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Start what runs beside the pages, wait for the end, stop it in the opposite order."""
        await receive()
        async with self._services.running():
            await send({"type": "lifespan.startup.complete"})
            self._ready()
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
