"""The facts of the work-up: screening, conditions, history, medicines, consent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from knai.practice.allergies import latest_lists, standing_of
from knai.practice.conditions import latest_conditions
from knai.practice.consent_standing import that_count
from knai.practice.log import Line, Log
from knai.practice.models import TreatmentSession

Facts = dict[str, Any]
Dated = Callable[[Line], date | None]


class Chooser:
    """Picks the entry that counts: what was known at `as_of`, and by choice what precedes the first dose."""

    def __init__(
        self, log: Log, as_of: datetime, first_dose_at: datetime | None, tz: ZoneInfo
    ) -> None:
        self.log, self.as_of, self.tz = log, as_of, tz
        self.first_dose_at = first_dose_at

    def lines(self, kind: str) -> list[Line]:
        return [line for line in self.log.of(kind) if line.at <= self.as_of]

    def pick(self, kind: str, own_date: Dated) -> Line | None:
        """The latest of a kind whose own date is not after the first dose; else the latest of all."""
        return self.pick_of(self.lines(kind), own_date)

    def pick_of(self, lines: list[Line], own_date: Dated) -> Line | None:
        """The same of these lines."""
        in_time = [line for line in lines if self._precedes(line, own_date)]
        return (in_time or lines or [None])[-1]

    def _precedes(self, line: Line, own_date: Dated) -> bool:
        if self.first_dose_at is None:
            return True
        day = own_date(line) or self.day(line.at)
        return day <= self.day(self.first_dose_at)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.tz).date()


def gather(
    log: Log, as_of: datetime, first_dose_at: datetime | None, session: TreatmentSession
) -> Facts:
    """Everything the Standard asks of the work-up."""
    choose = Chooser(log, as_of, first_dose_at, session.clinic.tz)
    return {
        "screening": _screening(choose),
        "diagnoses": _diagnoses(choose.lines("diagnosis")),
        "history": _history(choose),
        "physical": _physical(choose),
        "medications": _medications(choose),
        "allergies": _allergies(choose),
        "interaction_review": _review(choose),
        "consent": _consent(choose, session),
    }


def _own(name: str) -> Dated:
    def own_date(line: Line) -> date | None:
        text = getattr(line.body, name)
        return date.fromisoformat(text) if text else None

    return own_date


def _screening(choose: Chooser) -> Facts:
    line = choose.pick("screening", _own("performed_on"))
    if line is None:
        return {}
    return {"performed": line.body.performed, "performed_on": line.body.performed_on}


def _diagnoses(lines: Iterable[Line]) -> list[Facts]:
    """The latest word on each condition."""
    return [
        {
            "category": line.body.category,
            "status": line.body.status,
            "rationale_documented": bool(line.body.rationale.strip()),
        }
        for line in latest_conditions(lines)
    ]


def _history(choose: Chooser) -> Facts:
    line = choose.pick("history", _own("completed_on"))
    if line is None:
        return {}
    body = line.body
    return {
        "completed_on": body.completed_on,
        "in_chart": body.in_chart,
        "covers_psychiatric": body.covers_psychiatric,
        "covers_substance_use": body.covers_substance_use,
    }


def _physical(choose: Chooser) -> Facts:
    line = choose.pick("physical", _own("completed_on"))
    if line is None:
        return {}
    return {"completed_on": line.body.completed_on, "in_chart": line.body.in_chart}


def _medications(choose: Chooser) -> Facts:
    line = choose.pick("medications", _own("recorded_on"))
    if line is None:
        return {}
    return {"status": line.body.status, "recorded_on": line.body.recorded_on}


def _allergies(choose: Chooser) -> Facts:
    """What any record of this person lists: a link must not hide an allergy."""
    own_date = _own("recorded_on")
    by_record: dict[UUID, list[Line]] = {}
    for line in choose.lines("allergies"):
        by_record.setdefault(line.entry.patient_id, []).append(line)
    picked = [choose.pick_of(lines, own_date) for lines in by_record.values()]
    lists = latest_lists(line for line in picked if line is not None)
    if not lists:
        return {}
    known = standing_of(lists)
    dates = [line.body.recorded_on for line in lists if line.body.recorded_on]
    return {
        "status": known.status,
        "recorded_on": max(dates, default=None),
        "ketamine_hypersensitivity": known.hypersensitive,
    }


def _review(choose: Chooser) -> Facts:
    """The review that looked at the medicines as they are; a later change of them asks for a new one."""
    line = choose.pick("interaction_review", _own("completed_on"))
    if line is None or _changed_since(choose, line):
        return {}
    body = line.body
    return {"completed_on": body.completed_on, "unresolved_serious": body.unresolved_serious}


def _changed_since(choose: Chooser, review: Line) -> bool:
    lines = choose.lines("medications")
    until = choose.first_dose_at or choose.as_of
    reviewed = [_medicines(line) for line in lines if line.at <= review.at][-1:]
    later = [_medicines(line) for line in lines if review.at < line.at <= until]
    return any([medicines] != reviewed for medicines in later)


def _medicines(line: Line) -> tuple[str | None, frozenset[str]]:
    return line.body.status, frozenset(line.body.items)


def _consent(choose: Chooser, session: TreatmentSession) -> Facts:
    line = choose.pick_of(_consents(choose), lambda line: choose.day(_signed_at(line) or line.at))
    if choose.first_dose_at is not None:
        line = _signed_before(choose, choose.first_dose_at) or line
    withdrawn_at = _withdrawn_at(choose, line, session)
    if line is None:
        return {"withdrawn_at": withdrawn_at}
    body = line.body
    return {
        "signed_at": body.signed_at if body.is_evidenced else None,
        "signed_by": body.signed_by,
        "refused": body.refused,
        "covers_off_label": body.covers_off_label,
        "expires_at": body.expires_at,
        "form_version": body.form_version,
        "withdrawn_at": withdrawn_at,
    }


def _consents(choose: Chooser) -> list[Line]:
    return that_count(choose.lines("consent"))


def _signed_at(line: Line) -> datetime | None:
    return datetime.fromisoformat(line.body.signed_at) if line.body.signed_at else None


def _signed_before(choose: Chooser, first_dose_at: datetime) -> Line | None:
    """A signature has an instant: the latest consent, or refusal, not later than the first dose."""
    in_time = [x for x in _consents(choose) if (_signed_at(x) or x.at) <= first_dose_at]
    return in_time[-1] if in_time else None


def _withdrawn_at(
    choose: Chooser, consent: Line | None, session: TreatmentSession
) -> datetime | None:
    """When consent ended for this session. None: it did not, or a later consent took its place.

    Withdrawn after the first dose of this very session it stays withdrawn, whatever is signed afterwards:
    consenting anew wants recovered capacity. What is withdrawn after the patient left is for the next visit.
    """
    signed_at = _signed_at(consent) if consent is not None else None
    for line in choose.lines("consent_withdrawn"):
        in_session = line.entry.session_id == session.pk
        under_drug = choose.first_dose_at is not None and line.at >= choose.first_dose_at
        if (in_session and under_drug) or signed_at is None or line.at >= signed_at:
            return line.at
    return None
