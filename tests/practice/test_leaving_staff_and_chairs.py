"""What somebody leaves behind, and the chairs of a clinic."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.clock import now
from knai.practice import people, work
from knai.practice.actions.care_team import add_to_team
from knai.practice.actions.chairs import add_chair, change_chair, close_chair, move_chair
from knai.practice.actions.staff import leave_clinic
from knai.practice.board import get_board
from knai.practice.models import CareTeamMember, Chair, RosterStay
from knai.practice.staff import list_duties

pytestmark = pytest.mark.django_db


def today(cast):
    return now().astimezone(cast.clinic.tz).date()


@pytest.fixture
def busy(cast):
    """Okafor has an open session, a booked one, a to-do and a patient, and is on site."""
    cast.make_session(cast.patient, state="dosing")
    other = cast.make_patient("Ola", "Berg", mrn="H-2")
    cast.make_session(other, booked_for_at=now() + timedelta(days=3), chair=None)
    work.open_item(
        clinic_id=cast.clinic.pk, kind="unsigned_note", key="k", title="Sign the note",
        due_at=now(), owner_id=cast.okafor.pk,
    )  # fmt: skip
    add_to_team(
        by=cast.actor("okafor"), patient_id=cast.patient.pk, user_id=cast.okafor.pk,
        part="prescriber",
    )  # fmt: skip
    RosterStay.objects.create(
        clinic=cast.clinic, user=cast.okafor, arrived_at=now(), recorded_by=cast.olga
    )
    return cast.okafor


def test_everything_that_names_who_leaves_is_listed_without_a_patients_name(cast, busy):
    duties = list_duties(by=cast.actor("olga"), user_id=busy.pk)
    assert [d.what for d in duties.open_sessions] == ["Dosing, Chair 1"]
    assert len(duties.booked_sessions) == 1
    assert [d.what for d in duties.to_dos] == ["Sign the note"]
    assert (duties.patients, duties.is_on_site, duties.are_none) == (1, True, False)
    assert "Mara" not in str(duties)


def test_whoever_has_nothing_open_leaves_nothing(cast):
    assert list_duties(by=cast.actor("olga"), user_id=cast.thea.pk).are_none


def test_at_once_they_are_gone_from_site_and_teams_and_their_to_dos_stay(cast, busy):
    leave_clinic(by=cast.actor("olga"), user_id=busy.pk, last_day=today(cast), at_once=True)
    assert not CareTeamMember.objects.filter(user=busy, ended_at__isnull=True).exists()
    assert not RosterStay.objects.filter(user=busy, left_at__isnull=True).exists()
    duties = list_duties(by=cast.actor("olga"), user_id=busy.pk)
    assert len(duties.to_dos) == len(duties.open_sessions) == 1


def test_with_a_last_day_they_go_on_until_then(cast, busy):
    leave_clinic(by=cast.actor("olga"), user_id=busy.pk, last_day=today(cast))
    assert RosterStay.objects.filter(user=busy, left_at__isnull=True).exists()
    assert cast.actor("okafor").role == "prescriber"


# --------------------------------------------------------------------------------------------- chairs
def names(cast) -> list[str]:
    return [name for _, name in people.list_chairs(by=cast.actor("nadia"))]


@pytest.fixture
def three(cast):
    return [add_chair(by=cast.actor("olga"), name=f"Place {n}") for n in (1, 2, 3)]


@pytest.mark.parametrize(
    "place, up, order",
    [(1, True, "2 1 3"), (1, False, "1 3 2"), (0, True, "1 2 3"), (2, False, "1 2 3")],
)  # at an end nothing moves
def test_chairs_change_places(cast, three, place, up, order):
    move_chair(by=cast.actor("olga"), chair_id=three[place].pk, up=up)
    assert names(cast) == [f"Place {n}" for n in order.split()]


def test_a_closed_chair_is_offered_no_more_and_its_past_stays(cast, three):
    session = cast.make_session(cast.patient, chair=three[0], state="discharged")
    close_chair(by=cast.actor("olga"), chair_id=three[0].pk)
    assert [name for name in names(cast) if "Place" in name] == ["Place 2", "Place 3"]
    assert "Place 1" not in get_board(by=cast.actor("nadia"), tiles={}).free
    session.refresh_from_db()
    assert session.chair.name == "Place 1"


@pytest.mark.parametrize("state", ["checked_in", "dosing", "recovery", "booked"])
def test_a_chair_that_somebody_needs_is_not_closed(cast, three, state):
    cast.make_session(cast.patient, chair=three[0], state=state)
    with pytest.raises(Refused):
        close_chair(by=cast.actor("olga"), chair_id=three[0].pk)
    assert Chair.objects.get(pk=three[0].pk).closed_on is None


def test_a_name_stands_once(cast, three):
    with pytest.raises(Refused, match="already"):
        add_chair(by=cast.actor("olga"), name="Place 1")
    with pytest.raises(Refused, match="already"):
        change_chair(by=cast.actor("olga"), chair_id=three[1].pk, name="Place 1")


@pytest.mark.parametrize("name", ["", "  ", "x" * 41])
def test_a_name_that_is_none_is_asked_again(cast, name):
    with pytest.raises(Malformed):
        add_chair(by=cast.actor("olga"), name=name)


def test_another_clinics_chair_is_not_found(cast):
    other = Chair.objects.create(clinic=cast.other_clinic, name="Far")
    with pytest.raises(Missing):
        close_chair(by=cast.actor("olga"), chair_id=other.pk)


def test_only_an_owner_keeps_the_chairs(cast):
    with pytest.raises(Forbidden):
        add_chair(by=cast.actor("nadia"), name="Mine")
