"""How long a paper takes: the record of four hours with a set each minute, and an archive of such charts."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from knai.cli.bench.place import Figure, figure
from knai.cli.bench.world import make_world, model, set_up

HOURS, RUNS, SESSIONS = 4, 9, 20
GOAL_S = 1.0
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def main() -> None:
    set_up()
    print(json.dumps(measure()))


def measure() -> list[Figure]:
    """The same values are set again by the engine alone: that is the limit."""
    from knai.identity.actors import get_actor
    from knai.identity.models import Membership

    world = make_world(1, NOON)
    Membership.objects.filter(user=world.nurse).update(role="prescriber")
    session = world.sessions[0]
    _chart(world, session)
    by = get_actor(world.nurse, world.clinic.slug)
    whole = [_timed(lambda: _make(by, session)) for _ in range(RUNS)]
    alone = _engine_alone(by, session)
    made = _make(by, session)
    return [
        _record("session record of 4 h with a set each minute, the first", whole[0], alone),
        _record("the same, the median of those after it", median(whole[1:]), alone),
        figure("its work", _work(lambda: _make(by, session)), "s of processor"),
        figure("its pages", made.pages, "pages"),
        figure("its size", len(made.data) / 1000, "kB"),
        _archive(by, world),
    ]


def _record(what: str, value_s: float, alone_s: float) -> Figure:
    return figure(
        what, value_s, "s", limit=alone_s, ratio=value_s / alone_s, goal=f"at most {GOAL_S:g} s",
        holds=value_s <= GOAL_S,
    )  # fmt: skip


def _chart(world: Any, session: Any) -> None:
    """A set each minute from the monitor, an infusion of 40 minutes, a note each quarter of an hour."""
    from knai.practice import entries as e

    dose = e.InfusionStart(
        route="iv_infusion", substance="racemic_ketamine", mg=35, duration_min=40
    )  # type: ignore[arg-type]
    start = _add(world, session, dose, 0)
    _add(world, session, e.InfusionChange(change="stop"), 40, target=start)
    for minute in range(-5, HOURS * 60 - 5):
        body = e.Vitals(
            sbp=118 + minute % 23, dbp=70 + minute % 11, hr=66 + minute % 17, spo2=95 + minute % 5,
            rr=12 + minute % 5,
        )  # fmt: skip
        _add(world, session, body, minute)
        if minute % 15 == 0:
            _add(
                world,
                session,
                e.Note(text="Resting, answers to their name, wants no talk."),
                minute,
            )
    session.first_dose_at, session.state = NOON, "discharged"
    session.departed_at = NOON + timedelta(hours=HOURS)
    session.save()


def _add(world: Any, session: Any, body: Any, minute: float, **more: Any) -> Any:
    from knai.practice.entries import to_json

    at = NOON + timedelta(minutes=minute)
    return model("ChartEntry").objects.create(
        clinic=world.clinic, patient=session.patient, session=session, kind=body.kind,
        body=to_json(body), effective_at=at, recorded_at=at, recorded_by=world.nurse, **more,
    )  # fmt: skip


def _make(by: Any, session: Any) -> Any:
    from knai.practice.papers import making
    from knai.practice.papers.kinds import get_kind
    from knai.practice.session_log import forget_logs

    forget_logs()  # as a process that has not shown this session
    kind = get_kind("session_record")
    return making.make(
        by=by, kind=kind, subject_id=session.pk, at=NOON, origin="https://knai.example"
    )


def _engine_alone(by: Any, session: Any) -> float:
    from knai.practice.papers import making
    from knai.practice.papers.kinds import get_kind

    kind = get_kind("session_record")
    facts = kind.gather(by=by, subject_id=session.pk, options={})

    def run() -> Any:
        return making.set_paper(
            by=by,
            kind=kind,
            facts=facts,
            at=NOON,
            code=making.new_code(),
            origin="https://knai.example",
        )

    return median(_timed(run) for _ in range(RUNS))


def _archive(by: Any, world: Any) -> Figure:
    """Sessions a second of an archive of a chart."""
    from knai.practice import exports
    from knai.practice.actions import exports as actions

    session = world.sessions[0]
    for number in range(1, SESSIONS):
        session.pk = None
        session.id = model("TreatmentSession")._meta.pk.get_default()
        session._state.adding = True
        session.booked_for_at = NOON + timedelta(days=number)
        session.first_dose_at = None
        session.save()
    export = actions.ask_for_chart(by=by, patient_id=session.patient_id)
    spent = _timed(lambda: exports.advance(export.pk, 600))
    return figure("archive of a chart", SESSIONS / spent, "sessions/s")


def _timed(job: Any) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def _work(job: Any) -> float:
    """Processor time: it says the same however busy the machine is."""
    spent = []
    for _ in range(RUNS):
        begun = time.process_time()
        job()
        spent.append(time.process_time() - begun)
    return median(spent)


if __name__ == "__main__":
    main()
