"""The state of a session's alerts as plain JSON values, and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from knai.core.alerts.limits import Level, Limit, LimitOverride, Patient, RelativeLimit
from knai.core.alerts.machine import AlertState
from knai.core.alerts.model import Alert, AlertSettings, Repeat
from knai.core.alerts.series import Series, Track


def dump(state: AlertState) -> dict[str, Any]:
    """Strings, numbers, lists and dicts alone; restore() makes an equal state of it."""
    plain: dict[str, Any] = _plain(asdict(state))
    for series in plain["series"].values():
        for derived in ("persist", "by_cuff", "quiet_low", "quiet_high"):
            del series[derived]
    return plain


def restore(plain: dict[str, Any]) -> AlertState:
    return AlertState(
        patient=_patient(plain["patient"]),
        settings=AlertSettings(**plain["settings"]),
        series={code: _series(row) for code, row in plain["series"].items()},
        alerts={cause: _alert(row) for cause, row in plain["alerts"].items()},
        repeats={c: Repeat(**_timed(row, "asked_at")) for c, row in plain["repeats"].items()},
        raised_count=plain["raised_count"],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return int(value) if isinstance(value, Level) else value


def _timed(row: dict[str, Any], *names: str) -> dict[str, Any]:
    read = {n: row[n] and datetime.fromisoformat(row[n]) for n in names}
    return row | read


def _levelled(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return row | {name: Level(row[name]) for name in names}


def _patient(row: dict[str, Any]) -> Patient:
    return Patient(
        overrides=tuple(LimitOverride(**_levelled(own, "level")) for own in row["overrides"]),
        relatives=tuple(RelativeLimit(**_levelled(rule, "level")) for rule in row["relatives"]),
        baseline=tuple((code, value) for code, value in row["baseline"]),
        is_dosed=row["is_dosed"],
    )


def _series(row: dict[str, Any]) -> Series:
    tracks = [_track(track) for track in row["tracks"]]
    return Series(**_timed(row, "last_at", "seen_at") | {"tracks": tracks})


def _track(row: dict[str, Any]) -> Track:
    limit = Limit(**_levelled(row["limit"], "level"))
    return Track(**_timed(row, "beyond_since", "inside_since") | {"limit": limit})


def _alert(row: dict[str, Any]) -> Alert:
    timed = _timed(row, "raised_at", "level_at", "cleared_at", "acknowledged_at", "due_at")
    levelled = _levelled(timed, "level", "acknowledged_level")
    return Alert(**levelled | {"codes": tuple(row["codes"])})
