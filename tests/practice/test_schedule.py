"""Booking a visit: what it takes, what is refused and why, moving, cancelling, arriving."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.identity.models import Membership
from knai.kit.clock import set_to
from knai.kit.ids import uuid7
from knai.kit.models import AuditEntry
from knai.practice import taken
from knai.practice.actions import arriving, schedule
from knai.practice.actions.arriving import Arrival
from knai.practice.actions.schedule import Booking, Place
from knai.practice.entries import Transport
from knai.practice.models import (
    Chair,
    ChartEntry,
    TakenSlot,
    TreatmentSession,
    WaitingListItem,
)
from tests.practice.world import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON):
        yield


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def booked(cast, minutes=60, *, length=60, nick="fred", patient=None, chair="same", **more):
    values = {
        "patient_id": (patient or cast.patient).pk,
        "protocol_id": cast.protocol.pk,
        "chair_id": cast.chair.pk if chair == "same" else chair,
        "starts_at": at(minutes),
        "minutes": length,
    } | more
    return schedule.book(by=cast.actor(nick), booking=Booking(**values))


def another(cast, n=2):
    return cast.make_patient("Otis", "Kern", f"H-100{n}")


def moved(cast, session, **place):
    return schedule.move_visit(by=cast.actor("fred"), session_id=session.pk, place=Place(**place))


def taken_slots(session):
    return TakenSlot.objects.filter(session=session).count()


# ------------------------------------------------------------------------------------ what a visit takes
def test_a_visit_takes_its_chair_patient_and_nurse_for_its_whole_length(cast):
    session = booked(cast, length=60, nurse_id=cast.nadia.pk, provider_id=cast.okafor.pk)
    by_kind = TakenSlot.objects.filter(session=session).values_list("resource_kind", flat=True)
    assert sorted(set(by_kind)) == ["chair", "patient", "staff"]
    assert len(by_kind) == 3 * 12


@pytest.mark.parametrize(
    "begin, length, slots",
    [
        (60, 60, 12),
        (61, 60, 13),  # begins within a slot: it touches one more
        (64, 11, 3),  # the last minute of one, the whole of the next, the beginning of a third
        (60, 61, 13),
    ],
)
def test_a_slot_is_taken_when_any_of_its_minutes_is(cast, begin, length, slots):
    assert taken_slots(booked(cast, begin, length=length, chair=None)) == slots


def test_the_length_is_the_protocols_when_nobody_names_one(cast):
    cast.protocol.document = cast.protocol.document | {
        "minutes": {"preparation": 20, "dosing": 40, "recovery": 90}
    }
    cast.protocol.save()
    assert booked(cast, length=None).planned_min == 150


@pytest.mark.parametrize("length, ok", [(9, False), (10, True), (720, True), (721, False)])
def test_a_length_that_cannot_be_is_malformed(cast, length, ok):
    if ok:
        assert booked(cast, length=length, unusual_ok=True).planned_min == length
    else:
        with pytest.raises(Malformed):
            booked(cast, length=length)


# ------------------------------------------------------------------------------------ taken
@pytest.mark.parametrize(
    "begin, ok",
    [(1, False), (30, False), (115, False), (120, True), (0, True), (-5, True)],
)
def test_a_chair_is_one_patients_at_a_time(cast, begin, ok):
    booked(cast, 60, length=60)
    if ok:
        booked(cast, begin, patient=another(cast))
        return
    with pytest.raises(Refused) as refused:
        booked(cast, begin, patient=another(cast))
    assert "Chair 1 is taken 14:00 to 15:00" in str(refused.value)  # Berlin's clock
    assert "M.R." not in str(refused.value) and "Mara" not in str(refused.value)
    assert [t.initials for t in taken.taken_of(refused.value)] == ["M.R."]
    assert TreatmentSession.objects.count() == 1


def test_a_refusal_names_the_next_free_times(cast):
    booked(cast, 60, length=60)
    with pytest.raises(Refused, match="Next free: 15:00, 15:15, 15:30") as refused:
        booked(cast, 60, patient=another(cast))
    assert [o.at for o in taken.free_of(refused.value)] == [at(120), at(135), at(150)]


def test_a_patient_is_in_one_place_and_so_is_who_stays_with_them(cast):
    second = Chair.objects.create(clinic=cast.clinic, name="Chair 2", position=2)
    booked(cast, 60, nurse_id=cast.nadia.pk)
    with pytest.raises(Refused, match="The patient is taken"):
        booked(cast, 90, chair=second.pk)
    with pytest.raises(Refused, match="Nadia Petrov is taken"):
        booked(cast, 90, chair=second.pk, patient=another(cast), nurse_id=cast.nadia.pk)


def test_who_answers_for_visits_may_answer_for_several_at_once(cast):
    second = Chair.objects.create(clinic=cast.clinic, name="Chair 2", position=2)
    booked(cast, 60, provider_id=cast.okafor.pk)
    booked(cast, 60, chair=second.pk, patient=another(cast), provider_id=cast.okafor.pk)
    assert TreatmentSession.objects.filter(provider=cast.okafor).count() == 2


def test_a_visit_without_a_chair_takes_the_patient_alone(cast):
    session = booked(cast, 60, chair=None)
    booked(cast, 60, chair=None, patient=another(cast))
    assert set(TakenSlot.objects.filter(session=session).values_list("resource_kind")) == {
        ("patient",)
    }


@pytest.mark.parametrize("role", ["nurse_id", "provider_id"])
def test_nobody_is_in_two_clinics_at_once_and_nothing_of_the_other_is_told(cast, role):
    okafor = cast.okafor
    Membership.objects.create(
        user=okafor, clinic=cast.other_clinic, role="prescriber", starts_on=date(2020, 1, 1)
    )
    theirs = cast.make_patient("Zacharias", "Quell", "Q-9", clinic=cast.other_clinic)
    there = Booking(patient_id=theirs.pk, starts_at=at(60), minutes=60, provider_id=okafor.pk)
    schedule.book(by=cast.actor("otto"), booking=there)
    with pytest.raises(Refused) as refused:
        booked(cast, 90, **{role: okafor.pk})
    words = str(refused.value)
    assert "Chidi Okafor is taken 14:30 to 15:00" in words
    assert not any(secret in words for secret in ("Z.Q.", "Quell", "Hill", "Q-9"))
    assert [(t.initials, t.session_id) for t in taken.taken_of(refused.value)] == [("", None)]
    booked(cast, 120, **{role: okafor.pk})


def test_a_nurse_of_two_clinics_has_one_pair_of_hands(cast):
    Membership.objects.create(
        user=cast.nadia, clinic=cast.other_clinic, role="nurse", starts_on=date(2020, 1, 1)
    )
    booked(cast, 60, nurse_id=cast.nadia.pk)
    theirs = cast.make_patient("Zacharias", "Quell", "Q-9", clinic=cast.other_clinic)
    there = Booking(patient_id=theirs.pk, starts_at=at(90), minutes=60, nurse_id=cast.nadia.pk)
    with pytest.raises(Refused) as refused:
        schedule.book(by=cast.actor("otto"), booking=there)
    assert "M.R." not in str(refused.value)
    # And the slot itself would refuse, whoever forgot to ask.
    with pytest.raises(IntegrityError), transaction.atomic():
        TakenSlot.objects.create(
            clinic=cast.other_clinic, session=TreatmentSession.objects.get(), at=at(90),
            resource_kind="staff", resource_id=cast.nadia.pk,
        )  # fmt: skip


# ------------------------------------------------------------------------------------ the clock and the hours
HOURS = {"1": [["08:00", "12:00"], ["13:00", "17:00"]], "7": [["22:00", "02:00"]]}
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "hour, length, unusual",
    [
        (12, 60, ""),  # 13:00 in Berlin, as the clinic opens again
        (14.5, 90, ""),
        (14.5, 91, "not open throughout"),
        (16, 60, "not open throughout"),
        (22, 120, "past midnight"),
    ],
)
def test_outside_the_hours_a_visit_wants_a_second_look(cast, hour, length, unusual):
    cast.clinic.hours = HOURS
    cast.clinic.save()
    start = MONDAY + timedelta(hours=hour)
    if not unusual:
        booked(cast, 0, starts_at=start, length=length)
        return
    with pytest.raises(Refused, match=unusual):
        booked(cast, 0, starts_at=start, length=length)
    booked(cast, 0, starts_at=start, length=length, unusual_ok=True)


@pytest.mark.parametrize("minutes, ok", [(-16, False), (-15, True)])
def test_a_time_that_has_passed_wants_a_second_look(cast, minutes, ok):
    if ok:
        booked(cast, minutes)
    else:
        with pytest.raises(Refused, match="has passed"):
            booked(cast, minutes)


@pytest.mark.parametrize(
    "start, ends",  # the night the clocks go back in Berlin: 02:00 to 03:00 comes twice
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 2, 30, tzinfo=UTC)),
    ],
)
def test_a_visit_over_a_change_of_the_clocks_takes_its_true_length(cast, start, ends):
    with set_to(start - timedelta(days=1)):
        session = booked(cast, 0, starts_at=start, length=120, unusual_ok=True)
    at_slots = list(TakenSlot.objects.filter(session=session, resource_kind="patient"))
    assert len(at_slots) == 24
    assert max(s.at for s in at_slots) == ends - timedelta(minutes=5)


def test_a_session_over_midnight_takes_both_days(cast):
    night = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
    booked(cast, 0, starts_at=night, length=120, unusual_ok=True)
    with pytest.raises(Refused, match="Chair 1 is taken 23:30 to 01:30"):
        booked(
            cast, 0, starts_at=night + timedelta(hours=1), patient=another(cast), unusual_ok=True
        )


@pytest.mark.parametrize("closed_on, ok", [(date(2026, 11, 22), False), (date(2026, 11, 23), True)])
def test_a_chair_out_of_use_is_not_booked(cast, closed_on, ok):
    cast.chair.closed_on = closed_on
    cast.chair.save()
    if ok:
        booked(cast)
    else:
        with pytest.raises(Refused, match="not used any more"):
            booked(cast)


# ------------------------------------------------------------------------------------ who and whose
@pytest.mark.parametrize(
    "nick, may",
    [("fred", 1), ("nadia", 1), ("okafor", 1), ("thea", 0), ("ruth", 0), ("olga", 0)],
)
def test_who_may_book(cast, nick, may):
    if may:
        booked(cast, nick=nick)
    else:
        with pytest.raises(Forbidden):
            booked(cast, nick=nick)
    assert TreatmentSession.objects.count() == may
    assert AuditEntry.objects.filter(verb="session.booked").count() == may


def test_what_is_another_clinics_is_absent(cast):
    theirs = cast.make_patient("Zacharias", "Quell", "Q-9", clinic=cast.other_clinic)
    with pytest.raises(Missing):
        booked(cast, patient=theirs)
    session = booked(cast)
    with pytest.raises(Missing):
        schedule.cancel(by=cast.actor("otto"), session_id=session.pk, category="clinic")


@pytest.mark.parametrize(
    "role, nick, ok",
    [
        ("nurse_id", "nadia", True),
        ("nurse_id", "okafor", True),  # a prescriber may stay with a patient
        ("nurse_id", "fred", False),
        ("nurse_id", "otto", False),
        ("provider_id", "nadia", False),
    ],
)
def test_people_are_booked_for_what_they_may_do_here(cast, role, nick, ok):
    values = {role: getattr(cast, nick).pk}
    if ok:
        booked(cast, **values)
    else:
        with pytest.raises(Malformed):
            booked(cast, **values)


def test_a_form_sent_twice_books_once(cast):
    key = uuid7()
    assert booked(cast, session_id=key).pk == booked(cast, session_id=key).pk == key
    with pytest.raises(Refused, match="already sent"):
        booked(cast, 300, session_id=key, patient=another(cast))


def test_nobody_books_the_dead(cast):
    cast.patient.died_on = date(2026, 11, 1)
    cast.patient.save()
    with pytest.raises(Refused, match="death"):
        booked(cast)


def test_the_way_home_may_be_planned_at_booking(cast):
    booked(cast, way_home=Transport(stage="actual", mode="escort", escort_name="Ida Rosen"))
    body = ChartEntry.objects.get(kind="transport").body
    assert (body["stage"], body["escort_name"]) == ("planned", "Ida Rosen")


def test_who_waited_and_is_booked_waits_no_more(cast):
    item = WaitingListItem.objects.create(
        clinic=cast.clinic, patient=cast.patient, added_at=NOON, added_by=cast.fred
    )
    session = booked(cast)
    item.refresh_from_db()
    assert (item.settled_how, item.session_id, item.settled_at) == ("booked", session.pk, NOON)


# ------------------------------------------------------------------------------------ moving
def test_a_visit_moves_with_everything_it_takes(cast):
    session = booked(cast, 60, nurse_id=cast.nadia.pk)
    moved(cast, session, starts_at=at(75), nurse_id=cast.nils.pk)
    assert taken_slots(session) == 36
    booked(cast, 60, chair=None, patient=another(cast), nurse_id=cast.nadia.pk)
    assert AuditEntry.objects.get(verb="session.rebooked").detail["after"] == at(75).isoformat()


def test_a_move_that_is_refused_leaves_the_visit_where_it_was(cast):
    session = booked(cast, 60)
    booked(cast, 180, patient=another(cast))
    with pytest.raises(Refused, match="Chair 1 is taken"):
        moved(cast, session, starts_at=at(180))
    session.refresh_from_db()
    assert (session.booked_for_at, taken_slots(session)) == (at(60), 24)


def test_the_second_to_move_sees_that_somebody_was_quicker(cast):
    session = booked(cast, 60)
    moved(cast, session, starts_at=at(120), seen_at=at(60))
    with pytest.raises(Refused, match="meanwhile"):
        moved(cast, session, starts_at=at(180), seen_at=at(60))


def test_a_visit_that_has_begun_is_not_moved(cast):
    session = booked(cast, 0)
    arriving.check_in(by=cast.actor("fred"), session_id=session.pk, arrival=Arrival())
    with pytest.raises(Refused, match="checked in"):
        moved(cast, session, starts_at=at(60))


# ------------------------------------------------------------------------------------ facts are not held up
def test_the_patient_may_sit_in_a_chair_that_is_booked_for_another(cast):
    second = Chair.objects.create(clinic=cast.clinic, name="Chair 2", position=2)
    session = booked(cast, 0, length=60)
    other = booked(cast, 30, length=60, chair=second.pk, patient=another(cast))
    arrival = Arrival(chair_id=second.pk)
    arriving.check_in(by=cast.actor("fred"), session_id=session.pk, arrival=arrival)
    chair_slots = TakenSlot.objects.filter(resource_kind="chair")
    assert chair_slots.filter(resource_id=cast.chair.pk).count() == 0  # given back
    assert chair_slots.filter(session=session, resource_id=second.pk).count() == 6  # what was free
    assert chair_slots.filter(session=other).count() == 12  # still theirs


def test_a_visit_that_runs_late_takes_nothing_more(cast):
    session = booked(cast, 0, length=30)
    arriving.check_in(by=cast.actor("fred"), session_id=session.pk, arrival=Arrival())
    with set_to(at(45)):
        booked(cast, 45, patient=another(cast))
    assert taken_slots(session) == 12


# ------------------------------------------------------------------------------------ not taking place
@pytest.mark.parametrize("category", ["patient", "clinic", "clinical"])
def test_a_cancelled_visit_gives_its_time_back(cast, category):
    session = booked(cast)
    schedule.cancel(by=cast.actor("fred"), session_id=session.pk, category=category)
    session.refresh_from_db()
    assert (session.state, session.cancelled_as, taken_slots(session)) == ("cancelled", category, 0)
    assert ChartEntry.objects.get(kind="transition").body["category"] == category
    booked(cast, patient=another(cast))


@pytest.mark.parametrize(
    "category, reason, error",
    [("other", " ", Malformed), ("", "ill", Malformed), ("other", "snow", None)],
)
def test_why_it_does_not_take_place_is_asked(cast, category, reason, error):
    session = booked(cast)
    values = {"session_id": session.pk, "category": category, "reason": reason}
    if error:
        with pytest.raises(error):
            schedule.cancel(by=cast.actor("fred"), **values)
    else:
        schedule.cancel(by=cast.actor("fred"), **values)
    assert taken_slots(session) == (24 if error else 0)


@pytest.mark.parametrize("minutes, ok", [(59, False), (60, True)])
def test_nobody_has_failed_to_come_before_the_time(cast, minutes, ok):
    session = booked(cast, 60)
    with set_to(at(minutes)):
        if ok:
            schedule.cancel(by=cast.actor("fred"), session_id=session.pk, category="no_show")
        else:
            with pytest.raises(Refused):
                schedule.cancel(by=cast.actor("fred"), session_id=session.pk, category="no_show")
    session.refresh_from_db()
    assert session.cancelled_as == ("no_show" if ok else "")


# ------------------------------------------------------------------------------------ arriving
def test_arriving_is_not_checking_in(cast):
    session = booked(cast, 0)
    for minute in (-5, 0):
        schedule.arrive(by=cast.actor("fred"), session_id=session.pk, at=at(minute))
    session.refresh_from_db()
    assert (session.state, session.arrived_at) == ("booked", at(-5))
    assert ChartEntry.objects.filter(kind="arrived").count() == 1


def test_nobody_arrives_in_the_future_or_for_a_cancelled_visit(cast):
    session = booked(cast, 60)
    with pytest.raises(Malformed):
        schedule.arrive(by=cast.actor("fred"), session_id=session.pk, at=at(30))
    schedule.cancel(by=cast.actor("fred"), session_id=session.pk, category="patient")
    with pytest.raises(Refused):
        schedule.arrive(by=cast.actor("fred"), session_id=session.pk)
