"""Who asked for records, until when, what was given; what may not be let go, and what is older than kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.clock import set_to
from knai.kit.models import AuditEntry
from knai.practice import exports, holds, records_requests
from knai.practice.actions import exports as export_actions
from knai.practice.actions import holds as hold_actions
from knai.practice.actions import papers
from knai.practice.actions import records as actions
from knai.practice.models import Patient, WorkItem
from tests.practice import world

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ASKED = {
    "asked_by": "Mara Rosen",
    "authority": "The patient's own",
    "wanted": "The whole chart",
    "received_on": TODAY,
}


def take_down(cast, nick="okafor", **fields):
    with set_to(NOON):
        by = cast.actor(nick)
        return actions.take_down(by=by, patient_id=cast.patient.pk, **(ASKED | fields))


def settle(cast, row, outcome, nick="okafor", **more):
    with set_to(NOON + timedelta(days=2)):
        return actions.settle(by=cast.actor(nick), request_id=row.pk, outcome=outcome, **more)


def an_archive(cast, **more):
    with set_to(NOON):
        export = export_actions.ask_for_chart(
            by=cast.actor("okafor"), patient_id=cast.patient.pk, **more
        )
        exports.advance(export.pk)
    export.refresh_from_db()
    return export


def test_a_request_is_due_after_the_clinics_days(cast):
    assert take_down(cast).due_on == date(2026, 12, 23)
    papers.change_settings(
        by=cast.actor("olga"), billing_codes="", retention_years=None, request_days=15, revision=0
    )
    assert take_down(cast).due_on == date(2026, 12, 8)


def test_somebody_is_told_to_answer_and_then_no_more(cast):
    row = take_down(cast)
    item = WorkItem.objects.get(kind="records_request")
    assert item.due_at.astimezone(cast.clinic.tz).date() == row.due_on
    settle(cast, row, "refused", text="The authority was not shown.")
    item.refresh_from_db()
    assert item.closed_at is not None


def test_what_was_given_is_named_by_its_hash(cast):
    row, export = take_down(cast), an_archive(cast)
    settled = settle(cast, row, "given", export_id=export.pk)
    assert (settled.outcome, settled.sha256) == ("given", export.sha256)
    assert AuditEntry.objects.get(verb="records_request.settled").detail["sha256"] == export.sha256
    shown = records_requests.get_request(by=cast.actor("olga"), request_id=row.pk)
    assert shown.export_id == export.pk and shown.settled_by == "Chidi Okafor"


def test_more_than_was_asked_for_is_not_given(cast):
    row, export = take_down(cast), an_archive(cast, substance_use=True)
    with pytest.raises(Refused, match="substance use"):
        settle(cast, row, "given", export_id=export.pk)


def test_nothing_is_given_without_an_archive_and_nothing_refused_without_a_reason(cast):
    row = take_down(cast)
    for outcome, more, field in (
        ("given", {}, "export"), ("refused", {}, "text"), ("withdrawn", {"text": " "}, "text"),
        ("lost", {"text": "x"}, "outcome"),
    ):  # fmt: skip
        with pytest.raises(Malformed) as error:
            settle(cast, row, outcome, **more)
        assert error.value.field == field


def test_a_request_is_settled_once(cast):
    row = take_down(cast)
    settle(cast, row, "withdrawn", text="Asked no more")
    with pytest.raises(Refused, match="settled already"):
        settle(cast, row, "refused", text="Late")


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"asked_by": " "}, "asked_by"),
        ({"authority": ""}, "authority"),
        ({"wanted": ""}, "wanted"),
        ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
        ({"compartments": ()}, "compartments"),
        ({"compartments": ("psychotherapy",)}, "compartments"),
    ],
)
def test_a_request_says_who_asked_by_what_right_for_what(cast, fields, field):
    with pytest.raises(Malformed) as error:
        take_down(cast, **fields)
    assert error.value.field == field


@pytest.mark.parametrize("days, left", [(0, 30), (29, 1), (30, 0), (31, -1)])
def test_the_list_says_how_many_days_are_left(cast, days, left):
    take_down(cast)
    with set_to(NOON + timedelta(days=days)):
        rows = records_requests.list_requests(by=cast.actor("olga"))
    assert [row.days_left for row in rows] == [left]


def test_requests_are_the_business_of_owner_and_prescriber(cast):
    for nick in ("nadia", "thea", "fred", "ruth"):
        with pytest.raises(Forbidden):
            take_down(cast, nick=nick)
        with pytest.raises(Forbidden):
            records_requests.list_requests(by=cast.actor(nick))


# ------------------------------------------------------------------------------------ holds, retention
def test_a_hold_stands_until_it_is_lifted_each_with_its_reason(cast):
    by, patient_id = cast.actor("olga"), cast.patient.pk
    hold_actions.place_hold(by=by, patient_id=patient_id, reason="Letter of a lawyer")
    assert holds.is_held(by=by, patient_id=patient_id)
    with pytest.raises(Refused):
        hold_actions.place_hold(by=by, patient_id=patient_id, reason="Again")
    hold_actions.lift_hold(by=by, patient_id=patient_id, reason="Case is closed")
    assert not holds.is_held(by=by, patient_id=patient_id)
    with pytest.raises(Missing):
        hold_actions.lift_hold(by=by, patient_id=patient_id, reason="Again")
    (row,) = holds.list_holds(by=by, patient_id=patient_id)
    assert (row.reason, row.lifted_because) == ("Letter of a lawyer", "Case is closed")


@pytest.mark.parametrize("nick", ["nadia", "thea", "ruth"])
def test_a_hold_wants_the_right_to_release_records_and_a_reason(cast, nick):
    with pytest.raises(Forbidden):
        hold_actions.place_hold(by=cast.actor(nick), patient_id=cast.patient.pk, reason="x")
    with pytest.raises(Malformed):
        hold_actions.place_hold(by=cast.actor("olga"), patient_id=cast.patient.pk, reason=" ")


def keep_for(cast, years):
    papers.change_settings(
        by=cast.actor("olga"), billing_codes="", retention_years=years, request_days=30, revision=0
    )


def beyond(cast, at):
    with set_to(at):
        return [row.mrn for row in holds.list_beyond_retention(by=cast.actor("olga"))]


def test_a_chart_is_listed_once_its_last_entry_is_older_than_it_is_kept(cast):
    keep_for(cast, 10)
    session = world.arrive(cast)
    last = session.entries.order_by("-recorded_at").first().recorded_at
    Patient.objects.filter(pk=cast.patient.pk).update(created_at=last - timedelta(days=9))
    day = last.astimezone(cast.clinic.tz).date()
    ten_years_on = datetime(day.year + 10, day.month, day.day, 23, tzinfo=cast.clinic.tz)
    assert beyond(cast, ten_years_on) == []
    assert beyond(cast, ten_years_on + timedelta(days=1)) == ["H-1001"]


def test_a_chart_on_hold_is_not_listed(cast):
    keep_for(cast, 1)
    mrn = cast.patient.mrn
    assert beyond(cast, NOON + timedelta(days=800)) == [mrn]
    hold_actions.place_hold(by=cast.actor("olga"), patient_id=cast.patient.pk, reason="Court")
    assert beyond(cast, NOON + timedelta(days=800)) == []


def test_nothing_is_listed_while_the_clinic_has_named_no_years(cast):
    assert cast.patient.pk
    assert beyond(cast, NOON + timedelta(days=36500)) == []


def test_a_leap_day_has_a_day_to_count_from():
    assert holds.kept_since(10, date(2028, 2, 29)) == date(2018, 2, 28)
    assert holds.kept_since(4, date(2028, 2, 29)) == date(2024, 2, 29)
