"""A death halts every reminder at once, frees what is booked, keeps a copy, and can be taken back."""

import json
from datetime import date, timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit import files
from knai.kit.clock import now, set_to
from knai.kit.ids import uuid7
from knai.kit.models import KeptFile, OutgoingMail
from knai.practice import work
from knai.practice.actions import death, leaving, tasks, waiting
from knai.practice.actions.charting import Posting
from knai.practice.models import (
    ChartEntry,
    Patient,
    PatientLink,
    SafetyEvent,
    TakenSlot,
    TreatmentSession,
    WaitingListItem,
    WorkItem,
)
from tests.practice.world import NOON, dosing, fresh, minutes

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
WRONG = "It was her sister who died"


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON):
        yield


def record(cast, nick="nadia", **more):
    values = {"died_on": TODAY, "source": "Her husband called"} | more
    return death.record_death(by=cast.actor(nick), patient_id=cast.patient.pk, **values)


def undo(cast, nick="nils", reason=WRONG):
    return death.undo_death(by=cast.actor(nick), patient_id=cast.patient.pk, reason=reason)


def booked(cast, days=3):
    with set_to(NOON):
        return cast.make_session(cast.patient, booked_for_at=now() + timedelta(days=days))


def owed(cast, kind="next_day_call", key=None, **more):
    return work.open_item(
        clinic_id=cast.clinic.pk, kind=kind, key=key or str(uuid7()), title="Owed", due_at=NOON,
        patient_id=cast.patient.pk, **more,
    )[0]  # fmt: skip


def row(cast):
    return Patient.objects.get(pk=cast.patient.pk)


def test_everything_follows_in_one_go(cast):
    visit, reminder = booked(cast), owed(cast)
    waiting.wait(by=cast.actor("fred"), patient_id=cast.patient.pk)
    entry = record(cast)
    visit.refresh_from_db()
    reminder.refresh_from_db()
    assert (row(cast).died_on, row(cast).revision) == (TODAY, 1)
    assert (visit.state, visit.cancelled_as) == ("cancelled", "clinical")
    assert not TakenSlot.objects.filter(session=visit).exists()
    assert reminder.halted_at == entry.recorded_at
    assert WaitingListItem.objects.get().settled_how == "died"


def test_another_patients_and_another_clinics_things_stay(cast):
    other = cast.make_patient("Ada", "Berg", "H-2")
    hers, visit = work.open_item(
        clinic_id=cast.clinic.pk, kind="next_day_call", key="hers", title="Hers", due_at=NOON,
        patient_id=other.pk,
    )[0], cast.make_session(other, booked_for_at=NOON + timedelta(days=1))  # fmt: skip
    record(cast)
    hers.refresh_from_db()
    visit.refresh_from_db()
    assert (hers.halted_at, visit.state) == (None, "booked")


def test_the_chart_is_kept_as_it_stood_with_its_hash(cast):
    dosing(cast)
    leaving.record_departure(
        by=cast.actor("nadia"), session_id=cast.session.pk, type="left_against_advice"
    )
    body = record(cast).body
    kept, data = files.read(KeptFile.objects.get().pk, by=cast.actor("olga"))
    assert (body["copy_id"], body["copy_sha256"]) == (str(kept.pk), kept.sha256)
    chart = json.loads(data)
    kinds = {entry["kind"] for entry in chart["entries"]}
    assert {"infusion_start", "consent", "departure"} <= kinds and "death" not in kinds
    assert len(chart["entries"]) == ChartEntry.objects.exclude(kind="death").count()


def test_the_director_is_told_without_a_word_about_whom(cast):
    cast.clinic.director = cast.okafor
    cast.clinic.save()
    record(cast)
    mail = OutgoingMail.objects.get()
    assert mail.to == cast.okafor.email
    for secret in ("Mara", "Rosen", "H-1001", "death", "died"):
        assert secret not in mail.subject + mail.text
    assert WorkItem.objects.get(kind="death").owner == cast.okafor


def test_without_a_director_the_owners_are_told(cast):
    record(cast)
    assert OutgoingMail.objects.get().to == cast.olga.email


def test_what_is_opened_later_is_halted_from_the_start_unless_it_is_owed_all_the_same(cast):
    record(cast)
    assert owed(cast, "consent_expiry").halted_at == NOON
    assert owed(cast, "records_request").halted_at is None


def test_what_is_owed_all_the_same_can_be_taken_up_again(cast):
    its = owed(cast, "call_finding")
    record(cast)
    with pytest.raises(Refused, match="death"):
        tasks.take(by=cast.actor("nadia"), item_id=its.pk)
    tasks.resume(by=cast.actor("nadia"), item_id=its.pk)
    assert tasks.take(by=cast.actor("nadia"), item_id=its.pk).owner == cast.nadia


@pytest.mark.parametrize(
    "change, field",
    [
        ({"died_on": TODAY + timedelta(days=1)}, "died_on"),
        ({"died_on": date(1985, 4, 1)}, "died_on"),  # the day before birth
        ({"source": "  "}, "source"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(cast, change, field):
    with pytest.raises(Malformed) as error:
        record(cast, **change)
    assert error.value.field == field
    assert row(cast).died_on is None


def test_it_is_recorded_once(cast):
    posting = Posting(None, uuid7())
    assert record(cast, posting=posting) == record(cast, posting=posting)
    with pytest.raises(Refused, match="already"):
        record(cast, nick="nils")
    assert ChartEntry.objects.filter(kind="death").count() == KeptFile.objects.count() == 1


@pytest.mark.parametrize(
    "nick, error", [("fred", Forbidden), ("thea", Forbidden), ("ruth", Forbidden), ("otto", Missing)]
)  # fmt: skip
def test_who_may_not_record_it(cast, nick, error):
    with pytest.raises(error):
        record(cast, nick=nick)


def test_linked_records_of_the_person_follow(cast):
    other = cast.make_patient("Mara", "Rosen-Alt", "H-2")
    PatientLink.objects.create(
        clinic=cast.clinic, kept=cast.patient, duplicate=other, reason="same", linked_at=NOON,
        linked_by=cast.nadia,
    )  # fmt: skip
    visit = cast.make_session(other, booked_for_at=NOON + timedelta(days=1))
    record(cast)
    visit.refresh_from_db()
    other.refresh_from_db()
    assert (other.died_on, visit.state) == (TODAY, "cancelled")


# ---------------------------------------------------------------------------------------- in a session
def test_a_death_in_a_session_does_the_same_whoever_charts_it(cast):
    dosing(cast)
    visit = booked(cast)
    with set_to(minutes(9)):  # a therapist may chart that somebody died, but cancels no visits
        leaving.record_departure(by=cast.actor("thea"), session_id=cast.session.pk, type="died")
    visit.refresh_from_db()
    assert (fresh(cast).state, visit.state, row(cast).died_on) == ("died", "cancelled", TODAY)
    assert SafetyEvent.objects.filter(kind="died").count() == 1
    assert not WorkItem.objects.filter(kind="next_day_call").exists()


def test_while_a_session_runs_it_is_recorded_there(cast):
    dosing(cast)
    with pytest.raises(Refused, match="in a session"):
        record(cast)


def test_taken_back_the_session_goes_on(cast):
    dosing(cast)
    with set_to(minutes(9)):
        leaving.record_departure(by=cast.actor("nadia"), session_id=cast.session.pk, type="died")
    with set_to(minutes(10)):
        with pytest.raises(Refused, match="second person"):
            leaving.had_not_left(by=cast.actor("nils"), session_id=cast.session.pk, reason=WRONG)
        cast.make_session(cast.make_patient("Ada", "Berg", "H-2"), state="checked_in")
        undo(cast)
    session = fresh(cast)
    assert (session.state, session.chair, row(cast).died_on) == ("recovery", None, None)


# -------------------------------------------------------------------------------------------- taken back
def test_a_second_person_takes_it_back_and_what_it_halted_goes_on(cast):
    visit, mine = booked(cast), owed(cast)
    before = owed(cast, key="halted before")
    WorkItem.objects.filter(pk=before.pk).update(halted_at=NOON - timedelta(days=9))
    waiting.wait(by=cast.actor("fred"), patient_id=cast.patient.pk)
    with set_to(minutes(1)):
        record(cast)
    undo(cast)
    assert row(cast).died_on is None
    assert WorkItem.objects.get(pk=mine.pk).halted_at is None
    assert WorkItem.objects.get(pk=before.pk).halted_at is not None
    assert WaitingListItem.objects.get().settled_at is None
    assert TreatmentSession.objects.get(pk=visit.pk).state == "cancelled"  # its time may be taken
    assert "visits: 1" in WorkItem.objects.get(kind="rebook").title
    assert WorkItem.objects.get(kind="death").outcome == "Recorded in error"


def test_not_by_the_same_person_not_without_a_reason_not_twice(cast):
    record(cast)
    with pytest.raises(Refused, match="second person"):
        undo(cast, nick="nadia")
    with pytest.raises(Malformed):
        undo(cast, reason="wrong")
    undo(cast)
    with pytest.raises(Refused, match="No death"):
        undo(cast)


def test_taken_back_it_can_be_recorded_again(cast):
    record(cast)
    undo(cast)
    with set_to(minutes(5)):
        record(cast, nick="nils")
    assert row(cast).died_on == TODAY
