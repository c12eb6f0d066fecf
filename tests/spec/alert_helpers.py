"""A session for the alerts' examples. Times are seconds from its start."""

from datetime import UTC, datetime, timedelta

from knai.core.alerts import (
    observe,
    open_alerts,
    tick,
)

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
WHY = "known hypertension, seen by cardiology"


def at(second):
    return START + timedelta(seconds=second)


def feed(state, code, values, since=0, every=1):
    """Values at an even pace, a tick with each; what changed, as (second, kind, level, interrupts)."""
    seen = []
    for i, value in enumerate(values):
        second = since + i * every
        changes = observe(state, code, at(second), value) + tick(state, at(second))
        seen += [(second, c.kind, c.level.name, c.interrupts) for c in changes]
    return seen


def cuff(state, second, sbp, dbp=80):
    changes = observe(state, "sbp", at(second), sbp) + observe(state, "dbp", at(second), dbp)
    return [(c.kind, c.level.name, c.interrupts) for c in changes]


def raised(state):
    return [(a.cause, a.level.name) for a in open_alerts(state)]
