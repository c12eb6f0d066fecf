"""Answering the clinic's own checks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from knai.core import checks as core
from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.practice import gate_checks, queries
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.write import append
from knai.practice.entries import CheckAnswer
from knai.practice.facts import Known, know
from knai.practice.gates import walk_of
from knai.practice.models import ChartEntry
from knai.practice.overriders import list_second_signers
from knai.practice.second_signature import prove_second
from knai.practice.states import OPEN


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says to a check.

    decided_by  the provider's name, when a nurse writes down what they decided
    second_id   who else read the same, where two people sign
    second_code their PIN; wanted of whoever has one
    """

    check: str
    value: str
    steps: tuple[str, ...] = ()
    decided_by: str = ""
    second_id: UUID | None = None
    second_code: str = ""


def answer_check(
    *,
    by: Actor,
    session_id: UUID,
    gate: str,
    answer: Answer,
    walk: str = "",
    posting: Posting = NOW,
) -> ChartEntry:
    """Chart the answer to one check. A later answer takes its place.

    raises  Missing: no such check at this gate; Malformed: a value or a role that does not fit;
            Refused: the session has ended or not begun, or the second person's PIN is locked
    """
    by.must("chart")
    if answer.second_id is not None:
        prove_second(answer.second_id, answer.second_code)
    with transaction.atomic():
        return _answer(by, session_id, gate, answer, walk, posting)


def _answer(
    by: Actor, session_id: UUID, gate: str, answer: Answer, walk: str, posting: Posting
) -> ChartEntry:
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, CheckAnswer.kind)
    if earlier is not None:
        return earlier
    if session.state not in OPEN:
        raise Refused("Checks are answered while the patient is here.")
    known = know(by=by, session=session, now=posting.at)
    body = _body(by, known, gate, walk or walk_of(session, gate), answer)
    return append(
        by=by,
        body=body,
        patient=session.patient,
        session=session,
        effective_at=posting.effective_at,
        source=posting.source,
        idempotency_key=posting.idempotency_key,
    )


def _body(by: Actor, known: Known, gate: str, walk: str, answer: Answer) -> CheckAnswer:
    item = _item(known, answer.check)
    at = gate_checks.core_walk(gate, walk)
    if at is None:
        raise Missing("No check stands at this gate.")
    value = gate_checks.read_value(item, answer.value)
    said = core.CheckAnswer(
        item.id, value, known.now, str(by.user_id), by.role, at, answer.steps, answer.decided_by
    )
    core.check_answer(item, said)
    second = _second(by, known, item, answer.second_id)
    return CheckAnswer(
        check=item.id,
        walk=at,
        answer=answer.value,
        role=by.role,
        steps=answer.steps,
        decided_by=answer.decided_by.strip(),
        second_by=second.user_id if second else None,
        second_name=second.name if second else "",
        second_role=second.role if second else "",
    )


def _item(known: Known, check: str) -> core.CheckItem:
    for item in gate_checks.items(known):
        if item.id == check:
            return item
    raise Missing("There is no such check in this clinic's protocol.")


def _second(by: Actor, known: Known, item: core.CheckItem, second_id: UUID | None):
    if second_id is None:
        return None
    if item.answer != "two_person":
        raise Malformed("one person answers this check", "second_id")
    for person in list_second_signers(known, by.user_id):
        if person.user_id == second_id:
            return person
    raise Malformed("wanted another person of this clinic who may give drugs", "second_id")
