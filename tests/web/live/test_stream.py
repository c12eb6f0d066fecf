"""The stream of news: who may open it, what it carries, and when it ends."""

from __future__ import annotations

import asyncio
import json

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from knai.kit.models import AuditEntry
from knai.web.live import stream as module
from knai.web.live.hub import WAITING_AT_MOST, Hub, Subscriber, sse
from knai.web.live.stream import LiveStream

pytestmark = pytest.mark.django_db(transaction=True)


def log_in(user) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def opening(clinic_id, clinical):
    return sse("tile", b'{"sbp":120}') if clinical else sse("tile", b"{}")


async def visit(
    hub, *, cookie="", path="/live/harbour/", host="localhost", method="GET", until=None
):
    """Open the stream, run `until(sent)` tasks, close; returns what was sent."""
    sent: list[dict] = []
    gone = asyncio.Event()

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    headers = [(b"host", host.encode())]
    if cookie:
        headers.append((b"cookie", f"sessionid={cookie}".encode()))
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    hub.start(asyncio.get_running_loop())
    running = asyncio.ensure_future(LiveStream(hub, opening)(scope, receive, send))
    if until is not None:
        await until(sent, running)
        gone.set()
    await asyncio.wait_for(running, 10)
    return sent


def body(sent) -> bytes:
    return b"".join(m.get("body", b"") for m in sent)


async def wait_for(sent, text: bytes):
    async with asyncio.timeout(10):
        while text not in body(sent):
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    "who, path, host, method, status",
    [
        ("nobody", "/live/harbour/", "localhost", "GET", 401),
        ("otto", "/live/harbour/", "localhost", "GET", 404),  # another clinic looks absent
        ("nadia", "/live/hill/", "localhost", "GET", 404),
        ("nadia", "/live/nowhere/", "localhost", "GET", 404),
        ("nadia", "/live/harbour/", "evil.example", "GET", 400),
        ("nadia", "/live/harbour/", "", "GET", 400),
        ("nadia", "/live/harbour/", "localhost", "POST", 405),
        ("nadia", "/live/harbour/x", "localhost", "GET", 404),
    ],
)
def test_the_stream_says_no(cast, who, path, host, method, status):
    cookie = "" if who == "nobody" else log_in(getattr(cast, who))
    sent = asyncio.run(visit(Hub(), cookie=cookie, path=path, host=host, method=method))
    assert [m.get("status") for m in sent] == [status, None]
    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize("who, figures", [("nadia", True), ("ruth", True), ("fred", False)])
def test_only_who_may_read_charts_gets_figures(cast, who, figures):
    async def until(sent, running):
        await wait_for(sent, b"event: tile")

    sent = asyncio.run(visit(Hub(), cookie=log_in(getattr(cast, who)), until=until))
    assert (b"120" in body(sent)) is figures
    assert AuditEntry.objects.get().verb == "stream.opened"


def test_news_of_another_clinic_never_arrives(cast):
    hub = Hub()

    async def until(sent, running):
        await wait_for(sent, b"event: tile")
        hub.tell(cast.other_clinic.id, sse("tile", b'{"from":"hill"}'))
        hub.tell(cast.clinic.id, sse("tile", b'{"from":"harbour"}'))
        await wait_for(sent, b"harbour")

    sent = asyncio.run(visit(hub, cookie=log_in(cast.nadia), until=until))
    assert b"hill" not in body(sent)


def test_a_stream_ends_at_log_out(cast):
    hub, key = Hub(), log_in(cast.nadia)

    async def until(sent, running):
        await wait_for(sent, b"event: tile")
        hub.end_session(key)
        await wait_for(sent, b"event: end")

    sent = asyncio.run(visit(hub, cookie=key, until=until))
    assert json.loads(body(sent).rsplit(b"data: ", 1)[1])["reason"] == "logged_out"
    assert hub.count() == 0


def test_a_stream_ends_when_the_role_is_taken_away(cast, monkeypatch):
    monkeypatch.setattr(module, "RECHECK_S", 0.05)

    async def until(sent, running):
        from asgiref.sync import sync_to_async

        await wait_for(sent, b"event: tile")
        await sync_to_async(cast.nadia.memberships.update)(ends_on="2020-02-01")
        await wait_for(sent, b"forbidden")

    asyncio.run(visit(Hub(), cookie=log_in(cast.nadia), until=until))


def test_a_quiet_stream_still_beats(cast, monkeypatch):
    monkeypatch.setattr(module, "BEAT_S", 0.02)

    async def until(sent, running):
        async with asyncio.timeout(10):
            while body(sent).count(b"event: beat") < 3:
                await asyncio.sleep(0.005)

    asyncio.run(visit(Hub(), cookie=log_in(cast.nadia), until=until))


def test_a_page_that_falls_behind_is_closed_not_waited_for(cast):
    subscriber = Subscriber(cast.clinic.id, clinical=True, session_key="k")
    for _ in range(WAITING_AT_MOST + 1):
        subscriber.put(b"x")
    assert subscriber.closing == "behind"
