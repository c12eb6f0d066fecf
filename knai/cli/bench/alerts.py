"""Alerts over simulated sessions: how often they interrupt for nothing, and how soon they find a crisis.

    run(sessions=200)   whatever database is named: none is used

No database: the same state that the live thread keeps, fed with what simulated monitors show. Half of the
sessions are quiet; the others go through the scripted crises in turn. A person takes every alert in hand
after half a minute and repeats a cuff pressure a minute after being asked to.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median

from knai.cli.bench.place import Figure, figure, run_apart, scratch
from knai.core.alerts import CAUSES, AlertChange, acknowledge, set_dosed, tick
from knai.core.samples import Sample
from knai.core.vitals import judge_plausible
from knai.interop.hl7v2.simulator.patient import SimulatedPatient
from knai.interop.hl7v2.simulator.scripts import SCRIPTS

LASTS_S = 7200
EVERY_S = 2
DOSED_AT_S = 300
IN_HAND_AFTER_S = 30
REPEAT_AFTER_S = 60
T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)
_INTERRUPTS = ("raised", "reopened", "rose")
_CHANNELS = {"hr": ("hr", "ecg"), "pulse": ("hr", "pulse")}


@dataclass(slots=True)
class Told:
    """What one session said: (seconds, cause) of each interruption."""

    seed: int
    script: str
    interruptions: list[tuple[float, str]] = field(default_factory=list)


def run(database_url: str = "", sessions: int = 200) -> list[Figure]:
    """Figures over so many sessions."""
    with scratch("") as environment:
        return run_apart("knai.cli.bench.alerts", environment, str(sessions), wait_s=900)


def measure(sessions: int) -> list[Figure]:
    crises = [name for name in SCRIPTS if name != "quiet"]
    plan = [(n, "quiet" if n % 2 == 0 else crises[n // 2 % len(crises)]) for n in range(sessions)]
    with ProcessPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        told = list(pool.map(_told, plan, chunksize=5))
    return [*_quiet_figures(told), *_crisis_figures(told, crises)]


def _told(plan: tuple[int, str]) -> Told:
    return watch(*plan)


def watch(seed: int, script: str) -> Told:
    """One session from monitor on to monitor off."""
    from knai.practice.live.state import SessionState

    patient, told = SimulatedPatient(seed, script=script), Told(seed, script)
    state = SessionState(chart=None)  # the alerts need nothing of the chart
    in_hand: list[tuple[float, str]] = []
    repeats: list[float] = []
    for second in range(0, LASTS_S + 1, EVERY_S):
        at = T0 + timedelta(seconds=second)
        changes = list(state.take(shown(patient, second), at).changes)
        if second == DOSED_AT_S:
            changes += set_dosed(state.engine, at)
        if repeats and second >= repeats[0]:
            changes += state.take(_cuff_now(patient, repeats.pop(0)), at).changes
        while in_hand and second >= in_hand[0][0]:
            acknowledge(state.engine, in_hand.pop(0)[1], "A nurse", at)
        changes += tick(state.engine, at)
        _note(changes, second, told, in_hand, repeats)
    return told


def _note(
    changes: Iterable[AlertChange],
    second: float,
    told: Told,
    in_hand: list[tuple[float, str]],
    repeats: list[float],
) -> None:
    for change in changes:
        if change.kind == "repeat_cuff" and not repeats:
            repeats.append(second + REPEAT_AFTER_S)
        if change.interrupts:
            in_hand.append((second + IN_HAND_AFTER_S, change.cause))
            if change.kind in _INTERRUPTS:
                told.interruptions.append((second, change.cause))


def shown(patient: SimulatedPatient, second: float) -> tuple[Sample, ...]:
    """What the monitor shows, as far as it would be charted: the implausible is put aside."""
    signs = patient.at(second)
    at = T0 + timedelta(seconds=second)
    cuff_s = signs["cuff_at_s"]
    found = []
    for name, value in signs.items():
        code, sub_id = _CHANNELS.get(name, (name, "1"))
        if value is None or name in ("cuff_at_s", "cuff_pulse"):
            continue
        is_cuff = code in ("sbp", "dbp", "map")
        if judge_plausible(code, value).is_ok:
            when = T0 + timedelta(seconds=cuff_s) if is_cuff else at
            found.append(Sample(code, sub_id, when, float(value)))
    return tuple(found)


def _cuff_now(patient: SimulatedPatient, second: float) -> tuple[Sample, ...]:
    at = T0 + timedelta(seconds=second)
    return tuple(Sample(s, "1", at, float(round(patient.truth(s, second)))) for s in ("sbp", "dbp"))


# ------------------------------------------------------------------------------------------------- figures
def _quiet_figures(told: list[Told]) -> list[Figure]:
    counts = [len(t.interruptions) for t in told if t.script == "quiet"]
    worst = max(counts, default=0)
    return [
        figure("quiet sessions", len(counts), "sessions"),
        figure("interruptions without cause in the worst quiet session", worst, "interruptions",
               goal="≤ 1", holds=worst <= 1),
        figure("interruptions without cause in a quiet session, mean",
               sum(counts) / max(1, len(counts)), "interruptions"),
    ]  # fmt: skip


def _crisis_figures(told: list[Told], crises: list[str]) -> list[Figure]:
    figures = []
    for name in crises:
        delays = [delay(t) for t in told if t.script == name]
        found = [d for d in delays if d is not None]
        share = len(found) / max(1, len(delays))
        figures.append(
            figure(f"{name}: crises found", 100 * share, "%", goal="100 %", holds=share == 1)
        )
        if found:
            figures.append(
                figure(f"{name}: from the limit crossed to the call, median", median(found), "s")
            )
            figures.append(
                figure(f"{name}: from the limit crossed to the call, longest", max(found), "s")
            )
    return figures


def delay(told: Told) -> float | None:
    """Seconds from the first crossing of an alert limit by a sign that matters to the first call for it."""
    script = SCRIPTS[told.script]
    onset = script.onset_s or 0.0
    crossings = SimulatedPatient(told.seed, script=told.script).crossings(LASTS_S, ("alert",))
    crossed = [c.at_s for c in crossings if c.vital in script.must_alert and c.at_s >= onset]
    calls = [
        second
        for second, cause in told.interruptions
        if second >= onset and {code for code, _ in CAUSES[cause].members} & set(script.must_alert)
    ]
    return calls[0] - crossed[0] if calls and crossed else None


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(measure(int(sys.argv[1]))))
