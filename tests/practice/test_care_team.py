"""Who cares for a patient, and what an outside therapist sees: what was agreed to, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing
from knai.kit.clock import now
from knai.practice import entries as e
from knai.practice.actions.care_team import add_to_team, end_part
from knai.practice.actions.charting import record_psychotherapy_note
from knai.practice.actions.write import append, atomic
from knai.practice.care_team import SHARES, get_team, list_candidates
from knai.practice.models import CareTeamMember
from knai.practice.shared import get_shared, list_shared

pytestmark = pytest.mark.django_db
AGREED = date(2026, 1, 5)


def add(cast, nick, part, by="okafor", **more) -> CareTeamMember:
    return add_to_team(
        by=cast.actor(by), patient_id=cast.patient.pk, user_id=getattr(cast, nick).pk, part=part,
        **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    "nick, part, fits",
    [
        ("okafor", "prescriber", True),
        ("nadia", "prescriber", False),
        ("thea", "therapist", True),
        ("nadia", "monitor", True),
        ("fred", "monitor", False),
        ("ruth", "therapist", False),
        ("otto", "monitor", False),  # another clinic's
        ("okafor", "friend", False),
    ],
)
def test_a_part_is_taken_by_whose_role_fits(cast, nick, part, fits):
    if fits:
        assert add(cast, nick, part).part == part
    else:
        with pytest.raises(Malformed):
            add(cast, nick, part)


def test_said_twice_it_stands_once(cast):
    assert add(cast, "nadia", "monitor").pk == add(cast, "nadia", "monitor").pk


@pytest.mark.parametrize("nick", ["nadia", "thea", "fred", "ruth"])
def test_owners_and_prescribers_keep_the_team(cast, nick):
    with pytest.raises(Forbidden):
        add(cast, "nils", "monitor", by=nick)


def test_a_team_remembers_who_was_in_it(cast):
    row = add(cast, "nadia", "monitor")
    end_part(by=cast.actor("olga"), patient_id=cast.patient.pk, member_id=row.pk)
    team = get_team(by=cast.actor("nadia"), patient_id=cast.patient.pk)
    assert team.members == ()
    assert [(m.name, m.ended_by) for m in team.past] == [("Nadia Petrov", "Olga Brandt")]


def test_another_patients_member_is_not_found(cast):
    row = add(cast, "nadia", "monitor")
    other = cast.make_patient("Ola", "Berg", mrn="H-2")
    with pytest.raises(Missing):
        end_part(by=cast.actor("olga"), patient_id=other.pk, member_id=row.pk)


def test_candidates_are_the_clinics_own(cast):
    names = {person.name for person in list_candidates(cast.actor("olga"))}
    assert names == {"Chidi Okafor", "Nadia Petrov", "Nils Berg", "Thea Lund", "Ines Dahl"}


# ------------------------------------------------------------------------------------ outside therapists
@pytest.mark.parametrize(
    "more, field",
    [
        ({}, "shares"),
        ({"shares": ["sessions"]}, "agreed_on"),
        ({"agreed_on": AGREED}, "shares"),
        ({"shares": ["everything"], "agreed_on": AGREED}, "shares"),
        ({"shares": ["notes"], "agreed_on": date(2999, 1, 1)}, "agreed_on"),
    ],
)
def test_an_outside_therapist_needs_what_and_when_the_patient_agreed(cast, more, field):
    with pytest.raises(Malformed) as error:
        add(cast, "ines", "therapist", **more)
    assert error.value.field == field


@pytest.fixture
def charted(cast):
    """A note, a psychotherapy note, medicines, one of the substance-use programme; one session."""
    session = cast.session
    session.state = "dosing"
    session.save()
    nadia = cast.actor("nadia")
    with atomic():
        for body, more in (
            (e.Note("a bedside note, nobody's report"), {}),
            (e.SessionNote(text="quiet and awake", signed_as="Nadia Petrov"), {}),
            (e.Note("programme visit"), {"compartment": "substance_use"}),
            (e.Medications(status="listed", recorded_on="2026-01-01", items=("sertraline",)), {}),
            (e.Vitals(sbp=120, dbp=80, hr=70, spo2=98), {}),
        ):
            append(by=nadia, body=body, patient=cast.patient, session=session, **more)
    record_psychotherapy_note(by=cast.actor("thea"), session_id=session.pk, text="theirs alone")
    return session


@pytest.mark.parametrize("part", SHARES)
def test_exactly_the_parts_agreed_to_are_seen(cast, charted, part):
    add(cast, "ines", "therapist", shares=[part], agreed_on=AGREED)
    shared = get_shared(by=cast.actor("ines"), patient_id=cast.patient.pk)
    seen = {name for name in SHARES if getattr(shared, name) is not None}
    assert seen == {part}
    assert shared.patient.parts == (SHARES[part],)


def test_notes_are_the_clinical_ones_never_psychotherapy_or_the_programmes(cast, charted):
    add(cast, "ines", "therapist", shares=["notes"], agreed_on=AGREED)
    shared = get_shared(by=cast.actor("ines"), patient_id=cast.patient.pk)
    assert [note.text for note in shared.notes] == ["quiet and awake"]


def test_medications_name_what_is_taken(cast, charted):
    add(cast, "ines", "therapist", shares=["medications"], agreed_on=AGREED)
    shared = get_shared(by=cast.actor("ines"), patient_id=cast.patient.pk)
    assert any("sertraline" in entry.text for entry in shared.medications)


def test_nothing_is_seen_before_agreeing_or_after_the_end(cast, charted):
    by = cast.actor("ines")
    assert list_shared(by=by) == ()
    row = add(cast, "ines", "therapist", shares=["notes"], agreed_on=AGREED)
    assert [patient.name for patient in list_shared(by=by)] == ["Mara Rosen"]
    end_part(by=cast.actor("olga"), patient_id=cast.patient.pk, member_id=row.pk)
    assert list_shared(by=by) == ()
    with pytest.raises(Missing):
        get_shared(by=by, patient_id=cast.patient.pk)


def test_another_patient_of_the_clinic_is_not_found(cast, charted):
    add(cast, "ines", "therapist", shares=["notes"], agreed_on=AGREED)
    other = cast.make_patient("Ola", "Berg", mrn="H-2", born_on=date(1990, 1, 1))
    with pytest.raises(Missing):
        get_shared(by=cast.actor("ines"), patient_id=other.pk)


@pytest.mark.parametrize("nick", ["okafor", "nadia", "thea", "olga", "ruth"])
def test_the_shared_pages_are_outside_therapists_alone(cast, nick):
    with pytest.raises(Forbidden):
        list_shared(by=cast.actor(nick))


def test_somebody_who_left_is_no_candidate(cast):
    today = now().astimezone(cast.clinic.tz).date()
    cast.nils.memberships.update(ends_on=today - timedelta(days=1))
    names = {person.name for person in list_candidates(cast.actor("olga"))}
    assert "Nils Berg" not in names
