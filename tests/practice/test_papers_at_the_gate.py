"""Credentials alone tell the gates who is licensed and qualified, on the day, by the clinic's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from knai.identity.actions.clinics import change_policy
from knai.identity.models import Credential
from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice import expired_credentials, overriders, queries, roster_facts
from knai.practice.facts import know
from knai.practice.models import WorkItem
from tests.practice.world import NOON, arrive, dosing, fresh, minutes, vitals, write

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def licence(cast) -> Credential:
    return Credential.objects.get(user=cast.okafor, kind="licence")


def papers(cast, on=TODAY) -> roster_facts.Papers:
    return roster_facts.papers_of(cast.clinic, [cast.okafor.pk], on)[cast.okafor.pk]


@pytest.mark.parametrize(
    "days, licensed", [(-1, False), (0, True), (1, True)]
)  # yesterday was its last day; today is
def test_what_expires_today_holds_today(cast, days, licensed):
    Credential.objects.filter(pk=licence(cast).pk).update(expires_on=TODAY + timedelta(days=days))
    assert papers(cast).licensed is licensed


@pytest.mark.parametrize(
    "change, licensed",
    [
        ({"checked_on": None, "checked_by": None}, None),  # nobody has looked at it
        ({"withdrawn_on": TODAY}, False),
        ({"withdrawn_on": TODAY + timedelta(days=1)}, True),
        ({"starts_on": TODAY + timedelta(days=1)}, False),
        ({"checked_on": None, "checked_by": None, "withdrawn_on": TODAY}, False),
    ],
)
def test_unchecked_is_unknown_and_withdrawn_is_no(cast, change, licensed):
    Credential.objects.filter(pk=licence(cast).pk).update(**change)
    assert papers(cast).licensed is licensed


def test_without_any_paper_it_is_unknown(cast):
    found = roster_facts.papers_of(cast.clinic, [cast.nadia.pk], TODAY)[cast.nadia.pk]
    assert (found.licensed, found.qualified) == (None, None)


@pytest.mark.parametrize(
    "hour_utc, day",
    [(22, date(2026, 11, 23)), (23, date(2026, 11, 24))],
)  # in Berlin the 24th begins at 23:00 UTC
def test_the_day_is_the_clinics(cast, hour_utc, day):
    at = datetime(2026, 11, 23, hour_utc, 30, tzinfo=UTC)
    Credential.objects.filter(pk=licence(cast).pk).update(expires_on=date(2026, 11, 23))
    with set_to(at):
        session = queries.get_session(by=cast.actor("nadia"), session_id=cast.session.pk)
        known = know(by=cast.actor("nadia"), session=session, now=at)
        names = [person.name for person in overriders.list_overriders(known)]
    assert (names == ["Chidi Okafor"]) is (day == date(2026, 11, 23))


def presence(cast, at) -> dict:
    with set_to(at):
        session = queries.get_session(by=cast.actor("nadia"), session_id=cast.session.pk)
        return know(by=cast.actor("nadia"), session=session, now=at).facts["presence"][0]


def test_a_licence_that_expires_while_a_session_runs_is_read_on_the_sessions_day(cast):
    """Past midnight the drip still runs: the day of the first dose decides, and nothing is lost."""
    dosing(cast)
    Credential.objects.filter(pk=licence(cast).pk).update(expires_on=TODAY)
    tomorrow = NOON + timedelta(hours=13)
    assert presence(cast, tomorrow)["licensed"] is True
    vitals(cast, 13 * 60)
    assert queries.visible_entries(cast.actor("nadia")).filter(kind="vitals").count() == 2


def test_one_withdrawn_while_a_session_runs_is_shown_and_charting_goes_on(cast):
    dosing(cast)
    Credential.objects.filter(pk=licence(cast).pk).update(withdrawn_on=TODAY)
    assert presence(cast, minutes(20))["licensed"] is False
    vitals(cast, 20)
    assert fresh(cast).state == "dosing"


def test_the_gate_counts_an_expired_one_as_not_licensed(cast):
    arrive(cast)
    Credential.objects.filter(pk=licence(cast).pk).update(expires_on=TODAY - timedelta(days=1))
    from knai.practice.gates import findings_at

    with set_to(NOON):
        session = queries.get_session(by=cast.actor("nadia"), session_id=cast.session.pk)
        view = findings_at(by=cast.actor("nadia"), session=session, gate="start")
    verdicts = {f.clause: f.verdict.value for f in view.findings}
    assert (verdicts["KNAI-21"], verdicts["KNAI-22"]) == ("not_met", "not_met")


# --------------------------------------------------------------------------------------------- to-dos
def test_an_expired_one_is_to_be_done_once(cast):
    Credential.objects.filter(pk=licence(cast).pk).update(expires_on=TODAY)
    assert expired_credentials.open_items(NOON) == 0
    assert expired_credentials.open_items(NOON + timedelta(days=1)) == 1
    assert expired_credentials.open_items(NOON + timedelta(days=2)) == 0
    item = WorkItem.objects.get()
    assert (item.kind, item.patient) == ("credential_expiry", None)
    assert "licence expired on 23 Nov 2026" in item.title


def test_what_ended_long_ago_is_no_news(cast):
    Credential.objects.filter(pk=licence(cast).pk).update(expires_on=TODAY - timedelta(days=60))
    assert expired_credentials.open_items(NOON) == 0


# --------------------------------------------------------------------------------------------- policy
def grace(cast, at) -> int:
    with set_to(at):
        session = queries.get_session(by=cast.actor("nadia"), session_id=cast.session.pk)
        return know(by=cast.actor("nadia"), session=session, now=at).policy.charting_grace_min


def test_a_session_keeps_the_policy_of_its_check_in(cast):
    arrive(cast)
    write(
        cast, e.Transition(before="booked", after="checked_in", reason=""),
        at=minutes(-30), session=cast.session,
    )  # fmt: skip
    with set_to(NOON):
        change_policy(by=cast.actor("olga"), changes={"charting_grace_min": 1}, revision=0)
    assert grace(cast, minutes(5)) == 3


def test_a_session_that_has_not_begun_takes_the_new_one(cast):
    with set_to(NOON):
        change_policy(by=cast.actor("olga"), changes={"charting_grace_min": 1}, revision=0)
    assert grace(cast, minutes(5)) == 1
    assert grace(cast, minutes(-5)) == 3
