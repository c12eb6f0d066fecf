"""`/live/<slug>/`: the news of one clinic as server-sent events, in bare ASGI.

The stream stands outside Django's middleware, so it checks host, cookie, clinic and role itself, when
it opens and every 30 s after.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

import msgspec
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

from knai.core.errors import KnaiError
from knai.identity.actors import Actor, get_actor
from knai.kit import audit
from knai.kit.clock import now
from knai.web.accounts.limits import is_elsewhere, why_not
from knai.web.live.hub import Hub, Subscriber, sse

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH: Final = re.compile(r"^/live/(?P<slug>[-a-zA-Z0-9_]+)/$")
BEAT_S: Final = 2.0
RECHECK_S: Final = 30.0
FINAL: Final = frozenset({"logged_out", "forbidden"})
HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
_json = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever opened the stream: the hat they wear here, and the log-in it rests on."""

    actor: Actor
    session_key: str


class LiveStream:
    """The ASGI application of the stream.

    hub       where the news comes from
    opening   clinic id, may-read-clinical → the events a page needs first, already encoded
    """

    def __init__(self, hub: Hub, opening: Callable[[Any, bool], bytes]) -> None:
        self.hub = hub
        self.opening = opening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = PATH.match(scope["path"])
        if match is None or scope["method"] != "GET":
            await _refuse(send, 404 if match is None else 405)
            return
        if not host_is_ours(scope):
            await _refuse(send, 400)
            return
        visitor = await _in_thread(admit, cookie_of(scope), match["slug"])
        if isinstance(visitor, int):
            await _refuse(send, visitor)
            return
        await self._serve(visitor, match["slug"], receive, send)

    async def _serve(self, visitor: Visitor, slug: str, receive: Receive, send: Send) -> None:
        clinical = visitor.actor.may("read_chart")
        clinic_id = visitor.actor.clinic_id
        subscriber = Subscriber(clinic_id, clinical=clinical, session_key=visitor.session_key)
        self.hub.add(subscriber)
        helpers = [
            asyncio.ensure_future(_close_when_gone(receive, subscriber)),
            asyncio.ensure_future(_beat(subscriber)),
            asyncio.ensure_future(_recheck(subscriber, slug)),
        ]
        try:
            await _in_thread(_audit_opening, visitor.actor)
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            subscriber.put(await _in_thread(self.opening, clinic_id, clinical))
            await _pump(subscriber, send)
        finally:
            self.hub.remove(subscriber)
            for helper in helpers:
                helper.cancel()


async def _pump(subscriber: Subscriber, send: Send) -> None:
    """Write what waits until the stream closes. A page that may not come back is told; others ask anew."""
    while chunk := await subscriber.next_chunk():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    final = subscriber.closing in FINAL
    last = sse("end", _json.encode({"reason": subscriber.closing, "now": now()})) if final else b""
    await send({"type": "http.response.body", "body": last, "more_body": False})


async def _close_when_gone(receive: Receive, subscriber: Subscriber) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscriber.close("gone")


async def _beat(subscriber: Subscriber) -> None:
    while not subscriber.closing:
        subscriber.put(sse("beat", _json.encode({"now": now()})))
        await asyncio.sleep(BEAT_S)


async def _recheck(subscriber: Subscriber, slug: str) -> None:
    """A log-in that ended, a role that was taken away: the stream ends within 30 s."""
    while not subscriber.closing:
        await asyncio.sleep(RECHECK_S)
        visitor = await _in_thread(admit, subscriber.session_key, slug)
        if isinstance(visitor, int) or visitor.actor.may("read_chart") != subscriber.clinical:
            subscriber.close("logged_out" if visitor == 401 else "forbidden")


def host_is_ours(scope: Scope) -> bool:
    host = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def cookie_of(scope: Scope) -> str:
    """The log-in cookie, or "" when there is none that can be read."""
    jar = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                jar.load(value.decode("latin-1"))
            except CookieError:
                return ""
    morsel = jar.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


def admit(session_key: str, slug: str) -> Visitor | int:
    """Who this log-in is in this clinic, or the status that says no."""
    request = HttpRequest()
    request.session = SessionStore(session_key or None)
    user = get_user(request)
    if not user.is_authenticated:
        return 401
    if why_not(user, request.session):  # the second factor is still to be set up
        return 403
    if is_elsewhere(request.session, slug):
        return 403
    try:
        actor = get_actor(user, slug)
    except KnaiError:
        return 404
    return Visitor(actor, session_key) if actor.may("read_schedule") else 403


def _audit_opening(actor: Actor) -> None:
    audit.record("stream.opened", by=actor)


async def _in_thread(function: Callable[..., Any], *args: Any) -> Any:
    return await sync_to_async(_with_fresh_connections, thread_sensitive=False)(function, *args)


def _with_fresh_connections(function: Callable[..., Any], *args: Any) -> Any:
    close_old_connections()
    try:
        return function(*args)
    finally:
        close_old_connections()


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
