"""Ports and how the server answers on them."""

from __future__ import annotations

import asyncio
import socket

import pytest

from knai.config.server import listen, must_be_free
from knai.core.errors import Unavailable


def test_answers_are_sent_without_waiting_for_more():
    # asyncio switches Nagle's algorithm off only where the socket says that it is TCP.
    delays = []

    async def answer(reader, writer):
        sock = writer.get_extra_info("socket")
        delays.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async def ask():
        with listen("127.0.0.1", 0, "pages", "KNAI_PORT") as bound:
            async with await asyncio.start_server(answer, sock=bound):
                reader, writer = await asyncio.open_connection(*bound.getsockname())
                await reader.read()
                writer.close()

    asyncio.run(ask())
    assert delays == [1]


def test_a_taken_port_names_itself_and_the_setting_that_moves_it():
    with listen("127.0.0.1", 0, "pages", "KNAI_PORT") as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"127.0.0.1:{port} .pages. is taken.*KNAI_PORT"):
            must_be_free("127.0.0.1", port, "pages", "KNAI_PORT")


def test_an_address_of_another_machine_is_said():
    with pytest.raises(Unavailable, match="KNAI_PORT"):
        listen("192.0.2.1", 0, "pages", "KNAI_PORT")
