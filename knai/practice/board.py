"""The chair board: one tile a chair, most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice.live.rebuild import replay
from knai.practice.live.tile import Tile, tile_of
from knai.practice.models import Chair, TreatmentSession
from knai.practice.models.sessions import OPEN_STATES

# static/js/urgency.js keeps the same order while the page is open.
_ALERTS = ("emergency", "critical", "alert", "caution")
_PHASES = ("dosing", "recovery", "ready", "checked_in")


@dataclass(frozen=True, slots=True)
class Board:
    """tiles: chairs with somebody in them; free: names of the others."""

    tiles: tuple[Tile, ...]
    free: tuple[str, ...]


def get_board(*, by: Actor, tiles: Mapping[UUID, Tile]) -> Board:
    """The clinic's open sessions as tiles.

    tiles  the newest tile of each session this process has told of; what is not among them is made
           from the record
    """
    by.must("read_schedule")
    at = now()
    taken = open_sessions(by=by)
    shown = [tiles.get(session_id) or _from_record(session_id, at) for session_id in taken]
    chairs = Chair.objects.filter(clinic_id=by.clinic_id, closed_on__isnull=True)
    names = chairs.values_list("id", "name")
    free = tuple(name for chair_id, name in names if chair_id not in taken.values())
    return Board(tuple(sorted((t for t in shown if t), key=lambda t: urgency(t, at))), free)


def open_sessions(*, by: Actor) -> dict[UUID, UUID | None]:
    """Each open session of the clinic, and the chair it is in."""
    rows = TreatmentSession.objects.filter(clinic_id=by.clinic_id, state__in=OPEN_STATES)
    return dict(rows.values_list("id", "chair_id"))


def _from_record(session_id: UUID, at: datetime) -> Tile | None:
    state = replay(session_id, at)
    return tile_of(state, at) if state else None


def urgency(tile: Tile, at: datetime) -> tuple[int, bool, int, int, str]:
    """The smaller comes first: alert, overdue vitals, phase, then the chair's own place."""
    is_overdue = tile.next_vitals_at is not None and tile.next_vitals_at < at
    return (
        _rank(_ALERTS, tile.alert_level),
        not is_overdue,
        _rank(_PHASES, tile.phase),
        tile.chair_position,
        tile.chair,
    )


def _rank(order: tuple[str, ...], word: str) -> int:
    return order.index(word) if word in order else len(order)
