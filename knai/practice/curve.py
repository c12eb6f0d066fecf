"""What a monitor sent in a session, thinned to what a chart can show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from knai.identity.actors import Actor
from knai.practice import queries
from knai.practice.live.trend import MOST_POINTS, Trend
from knai.practice.models import DeviceSample

SIGNS = ("sbp", "dbp", "hr", "spo2", "rr")


def get_curve(*, by: Actor, session_id: UUID) -> list[dict[str, Any]]:
    """[{at, sign: value, …}] by time, at most 300 points a sign; empty without a monitor.

    raises  Forbidden: may not read the chart; Missing
    """
    by.must("read_chart")
    session = queries.get_session(by=by, session_id=session_id)
    rows = DeviceSample.objects.filter(session_id=session.pk, code__in=SIGNS).order_by("at", "id")
    trends = {sign: Trend() for sign in SIGNS}
    for code, at, value in rows.values_list("code", "at", "value").iterator(chunk_size=5000):
        trends[code].add(at.timestamp(), value)
    return _by_instant(trends)


def _by_instant(trends: dict[str, Trend]) -> list[dict[str, Any]]:
    found: dict[float, dict[str, Any]] = {}
    for sign, trend in trends.items():
        for at_s, _, _, last in trend.points[-MOST_POINTS:]:
            found.setdefault(at_s, {})[sign] = last
    return [{"at": _iso(at_s), **found[at_s]} for at_s in sorted(found)]


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()
