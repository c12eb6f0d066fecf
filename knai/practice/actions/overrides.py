"""Overrides: a qualifying person lets a step go on, with a reason. The verdict stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from knai.core.checks import may_override
from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.core.standard import Effect
from knai.core.standard.verdicts import as_json
from knai.identity.actors import Actor
from knai.practice import queries
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.write import append
from knai.practice.entries import Override
from knai.practice.gates import GateCheck, GateFinding, GateView, check_facts, findings_at
from knai.practice.models import ChartEntry
from knai.practice.overriders import Colleague, list_colleagues, list_overriders

MIN_REASON = 15
GATES = ("start", "redose", "discharge")


@dataclass(frozen=True, slots=True)
class Who:
    """provider_id: who decides, when it is not the person who writes: then by telephone, read back."""

    provider_id: UUID | None = None
    witness: str = ""


MYSELF = Who()


@transaction.atomic
def override_finding(
    *,
    by: Actor,
    session_id: UUID,
    gate: str,
    clause: str,
    reason: str,
    who: Who = MYSELF,
    walk: str = "",
    posting: Posting = NOW,
) -> ChartEntry:
    """Let one finding pass at one gate, on the facts as they stand now.

    raises  Malformed: a short reason, no witness where one is needed; Missing: no such finding here;
            Refused: it is a hard stop, or does not hold; Forbidden: nobody who qualifies stands behind it
    """
    view, earlier = _open(by, session_id, gate, walk, posting)
    if earlier is not None:
        return earlier
    item = view.find(clause)
    if item is None:
        raise Missing("This clause does not act at this gate.")
    _refuse_unless_overridable(item)
    provider = _provider(by, view, who)
    if item.finding.override_needs == "witness" and not who.witness.strip():
        raise Malformed("This one needs a witness. Write who saw it.", "witness")
    return _write(by, view, clause, reason, as_json(item.finding.facts), provider, who, posting)


@transaction.atomic
def override_check(
    *,
    by: Actor,
    session_id: UUID,
    gate: str,
    check: str,
    reason: str,
    who: Who = MYSELF,
    walk: str = "",
    posting: Posting = NOW,
) -> ChartEntry:
    """Let an item of the clinic's own protocol pass, by whom the item names.

    raises  as override_finding
    """
    view, earlier = _open(by, session_id, gate, walk, posting)
    if earlier is not None:
        return earlier
    item = view.find_check(check)
    if item is None:
        raise Missing("This check does not stand at this gate.")
    if not item.is_overridable:
        raise Refused("This check holds until it is answered; it cannot be overridden.")
    provider = _check_overrider(by, view, item, who)
    return _write(by, view, check, reason, check_facts(item.finding), provider, who, posting)


def _open(
    by: Actor, session_id: UUID, gate: str, walk: str, posting: Posting
) -> tuple[GateView, ChartEntry | None]:
    by.must("dose")
    if gate not in GATES:
        raise Malformed(f"wanted one of {', '.join(GATES)}", "gate")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, Override.kind)
    view = findings_at(by=by, session=session, gate=gate, walk=walk, at=posting.at)
    return view, earlier


def _refuse_unless_overridable(item: GateFinding) -> None:
    if item.finding.effect is Effect.HARD_STOP:
        raise Refused(f"{item.id} cannot be overridden here: the fact has to change.")
    if not item.is_overridable:
        raise Refused(f"{item.id} holds nothing at this gate any more. Reload the page.")


def _provider(by: Actor, view: GateView, who: Who) -> Colleague:
    """The qualifying person behind it: the one who writes, or the one who was called."""
    wanted = who.provider_id or by.user_id
    for person in list_overriders(view.known):
        if person.user_id == wanted:
            _check_read_back(by, view, person)
            return person
    raise Forbidden(
        "Only a medical provider who is licensed and qualified today may override this. "
        "Call one, and read back what they say."
    )


def _check_read_back(by: Actor, view: GateView, provider: Colleague) -> None:
    """By telephone somebody who is here reads it back; the roster knows who is here."""
    if provider.user_id == by.user_id:
        return
    if not any(p.user_id == by.user_id and p.is_on_site for p in list_colleagues(view.known)):
        raise Refused("Who reads a telephone order back has to be on site. Sign in on the roster.")


def _check_overrider(by: Actor, view: GateView, check: GateCheck, who: Who) -> Colleague:
    wanted = who.provider_id or by.user_id
    item = check.finding.item
    for person in list_colleagues(view.known):
        if person.user_id == wanted and may_override(item, person.role):
            _check_read_back(by, view, person)
            return person
    raise Forbidden(f"This check is overridden by: {', '.join(item.override_by)}. Ask one of them.")


def _write(
    by: Actor,
    view: GateView,
    what: str,
    reason: str,
    facts: dict[str, Any],
    provider: Colleague,
    who: Who,
    posting: Posting,
) -> ChartEntry:
    if len(reason.strip()) < MIN_REASON:
        raise Malformed(f"Write the reason in at least {MIN_REASON} characters.", "reason")
    is_called = provider.user_id != by.user_id
    body = Override(
        clause=what,
        gate=view.gate,
        reason=reason.strip(),
        facts=facts,
        provider_id=provider.user_id,
        provider_name=provider.name,
        by_telephone=is_called,
        read_back_by=by.user_id if is_called else None,
        witness=who.witness.strip(),
    )
    session = view.known.session
    return append(
        by=by,
        body=body,
        patient=session.patient,
        session=session,
        effective_at=posting.effective_at,
        source=posting.source,
        idempotency_key=posting.idempotency_key,
    )
