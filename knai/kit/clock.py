"""The one clock. Settable in demo, import and tests only; everything else asks `now()`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("knai_clock", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def set_to(instant: datetime) -> Iterator[None]:
    """Let `now()` answer `instant` inside the block, in this context only."""
    token = _frozen.set(instant)
    try:
        yield
    finally:
        _frozen.reset(token)
