"""Notes: drafted from the facts, edited by their author alone, signed once, added to and co-signed after.

A draft is no entry: nobody but its author reads it. What is signed stays as it was signed.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import notes, queries, work
from knai.practice.actions.charting import NOW, Posting, name_of_colleague, posted_before
from knai.practice.actions.write import append
from knai.practice.charting_rules import refuse_if, why_not_chart
from knai.practice.entries import Addendum, Cosignature, SessionNote
from knai.practice.facts import know
from knai.practice.hours import closing_after
from knai.practice.models import ChartEntry, Compartment, NoteDraft, TreatmentSession, WorkItem

LONGEST = 20_000
WITHOUT_HOURS = time(18)
COSIGN_WITHIN = timedelta(days=2)


class ChangedMeanwhile(Refused):
    """The draft was saved elsewhere since this page was opened. draft: as it stands now."""

    def __init__(self, draft: NoteDraft) -> None:
        super().__init__(
            "This draft was saved in another tab or on another device meanwhile. What you typed stands in "
            "the form, what was saved below it. Send again to keep yours."
        )
        self.draft = draft


# ------------------------------------------------------------------------------------------ the draft
@transaction.atomic
def begin_note(*, by: Actor, session_id: UUID) -> NoteDraft:
    """This person's draft of the session's note: the one they have, or a new one from the facts.

    raises  Forbidden: may not chart; Refused: the session has not begun, or was cancelled
    """
    by.must("chart")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    refuse_if(why_not_chart(session))
    found = _drafts(by).filter(session=session).first()
    if found is not None:
        return found
    at = now()
    text = notes.draft_text(know(by=by, session=session, now=at))
    try:
        with transaction.atomic():
            draft = NoteDraft.objects.create(
                clinic=by.clinic, patient=session.patient, session=session, author=by.user,
                kind=SessionNote.kind, text=text, began_at=at, changed_at=at,
            )  # fmt: skip
    except IntegrityError:  # the same click twice
        return _drafts(by).get(session=session)
    audit.record("note.begun", by=by, subject=draft)
    work.open_item(
        clinic_id=by.clinic_id, kind="unsigned_note", key=f"unsigned_note:{draft.pk}",
        title="Sign the note of a session", due_at=_end_of_day(by, at), owner_id=by.user_id,
        patient_id=session.patient_id, session_id=session.pk,
    )  # fmt: skip
    return draft


def _end_of_day(by: Actor, at: datetime) -> datetime:
    evening = datetime.combine(at.astimezone(by.clinic.tz), WITHOUT_HOURS, tzinfo=by.clinic.tz)
    return closing_after(by.clinic, at) or max(evening, at)


@transaction.atomic
def save_note(*, by: Actor, draft_id: UUID, text: str, revision: int) -> NoteDraft:
    """Keep what was typed.

    revision  of the draft as the page read it
    raises    Missing: not this person's, or signed; ChangedMeanwhile; Malformed: too long
    """
    by.must("chart")
    draft = _held(by, draft_id)
    if len(text) > LONGEST:
        raise Malformed(f"found {len(text)} characters; at most {LONGEST} can be kept", "text")
    if draft.text == text:
        return draft
    if draft.revision != revision:
        raise ChangedMeanwhile(draft)
    draft.text, draft.changed_at, draft.revision = text, now(), revision + 1
    draft.save(update_fields=["text", "changed_at", "revision"])
    audit.record("note.saved", by=by, subject=draft, revision=draft.revision)
    return draft


@transaction.atomic
def draft_anew(*, by: Actor, draft_id: UUID, revision: int) -> NoteDraft:
    """From the facts as they are now, in place of what stands there."""
    draft = _held(by, draft_id)
    text = notes.draft_text(know(by=by, session=_session(by, draft), now=now()))
    saved = save_note(by=by, draft_id=draft_id, text=text, revision=revision)
    saved.began_at = now()
    saved.save(update_fields=["began_at"])
    return saved


@transaction.atomic
def discard_note(*, by: Actor, draft_id: UUID) -> None:
    """The draft is thrown away: it never was an entry."""
    draft = _held(by, draft_id)
    audit.record("note.discarded", by=by, subject=draft)
    work.close_key(by=by, key=f"unsigned_note:{draft.pk}", outcome="The draft was thrown away")
    draft.delete()


@transaction.atomic
def sign_note(*, by: Actor, draft_id: UUID, text: str, revision: int) -> ChartEntry:
    """It is the chart's now, as it stands. Signed twice by a double click, it is signed once.

    raises  as save_note; Malformed: nothing is written
    """
    by.must("chart")
    earlier = ChartEntry.objects.filter(clinic_id=by.clinic_id, idempotency_key=draft_id).first()
    if earlier is not None and earlier.recorded_by_id == by.user_id:
        return earlier
    if not text.strip():
        raise Malformed("Nothing is written. Write the note, then sign it.", "text")
    draft = save_note(by=by, draft_id=draft_id, text=text, revision=revision)
    session = _session(by, draft)
    body = SessionNote(
        text=text.strip(), signed_as=signed_as(by), began_at=draft.began_at.isoformat()
    )
    entry = append(
        by=by, body=body, patient=session.patient, session=session, idempotency_key=draft.pk
    )
    draft.signed_at = entry.recorded_at
    draft.save(update_fields=["signed_at"])
    work.close_key(by=by, key=f"unsigned_note:{draft.pk}", outcome="Signed")
    return entry


def signed_as(by: Actor) -> str:
    """Chidi Okafor, physician."""
    profession = by.user.get_profession_display().lower() if by.user else ""
    return f"{by.name}, {profession}" if profession not in ("", "other") else by.name


# ------------------------------------------------------------------------------------------ after signing
@transaction.atomic
def ask_for_cosignature(*, by: Actor, entry_id: UUID, to_id: UUID) -> WorkItem:
    """Ask a colleague by name. Asked twice, they are asked once.

    raises  Malformed: nobody of this clinic, or nobody who charts; Refused: the note's own author
    """
    by.must("chart")
    note = _note(by, entry_id)
    name_of_colleague(by, to_id)
    if to_id == note.recorded_by_id:
        raise Refused("The author has signed it. Ask another person.")
    item, _ = work.open_item(
        clinic_id=by.clinic_id, kind="cosign", key=f"cosign:{note.pk}:{to_id}",
        title="Co-sign a note", owner_id=to_id, patient_id=note.patient_id,
        session_id=note.session_id, due_at=now() + COSIGN_WITHIN,
    )  # fmt: skip
    return item


@transaction.atomic
def cosign(*, by: Actor, entry_id: UUID, text: str = "", posting: Posting = NOW) -> ChartEntry:
    """This person has read it and stands by it.

    raises  Refused: their own note, signed by them already, or nobody asked them and they do not prescribe
    """
    by.must("chart")
    note = _note(by, entry_id)
    earlier = posted_before(by, posting, Cosignature.kind)
    if earlier is not None:
        return earlier
    refuse_if(_why_not_cosign(by, note))
    entry = append(
        by=by, body=Cosignature(signed_as=signed_as(by), text=text.strip()), patient=note.patient,
        session=note.session, target=note, idempotency_key=posting.idempotency_key,
    )  # fmt: skip
    work.close_key(by=by, key=f"cosign:{note.pk}:{by.user_id}", outcome="Co-signed")
    return entry


def _why_not_cosign(by: Actor, note: ChartEntry) -> str | None:
    if note.recorded_by_id == by.user_id:
        return "This is your own note. Another person co-signs it."
    if note.marks.filter(kind=Cosignature.kind, recorded_by=by.user).exists():
        return "You have co-signed this note already."
    asked = WorkItem.objects.filter(clinic_id=by.clinic_id, key=f"cosign:{note.pk}:{by.user_id}")
    if not asked.exists() and not by.may("prescribe"):
        return "Nobody has asked you to co-sign it."
    return None


@transaction.atomic
def decline_cosignature(*, by: Actor, entry_id: UUID, reason: str) -> WorkItem | None:
    """Not co-signed, with the reason: whoever asked sees it among what was closed."""
    note = _note(by, entry_id)
    if not reason.strip():
        raise Malformed("Say in a few words why not.", "reason")
    key = f"cosign:{note.pk}:{by.user_id}"
    return work.close_key(by=by, key=key, outcome=f"Declined: {reason.strip()}")


@transaction.atomic
def add_to_note(*, by: Actor, entry_id: UUID, text: str, posting: Posting = NOW) -> ChartEntry:
    """An addendum: the note stays as it was signed."""
    by.must("chart")
    note = _note(by, entry_id)
    earlier = posted_before(by, posting, Addendum.kind)
    if earlier is not None:
        return earlier
    if not text.strip():
        raise Malformed("Nothing is written. Write what is to be added.", "text")
    return append(
        by=by, body=Addendum(text=text.strip()), patient=note.patient, session=note.session,
        target=note, compartment=note.compartment, idempotency_key=posting.idempotency_key,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ finding them
def _drafts(by: Actor):
    """Of this person alone, unsigned."""
    return NoteDraft.objects.filter(
        clinic_id=by.clinic_id, author=by.user, kind=SessionNote.kind, signed_at__isnull=True
    )


def _held(by: Actor, draft_id: UUID) -> NoteDraft:
    draft = _drafts(by).select_for_update().filter(pk=draft_id).first()
    if draft is None:
        raise Missing(
            "There is no such draft of yours. It may be signed already: look at the session."
        )
    return draft


def _session(by: Actor, draft: NoteDraft) -> TreatmentSession:
    if draft.session_id is None:
        raise Missing("This draft belongs to no session.")
    return queries.get_session(by=by, session_id=draft.session_id)


def _note(by: Actor, entry_id: UUID) -> ChartEntry:
    """A signed note that this person may read and that stands."""
    rows = queries.visible_entries(by).filter(pk=entry_id, kind=SessionNote.kind)
    note = rows.select_related("patient", "session").first()
    if note is None or note.compartment == Compartment.PSYCHOTHERAPY:
        raise Missing("There is no such signed note in this clinic.")
    if note.marks.filter(kind="void").exists():
        raise Refused("This note was struck out.")
    return note
