"""A death: halts every reminder, cancels what is booked, keeps a copy of the chart, tells the director.

Taken back by a second person, with the reason: what was halted goes on, visits are booked anew by hand.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.identity.members import list_owners
from knai.identity.models import User
from knai.kit import audit, files, mail
from knai.kit.clock import now
from knai.practice import chart_json, linked, slots, work
from knai.practice.access import must_open
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.write import append
from knai.practice.entries import Death, Departure, Void
from knai.practice.models import (
    OPEN_STATES,
    ChartEntry,
    Patient,
    State,
    TreatmentSession,
    WaitingListItem,
    WorkItem,
)
from knai.practice.states import move

REASON = "The patient has died"
DIED = "died"  # how a place on the waiting list was settled
LOOK_WITHIN = timedelta(days=1)
SHORTEST_REASON = 15


@transaction.atomic
def record_death(
    *,
    by: Actor,
    patient_id: UUID,
    died_on: date,
    source: str,
    circumstances: str = "",
    posting: Posting = NOW,
) -> ChartEntry:
    """Write a death down, with all that follows from it, in one transaction.

    source  who or what told the clinic
    raises  Malformed: a day to come or before birth, or no source; Refused: recorded already, or the patient
            is in a session, which is ended as "died" then
    """
    by.must("discharge")
    _hold_booked(by, linked.list_together(by.clinic_id, patient_id))
    patient = _held(by, patient_id)
    earlier = posted_before(by, posting, Death.kind)
    if earlier is not None:
        return earlier
    _check(by, patient, died_on, source)
    open_ones = TreatmentSession.objects.filter(clinic_id=by.clinic_id, state__in=OPEN_STATES)
    if open_ones.filter(patient_id__in=_ids(by, patient)).exists():
        raise Refused(
            "The patient is in a session. Record there that they died; this follows by itself."
        )
    body = Death(
        died_on=died_on.isoformat(), source=source.strip(), circumstances=circumstances.strip()
    )
    return _carry_out(by, patient, body, None, posting.idempotency_key)


def follow_departure(*, by: Actor, session: TreatmentSession, at: datetime) -> ChartEntry | None:
    """Somebody died in a session: the same follows, inside the caller's transaction."""
    _hold_booked(by, linked.list_together(by.clinic_id, session.patient_id))
    patient = Patient.objects.select_for_update().get(pk=session.patient_id)
    if patient.died_on is not None:
        return None
    on = at.astimezone(by.clinic.tz).date()
    body = Death(died_on=on.isoformat(), source="In a session of this clinic")
    return _carry_out(by, patient, body, session, None)


def _check(by: Actor, patient: Patient, died_on: date, source: str) -> None:
    if patient.died_on is not None:
        raise Refused("A death is recorded for this patient already.")
    if died_on > now().astimezone(by.clinic.tz).date():
        raise Malformed("This day is still to come. Enter when the patient died.", "died_on")
    if died_on < patient.born_on:
        raise Malformed("This day lies before the patient was born. Look at both dates.", "died_on")
    if not source.strip():
        raise Malformed("Say who or what told the clinic.", "source")


def _carry_out(
    by: Actor, patient: Patient, body: Death, session: TreatmentSession | None, key: UUID | None
) -> ChartEntry:
    ids, at = _ids(by, patient), now()
    booked = _hold_booked(by, ids)
    kept = _freeze(by, ids, at)
    body = Death(
        died_on=body.died_on, source=body.source, circumstances=body.circumstances,
        copy_id=kept.pk, copy_sha256=kept.sha256,
    )  # fmt: skip
    entry = append(by=by, body=body, patient=patient, session=session, idempotency_key=key)
    Patient.objects.filter(pk__in=ids).update(
        died_on=date.fromisoformat(body.died_on), revision=F("revision") + 1
    )
    halted = _open_work(by, ids).filter(halted_at__isnull=True).update(halted_at=entry.recorded_at)
    cancelled = _cancel(by, booked)
    _settle_waiting(by, ids, entry.recorded_at)
    audit.record(
        "death.carried_out", by=by, subject=entry, halted=halted, cancelled=cancelled,
        copy_sha256=kept.sha256,
    )  # fmt: skip
    _tell_director(by, patient, entry)
    return entry


def _freeze(by: Actor, ids: tuple[UUID, ...], at: datetime):
    """The chart as it stood before the death was written into it: every entry but psychotherapy notes."""
    text = chart_json.pieces(by=by, patient_ids=ids, compartments=chart_json.GIVEN_OUT, made_at=at)
    name = f"chart-at-death-{at:%Y-%m-%d}.json"
    return files.keep("".join(text).encode(), name=name, media_type=files.JSON, by=by)


def _hold_booked(by: Actor, ids: tuple[UUID, ...]) -> list[TreatmentSession]:
    """The booked visits and all they take, held in the order in which everybody holds them."""
    rows = TreatmentSession.objects.select_for_update(of=("self",)).filter(
        clinic_id=by.clinic_id, patient_id__in=ids, state=State.BOOKED
    )
    booked = list(rows.select_related("patient").order_by("pk"))
    slots.hold(resource for visit in booked for resource in slots.resources_of(visit))
    return booked


def _cancel(by: Actor, booked: list[TreatmentSession]) -> int:
    for visit in booked:
        move(visit, State.CANCELLED, by=by, reason=REASON, category="clinical", follows=True)
    return len(booked)


def _settle_waiting(by: Actor, ids: tuple[UUID, ...], at: datetime) -> None:
    waiting = WaitingListItem.objects.filter(clinic_id=by.clinic_id, patient_id__in=ids)
    waiting.filter(settled_at__isnull=True).update(settled_at=at, settled_how=DIED)


def _tell_director(by: Actor, patient: Patient, entry: ChartEntry) -> None:
    """By mail, without a word about whom; and as work with a name to it."""
    told = _directors(by)
    work.open_item(
        clinic_id=by.clinic_id, kind="death", key=f"death:{entry.pk}", patient_id=patient.pk,
        title="A death was recorded: look at it, and report it where you must",
        due_at=entry.recorded_at + LOOK_WITHIN, owner_id=told[0].pk if told else None,
    )  # fmt: skip
    for person in told:
        mail.write(
            key=f"death/{entry.pk}/{person.pk}", to=person.email, clinic_id=by.clinic_id,
            subject=f"{by.clinic.name}: something needs the director",
            text="An entry was made that the director is told of. It stands in KNAI, under To do.\n",
        )  # fmt: skip


def _directors(by: Actor) -> list[User]:
    director = by.clinic.director
    return (
        [director] if director is not None and director.is_active else list(list_owners(by.clinic))
    )


# ------------------------------------------------------------------------------------------ taken back
@transaction.atomic
def undo_death(*, by: Actor, patient_id: UUID, reason: str) -> ChartEntry:
    """It was recorded in error: struck out by a second person. What was halted by it goes on.

    raises  Refused: none is recorded, or by the same person; Malformed: no reason
    """
    by.must("void")
    patient = _held(by, patient_id)
    entry = standing_death(by, _ids(by, patient))
    if entry is None:
        raise Refused("No death is recorded for this patient.")
    if entry.recorded_by_id == by.user_id:
        raise Refused("A second person takes it back, not the one who recorded it.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise Malformed(f"Say in {SHORTEST_REASON} characters or more what was wrong.", "reason")
    return _take_back(by, patient, entry, reason.strip())


def _take_back(by: Actor, patient: Patient, entry: ChartEntry, reason: str) -> ChartEntry:
    ids = _ids(by, patient)
    void = append(
        by=by, body=Void(reason=reason), patient=entry.patient, session=entry.session, target=entry
    )
    Patient.objects.filter(pk__in=ids).update(died_on=None, revision=F("revision") + 1)
    goes_on = _open_work(by, ids).filter(halted_at=entry.recorded_at).update(halted_at=None)
    _wait_again(by, ids, entry.recorded_at)
    _book_again(by, patient, entry)
    if entry.session is not None:
        _had_not_left(by, entry.session, reason)
    audit.record("death.taken_back", by=by, subject=entry, goes_on=goes_on)
    work.close_key(by=by, key=f"death:{entry.pk}", outcome="Recorded in error")
    return void


def _wait_again(by: Actor, ids: tuple[UUID, ...], at: datetime) -> None:
    """Back on the waiting list, unless they were put there anew."""
    rows = WaitingListItem.objects.filter(clinic_id=by.clinic_id, patient_id__in=ids)
    on_it = rows.filter(settled_at__isnull=True).values_list("patient_id", flat=True)
    rows.filter(settled_how=DIED, settled_at=at).exclude(patient_id__in=list(on_it)).update(
        settled_at=None, settled_how=""
    )


def _book_again(by: Actor, patient: Patient, entry: ChartEntry) -> None:
    """Their times may be somebody else's by now, so a person books them."""
    cancelled = list_cancelled(by, _ids(by, patient), entry)
    if cancelled:
        work.open_item(
            clinic_id=by.clinic_id, kind="rebook", key=f"rebook:{entry.pk}", patient_id=patient.pk,
            title=f"Book again what was cancelled in error (visits: {len(cancelled)})",
            due_at=now() + LOOK_WITHIN,
        )  # fmt: skip


def _had_not_left(by: Actor, session: TreatmentSession, reason: str) -> None:
    """The session goes on, as after any departure that was charted in error."""
    row = TreatmentSession.objects.select_for_update(of=("self",)).select_related("patient")
    session = row.get(pk=session.pk)
    if session.state != State.DIED:
        return
    departures = ChartEntry.objects.filter(session=session, kind=Departure.kind)
    departure = departures.exclude(marks__kind="void").order_by("-effective_at", "-id").first()
    if departure is not None:
        append(
            by=by, body=Void(reason=reason), patient=session.patient, session=session,
            target=departure,
        )  # fmt: skip
    others = TreatmentSession.objects.filter(clinic_id=by.clinic_id, state__in=OPEN_STATES)
    if others.filter(chair_id=session.chair_id).exists():
        session.chair = None  # somebody sits there by now; a mistake is put right all the same
        session.save(update_fields=["chair"])
    move(session, State.RECOVERY, by=by, reason=reason)


# ------------------------------------------------------------------------------------------ what is read
def standing_death(by: Actor, ids: tuple[UUID, ...]) -> ChartEntry | None:
    """The entry that says so and was not struck out."""
    rows = ChartEntry.objects.filter(clinic_id=by.clinic_id, patient_id__in=ids, kind=Death.kind)
    rows = rows.exclude(marks__kind="void").select_related("recorded_by", "patient", "session")
    return rows.order_by("-recorded_at").first()


def list_cancelled(by: Actor, ids: tuple[UUID, ...], entry: ChartEntry) -> list[TreatmentSession]:
    """Visits that the death cancelled: they still stand so, and were booked for later."""
    rows = ChartEntry.objects.filter(
        clinic_id=by.clinic_id, patient_id__in=ids, kind="transition",
        recorded_at__gte=entry.recorded_at, body__reason=REASON,
    ).select_related("session")  # fmt: skip
    found = {row.session_id: row.session for row in rows if row.session is not None}
    return [visit for visit in found.values() if visit.state == State.CANCELLED]


def _ids(by: Actor, patient: Patient) -> tuple[UUID, ...]:
    return linked.list_together(by.clinic_id, patient.pk)


def _open_work(by: Actor, ids: tuple[UUID, ...]):
    return WorkItem.objects.filter(
        clinic_id=by.clinic_id, patient_id__in=ids, closed_at__isnull=True
    )


def _held(by: Actor, patient_id: UUID) -> Patient:
    rows = Patient.objects.select_for_update().filter(clinic_id=by.clinic_id, pk=patient_id)
    patient = rows.filter(withdrawn_at__isnull=True).first()
    if patient is None:
        raise Missing("There is no such patient in this clinic.")
    must_open(by, patient)
    return patient
