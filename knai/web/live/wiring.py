"""From the process's bus to the open streams: each piece of news becomes one event, encoded once.

event     data                                            for
tile      a chair as the board shows it                   board, session screen
session   {session_id, samples: [{at, sbp, …}]}           the chart of one session
session   {session_id, kind}                              something was charted: read the panels anew
alert     {session_id}                                    an alert was raised, taken or cleared
roster    {}                                              somebody came or left
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.contrib.auth.signals import user_logged_out

from knai.kit import bus
from knai.practice.live.tile import Tile
from knai.web.live.hub import Hub, sse

News = dict[str, Any]
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
# What a person without the chart may know of a chair: who sits there, and how far they are.
PLAIN_FIELDS = (
    "session_id", "chair", "chair_position", "initials", "phase", "phase_word", "phase_started_at", "now",
)  # fmt: skip


_running: list[Wiring] = []


def current() -> Wiring | None:
    """The wiring of this process while it serves the stream; None in tests and commands."""
    return _running[-1] if _running else None


class Wiring:
    """Joins bus and hub while the process serves; remembers the newest tile of each session."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._tiles: dict[UUID, dict[UUID, bytes]] = defaultdict(dict)
        self._ends: list[Callable[[], None]] = []

    def start(self) -> None:
        topics = {
            "tiles": self._tile,
            "samples": self._samples,
            "entries": self._entry,
            "sessions": self._session,
            "alerts": self._alert,
            "roster": self._roster,
        }
        self._ends = [bus.subscribe(topic, hear) for topic, hear in topics.items()]
        user_logged_out.connect(self._logged_out)
        _running.append(self)

    def keep(self, clinic_id: UUID, open_sessions: set[UUID]) -> None:
        """Forget the tiles of sessions that are over."""
        for session_id in set(self._tiles[clinic_id]) - open_sessions:
            self._tiles[clinic_id].pop(session_id, None)

    def stop(self) -> None:
        user_logged_out.disconnect(self._logged_out)
        _running.remove(self)
        while self._ends:
            self._ends.pop()()

    def opening(self, clinic_id: UUID, clinical: bool) -> bytes:
        """All tiles of the clinic, for a page that has just opened its stream."""
        tiles = tuple(self._tiles[clinic_id].values())
        return b"".join(sse("tile", data if clinical else plain(data)) for data in tiles)

    def tiles(self, clinic_id: UUID) -> dict[UUID, Tile]:
        """The newest tile of each session of the clinic that this process has told of."""
        read = msgspec.json.Decoder(Tile).decode
        return {session: read(data) for session, data in tuple(self._tiles[clinic_id].items())}

    # --------------------------------------------------------------------------------- from the bus
    def _tile(self, news: News) -> None:
        self._tiles[news["clinic_id"]][news["session_id"]] = news["data"]
        event = sse("tile", news["data"])
        self.hub.tell(news["clinic_id"], event, sse("tile", plain(news["data"])))

    def _samples(self, news: News) -> None:
        told = _decode(news["data"])
        body = {
            "session_id": told["session_id"],
            "samples": by_instant(told["signs"]),
            "now": told["now"],
        }
        self.hub.tell(news["clinic_id"], sse("session", _encode(body)))

    def _entry(self, news: News) -> None:
        if news["session_id"] is not None:
            body = {"session_id": news["session_id"], "kind": news["kind"]}
            self.hub.tell(news["clinic_id"], sse("session", _encode(body)))

    def _session(self, news: News) -> None:
        event = sse("session", _encode({"session_id": news["session_id"], "kind": "session"}))
        self.hub.tell(news["clinic_id"], event, event)

    def _alert(self, news: News) -> None:
        self.hub.tell(news["clinic_id"], sse("alert", _encode({"session_id": news["session_id"]})))

    def _roster(self, news: News) -> None:
        event = sse("roster", b"{}")
        self.hub.tell(news["clinic_id"], event, event)

    def _logged_out(self, request: Any, **_: Any) -> None:
        key = getattr(getattr(request, "session", None), "session_key", None)
        if key:
            self.hub.end_session(key)


def plain(data: bytes) -> bytes:
    """A tile without anything clinical in it."""
    tile = _decode(data)
    return _encode({name: tile[name] for name in PLAIN_FIELDS if name in tile})


def instant(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()


def by_instant(signs: dict[str, list[list[float]]]) -> list[dict[str, float | str]]:
    """{sign: [[at_s, value]]} → [{at, sign: value, …}], oldest first."""
    rows: dict[float, dict[str, float | str]] = {}
    for sign, points in signs.items():
        for at_s, value in points:
            rows.setdefault(at_s, {"at": instant(at_s)})[sign] = value
    return [rows[at_s] for at_s in sorted(rows)]
