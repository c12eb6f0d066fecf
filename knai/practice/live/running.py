"""The ingest of this process, for whoever shows what only memory holds. None where monitors do not arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from knai.practice.live.heard import LastWords
    from knai.practice.live.ingest import Ingest

_ingest: Ingest | None = None


def set_running(ingest: Ingest | None) -> None:
    global _ingest
    _ingest = ingest


def last_words(device_id: UUID) -> LastWords | None:
    """What a monitor on nobody said last, so that a person can see which bed it stands at."""
    return _ingest.heard.last_words.get(device_id) if _ingest else None
