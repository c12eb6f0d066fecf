"""The timeline of one patient: everything, filtered, a window at a time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_GET

from knai.core.errors import Malformed
from knai.practice.timeline import GROUPS, REST, Cursor, Filter, Timeline, get_timeline
from knai.web.chart.answers import show

HERE = "chart:timeline"
CHOICES = [
    ("", "Everything"),
    *((key, label) for key, (label, _) in GROUPS.items()),
    (REST, "Other"),
]
KEPT = ("group", "since", "until", "session", "text")


@require_GET
def timeline(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """raises  Malformed: a day, a session or a place in the timeline that cannot be read"""
    asked = request.GET
    found = get_timeline(
        by=request.actor, patient_id=patient_id, wanted=_filter(asked), after=_cursor(asked)
    )
    context = {
        "found": found,
        "choices": CHOICES,
        "asked": {name: asked.get(name, "") for name in KEPT},
        "is_filtered": any(asked.get(name) for name in KEPT),
        "is_first": "at" not in asked,
        "further": _further(asked, found),
    }
    return show(request, "chart/timeline.html", patient_id, HERE, context)


def _filter(asked: QueryDict) -> Filter:
    group = asked.get("group", "")
    return Filter(
        group=group if group in GROUPS or group == REST else "",
        since=_read(asked, "since", date.fromisoformat, "a day such as 2026-11-23"),
        until=_read(asked, "until", date.fromisoformat, "a day such as 2026-11-23"),
        session_id=_read(asked, "session", UUID, "the id of a session"),
        text=asked.get("text", "")[:80],
    )


def _cursor(asked: QueryDict) -> Cursor | None:
    at = _read(asked, "at", datetime.fromisoformat, "an instant")
    last = _read(asked, "last", UUID, "the id of an entry")
    return Cursor(at, last) if at is not None and at.tzinfo and last is not None else None


def _read(asked: QueryDict, name: str, read: Any, wanted: str) -> Any:
    text = asked.get(name, "")
    if not text:
        return None
    try:
        return read(text)
    except ValueError:
        raise Malformed(f"cannot be read; wanted {wanted}", name) from None


def _further(asked: QueryDict, found: Timeline) -> str:
    """The query of the next window; empty at the beginning of the chart."""
    if found.after is None:
        return ""
    kept = {name: asked[name] for name in KEPT if asked.get(name)}
    return urlencode(kept | {"at": found.after.at.isoformat(), "last": str(found.after.id)})
