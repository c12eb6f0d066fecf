"""Entries are kept in memory and only the new ones read: never one less, one more, or another's."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice import kept_entries, session_log
from knai.practice.actions import corrections
from knai.practice.actions.write import append
from knai.practice.models import ChartEntry
from tests.practice.charting_world import in_state
from tests.practice.world import NOON, arrive, vitals, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forgotten():
    session_log.forget_logs()


@pytest.fixture
def session(cast):
    arrive(cast)
    return in_state(cast, "dosing", first_dose_at=NOON)


def ids(cast, session, nick="nadia") -> set[UUID]:
    session.refresh_from_db()
    opened = session_log.open_session(by=cast.actor(nick), session_id=session.pk)
    return set(opened.seen.by_id)


def in_database(session) -> set[UUID]:
    return set(ChartEntry.objects.filter(session=session).values_list("pk", flat=True))


def read(cast, session, nick="nadia", own_notes=False) -> set[UUID]:
    found = kept_entries.read_entries(cast.actor(nick), session, own_notes)
    assert len({entry.pk for entry in found}) == len(found)
    return {entry.pk for entry in found}


def test_a_new_entry_is_there_and_the_others_are_not_read_again(
    cast, session, django_assert_num_queries
):
    for minute in range(10):
        vitals(cast, minute)
    assert read(cast, session) == in_database(session)
    late = vitals(cast, 30)
    nadia, before = cast.actor("nadia"), NOON - timedelta(hours=2)
    with transaction.atomic(), set_to(NOON + timedelta(minutes=31)):
        early = append(by=nadia, body=e.Note(text="before it all"), patient=cast.patient,
                       session=session, effective_at=before)  # fmt: skip
    with django_assert_num_queries(1) as seen:
        found = {entry.pk for entry in kept_entries.read_entries(nadia, session, False)}
    assert found == in_database(session) >= {late.pk, early.pk}
    assert "count_of_all" in seen[0]["sql"]


def test_an_entry_that_was_written_long_before_but_comes_only_now_is_not_missed(cast, session):
    """Another process's transaction ended late, or a chart was imported: the count tells."""
    newest = vitals(cast, 60)
    read(cast, session)
    ChartEntry.objects.bulk_create(
        [
            ChartEntry(
                clinic=cast.clinic, patient=cast.patient, session=session, kind="note",
                effective_at=NOON, recorded_at=newest.recorded_at - timedelta(hours=1),
                recorded_by=cast.nils, body={"text": "late"},
            )
        ]
    )  # fmt: skip
    assert read(cast, session) == in_database(session)


def test_a_void_and_an_amendment_reach_what_was_read_before(cast, session):
    entry, nadia = vitals(cast, 5), cast.actor("nadia")
    opened = session_log.open_session(by=nadia, session_id=session.pk)
    assert opened.seen.by_id[entry.pk].counts
    corrections.void(by=nadia, session_id=session.pk, entry_id=entry.pk, reason="wrong patient")
    again = session_log.open_session(by=nadia, session_id=session.pk)
    assert not again.seen.by_id[entry.pk].counts
    assert not again.known.log.by_id[entry.pk].counts
    assert opened.seen.by_id[entry.pk].counts, "a page that is being made keeps what it read"


def test_a_private_note_is_kept_for_its_author_alone(cast, session):
    vitals(cast, 5)
    for nick in ("thea", "nadia", "okafor", "olga"):
        ids(cast, session, nick)
    note = write(cast, e.PsychotherapyNote(text="hers"), nick="thea", session=session,
                 compartment="psychotherapy")  # fmt: skip
    assert note.pk in ids(cast, session, "thea")
    for nick in ("nadia", "okafor", "olga", "ruth"):
        assert note.pk not in ids(cast, session, nick)
    opened = session_log.open_session(by=cast.actor("thea"), session_id=session.pk)
    assert note.pk not in opened.known.log.by_id, "nor do the clinic's facts know of it"


def test_another_clinic_reads_nothing_though_it_is_in_memory(cast, session):
    vitals(cast, 5)
    assert read(cast, session)
    assert kept_entries.read_entries(cast.actor("otto"), session, False) == []


def test_a_name_that_was_changed_shows_after_a_while(cast, session, monkeypatch):
    vitals(cast, 5)
    read(cast, session)
    cast.nadia.name = "Nadia Newname"
    cast.nadia.save()
    vitals(cast, 6)
    monkeypatch.setattr(kept_entries, "READ_ALL_AFTER_S", -1)
    found = kept_entries.read_entries(cast.actor("nils"), session, False)
    assert {entry.recorded_by.name for entry in found if entry.kind == "vitals"} == {
        "Nadia Newname"
    }


def test_what_is_kept_is_bounded(cast, session, monkeypatch):
    monkeypatch.setattr(kept_entries, "_MOST", 2)
    vitals(cast, 5)
    for nick in ("nadia", "nils", "thea", "okafor"):
        read(cast, session, nick, own_notes=True)
    assert len(kept_entries._reads) == 2
