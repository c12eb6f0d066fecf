"""What each visit still lacks: the very findings of its gate, as of its own time, in few queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice.actions import schedule
from knai.practice.actions.schedule import Booking
from knai.practice.day_list import FRONT_DESK, PATIENT, PRESCRIBER, list_coming
from knai.practice.facts import know
from knai.practice.gates import view_of
from knai.practice.models import TreatmentSession
from tests.practice.world import NOON, PLAN, arrive, on_site, recovering, vitals, work_up, write

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON):
        yield


def booked(cast, hours=24, patient=None, plan=PLAN):
    booking = Booking(
        patient_id=(patient or cast.patient).pk,
        protocol_id=cast.protocol.pk,
        starts_at=NOON + timedelta(hours=hours),
        minutes=60,
        provider_id=cast.okafor.pk,
    )
    session = schedule.book(by=cast.actor("fred"), booking=booking)
    TreatmentSession.objects.filter(pk=session.pk).update(plan=plan, weight_kg="78.0")
    return session


def lacks(cast, nick="nadia", on=TOMORROW):
    return [lack.clause for lack in list_coming(by=cast.actor(nick), on=on)[0].lacks]


def test_a_visit_that_nothing_is_missing_for_says_so(cast):
    work_up(cast)
    session = booked(cast)
    write(cast, e.Transport(stage="planned", mode="escort"), session=session)
    coming = list_coming(by=cast.actor("nadia"), on=TOMORROW)[0]
    assert coming.is_ready and coming.lacks == ()


@pytest.mark.parametrize(
    "missing, clauses, who",
    [
        ("screening", {"KNAI-2"}, None),
        ("history", {"KNAI-4", "KNAI-6", "KNAI-7"}, PRESCRIBER),
        ("consent", {"KNAI-11", "KNAI-12", "KNAI-13"}, PATIENT),
    ],
)
def test_what_is_missing_stands_with_who_can_settle_it(cast, missing, clauses, who):
    work_up(cast, without=(missing,))
    session = booked(cast)
    write(cast, e.Transport(stage="planned", mode="escort"), session=session)
    found = list_coming(by=cast.actor("nadia"), on=TOMORROW)[0].lacks
    assert {lack.clause for lack in found} == clauses
    assert who is None or {lack.who for lack in found} == {who}


@pytest.mark.parametrize("expires_in_h, is_missing", [(23, True), (25, False)])
def test_a_consent_that_will_have_expired_by_then_is_missing_now(cast, expires_in_h, is_missing):
    work_up(cast, without=("consent",))
    ends = NOON + timedelta(hours=expires_in_h)
    signed = NOON - timedelta(days=7)
    body = e.Consent(
        signed_at=signed.isoformat(), signed_by="patient", covers_off_label=True,
        form_version="3", expires_at=ends.isoformat(), paper_id="invented", sha256="invented",
    )  # fmt: skip
    write(cast, body, at=signed)
    booked(cast)
    assert ("KNAI-13" in lacks(cast)) is is_missing


def test_what_is_read_on_the_day_is_asked_when_the_patient_is_there(cast):
    work_up(cast)
    session = booked(cast, hours=1)
    assert "KNAI-18" not in lacks(cast, on=TODAY)
    schedule.arrive(by=cast.actor("fred"), session_id=session.pk)
    assert {"KNAI-18", "KNAI-21"} <= set(lacks(cast, on=TODAY))


@pytest.mark.parametrize("make", [arrive, recovering], ids=["at the start", "at the discharge"])
def test_the_list_says_what_the_gate_says(cast, make):
    session = make(cast)
    TreatmentSession.objects.filter(pk=session.pk).update(booked_for_at=NOON)
    with set_to(NOON + timedelta(minutes=71)):
        coming = list_coming(by=cast.actor("nadia"), on=TODAY)[0]
        session.refresh_from_db()
        known = know(by=cast.actor("nadia"), session=session, now=NOON + timedelta(minutes=71))
        view = view_of(known, coming.gate)
    assert [lack.clause for lack in coming.lacks] == [i.id for i in view.items if i.holds]
    assert coming.checks_open == len(view.open_checks)
    assert coming.way_home.planned.mode == "escort"


def test_doses_of_linked_and_earlier_sessions_count_as_the_gate_counts_them(cast):
    recovering(cast)
    session = booked(cast)
    coming = list_coming(by=cast.actor("nadia"), on=TOMORROW)[0]
    session = TreatmentSession.objects.get(pk=session.pk)
    known = know(by=cast.actor("nadia"), session=session, now=session.booked_for_at)
    assert known.facts["course"]["prior_administrations"] == 1
    wanted = {i.id for i in view_of(known, "start").items if i.holds} - {
        "KNAI-18",
        "KNAI-21",
        "KNAI-22",
    }
    assert {lack.clause for lack in coming.lacks} == wanted


def test_the_front_desk_sees_what_is_theirs_and_how_much_stands_with_others(cast):
    booked(cast)
    coming = list_coming(by=cast.actor("fred"), on=TOMORROW)[0]
    assert {lack.who for lack in coming.lacks} == {FRONT_DESK}
    assert [lack.because for lack in coming.lacks] == [""]
    assert dict(coming.others_lack)[PATIENT] == 3
    assert not coming.is_ready


def test_a_visit_that_does_not_take_place_lacks_nothing(cast):
    session = booked(cast)
    schedule.cancel(by=cast.actor("fred"), session_id=session.pk, category="patient")
    coming = list_coming(by=cast.actor("nadia"), on=TOMORROW)[0]
    assert (coming.lacks, coming.gate, coming.visit.word) == ((), "", "Cancelled")


def test_another_clinics_day_is_its_own(cast):
    booked(cast)
    assert list_coming(by=cast.actor("otto"), on=TOMORROW, days=7) == []


def test_many_visits_cost_as_many_queries_as_one(cast):
    on_site(cast)

    def count(days=2):
        with CaptureQueriesContext(connection) as seen:
            found = list_coming(by=cast.actor("nadia"), on=TODAY, days=days)
        return len(found), len(seen)

    work_up(cast)
    booked(cast, hours=1)
    list_coming(by=cast.actor("nadia"), on=TODAY)
    one, queries = count()
    for n in range(8):
        booked(cast, hours=2 + n, patient=cast.make_patient("Otis", f"Kern {n}", f"H-3{n:03}"))
    vitals(cast, -5)
    many, same = count()
    assert (one, many) == (1, 10)  # vitals() made the cast's own session too
    assert same <= queries <= 13
