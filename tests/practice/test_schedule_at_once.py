"""Sixteen people book at once: of one chair, patient or pair of hands, one of them gets it."""

from datetime import timedelta

import pytest
from django.db import connection

from knai.core.errors import Refused
from knai.kit.clock import set_to
from knai.practice.actions import schedule
from knai.practice.actions.schedule import Booking, Place
from knai.practice.models import Chair, TakenSlot, TreatmentSession
from tests.practice.test_two_tablets import at_once
from tests.practice.world import NOON

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 16


@pytest.fixture(autouse=True)
def _set_up(cast):
    """What the cast makes when it is first asked for must be there before the threads ask at once."""
    assert cast.patient and cast.chair and cast.protocol
    connection.ensure_connection()


def chairs(cast, count):
    return [
        Chair.objects.create(clinic=cast.clinic, name=f"Seat {n}", position=n) for n in range(count)
    ]


def patients(cast, count):
    return [cast.make_patient("Otis", f"Kern {n}", f"H-2{n:03}") for n in range(count)]


def book_of(cast, **values):
    booking = Booking(protocol_id=cast.protocol.pk, minutes=60, **values)

    def act():
        with set_to(NOON):
            return schedule.book(by=cast.actor("fred"), booking=booking)

    return act


@pytest.mark.parametrize("wanted", ["chair", "patient", "staff"])
def test_sixteen_want_the_same_and_one_gets_it(cast, wanted):
    seats, people = chairs(cast, PEOPLE), patients(cast, PEOPLE)
    start = NOON + timedelta(hours=1)
    actions = [
        book_of(
            cast,
            # all overlap the last ten minutes, none begins at the same time
            starts_at=start + timedelta(minutes=3 * n),
            patient_id=cast.patient.pk if wanted == "patient" else people[n].pk,
            chair_id=cast.chair.pk if wanted == "chair" else seats[n].pk,
            nurse_id=cast.nadia.pk if wanted == "staff" else None,
        )
        for n in range(PEOPLE)
    ]
    results = at_once(*actions)
    won = [each for each in results if isinstance(each, TreatmentSession)]
    lost = [each for each in results if isinstance(each, Refused)]
    assert (len(won), len(lost)) == (1, PEOPLE - 1)
    name = {"chair": "Chair 1", "patient": "The patient", "staff": "Nadia Petrov"}[wanted]
    assert all(str(each).startswith(f"{name} is taken") for each in lost)
    assert all("Next free:" in str(each) for each in lost)
    assert TreatmentSession.objects.count() == 1
    assert set(TakenSlot.objects.values_list("session_id", flat=True)) == {won[0].pk}


def test_two_visits_that_change_places_never_hang_and_never_share(cast):
    """Each wants the time the other has: both are refused, or one after the other moves away."""
    first, second = patients(cast, 2)
    start = NOON + timedelta(hours=1)
    sessions = [
        book_of(
            cast, starts_at=start + timedelta(hours=n), patient_id=p.pk, chair_id=cast.chair.pk
        )()
        for n, p in enumerate((first, second))
    ]
    places = [session.booked_for_at for session in reversed(sessions)]

    def change(session, starts_at):
        def act():
            with set_to(NOON):
                place = Place(starts_at=starts_at)
                by = cast.actor("fred")
                return schedule.move_visit(by=by, session_id=session.pk, place=place)

        return act

    results = at_once(*[change(s, at) for s, at in zip(sessions, places, strict=True)])
    assert all(isinstance(each, Refused) for each in results)
    assert TakenSlot.objects.filter(resource_kind="chair").count() == 24


def test_sixteen_who_want_different_things_all_get_them(cast):
    seats, people = chairs(cast, PEOPLE), patients(cast, PEOPLE)
    start = NOON + timedelta(hours=1)
    actions = [
        book_of(cast, starts_at=start, patient_id=p.pk, chair_id=c.pk, provider_id=cast.okafor.pk)
        for p, c in zip(people, seats, strict=True)
    ]
    results = at_once(*actions)
    assert [type(each).__name__ for each in results] == ["TreatmentSession"] * PEOPLE
