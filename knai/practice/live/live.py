"""All sessions under way, as they stand now. One thread owns this; others read tiles and trends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from knai.core import alerts
from knai.core.standard import Finding
from knai.kit import bus
from knai.practice.live import book
from knai.practice.live.chart import ChartNow, load_chart
from knai.practice.live.rebuild import feed_by_hand, rebuild
from knai.practice.live.state import SessionState
from knai.practice.live.tile import encode, tile_of
from knai.practice.models import TreatmentSession
from knai.practice.models.sessions import OPEN_STATES

TELL_EVERY_S = 0.25  # at most four tiles a second and session, the newest never withheld longer


class Live:
    """States by session, and telling the pages."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self.states: dict[UUID, SessionState] = {}

    # ------------------------------------------------------------------------------------ loading, leaving
    def load_all(self, now: datetime) -> None:
        """Every open session of every clinic."""
        for session_id in self.list_open():
            self.state_of(session_id, now)

    def list_open(self) -> list[UUID]:
        rows = TreatmentSession.objects.filter(state__in=OPEN_STATES)
        return list(rows.values_list("id", flat=True))

    def state_of(self, session_id: UUID, now: datetime) -> SessionState | None:
        state = self.states.get(session_id)
        if state is None:
            with transaction.atomic():
                state = rebuild(session_id, now)
            if state is not None:
                self.states[session_id] = state
        return state

    def forget(self, session_ids: Iterable[UUID]) -> None:
        """What was remembered did not reach the database: read it anew when next needed."""
        for session_id in session_ids:
            self.states.pop(session_id, None)

    # --------------------------------------------------------------------------------------- from the chart
    def refresh(self, session_id: UUID, now: datetime) -> None:
        """Something was charted, or the session moved on."""
        chart = load_chart(session_id, now)
        if chart is not None:
            self.set_chart(chart, now)

    def set_chart(self, chart: ChartNow, now: datetime) -> None:
        if not chart.is_open and chart.session_id not in self.states:
            return
        state = self.state_of(chart.session_id, now)
        if state is None:
            return
        try:
            self._bring_up(state, chart, now)
        except BaseException:
            self.forget([chart.session_id])
            raise
        state.is_untold = True

    def _bring_up(self, state: SessionState, chart: ChartNow, now: datetime) -> None:
        """Most of what is charted changes no alert: no transaction then."""
        before, state.chart = state.chart, chart
        if not chart.is_open:
            with transaction.atomic():
                book.close(state, now)
            return
        changes = _changes_of(state, before, now)
        if changes:
            with transaction.atomic():
                book.apply(state, changes)

    def acknowledged(self, session_id: UUID, cause: str, name: str, at: datetime) -> None:
        """A person has it in hand; their action has written it already."""
        state = self.states.get(session_id)
        if state is None:
            return
        alerts.acknowledge(state.engine, cause, name, at)
        if cause in state.open_alerts:
            state.open_alerts[cause].acknowledged_by = name
        state.is_untold = True

    def released(self, session_id: UUID) -> None:
        """The monitor was taken off: its silence is no news."""
        state = self.states.get(session_id)
        if state is not None:
            alerts.release_sensors(state.engine)
            state.notices.pop("sensor_missing", None)
            state.is_untold = True

    def reread(self, session_id: UUID, now: datetime) -> None:
        """Values of the past came in beside us."""
        self.forget([session_id])
        self.state_of(session_id, now)

    def judged(self, session_id: UUID, findings: tuple[Finding, ...], now: datetime) -> None:
        """The clauses' findings at the gate “during” (see `clerk`)."""
        state = self.states.get(session_id)
        if state is None or not state.chart.is_open:
            return
        standing = tuple(f.clause for f in findings if f.effect not in ("allow", "none"))
        if book.differs(state, findings):
            with transaction.atomic():
                book.apply_findings(state, findings, now)
        state.is_untold = state.is_untold or standing != state.standing
        state.standing = standing

    # ---------------------------------------------------------------------------------------------- time
    def tick(self, now: datetime) -> None:
        """What time alone brings; call it about once a second."""
        for state in list(self.states.values()):
            if not state.chart.is_open:
                del self.states[state.session_id]
                continue
            changes = alerts.tick(state.engine, now)
            if changes or book.is_due(state, state.engine.settings, now):
                with transaction.atomic():
                    book.apply(state, changes)
                    book.escalate_clauses(state, state.engine.settings, now)
                state.is_untold = True

    def flush(self, now: datetime) -> float | None:
        """Tell the pages what is due. returns  seconds until more will be; None: nothing waits."""
        at = self._monotonic()
        wait: float | None = None
        for state in self.states.values():
            if not state.is_untold:
                continue
            left = state.told_at + TELL_EVERY_S - at
            if left <= 0:
                self._tell(state, now)
                state.told_at, state.is_untold = at, False
            elif wait is None or left < wait:
                wait = left
        return wait

    def _tell(self, state: SessionState, now: datetime) -> None:
        chart = state.chart
        ids = {"clinic_id": chart.clinic_id, "session_id": chart.session_id}
        bus.publish("tiles", ids | {"event": "tile", "data": encode(tile_of(state, now))})
        points = state.take_fresh()
        if points:
            body = {"session_id": chart.session_id, "signs": points, "now": now}
            bus.publish("samples", ids | {"event": "samples", "data": msgspec.json.encode(body)})


def _changes_of(state: SessionState, before: ChartNow, now: datetime) -> list[alerts.AlertChange]:
    """What the newly read chart means to the alerts."""
    chart, changes = state.chart, []
    if before.baseline != chart.baseline:
        changes += alerts.set_baseline(state.engine, chart.baseline, now)
    if before.overrides != chart.overrides:
        changes += alerts.set_overrides(state.engine, chart.overrides, now)
    if chart.first_dose_at is not None and not state.engine.patient.is_dosed:
        changes += alerts.set_dosed(state.engine, now)
    for entry in chart.by_hand:
        if entry.id not in state.known_by_hand:
            state.known_by_hand.add(entry.id)
            changes += feed_by_hand(state, entry)
    return changes
