"""One process: pages on threads, the stream and the monitors' listener on one event loop."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from knai.core.errors import Unavailable

if TYPE_CHECKING:
    from knai.config.services import Services

DRAIN_S = 5  # how long running requests may take to end once a stop was asked for


def listen(host: str, port: int, what: str, setting: str) -> socket.socket:
    """A bound socket, or a plain word why not.

    raises  Unavailable: the port is taken, or the address is not this machine's
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends without delay only on a socket that says it is TCP; else each answer waits 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(1024)
    except OSError as error:
        bound.close()
        raise Unavailable(_why_not(error, host, port, what, setting)) from None
    bound.setblocking(False)
    return bound


def _why_not(error: OSError, host: str, port: int, what: str, setting: str) -> str:
    place = f"{host}:{port} ({what})"
    if error.errno == errno.EADDRINUSE:
        return f"{place} is taken by another program. End that one, or choose a port by {setting}."
    if error.errno == errno.EACCES:
        return f"{place} may not be opened by this user. Choose a port from 1024 up by {setting}."
    return f"{place} cannot be opened: {error.strerror}. Look at {setting} and its host."


class Server(uvicorn.Server):
    """uvicorn that lets streams go first: it waits for requests to end, and they never do by themselves."""

    def __init__(self, config: uvicorn.Config, before_drain: Callable[[], None]) -> None:
        super().__init__(config)
        self._before_drain = before_drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            asyncio.get_running_loop().call_soon_threadsafe(self._before_drain)
        super().handle_exit(sig, frame)


def must_be_free(host: str, port: int, what: str, setting: str) -> None:
    """raises  Unavailable: the port is taken, or the address is not this machine's"""
    listen(host, port, what, setting).close()


def run(pages: socket.socket, services: Services, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; returns when everything has ended in order.

    ready  called once both sockets answer
    """
    from knai.config.asgi import Application

    config = uvicorn.Config(
        Application(services, ready),
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN_S,
    )
    server = Server(config, services.close_streams)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        asyncio.run(server.serve(sockets=[pages]))
    except KeyboardInterrupt:
        return
    if not server.started:
        raise Unavailable("The server could not start; the lines above say why.")
