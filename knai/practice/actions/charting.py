"""Charting in a session: what was seen, given and done. Facts are recorded, never gated.

Every action: permission, the session's row held, policy, one entry, its audit, in one transaction; the same
idempotency key again answers with the entry of the first time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.identity.models import Membership
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import queries
from knai.practice.actions.write import append
from knai.practice.charting_rules import (
    check,
    is_after_the_end,
    permission_for,
    refuse_if,
    why_not_chart,
)
from knai.practice.entries import (
    AlertLimits,
    Body,
    Effect,
    IvAttempt,
    Medicine,
    Note,
    OffMonitor,
    PsychotherapyNote,
    PumpSettings,
    Sedation,
    Support,
    Vitals,
)
from knai.practice.models import ChartEntry, Compartment, Source
from knai.practice.second_signature import prove_second

LATE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Posting:
    """What every charting form carries besides its body.

    effective_at   when it happened; now when absent
    is_downtime    copied from a paper sheet after KNAI was away
    """

    effective_at: datetime | None = None
    idempotency_key: UUID | None = None
    is_downtime: bool = False

    @property
    def source(self) -> str:
        return Source.DOWNTIME if self.is_downtime else Source.HAND

    @property
    def at(self) -> datetime:
        return self.effective_at or now()

    def alone(self) -> Posting:
        """The same time and source for a second entry of the same tap; the key stays with the first."""
        return Posting(self.at, None, self.is_downtime)


NOW = Posting()


def posted_before(by: Actor, posting: Posting, kind: str) -> ChartEntry | None:
    """The entry this very form made already, so that a second click finds what the first one did.

    raises  Refused: the key belongs to another person's or another kind of entry
    """
    if posting.idempotency_key is None:
        return None
    rows = ChartEntry.objects.filter(clinic_id=by.clinic_id)
    earlier = rows.filter(idempotency_key=posting.idempotency_key).first()
    if earlier is not None and (earlier.kind, earlier.recorded_by_id) != (kind, by.user_id):
        raise Refused("This form was already sent with something else in it. Open it anew.")
    return earlier


@transaction.atomic
def chart(
    *,
    by: Actor,
    session_id: UUID,
    body: Body,
    posting: Posting = NOW,
    target: ChartEntry | None = None,
    compartment: str = Compartment.CLINICAL,
) -> ChartEntry:
    """Add one entry to a session.

    raises  Forbidden, Missing, Malformed: see charting_rules.check; Refused: not begun, or cancelled
    """
    by.must(permission_for(body.kind))
    check(body)
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, body.kind)
    if earlier is not None:
        return earlier
    refuse_if(why_not_chart(session, posting.is_downtime))
    entry = append(
        by=by,
        body=body,
        patient=session.patient,
        session=session,
        effective_at=posting.effective_at,
        source=posting.source,
        target=target,
        compartment=compartment,
        idempotency_key=posting.idempotency_key,
    )
    if is_after_the_end(session):
        audit.record("entry.after_the_end", by=by, subject=entry, kind=entry.kind)
    return entry


def is_late(entry: ChartEntry) -> bool:
    """Written noticeably after it happened; the page says so."""
    return entry.recorded_at - entry.effective_at > LATE_AFTER


# ------------------------------------------------------------------------------------ what was seen
def record_vitals(
    *,
    by: Actor,
    session_id: UUID,
    values: Mapping[str, Decimal | int | float | None],
    confirmed: tuple[str, ...] = (),
    posting: Posting = NOW,
) -> ChartEntry:
    """One set. Impossible values are refused; implausible ones stand only when confirmed."""
    body = vitals_body(values, confirmed)
    return chart(by=by, session_id=session_id, body=body, posting=posting)


def vitals_body(values: Mapping[str, Decimal | int | float | None], confirmed=()) -> Vitals:
    """raises  Malformed: a fraction where the sign is charted whole"""
    known = {code: _whole_or_one(code, v) for code, v in values.items() if v is not None}
    return Vitals(**known, confirmed=tuple(code for code in confirmed if code in known))


def _whole_or_one(code: str, value: Decimal | int | float) -> int | float:
    if code in ("temp", "o2_flow"):
        return float(value)
    if int(value) != value:
        raise Malformed("wanted a whole number", code)
    return int(value)


def record_sedation(
    *,
    by: Actor,
    session_id: UUID,
    moaas: int | None = None,
    rass: int | None = None,
    resting: bool = False,
    posting: Posting = NOW,
) -> ChartEntry:
    """How awake. Resting: eyes shut, breathing easy, not woken for a score."""
    body = Sedation(moaas=moaas, rass=rass, resting=resting)
    return chart(by=by, session_id=session_id, body=body, posting=posting)


@transaction.atomic
def record_sedation_as_last(*, by: Actor, session_id: UUID, posting: Posting = NOW) -> ChartEntry:
    """Looked again, and it is as it was: one tap.

    raises  Refused: nothing was charted yet
    """
    by.must("chart")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, Sedation.kind)
    if earlier is not None:
        return earlier
    last = queries.load_log(by=by, session=session).latest("sedation")
    if last is None:
        raise Refused("No sedation was charted yet. Choose a level first.")
    body = Sedation(moaas=last.body.moaas, rass=last.body.rass, resting=last.body.resting)
    return chart(by=by, session_id=session_id, body=body, posting=posting)


def record_effect(
    *, by: Actor, session_id: UUID, effect: str, degree: int, posting: Posting = NOW
) -> ChartEntry:
    """An expected effect, as the person says: 0 none to 4 overwhelming."""
    return chart(by=by, session_id=session_id, body=Effect(effect, degree), posting=posting)


def record_support(*, by: Actor, session_id: UUID, what: str, posting: Posting = NOW) -> ChartEntry:
    """What was done for the person besides medicines."""
    if not what.strip():
        raise Malformed("What was done? Choose or type it.", "what")
    return chart(by=by, session_id=session_id, body=Support(what.strip()), posting=posting)


def record_note(*, by: Actor, session_id: UUID, text: str, posting: Posting = NOW) -> ChartEntry:
    return chart(by=by, session_id=session_id, body=Note(text.strip()), posting=posting)


def record_psychotherapy_note(
    *, by: Actor, session_id: UUID, text: str, posting: Posting = NOW
) -> ChartEntry:
    """A note that its author alone ever reads."""
    return chart(
        by=by,
        session_id=session_id,
        body=PsychotherapyNote(text.strip()),
        posting=posting,
        compartment=Compartment.PSYCHOTHERAPY,
    )


def record_off_monitor(
    *,
    by: Actor,
    session_id: UUID,
    why: str,
    accompanied_by: str = "",
    back: bool = False,
    posting: Posting = NOW,
) -> ChartEntry:
    """Off the monitor and accompanied, or back on it."""
    if not back and not why.strip():
        raise Malformed("Why off the monitor? Choose or type it.", "why")
    body = OffMonitor(why.strip(), accompanied_by.strip(), back)
    return chart(by=by, session_id=session_id, body=body, posting=posting)


# ----------------------------------------------------------------------------------- what was given
def record_medicine(
    *,
    by: Actor,
    session_id: UUID,
    name: str,
    dose: str = "",
    unit: str = "",
    route: str = "",
    posting: Posting = NOW,
) -> ChartEntry:
    """Any medicine but ketamine, oxygen too. Never gated. The dose is read exactly or refused."""
    body = Medicine(name.strip(), dose.strip(), unit.strip(), route.strip())
    return chart(by=by, session_id=session_id, body=body, posting=posting)


def record_iv_attempt(
    *,
    by: Actor,
    session_id: UUID,
    site: str,
    gauge: str = "",
    placed: bool = True,
    posting: Posting = NOW,
) -> ChartEntry:
    if not site.strip():
        raise Malformed("Where? Choose or type the place.", "site")
    body = IvAttempt(site.strip(), gauge.strip(), placed)
    return chart(by=by, session_id=session_id, body=body, posting=posting)


def record_pump_settings(
    *,
    by: Actor,
    session_id: UUID,
    concentration_mg_per_ml: Decimal,
    rate_ml_per_h: Decimal,
    volume_ml: Decimal,
    second_by: UUID,
    second_code: str = "",
    posting: Posting = NOW,
) -> ChartEntry:
    """What the pump shows, read by two people of this clinic. second_code: the second person's PIN.

    raises  Refused: the second person is the first; Missing: not of this clinic; Malformed: the PIN
    """
    if second_by == by.user_id:
        raise Refused("The second reader has to be another person than you.")
    name = name_of_colleague(by, second_by)
    prove_second(second_by, second_code)
    body = PumpSettings(concentration_mg_per_ml, rate_ml_per_h, volume_ml, second_by, name)
    return chart(by=by, session_id=session_id, body=body, posting=posting)


def record_alert_limits(
    *,
    by: Actor,
    session_id: UUID,
    limits: dict[str, dict[str, float]],
    reason: str,
    posting: Posting = NOW,
) -> ChartEntry:
    """Limits for this patient, by a prescriber, with the reason."""
    body = AlertLimits(limits, reason.strip())
    return chart(by=by, session_id=session_id, body=body, posting=posting)


def name_of_colleague(by: Actor, user_id: UUID) -> str:
    """raises  Missing: nobody of this clinic today"""
    rows = Membership.objects.select_related("user").filter(clinic=by.clinic, user_id=user_id)
    today = now().astimezone(by.clinic.tz).date()
    for membership in rows:
        if membership.is_current(today) and membership.user.is_active:
            return membership.user.name
    raise Malformed("wanted a person of this clinic", "person")
