"""Curves for a page: at most 300 points a sign, whatever was sampled."""

from __future__ import annotations

from uuid import UUID

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.practice.live.running import live_trends
from knai.practice.live.trend import Point, Trend
from knai.practice.models import DeviceSample, TreatmentSession


def get_trends(*, by: Actor, session_id: UUID) -> dict[str, list[Point]]:
    """Sign → points [seconds since 1970 of its span, lowest, highest, last], oldest first.

    From memory while the session is under way in this process, else from the record.
    raises  Missing: not this clinic's session
    """
    by.must("read_chart")
    if not TreatmentSession.objects.filter(clinic_id=by.clinic_id, pk=session_id).exists():
        raise Missing("There is no such session in this clinic.")
    found = live_trends(session_id)
    return _read(session_id) if found is None else found


def _read(session_id: UUID) -> dict[str, list[Point]]:
    trends: dict[str, Trend] = {}
    rows = DeviceSample.objects.filter(session_id=session_id).order_by("at", "id")
    for code, at, value in rows.values_list("code", "at", "value").iterator(chunk_size=5000):
        trends.setdefault(code, Trend()).add(at.timestamp(), value)
    return {code: trend.points for code, trend in trends.items()}
