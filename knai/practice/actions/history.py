"""Writing a history or an examination: a draft of one's own, then signed into the chart."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.core.history import FORMS, is_covered, is_examined
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.record import lock_patient, record_of_patient
from knai.practice.entries import History, Physical
from knai.practice.histories import Answers, draft_row, known_only
from knai.practice.models import ChartEntry, NoteDraft

LONGEST = 200_000  # characters of all answers together


class DraftChanged(Refused):
    """The same draft was saved from another page meanwhile."""


@transaction.atomic
def save_draft(
    *, by: Actor, patient_id: UUID, form: str, answers: Answers, revision: int
) -> NoteDraft:
    """Keep what is written so far. Nobody else reads it, and no gate counts it.

    raises  DraftChanged: saved meanwhile from another page of this person's
    """
    by.must("work_up")
    patient = lock_patient(by, patient_id)
    text = _as_text(form, answers)
    row = draft_row(by, patient_id, form)
    if row is None:
        row = NoteDraft(
            clinic=by.clinic, patient=patient, author=by.user, kind=form, began_at=now(), revision=0
        )
    elif row.revision != revision:
        raise DraftChanged(
            "You saved this draft from another page meanwhile. What you typed here stands below; "
            "save again to keep it instead."
        )
    row.text, row.changed_at, row.revision = text, now(), row.revision + 1
    row.save()
    audit.record(f"{form}.drafted", by=by, subject=row, patient_id=patient_id)
    return row


def _as_text(form: str, answers: Answers) -> str:
    if form not in FORMS:
        raise Malformed(f"found {form!r}; wanted one of {', '.join(FORMS)}", "form")
    text = msgspec.json.encode(known_only(form, answers)).decode()
    if len(text) > LONGEST:
        raise Malformed(f"is longer than {LONGEST:,} characters; shorten it", "text")
    return text


@transaction.atomic
def sign(
    *, by: Actor, patient_id: UUID, form: str, answers: Answers, posting: Posting = NOW
) -> ChartEntry:
    """Make it an entry that stands. What it covers follows from what was asked.

    raises  Malformed: nothing was written, or a day in the future; Refused: as record_of_patient
    """
    by.must("work_up")
    earlier = posted_before(by, posting, form)
    if earlier is not None:
        return earlier
    _as_text(form, answers)
    known = known_only(form, answers)
    if known.is_empty:
        raise Malformed("Nothing is written yet. Answer a question, or dictate the whole.", "text")
    body = _history(by, known) if form == "history" else _physical(by, known)
    entry = record_of_patient(by=by, patient_id=patient_id, body=body, posting=posting)
    row = draft_row(by, patient_id, form)
    if row is not None:
        row.signed_at = now()
        row.save(update_fields=["signed_at"])
    return entry


def _history(by: Actor, known: Answers) -> History:
    return History(
        completed_on=_day(by, known),
        in_chart=True,
        covers_psychiatric=_covers("psychiatric", known),
        covers_substance_use=_covers("substance_use", known),
        author_role=by.role,
        text=known.text.strip(),
        answers=known.answers,
        asked_none=known.asked_none,
    )


def _covers(part: str, known: Answers) -> bool:
    """Every question of the part was asked, or the author says that the dictated text covers it."""
    dictated = part in known.whole and bool(known.text.strip())
    return dictated or is_covered(part, known.answers, known.asked_none)


def _physical(by: Actor, known: Answers) -> Physical:
    """Half an examination is kept, and does not count as one: it has no day of completion."""
    is_whole = bool(known.text.strip()) or is_examined(known.answers, known.asked_none)
    return Physical(
        completed_on=_day(by, known) if is_whole else None,
        in_chart=True,
        text=known.text.strip(),
        answers=known.answers,
        asked_none=known.asked_none,
    )


def _day(by: Actor, known: Answers) -> str:
    return known.completed_on or now().astimezone(by.clinic.tz).date().isoformat()
