"""What a patient signed, refused and withdrew, newest first, and what stands today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import access, linked
from knai.practice.consent_standing import RAN_OUT, REFUSED, WITHDRAWN, instant, standing_at
from knai.practice.entries import Consent
from knai.practice.log import Line, Log
from knai.practice.models import ConsentForm
from knai.practice.patient_record import get_row, load_kinds

IN_FORCE, NO_PAPER = "in force", "no paper: does not count"


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One consent. state: in force, ran out, withdrawn, refused, or without a paper."""

    entry_id: UUID
    title: str
    version: str
    language: str
    for_treatment: bool
    state: str
    signed_at: datetime | None
    signer: str
    authority: str
    how: str
    witness: str
    covers_off_label: bool | None
    expires_at: datetime | None
    withdrawn_at: datetime | None
    words: str
    paper_id: str
    recorded_by: str
    recorded_at: datetime

    @property
    def is_in_force(self) -> bool:
        return self.state == IN_FORCE

    @property
    def last_at(self) -> datetime | None:
        """A moment of the last day on which it holds."""
        return self.expires_at - timedelta(seconds=1) if self.expires_at else None


@dataclass(frozen=True, slots=True)
class Consents:
    """standing: the consent to treatment that stands now. None: nothing may start."""

    rows: tuple[ConsentRow, ...]
    standing: ConsentRow | None

    @property
    def wants_withdrawing(self) -> bool:
        return any(row.is_in_force and row.for_treatment for row in self.rows)


def list_consents(*, by: Actor, patient_id: UUID) -> Consents:
    """raises  Missing; Restricted: the chart is closed to this person"""
    by.must("read_chart")
    access.must_open(by, get_row(by, patient_id))
    together = linked.list_together(by.clinic_id, patient_id)
    log = load_kinds(by, together, ("consent", "consent_withdrawn"))
    titles = dict(ConsentForm.objects.filter(clinic_id=by.clinic_id).values_list("pk", "title"))
    rows = tuple(_rows(log, titles, now()))
    found = standing_at(log, now())
    counts = found.line.id if found.is_in_force and found.line is not None else None
    return Consents(rows, next((row for row in rows if row.entry_id == counts), None))


def _rows(log: Log, titles: dict[UUID, str], at: datetime) -> Iterator[ConsentRow]:
    withdrawals = [line.at for line in log.of("consent_withdrawn")]
    for line in reversed(list(log.of("consent"))):
        yield _row(line, line.body, titles, withdrawals, at)


def _row(
    line: Line, body: Consent, titles: dict[UUID, str], withdrawals: list[datetime], at: datetime
) -> ConsentRow:
    signed_at, expires_at = instant(body.signed_at), instant(body.expires_at)
    since = signed_at or line.at
    ended = [when for when in withdrawals if when >= since] if body.for_treatment else []
    withdrawn_at = min(ended, default=None)
    return ConsentRow(
        entry_id=line.id,
        title=titles.get(UUID(body.form_id), "Consent") if body.form_id else "Consent",
        version=body.form_version,
        language=body.language,
        for_treatment=body.for_treatment,
        state=_state(body, expires_at, withdrawn_at, at),
        signed_at=signed_at,
        signer=body.signer_name or (body.signed_by or "").replace("_", " "),
        authority=body.authority,
        how=body.how,
        witness=body.witness,
        covers_off_label=body.covers_off_label,
        expires_at=expires_at,
        withdrawn_at=withdrawn_at,
        words=body.words,
        paper_id=body.paper_id,
        recorded_by=line.entry.recorded_by.name if line.entry.recorded_by else "KNAI",
        recorded_at=line.entry.recorded_at,
    )


def _state(
    body: Consent, expires_at: datetime | None, withdrawn_at: datetime | None, at: datetime
) -> str:
    if body.refused:
        return REFUSED
    if not body.is_evidenced:
        return NO_PAPER
    if withdrawn_at is not None:
        return WITHDRAWN
    return RAN_OUT if expires_at is not None and expires_at <= at else IN_FORCE
