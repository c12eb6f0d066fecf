"""Marks on entries: accepted, amended, voided, made the baseline. Nothing is ever edited."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.db import transaction

from knai.core.errors import Malformed, Missing
from knai.identity.actors import Actor
from knai.practice import queries
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.write import append
from knai.practice.charting_rules import AMENDABLE, VOIDABLE, check, permission_for, refuse_if
from knai.practice.entries import Acceptance, BaselinePin, Body, Void
from knai.practice.log import Line, Log
from knai.practice.models import ChartEntry, Source, TreatmentSession


@transaction.atomic
def accept_device_set(
    *, by: Actor, session_id: UUID, entry_id: UUID, posting: Posting = NOW
) -> ChartEntry:
    """A person looked at a set of a device and took it. A second tap finds the first.

    raises  Refused: no device's set of vital signs, or it was voided or amended
    """
    by.must("chart")
    session, log = _open(by, session_id)
    line = _line(log, entry_id)
    if line.accepted is not None:
        return line.accepted
    refuse_if(why_not_accept(line))
    return _mark(by, session, Acceptance(), line, posting)


def why_not_accept(line: Line) -> str | None:
    if line.kind != "vitals" or line.entry.source != Source.DEVICE:
        return "Only a device's set of vital signs is accepted; what people chart stands already."
    return _why_gone(line)


@transaction.atomic
def pin_baseline(
    *, by: Actor, session_id: UUID, entry_id: UUID, posting: Posting = NOW
) -> ChartEntry:
    """Make one set of vital signs the baseline.

    raises  Refused: not a complete set, voided or amended, or taken after the first dose
    """
    by.must("chart")
    session, log = _open(by, session_id)
    earlier = posted_before(by, posting, BaselinePin.kind)
    if earlier is not None:
        return earlier
    line = _line(log, entry_id)
    pinned = log.latest("baseline_pin")
    if pinned is not None and pinned.entry.target_id == entry_id:
        return pinned.entry
    refuse_if(why_not_pin(session, line))
    return _mark(by, session, BaselinePin(), line, posting)


def why_not_pin(session: TreatmentSession, line: Line) -> str | None:
    if line.kind != "vitals" or not line.body.is_complete:
        return "A baseline needs both pressures, heart rate and oxygen saturation in one set."
    if session.first_dose_at is not None and line.at > session.first_dose_at:
        return "This set was taken after the first dose. A baseline is from before it."
    return _why_gone(line)


@transaction.atomic
def amend(
    *, by: Actor, session_id: UUID, entry_id: UUID, body: Body, reason: str, posting: Posting = NOW
) -> ChartEntry:
    """Put a new entry in another's place; the first stays readable.

    raises  Refused: somebody amended or voided it meanwhile, or its kind is no fact to put right
    """
    by.must(permission_for(body.kind))
    check(body)
    session, log = _open(by, session_id)
    earlier = posted_before(by, posting, body.kind)
    if earlier is not None:
        return earlier
    line = _line(log, entry_id)
    refuse_if(why_not_amend(line))
    if body.kind != line.kind:
        raise Malformed(f"found {body.kind}; wanted {line.kind}", "kind")
    if not reason.strip():
        raise Malformed("Why is it put right? Choose or type it.", "reason")
    return append(
        by=by,
        body=msgspec.structs.replace(body, amended_because=reason.strip()),
        patient=session.patient,
        session=session,
        effective_at=posting.effective_at or line.at,
        source=posting.source,
        amends=line.entry,
        target=line.entry.target,
        compartment=line.entry.compartment,
        idempotency_key=posting.idempotency_key,
    )


def why_not_amend(line: Line) -> str | None:
    if line.kind not in AMENDABLE:
        return "This entry says what somebody decided; it is not put right afterwards. Add a note."
    return _why_gone(line)


@transaction.atomic
def void(
    *, by: Actor, session_id: UUID, entry_id: UUID, reason: str, posting: Posting = NOW
) -> ChartEntry:
    """Strike an entry out, with the reason. Its author may, and who may void.

    raises  Forbidden; Refused: already voided or amended, or its kind cannot be
    """
    by.must("chart")
    session, log = _open(by, session_id)
    earlier = posted_before(by, posting, Void.kind)
    if earlier is not None:
        return earlier
    line = _line(log, entry_id)
    if line.entry.recorded_by_id != by.user_id:
        by.must("void")
    refuse_if(why_not_void(line))
    if not reason.strip():
        raise Malformed("Why does it not count? Choose or type it.", "reason")
    return _mark(by, session, Void(reason.strip()), line, posting)


def why_not_void(line: Line) -> str | None:
    if line.kind not in VOIDABLE:
        return "This entry says what somebody decided; it cannot be struck out. Add a note."
    return _why_gone(line)


def _why_gone(line: Line) -> str | None:
    """Who was quicker, for two tablets on one entry."""
    for verb, other in (("voided", line.void), ("amended", line.amended_by)):
        if other is not None:
            who = other.recorded_by.name if other.recorded_by else "KNAI"
            return (
                f"{who} {verb} this entry at {other.recorded_at.astimezone(other.clinic.tz):%H:%M}. "
                "Look at what stands now, and go on from there."
            )
    return None


def _open(by: Actor, session_id: UUID) -> tuple[TreatmentSession, Log]:
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    return session, queries.load_log(by=by, session=session)


def _line(log: Log, entry_id: UUID) -> Line:
    """raises  Missing: not in this session, or not for these eyes"""
    if entry_id not in log.by_id:
        raise Missing("There is no such entry in this session.")
    return log.by_id[entry_id]


def _mark(
    by: Actor, session: TreatmentSession, body: Body, line: Line, posting: Posting
) -> ChartEntry:
    return append(
        by=by,
        body=body,
        patient=session.patient,
        session=session,
        effective_at=posting.effective_at,
        source=posting.source,
        target=line.entry,
        compartment=line.entry.compartment,
        idempotency_key=posting.idempotency_key,
    )
