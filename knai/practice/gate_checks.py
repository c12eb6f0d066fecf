"""The clinic's own checks at a gate: their items, the answers charted, and what is decided of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from knai.core import checks as core
from knai.core.checks import CheckContext, CheckFinding, CheckItem, Pressure, Value, Walk
from knai.core.driving import bar_counts_from
from knai.core.errors import Malformed
from knai.practice import protocols
from knai.practice.entries import CheckAnswer, PumpSettings
from knai.practice.facts import Known, session_on
from knai.practice.given import Given, spans
from knai.practice.log import Line
from knai.practice.orders import planned_order, pump_text

PUMP_CHECK = "pump_settings"


def core_walk(gate: str, walk: str) -> Walk | None:
    """The name the checks use for this walk. None: no check stands at this gate."""
    if gate == "discharge":
        return "discharge"
    if gate == "redose":
        return "start_at_giving"
    if gate != "start":
        return None
    return "start_before_cannula" if walk == "before_cannula" else "start_at_giving"


def items(known: Known) -> tuple[CheckItem, ...]:
    """What the clinic's protocol asks, and how long the substances given want somebody watched."""
    return (*protocols.check_items(known.document), *_observed(known))


def _observed(known: Known) -> tuple[CheckItem, ...]:
    """One item for each substance and route: of what was given, and before that of what is planned."""
    found = {item.id: item for item, _ in _observed_doses(known)}
    return tuple(found.values())


def _observed_doses(known: Known) -> Iterator[tuple[CheckItem, Given]]:
    for dose in known.doses:
        substance = protocols.substance_of(dose.substance, known.document)
        for item in protocols.observation_items(substance, dose.route, known.document):
            yield item, dose


def _ends_at(known: Known) -> dict[str, datetime | None]:
    """When each observation is over: counted from the latest dose; None while one runs."""
    ends: dict[str, datetime | None] = {}
    for item, dose in _observed_doses(known):
        last_at = bar_counts_from(spans([dose]))
        wait = timedelta(minutes=item.min_ago_min or 0)
        until = last_at + wait if last_at is not None else None
        known_until = ends.get(item.id, until)
        ends[item.id] = max(known_until, until) if known_until and until else None
    return ends


def decide(known: Known, gate: str, walk: str, route: str | None = None) -> list[CheckFinding]:
    """What each check says at this gate. `route`: of the dose meant now, when it is not the planned one."""
    at = core_walk(gate, walk)
    if at is None:
        return []
    mine = items(known)
    answers = [a for a in _answers(known, mine) if not _before_last_dose(a, mine, known, gate)]
    return core.decide_checks(mine, answers, _context(known, route), at)


def read_value(item: CheckItem, text: str) -> Value:
    """The answer in its own type.

    raises  Malformed: no instant or number where one is wanted
    """
    try:
        if item.answer == "time" and text not in item.settles:
            return datetime.fromisoformat(text)
        return Decimal(text) if item.answer == "number" else text
    except (ValueError, InvalidOperation) as error:
        raise Malformed(f"is no {item.answer}; choose or type it again", item.id) from error


def _answers(known: Known, mine: tuple[CheckItem, ...]) -> Iterator[core.CheckAnswer]:
    by_id = {item.id: item for item in mine}
    for line in known.log.of("check_answer"):
        if line.body.check in by_id:
            yield from _as_core(line, line.body, by_id[line.body.check])
    if PUMP_CHECK in by_id:
        for line in known.log.of("pump_settings"):
            yield from _as_signed(line, line.body, known)


def _as_core(line: Line, body: CheckAnswer, item: CheckItem) -> Iterator[core.CheckAnswer]:
    """One answer; of an answer signed by two, one of each."""
    answer = core.CheckAnswer(
        check_id=body.check,
        value=read_value(item, body.answer),
        answered_at=line.at,
        by=str(line.entry.recorded_by_id),
        role=body.role,
        walk=body.walk,
        steps=body.steps,
        decided_by=body.decided_by,
    )
    yield answer
    if body.second_by is not None:
        yield _by(answer, str(body.second_by), body.second_role)


def _by(answer: core.CheckAnswer, who: str, role: str) -> core.CheckAnswer:
    return core.CheckAnswer(
        answer.check_id, answer.value, answer.answered_at, who, role, answer.walk
    )


def _as_signed(line: Line, body: PumpSettings, known: Known) -> Iterator[core.CheckAnswer]:
    """Settings charted with two signatures answer the check as well, if they are the order's."""
    text = pump_text(body.rate_ml_per_h, body.volume_ml, body.concentration_mg_per_ml)
    order = planned_order(known)
    if order is not None and order.rate_ml_per_h is None:
        text = order.settings
    for who in (str(line.entry.recorded_by_id), str(body.second_by)):
        yield core.CheckAnswer(PUMP_CHECK, text, line.at, who, "nurse", "start_at_giving")


def _before_last_dose(
    answer: core.CheckAnswer, mine: tuple[CheckItem, ...], known: Known, gate: str
) -> bool:
    """What is asked at each walk is asked again for a further dose."""
    if gate != "redose" or not known.doses:
        return False
    at_each_walk = {item.id for item in mine if item.valid == "walk"}
    return answer.check_id in at_each_walk and answer.answered_at < known.doses[-1].started_at


def _context(known: Known, route: str | None) -> CheckContext:
    session, plan = known.session, known.plan
    return CheckContext(
        now=known.now,
        sex=session.patient.sex or None,
        age_years=_age(session.patient.born_on, session_on(known)),
        route=route or (plan.route if plan else None),
        pressure=_pressure(known),
        current=_current(known),
        ends_at=_ends_at(known),
    )


def _age(born_on: date, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def _pressure(known: Known) -> Pressure | None:
    for line in reversed(list(known.log.of("vitals"))):
        body = line.body
        if body.sbp is not None and body.dbp is not None and line.at <= known.now:
            return Pressure(body.sbp, body.dbp, line.at)
    return None


def _current(known: Known) -> dict[str, str]:
    order = planned_order(known)
    return {PUMP_CHECK: order.settings} if order is not None else {}
