"""The work-up: what the patient's chart holds before a session starts. Facts, by those who may work up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.core.standard import Policy
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import queries
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.write import append
from knai.practice.entries import (
    Allergies,
    Body,
    Diagnosis,
    History,
    InteractionReview,
    Medications,
    Physical,
    Screening,
)
from knai.practice.models import ChartEntry

CATEGORIES = (
    "unipolar_major_depression", "bipolar_depression", "ptsd", "ocd", "fibromyalgia", "crps",
    "other_chronic_pain", "other", "none",
)  # fmt: skip
STATUSES = ("provisional", "confirmed", "ruled_out")
ROUTES = Policy.default().all_routes


@transaction.atomic
def record_work_up(
    *, by: Actor, session_id: UUID, body: Body, posting: Posting = NOW
) -> ChartEntry:
    """Add one part of the work-up to the chart of a session's patient.

    It belongs to the patient and serves later sessions as well.
    raises  Malformed: a date in the future or a word that is not known; Refused: no part of a work-up
    """
    by.must("work_up")
    if body.kind not in CHECKS:
        raise Refused("This is no part of the work-up.")
    CHECKS[body.kind](body, _today(by))
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, body.kind)
    if earlier is not None:
        return earlier
    return append(
        by=by,
        body=body,
        patient=session.patient,
        effective_at=posting.effective_at,
        source=posting.source,
        idempotency_key=posting.idempotency_key,
    )


def _today(by: Actor) -> date:
    return now().astimezone(by.clinic.tz).date()


def _not_ahead(text: str | None, today: date, field: str) -> None:
    """raises  Malformed: no date, or one that has not come yet"""
    if text is None:
        return
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Malformed("wanted a date such as 2026-11-23", field) from error
    if day > today:
        raise Malformed("lies in the future; wanted the day it was done", field)


def _one_of(value: str | None, known: tuple[str, ...], field: str) -> None:
    if value is not None and value not in known:
        raise Malformed(f"wanted one of {', '.join(known)}", field)


def _screening(body: Screening, today: date) -> None:
    _not_ahead(body.performed_on, today, "performed_on")


def _diagnosis(body: Diagnosis, today: date) -> None:
    _one_of(body.category, CATEGORIES, "category")
    _one_of(body.status, STATUSES, "status")


def _dated(body: History | Physical | InteractionReview, today: date) -> None:
    _not_ahead(body.completed_on, today, "completed_on")


def _medications(body: Medications, today: date) -> None:
    _one_of(body.status, ("listed", "none"), "status")
    _listed(body.status == "listed", body.items)
    _not_ahead(body.recorded_on, today, "recorded_on")


def _allergies(body: Allergies, today: date) -> None:
    _one_of(body.status, ("listed", "none_known"), "status")
    _listed(body.status == "listed", body.items)
    _not_ahead(body.recorded_on, today, "recorded_on")


def _listed(is_listed: bool, items: tuple[str, ...]) -> None:
    if is_listed and not items:
        raise Malformed("Nothing is listed. Name at least one, or choose none.", "items")
    if not is_listed and items:
        raise Malformed("Something is listed. Choose listed, or empty the list.", "items")


CHECKS: dict[str, Callable[..., None]] = {
    "screening": _screening,
    "diagnosis": _diagnosis,
    "history": _dated,
    "physical": _dated,
    "medications": _medications,
    "allergies": _allergies,
    "interaction_review": _dated,
}
