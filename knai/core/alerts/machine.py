"""The alerts of one session: values, acknowledgements and the time go in, changes come out.

Pure: no clock, no randomness. The same calls in the same order give the same state, so it can be
rebuilt by replay. Work a value is constant: one sign's limits and one cause's members.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from knai.core.alerts.limits import (
    SIDES,
    Level,
    LimitOverride,
    Patient,
    RelativeLimit,
    Side,
    baseline_of,
    check_overrides,
    limits_of,
)
from knai.core.alerts.model import (
    CAUSES_OF,
    SENSOR,
    Alert,
    AlertChange,
    AlertSettings,
    Cause,
    Kind,
    Repeat,
)
from knai.core.alerts.series import Series, Track
from knai.core.errors import Malformed

# A clock that jumped ahead and back must not make everything after it look late.
AHEAD_AT_MOST = timedelta(seconds=60)


@dataclass(slots=True)
class AlertState:
    """Everything about the alerts of one session. Change it through the functions of this package."""

    patient: Patient = field(default_factory=Patient)
    settings: AlertSettings = field(default_factory=AlertSettings)
    series: dict[str, Series] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    repeats: dict[str, Repeat] = field(default_factory=dict)
    raised_count: int = 0


Changes = tuple[AlertChange, ...]
NO_CHANGE: Changes = ()


def start(
    *,
    settings: AlertSettings | None = None,
    overrides: Iterable[LimitOverride] = (),
    relatives: Iterable[RelativeLimit] = (),
    baseline: Mapping[str, float] | None = None,
    is_dosed: bool = False,
) -> AlertState:
    """A session without values. raises  Malformed: an override that cannot stand"""
    patient = Patient(
        check_overrides(overrides), tuple(relatives), baseline_of(baseline or {}), is_dosed
    )
    return AlertState(patient=patient, settings=settings or AlertSettings())


def observe(
    state: AlertState,
    code: str,
    at: datetime,
    value: float,
    *,
    hand: bool = False,
    seen_at: datetime | None = None,
) -> Changes:
    """Take one value of one sign.

    at         when it was measured; not later than the newest of its sign: late or double, ignored
    hand       typed by a person: acts without waiting (a cuff pressure still asks for a second)
    seen_at    when it reached us, for noticing a silent sensor; default `at`
    raises     Malformed: no such sign, not a finite number
    """
    if not math.isfinite(value):
        raise Malformed("is not a finite number; wanted a measured value", code)
    series = state.series.get(code)
    if series is None:
        series = state.series[code] = Series(code, _tracks(code, state.patient))
    if series.last_at is not None and at <= series.last_at:
        return NO_CHANGE
    if not hand:
        series.seen_at = seen_at or at
    has_moved = series.take(at, float(value), hand, state.settings.silence_breaks_s)
    back = _sensor_back(series, at) if series.is_missing and not hand else NO_CHANGE
    if series.by_cuff:
        return back + _settle(state, code, at) + _ask_for_repeat(state, code)
    return back + _settle(state, code, at) if has_moved else back


def tick(state: AlertState, now: datetime) -> Changes:
    """What time alone brings: nobody acknowledged, a recheck is due, a cuff or a sensor is waited for.

    Call it about once a second. A late tick tells each thing once, however late it is.
    """
    _heal_clocks(state, now)
    told = [_tell_again(state, alert, now) for alert in state.alerts.values()]
    return (
        *(c for c in told if c is not None),
        *_overdue_repeats(state, now),
        *_silent(state, now),
    )


def acknowledge(state: AlertState, cause: str, by: str, at: datetime) -> Changes:
    """Somebody has it in hand. Holds for its time and up to this level; a second press changes nothing.

    raises     Malformed: nobody's name
    """
    if not by.strip():
        raise Malformed("wanted the name of the person who acknowledges", "by")
    alert = state.alerts.get(cause)
    if alert is None or alert.level < Level.ALERT or alert.acknowledged_at is not None:
        return NO_CHANGE
    alert.acknowledged_by, alert.acknowledged_at = by, at
    alert.acknowledged_level = alert.level
    alert.due_at = at + state.settings.ack_holds(alert.level)
    return (_change("acknowledged", state, alert, at, by=by),)


def set_dosed(state: AlertState, at: datetime) -> Changes:
    """The first dose was given: the stricter caution from before it no longer holds."""
    return set_patient(state, replace(state.patient, is_dosed=True), at)


def set_baseline(state: AlertState, baseline: Mapping[str, float], at: datetime) -> Changes:
    return set_patient(state, replace(state.patient, baseline=baseline_of(baseline)), at)


def set_overrides(state: AlertState, overrides: Iterable[LimitOverride], at: datetime) -> Changes:
    """raises  Malformed: an override that cannot stand"""
    kept = check_overrides(overrides)
    return set_patient(state, replace(state.patient, overrides=kept), at)


def set_patient(state: AlertState, patient: Patient, at: datetime) -> Changes:
    """New limits for all signs; what they end clears, what they tighten acts with the next values."""
    state.patient = patient
    changes = NO_CHANGE
    for code, series in state.series.items():
        series.set_limits(limits_of(code, patient))
        changes += _settle(state, code, at)
    return changes


def release_sensors(state: AlertState) -> None:
    """The monitor leaves the session: its silence is no news. Alerts stay until values clear them."""
    for series in state.series.values():
        series.seen_at, series.usual_gap_s, series.is_missing = None, None, False


def colour(state: AlertState, code: str) -> Level:
    """How to colour a sign: what acted, or caution for a cuff pressure that waits for its repeat."""
    series = state.series.get(code)
    if series is None:
        return Level.NONE
    acted = max(series.level(side) for side in SIDES)
    waits = series.by_cuff and any(series.waiting(side) for side in SIDES)
    return max(acted, Level.CAUTION) if waits else acted


def open_alerts(state: AlertState) -> list[Alert]:
    """All that shows now, the most urgent first, then the unacknowledged, then the newest."""
    shown = [alert for alert in state.alerts.values() if alert.level > Level.NONE]
    return sorted(shown, key=lambda a: (-a.level, a.acknowledged_at is not None, -a.number))


def _tracks(code: str, patient: Patient) -> list[Track]:
    return [Track(limit) for limit in limits_of(code, patient)]


def _settle(state: AlertState, code: str, at: datetime) -> Changes:
    """Bring the alerts that this sign belongs to up to what its tracks say now."""
    changes = [_settle_cause(state, cause, at) for cause in CAUSES_OF[code]]
    return tuple(change for change in changes if change is not None)


def _settle_cause(state: AlertState, cause: Cause, at: datetime) -> AlertChange | None:
    levels = {code: _level(state, code, side) for code, side in cause.members}
    codes = tuple(code for code, level in levels.items() if level)
    level = max(levels.values())
    alert = state.alerts.get(cause.code)
    if alert is None or alert.level is Level.NONE:
        return _rise_from_nothing(state, cause, level, codes, at) if level else None
    has_joined = not set(codes) <= set(alert.codes)
    alert.codes = codes or alert.codes
    if level > alert.level:
        return _rise(state, alert, "rose", level, at)
    if level < alert.level:
        return _fall(state, alert, level, at)
    return _change("joined", state, alert, at) if has_joined else None


def _level(state: AlertState, code: str, side: Side) -> Level:
    series = state.series.get(code)
    return series.level(side) if series else Level.NONE


def _rise_from_nothing(
    state: AlertState, cause: Cause, level: Level, codes: tuple[str, ...], at: datetime
) -> AlertChange:
    alert = state.alerts.get(cause.code)
    rearm = timedelta(seconds=state.settings.rearm_s)
    if alert is not None and alert.cleared_at is not None and at - alert.cleared_at < rearm:
        alert.codes, alert.cleared_at = codes, None
        return _rise(state, alert, "reopened", level, at)
    state.raised_count += 1
    alert = Alert(state.raised_count, cause.code, Level.NONE, at, at, codes)
    state.alerts[cause.code] = alert
    return _rise(state, alert, "raised", level, at)


def _rise(state: AlertState, alert: Alert, kind: Kind, level: Level, at: datetime) -> AlertChange:
    """To a graver level. People are told, unless one of them has this level in hand already."""
    alert.level, alert.level_at = level, at
    if _is_in_hand(state, alert, at):
        return _change(kind, state, alert, at)
    _forget_acknowledgement(alert)
    is_urgent = level >= Level.ALERT
    alert.due_at = at + state.settings.escalate_after(level) if is_urgent else None
    return _change(kind, state, alert, at, interrupts=is_urgent)


def _is_in_hand(state: AlertState, alert: Alert, at: datetime) -> bool:
    acknowledged_at = alert.acknowledged_at
    if acknowledged_at is None or alert.level > alert.acknowledged_level:
        return False
    return at < acknowledged_at + state.settings.ack_holds(alert.acknowledged_level)


def _forget_acknowledgement(alert: Alert) -> None:
    alert.acknowledged_by, alert.acknowledged_at = "", None
    alert.acknowledged_level = Level.NONE


def _fall(state: AlertState, alert: Alert, level: Level, at: datetime) -> AlertChange:
    alert.level, alert.level_at = level, at
    if level is Level.NONE:
        alert.cleared_at = at
        return _change("cleared", state, alert, at)
    return _change("fell", state, alert, at)


def _tell_again(state: AlertState, alert: Alert, now: datetime) -> AlertChange | None:
    if alert.level < Level.ALERT or alert.due_at is None or now < alert.due_at:
        return None
    kind: Kind = "escalated" if alert.acknowledged_at is None else "again"
    _forget_acknowledgement(alert)
    alert.escalations += kind == "escalated"
    alert.due_at = now + state.settings.escalate_after(alert.level)
    return _change(kind, state, alert, now, interrupts=True)


def _ask_for_repeat(state: AlertState, code: str) -> Changes:
    """One request a cause and reading, when a first reading reaches more than what shows already."""
    changes = []
    for cause in CAUSES_OF[code]:
        level, since = _waiting(state, cause)
        alert = state.alerts.get(cause.code)
        if since is None or level < Level.ALERT or (alert is not None and alert.level >= level):
            state.repeats.pop(cause.code, None)
        elif cause.code not in state.repeats or state.repeats[cause.code].asked_at != since:
            state.repeats[cause.code] = Repeat(since)
            changes.append(AlertChange("repeat_cuff", cause.code, level, since, codes=(code,)))
    return tuple(changes)


def _waiting(state: AlertState, cause: Cause) -> tuple[Level, datetime | None]:
    """The gravest level a first cuff reading reached, and the newest such reading."""
    level, newest = Level.NONE, None
    for code, side in cause.members:
        series = state.series.get(code)
        if series is None or not series.by_cuff:
            continue
        for track in series.waiting(side):
            level = max(level, track.limit.level)
            since = track.beyond_since
            newest = since if newest is None or (since and since > newest) else newest
    return level, newest


def _overdue_repeats(state: AlertState, now: datetime) -> Changes:
    within = timedelta(seconds=state.settings.repeat_cuff_within_s)
    changes = []
    for cause, repeat in state.repeats.items():
        if not repeat.is_overdue and now >= repeat.asked_at + within:
            repeat.is_overdue = True
            changes.append(AlertChange("repeat_cuff_overdue", cause, Level.CAUTION, now))
    return tuple(changes)


def _silent(state: AlertState, now: datetime) -> Changes:
    """Sensors that fell silent since the last tick, all in one message: a caution, no interruption."""
    limit_s = state.settings.sensor_missing_s
    fed = (series for series in state.series.values() if series.is_fed)
    lost = [series for series in fed if series.is_silent(now, limit_s)]
    for series in lost:
        series.is_missing = True
    if not lost:
        return NO_CHANGE
    codes = tuple(series.code for series in lost)
    return (AlertChange("sensor_missing", SENSOR, Level.CAUTION, now, codes=codes),)


def _sensor_back(series: Series, at: datetime) -> Changes:
    series.is_missing = False
    return (AlertChange("sensor_back", SENSOR, Level.NONE, at, codes=(series.code,)),)


def _heal_clocks(state: AlertState, now: datetime) -> None:
    """Take back times that lie ahead of now: a device's clock had jumped."""
    for series in state.series.values():
        if series.last_at is not None and series.last_at > now + AHEAD_AT_MOST:
            series.go_back_to(now)
    longest = timedelta(seconds=state.settings.ack_holds_alert_s) + AHEAD_AT_MOST
    for alert in state.alerts.values():
        if alert.due_at is not None and alert.due_at > now + longest:
            alert.due_at = now + state.settings.escalate_after(alert.level)


def _change(
    kind: Kind,
    state: AlertState,
    alert: Alert,
    at: datetime,
    *,
    interrupts: bool = False,
    by: str = "",
) -> AlertChange:
    newest = ((code, state.series[code].last_value) for code in alert.codes)
    values = tuple((code, value) for code, value in newest if value is not None)
    return AlertChange(
        kind, alert.cause, alert.level, at, interrupts, alert.number, alert.codes, values, by
    )
