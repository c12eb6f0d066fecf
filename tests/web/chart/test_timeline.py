"""The timeline: everything once, newest first, filtered, in windows, with what was struck out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from knai.practice import entries as e
from knai.practice import timeline as tl
from knai.practice.actions.links import link_patients
from knai.practice.actions.record import void_of_patient
from knai.practice.models import ChartEntry
from tests.practice.world import NOON, write

pytestmark = pytest.mark.django_db


def note(cast, text, minutes=0, **more):
    return write(cast, e.Note(text=text), at=NOON - timedelta(minutes=minutes), **more)


def told(cast, nick="nadia", **wanted):
    found = tl.get_timeline(
        by=cast.actor(nick), patient_id=cast.patient.pk, wanted=tl.Filter(**wanted)
    )
    return [row.what for _, rows in found.days for row in rows]


def test_newest_first_by_when_it_happened(cast):
    note(cast, "early", minutes=60)
    note(cast, "late")
    note(cast, "between", minutes=30)
    assert told(cast) == ["late", "between", "early"]


def test_windows_hold_everything_once(cast, monkeypatch):
    monkeypatch.setattr(tl, "WINDOW", 3)
    for n in range(8):
        note(cast, f"n{n}", minutes=n // 2)  # two share an instant
    seen, after = [], None
    while True:
        found = tl.get_timeline(by=cast.actor("nadia"), patient_id=cast.patient.pk, after=after)
        seen += [row.what for _, rows in found.days for row in rows]
        after = found.after
        if after is None:
            break
    assert sorted(seen) == [f"n{n}" for n in range(8)]


def test_filters_by_group_day_session_and_words(cast):
    session = cast.session
    note(cast, "Übelkeit nach der Gabe", session=session)
    write(cast, e.Weight(weight_kg=80), at=NOON - timedelta(days=3))
    note(cast, "someone else wrote", minutes=5, nick="okafor")
    assert told(cast, group="work_up") == ["Weight 80 kg"]
    assert len(told(cast, group="written")) == 2
    assert told(cast, group="other") == []
    day = (NOON - timedelta(days=3)).date()
    assert told(cast, until=day) == ["Weight 80 kg"]
    assert told(cast, since=day, until=day) == ["Weight 80 kg"]
    assert told(cast, session_id=session.pk) == ["Übelkeit nach der Gabe"]
    assert told(cast, text="übelkeit") == ["Übelkeit nach der Gabe"]  # any case, beyond ASCII
    assert told(cast, text="okafor") == ["someone else wrote"]
    assert told(cast, text="weight") == ["Weight 80 kg"]
    assert told(cast, text="zebra") == []


def test_days_are_the_clinics(cast):
    write(cast, e.Note(text="x"), at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))  # 00:30 in Berlin
    found = tl.get_timeline(by=cast.actor("nadia"), patient_id=cast.patient.pk)
    assert [day.isoformat() for day, _ in found.days] == ["2026-11-23"]


def test_what_was_struck_out_and_amended_stays_readable(client, cast, chart):
    weight = write(cast, e.Weight(weight_kg=80))
    void_of_patient(
        by=cast.actor("nadia"), patient_id=cast.patient.pk, entry_id=weight.pk, reason="other scale"
    )
    first = note(cast, "fist", minutes=2)
    note(cast, "first", minutes=2, amends=first)
    client.force_login(cast.ruth)
    page = client.get(chart("timeline/")).content.decode()
    assert "struck out by Nadia Petrov" in page and "other scale" in page
    assert "Amended: " in page and "amends an earlier entry" in page


def test_private_notes_are_their_authors_alone(cast):
    body = e.PsychotherapyNote(text="between us")
    write(cast, body, nick="thea", compartment="psychotherapy")
    assert told(cast, "thea") == ["between us"]
    assert told(cast, "nadia") == told(cast, "okafor") == told(cast, "thea", text="nothing") == []


def test_linked_records_are_told_together_and_by_number(client, cast, chart):
    twin = cast.make_patient("Mara", "Rozen", "H-9")
    note(cast, "mine")
    ChartEntry.objects.create(
        clinic=cast.clinic, patient=twin, kind="note", body={"text": "theirs"}, recorded_at=NOON,
        effective_at=NOON - timedelta(days=1), recorded_by=cast.nadia,
    )  # fmt: skip
    assert told(cast) == ["mine"]
    link_patients(
        by=cast.actor("nadia"), duplicate_id=twin.pk, kept_id=cast.patient.pk, reason="same"
    )
    assert told(cast) == ["mine", "theirs"]
    client.force_login(cast.nadia)
    assert "in H-9" in client.get(chart("timeline/")).content.decode()


@pytest.mark.parametrize("query", ["since=x", "until=2026-02-30", "session=x", "at=x", "last=x"])
def test_what_cannot_be_read_is_said(client, cast, chart, query):
    client.force_login(cast.nadia)
    assert client.get(chart(f"timeline/?{query}")).status_code == 422


def test_an_empty_chart_and_an_empty_answer_say_different_things(client, cast, chart):
    client.force_login(cast.nadia)
    assert "Nothing is written yet" in client.get(chart("timeline/")).content.decode()
    assert "Nothing fits" in client.get(chart("timeline/?text=x")).content.decode()


def test_every_kind_of_entry_has_a_group_or_is_among_the_others():
    from knai.practice.entries import KINDS, MARKS

    named = frozenset().union(*(kinds for _, kinds in tl.GROUPS.values()))
    assert named <= set(KINDS)
    assert named | tl._kinds_of("other") | MARKS == set(KINDS)


@pytest.mark.parametrize("page, most", [("", 15), ("timeline/", 15)])
def test_a_long_chart_costs_no_more_questions_than_a_short_one(client, cast, chart, page, most):
    client.force_login(cast.nadia)

    def count():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(chart(page)).status_code == 200
        passing = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return sum(not query["sql"].startswith(passing) for query in seen)

    count()
    few = count()
    for n in range(30):
        session = cast.make_session(cast.patient, state="discharged", chair=None)
        note(cast, f"n{n}", minutes=n, session=session)
        write(cast, e.Weight(weight_kg=80), session=session)
    many = count()
    assert many <= most
    assert many - few <= 2  # marks are asked for once there is an entry
