"""The next-day call: opened when somebody leaves, tried until answered, and what was said acted upon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from knai.core.driving import DrivingBar
from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.kit import audit, mail
from knai.practice import follow_up, queries, work
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.write import append
from knai.practice.charting_rules import refuse_if
from knai.practice.entries import DrivingAsked, NextDayCall
from knai.practice.facts import driving_bar, know
from knai.practice.models import ChartEntry, SafetyEvent, State, TreatmentSession, WorkItem

CALLED_ABOUT = (State.DISCHARGED, State.LEFT_AGAINST_ADVICE, State.ELOPED)
ANSWERS = ("", "no", "yes")
MOODS = ("", "better", "same", "worse")
AT_ONCE = timedelta(minutes=15)
SOON = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said:
    """What one call brought. drove_at: wanted when they drove; the instant."""

    reached: bool
    drove: str = ""
    drove_at: datetime | None = None
    mood: str = ""
    suicidal_thoughts: str = ""
    bladder: str = ""
    text: str = ""
    spoke_with: str = ""


def open_call(*, by: Actor, session: TreatmentSession, departure: ChartEntry) -> WorkItem | None:
    """Whoever went home is called about it. Once a departure; inside the caller's transaction."""
    if session.state not in CALLED_ABOUT:
        return None
    bar = driving_bar(know(by=by, session=session, now=departure.effective_at))
    item, _ = work.open_item(
        clinic_id=session.clinic_id, kind=follow_up.KIND, key=f"{follow_up.KIND}:{departure.pk}",
        title="Call the day after the session", patient_id=session.patient_id,
        session_id=session.pk, due_at=follow_up.due_after(by.clinic, departure.effective_at, bar),
    )  # fmt: skip
    return item


def drop_call(*, by: Actor, session: TreatmentSession) -> None:
    """The departure was charted in error: there is nothing to call about yet."""
    item = follow_up.open_item_of(session, lock=True)
    if item is not None:
        work.close_item(by=by, item_id=item.pk, outcome="The patient had not left")


@transaction.atomic
def record_call(
    *, by: Actor, session_id: UUID, said: Said, seen_open: bool = True, posting: Posting = NOW
) -> ChartEntry:
    """One call, answered or not.

    seen_open  the page showed it as due; when somebody was quicker this one is told by whom, and may be
               sent again as a further call
    raises     Malformed: an answer that is none; Refused: not gone yet, dead, or a colleague was quicker
    """
    by.must("chart")
    _check(said, posting.at)
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    earlier = posted_before(by, posting, NextDayCall.kind)
    if earlier is not None:
        return earlier
    refuse_if(_why_not(session))
    item = follow_up.open_item_of(session, lock=True)
    if item is None and seen_open:
        refuse_if(_done_by(session))
    entry = _write(by, session, said, item, posting)
    bar = driving_bar(know(by=by, session=session, now=posting.at))
    _act_on(by, session, said, entry, bar)
    if item is not None:
        _settle(by, session, said, item, bar, posting.at)
    return entry


def _check(said: Said, at: datetime) -> None:
    for name in ("drove", "suicidal_thoughts", "bladder"):
        if getattr(said, name) not in ANSWERS:
            raise Malformed("Choose yes, no or not asked.", name)
    if said.mood not in MOODS:
        raise Malformed("Choose better, the same, worse or not asked.", "mood")
    if said.reached and said.drove == "yes" and said.drove_at is None:
        raise Malformed("When did they drive? Enter day and time.", "drove_at")
    if said.drove_at is not None and said.drove_at > at + timedelta(minutes=2):
        raise Malformed("This lies in the future. Enter when they drove.", "drove_at")


def _why_not(session: TreatmentSession) -> str | None:
    if session.patient.died_on is not None:
        return "A death is recorded for this patient. Nobody is to be called."
    if session.departed_at is None:
        return "This patient has not left yet. The call is for the day after."
    return None


def _done_by(session: TreatmentSession) -> str | None:
    rows = WorkItem.objects.filter(session=session, kind=follow_up.KIND, closed_at__isnull=False)
    done = rows.select_related("closed_by").order_by("-closed_at").first()
    if done is None:
        return None
    who = done.closed_by.name if done.closed_by else "KNAI"
    return f"{who} was quicker: {done.outcome}. What was said stands below; send again to add your call."


def _write(
    by: Actor, session: TreatmentSession, said: Said, item: WorkItem | None, posting: Posting
) -> ChartEntry:
    """The call, and what KNAI-26 reads of it."""
    body = NextDayCall(
        reached=said.reached,
        attempt=item.attempts + 1 if item else 0,
        **(_answers(said) if said.reached else {}),
        text=said.text.strip(),
    )
    entry = _append(by, session, body, posting)
    if said.reached and said.drove:
        drove_at = said.drove_at.isoformat() if said.drove == "yes" and said.drove_at else None
        _append(by, session, DrivingAsked(drove_at=drove_at), posting.alone())
    return entry


def _answers(said: Said) -> dict:
    drove_at = said.drove_at.isoformat() if said.drove == "yes" and said.drove_at else None
    return {
        "drove": said.drove, "drove_at": drove_at, "mood": said.mood, "bladder": said.bladder,
        "suicidal_thoughts": said.suicidal_thoughts, "spoke_with": said.spoke_with.strip(),
    }  # fmt: skip


def _append(by: Actor, session: TreatmentSession, body, posting: Posting) -> ChartEntry:
    return append(
        by=by, body=body, patient=session.patient, session=session, source=posting.source,
        effective_at=posting.effective_at, idempotency_key=posting.idempotency_key,
    )  # fmt: skip


# ------------------------------------------------------------------------------------- what follows from it
def _act_on(
    by: Actor, session: TreatmentSession, said: Said, entry: ChartEntry, bar: DrivingBar | None
) -> None:
    if not said.reached:
        return
    if said.suicidal_thoughts == "yes":
        _event(by, entry, "suicidal_thoughts")
        call_for_help(by=by, session=session, entry=entry)
    if said.drove_at is not None and said.drove == "yes" and bar and said.drove_at < bar.until:
        _event(by, entry, "drove_early", clause="KNAI-26")
    if said.bladder == "yes":
        _event(by, entry, "bladder")
        _tell_prescriber(by, session, entry, "Bladder symptoms were told in a call", SOON)
    if said.mood == "worse" and said.suicidal_thoughts != "yes":
        _tell_prescriber(by, session, entry, "Mood is worse than before the session", SOON)


def _event(by: Actor, entry: ChartEntry, kind: str, clause: str = "") -> SafetyEvent:
    event = SafetyEvent.objects.create(
        clinic_id=by.clinic_id, session_id=entry.session_id, entry=entry, kind=kind, clause=clause,
        opened_at=entry.recorded_at, opened_by=by.user, is_late=True,
    )  # fmt: skip
    audit.record(
        "safety_event.opened", by=by, subject=event, patient_id=entry.patient_id, kind=kind
    )
    return event


def call_for_help(*, by: Actor, session: TreatmentSession, entry: ChartEntry) -> WorkItem:
    """A prescriber has to act at once: an item by name, and a message that tells only where to look."""
    who = follow_up.prescriber_of(session)
    item, is_new = work.open_item(
        clinic_id=by.clinic_id, kind="suicidal_thoughts", key=f"suicidal_thoughts:{entry.pk}",
        title="Suicidal thoughts: speak to the patient now", patient_id=session.patient_id,
        session_id=session.pk, owner_id=who.pk if who else None, due_at=entry.recorded_at + AT_ONCE,
    )  # fmt: skip
    if is_new and who is not None:
        mail.write(
            key=f"urgent/{item.pk}", to=who.email, clinic_id=by.clinic_id,
            subject=f"{by.clinic.name}: something needs you now",
            text=f"{by.name} asks you to act at once. Open KNAI, To do: it stands first there.\n",
        )  # fmt: skip
    return item


def _tell_prescriber(
    by: Actor, session: TreatmentSession, entry: ChartEntry, title: str, within: timedelta
) -> None:
    who = follow_up.prescriber_of(session)
    work.open_item(
        clinic_id=by.clinic_id, kind="call_finding", key=f"call_finding:{entry.pk}:{title[:20]}",
        title=title, patient_id=session.patient_id, session_id=session.pk,
        owner_id=who.pk if who else None, due_at=entry.recorded_at + within,
    )  # fmt: skip


def _settle(
    by: Actor,
    session: TreatmentSession,
    said: Said,
    item: WorkItem,
    bar: DrivingBar | None,
    at: datetime,
) -> None:
    """Reached: done, unless driving was asked before it was allowed. Not reached: again, then by name."""
    if said.reached and said.drove != "yes" and bar is not None and at < bar.until:
        item.due_at = bar.until
        item.save(update_fields=["due_at"])
        audit.record("work.put_off", by=by, subject=item, until=bar.until.isoformat())
        return
    if said.reached:
        work.close_item(by=by, item_id=item.pk, outcome="Reached")
        return
    on = follow_up.next_open_day(by.clinic, at.astimezone(by.clinic.tz).date())
    tried = work.try_item(by=by, item_id=item.pk, due_at=follow_up.call_time(by.clinic, on))
    who = follow_up.responsible(session)
    if tried.attempts >= follow_up.MOST_ATTEMPTS and who is not None and tried.owner_id != who.pk:
        work.own_item(by=by, item_id=item.pk, owner_id=who.pk)


@transaction.atomic
def give_up_call(*, by: Actor, session_id: UUID, outcome: str) -> WorkItem:
    """After so many calls it is closed without an answer, with what was done instead: a letter, a relative.

    raises  Malformed: no word; Refused: not tried often enough, or closed already
    """
    by.must("chart")
    session = queries.get_session(by=by, session_id=session_id, lock=True)
    item = follow_up.open_item_of(session, lock=True)
    if item is None:
        raise Refused(_done_by(session) or "No call is due about this session.")
    if item.attempts < follow_up.MOST_ATTEMPTS:
        raise Refused(f"Try {follow_up.MOST_ATTEMPTS} times before it is given up.")
    if not outcome.strip():
        raise Malformed("Say what was done instead.", "outcome")
    return work.close_item(by=by, item_id=item.pk, outcome=f"Not reached: {outcome.strip()}")
