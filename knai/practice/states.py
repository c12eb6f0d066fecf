"""One table of states: what may follow what, who may say so, and what it means.

Everybody moves a session through `move`; docs/reference/session-states.md is drawn from this table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from knai.core.errors import Refused
from knai.identity.actors import Actor
from knai.kit import audit, bus
from knai.kit.clock import now
from knai.practice import slots
from knai.practice.actions.write import append
from knai.practice.entries import Transition as TransitionEntry
from knai.practice.models import ChartEntry, State, TreatmentSession
from knai.practice.models.sessions import OPEN_STATES

OPEN: tuple[str, ...] = tuple(OPEN_STATES)
DEPARTED: tuple[str, ...] = (
    State.DISCHARGED,
    State.LEFT_AGAINST_ADVICE,
    State.ELOPED,
    State.TRANSFERRED,
    State.ADMITTED,
    State.DIED,
)
ENDED: tuple[str, ...] = (*DEPARTED, State.CANCELLED, State.ABORTED)
# Why a visit that was booked did not take place.
CATEGORIES: dict[str, str] = {
    "patient": "The patient asked for it",
    "clinic": "The clinic could not keep it",
    "clinical": "A clinical reason",
    "no_show": "Nobody came",
    "other": "Another reason",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One way on.

    permission  what the person's role must carry
    gate        the gate that stands before the intention; "" for none
    is_fact     it can simply have happened, and is then recorded whatever a gate says
    records     what stands in the chart besides the transition
    """

    before: tuple[str, ...]
    after: str
    permission: str
    words: str
    records: str
    gate: str = ""
    is_fact: bool = False


def _departure(after: str, words: str, gate: str = "") -> Step:
    return Step(OPEN, after, "chart", words, "departure", gate, is_fact=True)


STEPS: tuple[Step, ...] = (
    Step((State.BOOKED,), State.CHECKED_IN, "check_in", "checks in", "weight, way home"),
    Step((State.BOOKED,), State.CANCELLED, "check_in", "is cancelled", "category, reason"),
    Step(
        (State.BOOKED,),
        State.CANCELLED,
        "check_in",
        "nobody came",
        "category no_show",
        is_fact=True,
    ),
    Step((State.CHECKED_IN,), State.READY, "dose", "start gate, first walk", "findings", "start"),
    Step((State.READY,), State.CHECKED_IN, "dose", "goes back to the first walk", "reason"),
    Step((State.READY,), State.DOSING, "dose", "first dose", "findings, dose", "start"),
    Step(
        (State.BOOKED, State.CHECKED_IN, State.READY),
        State.DOSING,
        "dose",
        "a dose had happened",
        "dose, safety event",
        is_fact=True,
    ),
    Step((State.DOSING,), State.RECOVERY, "chart", "nothing runs any more", "stop", is_fact=True),
    Step((State.RECOVERY,), State.DOSING, "dose", "a further dose", "findings, dose", "redose"),
    Step((State.CHECKED_IN, State.READY), State.ABORTED, "dose", "called off, no dose", "reason"),
    _departure(State.DISCHARGED, "is discharged", "discharge"),
    _departure(State.LEFT_AGAINST_ADVICE, "leaves against advice"),
    _departure(State.ELOPED, "leaves without telling"),
    _departure(State.TRANSFERRED, "is transferred"),
    _departure(State.ADMITTED, "is admitted"),
    _departure(State.DIED, "dies"),
    Step(DEPARTED, State.RECOVERY, "void", "had not left", "reason"),
)


def steps_from(state: str) -> Iterator[Step]:
    return (step for step in STEPS if state in step.before)


def step_between(before: str, after: str) -> Step | None:
    """The step from one state to another; of two, the one that any fact may take."""
    found = [step for step in steps_from(before) if step.after == after]
    return next((step for step in found if step.is_fact), found[0] if found else None)


def why_not_move(before: str, after: str) -> str | None:
    if step_between(before, after) is None:
        return (
            f"A session that is {_words(before)} cannot become {_words(after)}. "
            "Reload the page to see where it stands."
        )
    return None


def move(
    session: TreatmentSession,
    to: str,
    *,
    by: Actor,
    reason: str = "",
    at: datetime | None = None,
    key: UUID | None = None,
    category: str = "",
    follows: bool = False,
) -> ChartEntry:
    """Put a session, whose row the caller holds, into another state; charted, audited and told.

    at        when it happened; now when absent
    key       idempotency key of a form that does nothing but this
    category  one of CATEGORIES, of a visit that does not take place
    follows   from a fact that this person may record (a death); it asks for no permission of its own
    raises  Refused: not a step of the table, or the chair or the patient already has an open session;
            Forbidden: the role may not
    """
    before = session.state
    why_not = why_not_move(before, to)
    if why_not:
        raise Refused(why_not)
    if not follows:
        _must(by, before, to)
    happened_at = at or now()
    session.cancelled_as = category
    _write_row(session, to, happened_at)
    if to in ENDED:
        slots.free(session)
    body = TransitionEntry(before=before, after=to, reason=reason, category=category)
    entry = append(
        by=by,
        body=body,
        patient=session.patient,
        session=session,
        effective_at=happened_at,
        idempotency_key=key,
    )
    audit.record("session.moved", by=by, subject=session, before=before, after=to)
    bus.publish_on_commit(
        "sessions", {"clinic_id": session.clinic_id, "session_id": session.id, "state": to}
    )
    return entry


def _must(by: Actor, before: str, to: str) -> None:
    step = step_between(before, to)
    if step is not None:
        by.must(step.permission)


def _write_row(session: TreatmentSession, to: str, at: datetime) -> None:
    session.state, session.state_since = to, at
    session.departed_at = at if to in DEPARTED else None
    try:
        with transaction.atomic():
            session.save(update_fields=["state", "state_since", "departed_at", "cancelled_as"])
    except IntegrityError as error:
        raise Refused(_why_taken(session)) from error


def _why_taken(session: TreatmentSession) -> str:
    open_ones = TreatmentSession.objects.filter(clinic_id=session.clinic_id, state__in=OPEN)
    if open_ones.exclude(pk=session.pk).filter(patient_id=session.patient_id).exists():
        return "This patient already has an open session. End that one first, or chart there."
    return "Somebody is in that chair. Choose another, or end the session that is in it."


def _words(state: str) -> str:
    return State(state).label.lower()


def mermaid() -> str:
    """The table as a Mermaid state diagram: open states in one box, which every departure leaves."""
    inner = [
        line for step in STEPS if step.before != OPEN for line in _arrows(step) if _inside(line)
    ]
    outer = [line for step in STEPS if step.before != OPEN for line in _arrows(step)]
    lines = ["stateDiagram-v2", "    [*] --> booked", "    state open {"]
    lines += [f"    {line}" for line in inner]
    lines += ["    }", *(line for line in outer if line not in inner)]
    lines += [f"    open --> {step.after}: {_how(step)}" for step in STEPS if step.before == OPEN]
    lines += [f"    {state} --> [*]" for state in ENDED]
    return "\n".join(lines) + "\n"


def _arrows(step: Step) -> list[str]:
    return [f"    {before} --> {step.after}: {_how(step)}" for before in step.before]


def _inside(line: str) -> bool:
    before, _, rest = line.strip().partition(" --> ")
    return before in OPEN and rest.partition(":")[0] in OPEN


def _how(step: Step) -> str:
    """In words; a step through a gate names it in brackets."""
    return f"{step.words} [{step.gate} gate]" if step.gate else step.words


def table() -> str:
    """The same as a Markdown table."""
    rows = ["| from | to | how | who may | charted with it | gate |", "|---|---|---|---|---|---|"]
    for step in STEPS:
        kind = step.gate or "none"
        if step.gate and step.is_fact:
            kind += ", or as a fact"
        before = ", ".join(step.before)
        rows.append(
            f"| {before} | {step.after} | {step.words} | {step.permission} | {step.records} | {kind} |"
        )
    return "\n".join(rows) + "\n"
