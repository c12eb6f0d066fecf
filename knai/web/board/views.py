"""The chair board."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from knai.kit import audit
from knai.kit.clock import now
from knai.practice.board import get_board
from knai.practice.handovers import list_handed_to
from knai.practice.live.tile import Tile
from knai.web.kept import KEY, part
from knai.web.live import wiring
from knai.web.words import countdown_words, elapsed_words


@require_GET
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """All chairs at a glance; figures only for those who may read the chart."""
    actor, at = request.actor, now()
    live = wiring.current()
    seen = get_board(by=actor, tiles=live.tiles(actor.clinic_id) if live else {})
    if live:
        live.keep(actor.clinic_id, {tile.session_id for tile in seen.tiles})
    clinical = actor.may("read_chart")
    context = {
        "tiles": [markup(shown(tile, slug, at, clinical), clinical) for tile in seen.tiles],
        "free": [markup({"chair": name}, True) for name in seen.free],
        "stream_url": f"/live/{slug}/",
        "handed": list_handed_to(by=actor),
    }
    audit.record("board.viewed", by=actor, sessions=[str(t.session_id) for t in seen.tiles])
    return render(request, "board/board.html", context)


def markup(values: dict[str, Any], clinical: bool) -> SafeString:
    """A tile, rendered once until something of it changes but the passing of time."""
    passing = {name: words_of(values[name]) for name, words_of in _PASSING if name in values}
    still = values | {name: f"{KEY}{name}" if words else None for name, words in passing.items()}
    template = "components/chair_tile.html" if clinical else "board/_plain_tile.html"
    text: str = part(template, {"tile": still})
    for name, words in passing.items():
        text = text.replace(f"{KEY}{name}", words)
    return mark_safe(text)  # noqa: S308  our own template, and figures


def _words(seconds: int | None, how: Callable[[int], str]) -> str:
    return "" if seconds is None else how(seconds)


_PASSING = (
    ("elapsed_s", partial(_words, how=elapsed_words)),
    ("next_vitals_s", partial(_words, how=countdown_words)),
    ("fresh_s", partial(_words, how=str)),
)


def shown(tile: Tile, slug: str, at: datetime, clinical: bool) -> dict[str, Any]:
    """A tile as components/chair_tile.html takes it."""
    values = msgspec.structs.asdict(tile)
    del values["now"]  # for scripts, which read it from the stream
    if not clinical:
        values = {name: values[name] for name in wiring.PLAIN_FIELDS if name in values}
    values |= {f"{sign}_limit": level for sign, level in values.get("limits", {}).items()}
    values["url"] = reverse("sessions:screen", args=[slug, tile.session_id]) if clinical else ""
    values["elapsed_s"] = seconds_between(tile.phase_started_at, at)
    if clinical:
        due, heard = tile.next_vitals_at, tile.fresh_at
        values["next_vitals_s"] = seconds_between(at, due) if due else None
        values["fresh_s"] = max(0, seconds_between(heard, at)) if heard else None
    return values


def seconds_between(begin: datetime, end: datetime) -> int:
    return int((end - begin).total_seconds())
