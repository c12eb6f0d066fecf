"""How long it takes to bring a table of patients in, and what people at the bedside notice of it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

from knai.cli.bench.place import Figure, figure
from knai.cli.bench.world import make_world, set_up

ROWS, GOAL_S = 50_000, 120.0
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def main() -> None:
    set_up()
    print(json.dumps(measure()))


def measure(rows: int = ROWS) -> list[Figure]:
    """The limit is the time in which the rows are read and judged, and nothing is written."""
    from knai.identity.actors import get_actor
    from knai.identity.models import Membership
    from knai.practice.actions import imports
    from knai.practice.imports import working, writing

    world = make_world(1, NOON)
    Membership.objects.filter(user=world.nurse).update(role="owner")
    by = get_actor(world.nurse, world.clinic.slug)
    run = imports.bring(by=by, kind="patients", data=_table(rows), name="table.csv")
    columns = run.mapping["columns"]
    imports.try_out(by=by, run_id=run.pk, columns=columns, order="ymd")
    tried_s = _timed(lambda: working.advance(run.pk))
    imports.take(by=by, run_id=run.pk)
    longest = [0.0]
    plain = writing._write_patients

    def watched(*batch: object) -> None:
        began = time.perf_counter()
        plain(*batch)
        longest[0] = max(longest[0], time.perf_counter() - began)

    writing._write_patients = watched
    taken_s = _timed(lambda: working.advance(run.pk))
    writing._write_patients = plain
    run.refresh_from_db()
    holds = run.state == "done" and run.done == rows and taken_s <= GOAL_S
    return [
        figure(f"{rows} patients brought in", taken_s, "s", limit=tried_s, ratio=taken_s / tried_s,
               goal=f"at most {GOAL_S:g} s", holds=holds),
        figure("longest hold of the database by it", longest[0] * 1000, "ms"),
    ]  # fmt: skip


def _table(rows: int) -> bytes:
    heading = "MRN,First name,Last name,DOB,Gender,Mobile\n"
    lines = (
        f"B-{n},Ann{n % 977},Lind{n},{1950 + n % 50}-0{1 + n % 9}-1{n % 9},f,555 {n:06d}\n"
        for n in range(rows)
    )
    return (heading + "".join(lines)).encode()


def _timed(act) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
