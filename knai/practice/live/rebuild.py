"""A session's state from the database: at the start, and whenever memory and record may have parted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from knai.core import alerts
from knai.core.samples import Sample
from knai.practice.entries import Sedation
from knai.practice.live import book
from knai.practice.live.chart import ChartNow, HandEntry, load_chart
from knai.practice.live.state import SessionState
from knai.practice.models import DeviceSample

LOOK_BACK = timedelta(minutes=60)
MOST_SAMPLES = 30_000  # an hour of eight signs a second


def rebuild(session_id: UUID, now: datetime) -> SessionState | None:
    """Replay what is kept, and bring the alert records into step. None: no such session."""
    state = replay(session_id, now)
    if state is not None:
        book.reconcile(state, now)
    return state


def replay(session_id: UUID, now: datetime) -> SessionState | None:
    """What is kept, in order of time, as if it had just come in; writes nothing."""
    chart = load_chart(session_id, now)
    if chart is None:
        return None
    state = start_state(chart)
    for at, values in _by_time(chart, now):
        for value in values:
            if isinstance(value, HandEntry):
                feed_by_hand(state, value)
            else:
                state.take((value,), at)
    state.known_by_hand = {entry.id for entry in chart.by_hand}
    state.heard_at = max((s.at for s in state.signs.values()), default=None)
    state.take_fresh()
    return state


def start_state(chart: ChartNow) -> SessionState:
    engine = alerts.start(
        overrides=chart.overrides,
        baseline=chart.baseline,
        is_dosed=chart.first_dose_at is not None,
    )
    return SessionState(chart=chart, engine=engine)


def feed_by_hand(state: SessionState, entry: HandEntry) -> list[alerts.AlertChange]:
    if isinstance(entry.body, Sedation):
        if entry.body.moaas is None:
            return []
        return list(state.take_by_hand("moaas", float(entry.body.moaas), entry.at))
    return state.take_hand_set(entry.body, entry.at)


def _by_time(
    chart: ChartNow, now: datetime
) -> Iterator[tuple[datetime, Iterator[Sample | HandEntry]]]:
    since = now - LOOK_BACK
    by_hand = [entry for entry in chart.by_hand if entry.at >= since]
    both = [*_samples(chart.session_id, since), *by_hand]
    both.sort(key=lambda value: value.at)
    return groupby(both, key=lambda value: value.at)


def _samples(session_id: UUID, since: datetime) -> list[Sample]:
    """The newest samples. The device says a time twice with two values? Then the first one kept counts."""
    rows = DeviceSample.objects.filter(session_id=session_id, at__gte=since).order_by("-at", "-id")
    columns = rows.values_list("code", "sub_id", "at", "value")[:MOST_SAMPLES]
    return [Sample(*row) for row in reversed(columns)]
