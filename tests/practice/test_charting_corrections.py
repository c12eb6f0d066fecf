"""Amending, voiding, accepting: two tablets never overwrite each other, and nothing is lost."""

from datetime import timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.ids import uuid7
from knai.practice import queries
from knai.practice.actions import charting, corrections
from knai.practice.actions.charting import Posting
from knai.practice.entries import Note, Vitals
from knai.practice.models import ChartEntry
from tests.practice.charting_world import NOON, at, device_set, in_state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with at(0):
        yield


@pytest.fixture
def session(cast):
    return in_state(cast, "dosing", first_dose_at=NOON)


@pytest.fixture
def note(cast, session):
    return charting.record_note(by=cast.actor("nadia"), session_id=session.pk, text="left arm")


def amend(cast, session, entry, text="right arm", nick="nils", **more):
    fields = {"body": Note(text), "reason": "Wrong value"} | more
    return corrections.amend(
        by=cast.actor(nick), session_id=session.pk, entry_id=entry.pk, **fields
    )


def void(cast, session, entry, nick="nadia", reason="Entered twice", **more):
    return corrections.void(
        by=cast.actor(nick), session_id=session.pk, entry_id=entry.pk, reason=reason, **more
    )


def log(cast, session, nick="nadia"):
    return queries.load_log(by=cast.actor(nick), session=session)


def test_an_amendment_stands_in_the_place_of_the_first_at_its_time(cast, session, note):
    with at(30):
        amend(cast, session, note)
    [line] = log(cast, session).of("note")
    assert (line.body.text, line.body.amended_because, line.at) == (
        "right arm",
        "Wrong value",
        NOON,
    )
    assert log(cast, session).by_id[note.pk].body.text == "left arm"


def test_the_slower_of_two_tablets_is_told_who_was_quicker(cast, session, note):
    amend(cast, session, note, nick="nils")
    with pytest.raises(Refused, match=r"Nils Berg amended this entry at 13:00"):
        amend(cast, session, note, "both arms", nick="okafor")
    with pytest.raises(Refused, match="Nils Berg amended"):
        void(cast, session, note)


def test_a_voided_entry_is_not_amended(cast, session, note):
    void(cast, session, note)
    with pytest.raises(Refused, match="Nadia Petrov voided"):
        amend(cast, session, note)


def test_an_amendment_may_be_amended(cast, session, note):
    second = amend(cast, session, note)
    amend(cast, session, second, "both arms")
    assert [line.body.text for line in log(cast, session).of("note")] == ["both arms"]


@pytest.mark.parametrize("change", ["amend", "void"])
def test_a_second_click_changes_nothing_more(cast, session, note, change):
    posting = Posting(idempotency_key=uuid7())
    act = amend if change == "amend" else void
    first, second = (act(cast, session, note, nick="nadia", posting=posting) for _ in range(2))
    assert first.pk == second.pk
    assert ChartEntry.objects.count() == 2


def test_an_amendment_is_of_the_same_kind_and_has_a_reason(cast, session, note):
    with pytest.raises(Malformed):
        amend(cast, session, note, body=Vitals(hr=70))
    with pytest.raises(Malformed):
        amend(cast, session, note, reason=" ")


@pytest.mark.parametrize(
    "who, error", [("okafor", None), ("nils", None), ("thea", Forbidden), ("otto", Missing)]
)
def test_who_may_void_anothers_entry(cast, session, note, who, error):
    if error is None:
        void(cast, session, note, nick=who)
        assert list(log(cast, session).of("note")) == []
    else:
        with pytest.raises(error):
            void(cast, session, note, nick=who)


def test_an_author_may_void_what_they_wrote_themselves(cast, session):
    own = charting.record_note(by=cast.actor("thea"), session_id=session.pk, text="calm")
    void(cast, session, own, nick="thea")
    assert list(log(cast, session).of("note")) == []


def test_another_sessions_entry_is_missing(cast, session, note):
    other = cast.make_session(cast.make_patient("Ann", "Other", "H-2"), chair=None)
    with pytest.raises(Missing):
        corrections.void(
            by=cast.actor("nadia"), session_id=other.pk, entry_id=note.pk, reason="Wrong patient"
        )


def test_a_psychotherapy_note_cannot_be_reached_by_others_and_its_void_stays_hidden(cast, session):
    private = charting.record_psychotherapy_note(
        by=cast.actor("thea"), session_id=session.pk, text="private"
    )
    with pytest.raises(Missing):
        void(cast, session, private, nick="okafor")
    mark = void(cast, session, private, nick="thea")
    assert mark.compartment == "psychotherapy"


def test_a_device_set_is_accepted_once_by_whoever_was_first(cast, session):
    entry = device_set(cast, session)
    marks = {
        corrections.accept_device_set(
            by=cast.actor(nick), session_id=session.pk, entry_id=entry.pk
        ).pk
        for nick in ("nadia", "nils")
    }
    assert len(marks) == 1
    assert log(cast, session).by_id[entry.pk].accepted.recorded_by == cast.nadia


def test_what_people_charted_needs_no_acceptance(cast, session, note):
    with pytest.raises(Refused):
        corrections.accept_device_set(
            by=cast.actor("nadia"), session_id=session.pk, entry_id=note.pk
        )


@pytest.mark.parametrize(
    "minutes, values, may",
    [
        (-10, {}, True),
        (0, {}, True),  # at the very instant of the first dose
        (1, {}, False),
        (-10, {"spo2": None}, False),
    ],
)
def test_a_baseline_is_a_complete_set_from_before_the_first_dose(
    cast, session, minutes, values, may
):
    with at(5):
        entry = device_set(cast, session, NOON + timedelta(minutes=minutes), **values)

    def pin():
        return corrections.pin_baseline(
            by=cast.actor("nadia"), session_id=session.pk, entry_id=entry.pk
        )

    if may:
        assert pin().target_id == entry.pk
    else:
        with pytest.raises(Refused):
            pin()


def test_steps_that_somebody_decided_are_neither_amended_nor_voided(cast, session):
    from django.db import transaction

    from knai.practice.actions.write import append
    from knai.practice.entries import Transition

    with transaction.atomic():
        step = append(
            by=cast.actor("nadia"),
            body=Transition("ready", "dosing"),
            patient=session.patient,
            session=session,
        )
    with pytest.raises(Refused):
        void(cast, session, step)
    with pytest.raises(Refused):
        amend(cast, session, step, body=Transition("ready", "recovery"))
