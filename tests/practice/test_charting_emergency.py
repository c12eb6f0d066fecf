"""Adverse events that demand a stop, withdrawn consent, and emergencies: facts first, stops with them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.ids import uuid7
from knai.practice import entries as e
from knai.practice import queries
from knai.practice.actions import adverse, charting, emergency
from knai.practice.actions.charting import Posting
from knai.practice.actions.write import append
from knai.practice.models import ChartEntry, SafetyEvent
from tests.practice.charting_world import NOON, at, in_state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with at(0):
        yield


@pytest.fixture
def session(cast):
    """An infusion runs since ten minutes before noon."""
    session = in_state(cast, "dosing", first_dose_at=NOON - timedelta(minutes=10))
    body = e.InfusionStart(
        route="iv_infusion",
        substance="racemic_ketamine",
        mg=Decimal("39"),
        duration_min=Decimal("40"),
    )
    with transaction.atomic():
        append(
            by=cast.actor("nadia"),
            body=body,
            patient=session.patient,
            session=session,
            effective_at=NOON - timedelta(minutes=10),
        )
    return session


def stops(session):
    return ChartEntry.objects.filter(session=session, kind="infusion_change").count()


def report(cast, session, code, grade, nick="nadia", **more):
    return adverse.record_adverse_event(
        by=cast.actor(nick), session_id=session.pk, code=code, grade=grade, **more
    )


@pytest.mark.parametrize(
    "code, grade, stopped, looked_at",
    [
        ("nausea", 1, 0, 0),
        ("nausea", 2, 0, 0),
        ("nausea", 3, 1, 1),
        ("chest_pain", 1, 1, 1),
        ("desaturation", 1, 0, 0),
        ("desaturation", 2, 1, 1),
        ("suicidal_ideation", 1, 0, 1),  # a clinician is called; the drug goes on
    ],
)
def test_what_an_event_demands_happens_with_it(cast, session, code, grade, stopped, looked_at):
    entry = report(cast, session, code, grade)
    assert stops(session) == stopped
    assert SafetyEvent.objects.filter(entry=entry).count() == looked_at
    assert ("dose_stopped" in entry.body["action"]) is bool(stopped)
    session.refresh_from_db()
    assert session.state == ("recovery" if stopped else "dosing")


def test_a_person_may_say_that_the_drug_was_not_stopped(cast, session):
    entry = report(cast, session, "chest_pain", 1, drug_stopped=False)
    assert (stops(session), list(entry.body["action"])) == (0, ["none"])


def test_vomiting_while_sedated_counts_as_more_than_was_tapped(cast, session):
    nadia = cast.actor("nadia")
    charting.record_sedation(by=nadia, session_id=session.pk, moaas=4)
    body = report(cast, session, "vomiting", 1).body
    assert (body["grade"], body["charted_grade"]) == (2, 1)


def test_vomiting_while_awake_counts_as_it_was_tapped(cast, session):
    charting.record_sedation(by=cast.actor("nadia"), session_id=session.pk, moaas=5)
    body = report(cast, session, "vomiting", 1).body
    assert (body["grade"], "charted_grade" in body) == (1, False)


def test_a_double_click_stops_and_opens_once(cast, session):
    posting = Posting(idempotency_key=uuid7())
    first, second = (report(cast, session, "chest_pain", 1, posting=posting) for _ in range(2))
    assert first.pk == second.pk
    assert (stops(session), SafetyEvent.objects.count()) == (1, 1)


@pytest.mark.parametrize("code, grade", [("hiccups", 1), ("nausea", 0), ("nausea", 6)])
def test_an_event_of_no_catalogue_or_grade_is_malformed(cast, session, code, grade):
    with pytest.raises(Malformed):
        report(cast, session, code, grade)
    assert not SafetyEvent.objects.exists()


@pytest.mark.parametrize(
    "who, error", [("ruth", Forbidden), ("fred", Forbidden), ("otto", Missing)]
)
def test_who_may_not_chart_reports_nothing_and_starts_nothing(cast, session, who, error):
    with pytest.raises(error):
        report(cast, session, "nausea", 1, nick=who)
    with pytest.raises(error):
        emergency.start_emergency(by=cast.actor(who), session_id=session.pk)
    session.refresh_from_db()
    assert not session.is_emergency


def test_withdrawal_stops_the_drug_and_not_the_charting(cast, session):
    nadia = cast.actor("nadia")
    adverse.record_consent_withdrawn(by=nadia, session_id=session.pk, words="Wants to stop")
    assert stops(session) == 1
    charting.record_vitals(by=nadia, session_id=session.pk, values={"hr": 70})
    session.refresh_from_db()
    assert session.state == "recovery"


def test_a_therapist_may_record_that_consent_was_withdrawn(cast, session):
    adverse.record_consent_withdrawn(by=cast.actor("thea"), session_id=session.pk)
    assert stops(session) == 1


@pytest.mark.parametrize("state", ["booked", "checked_in", "dosing", "recovery", "discharged"])
def test_an_emergency_begins_in_any_state(cast, state):
    session = in_state(cast, state)
    emergency.start_emergency(by=cast.actor("nadia"), session_id=session.pk)
    session.refresh_from_db()
    assert session.is_emergency
    assert SafetyEvent.objects.get().kind == "emergency"


def test_starting_twice_starts_once(cast, session):
    for _ in range(2):
        emergency.start_emergency(by=cast.actor("nadia"), session_id=session.pk)
    assert ChartEntry.objects.filter(kind="emergency").count() == 1


def test_drug_stopped_charts_the_infusions_as_stopped(cast, session):
    nadia = cast.actor("nadia")
    emergency.start_emergency(by=nadia, session_id=session.pk)
    emergency.record_emergency_step(by=nadia, session_id=session.pk, step="oxygen")
    assert stops(session) == 0
    emergency.record_emergency_step(by=nadia, session_id=session.pk, step="drug_stopped")
    assert stops(session) == 1


def test_steps_stand_with_their_times_and_the_end_stands_down(cast, session):
    nadia = cast.actor("nadia")
    emergency.start_emergency(by=nadia, session_id=session.pk)
    with at(1):
        emergency.record_emergency_step(by=nadia, session_id=session.pk, step="help_called")
    with at(9):
        emergency.end_emergency(by=nadia, session_id=session.pk)
    log = queries.load_log(by=nadia, session=session)
    told = [(line.body.step, (line.at - NOON).seconds // 60) for line in log.of("emergency")]
    assert told == [("started", 0), ("help_called", 1), ("ended", 9)]
    session.refresh_from_db()
    assert not session.is_emergency


def test_what_does_not_run_cannot_end(cast, session):
    with pytest.raises(Refused):
        emergency.end_emergency(by=cast.actor("nadia"), session_id=session.pk)


def test_a_step_of_no_list_is_malformed(cast, session):
    with pytest.raises(Malformed):
        emergency.record_emergency_step(
            by=cast.actor("nadia"), session_id=session.pk, step="flumazenil"
        )
