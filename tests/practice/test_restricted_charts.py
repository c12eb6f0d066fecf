"""A restricted chart opens to its care team, for an hour to who says why, and to who works at the bedside."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.identity.actors import system_actor
from knai.kit.clock import now, set_to
from knai.kit.models import AuditEntry, OutgoingMail
from knai.practice import access, patient_record, people, queries, search, sheets
from knai.practice import entries as e
from knai.practice.actions.care_team import add_to_team, end_part, restrict
from knai.practice.actions.glass import break_glass, look_into
from knai.practice.actions.write import append, atomic
from knai.practice.glass import list_broken
from knai.practice.models import BrokenGlass, RosterStay, WorkItem

pytestmark = pytest.mark.django_db
REASON = "Called by the pharmacy about a dose"
STAFF = ("olga", "okafor", "nadia", "nils", "thea", "fred", "ruth")


@pytest.fixture
def restricted(cast):
    """Mara's chart, with an entry and a past session, open to Okafor alone."""
    session = cast.make_session(cast.patient, state="discharged")
    with atomic():
        append(by=cast.actor("nadia"), body=e.Note("quiet"), patient=cast.patient, session=session)
    add_to_team(
        by=cast.actor("okafor"), patient_id=cast.patient.pk, user_id=cast.okafor.pk,
        part="prescriber",
    )  # fmt: skip
    restrict(by=cast.actor("okafor"), patient_id=cast.patient.pk, restricted=True)
    cast.patient.refresh_from_db()
    return session


def on_site(cast, nick, since=timedelta(hours=1), until=None):
    return RosterStay.objects.create(
        clinic=cast.clinic,
        user=getattr(cast, nick),
        arrived_at=now() - since,
        left_at=until,
        recorded_by=cast.olga,
    )


def opens(cast, nick) -> bool:
    return not access.list_closed(cast.actor(nick), [cast.patient])


WAYS_IN = {
    "get_patient": lambda cast, by, s: people.get_patient(by=by, patient_id=cast.patient.pk),
    "get_session": lambda cast, by, s: queries.get_session(by=by, session_id=s.pk),
    "get_head": lambda cast, by, s: patient_record.get_head(by=by, patient_id=cast.patient.pk),
}


@pytest.mark.parametrize("way", WAYS_IN)
@pytest.mark.parametrize("nick", STAFF)
def test_every_way_in_asks_whose_chart_it_is(cast, restricted, nick, way):
    by = cast.actor(nick)
    if nick == "okafor":
        WAYS_IN[way](cast, by, restricted)
    else:
        with pytest.raises(access.Restricted) as error:
            WAYS_IN[way](cast, by, restricted)
        assert error.value.patient_id == cast.patient.pk
        assert "Mara" not in str(error.value)


@pytest.mark.parametrize("nick", STAFF)
def test_lists_hold_its_initials_alone_for_others(cast, restricted, nick):
    by = cast.actor(nick)
    today = now().astimezone(cast.clinic.tz).date()
    [visit] = people.list_day(by=by, on=today)
    [found], _ = search.find_patients(by=by, search="rosen")
    is_open = nick == "okafor"
    assert visit.patient_name == found.name == ("Mara Rosen" if is_open else "M.R.")
    assert (visit.mrn, found.mrn) == (("H-1001", "H-1001") if is_open else ("", ""))
    assert (found.born_on is None) is not is_open


@pytest.mark.parametrize("nick", ["okafor", "nadia", "ruth"])
def test_entries_sessions_and_sheets_of_it_are_no_others(cast, restricted, nick):
    by, is_open = cast.actor(nick), nick == "okafor"
    assert queries.visible_entries(by).exists() is is_open
    assert bool(people.list_visits_of(by=by, patient_id=cast.patient.pk)) is is_open
    today = now().astimezone(cast.clinic.tz).date()
    assert bool(sheets.list_sheets(by=by, on=today)) is is_open


def test_the_system_itself_reads_everything(cast, restricted):
    by = system_actor(cast.clinic)
    assert queries.visible_entries(by).exists()
    assert queries.get_session(by=by, session_id=restricted.pk) == restricted


def test_an_open_chart_costs_no_query(cast, django_assert_num_queries):
    by, patient = cast.actor("nadia"), cast.patient
    with django_assert_num_queries(0):
        access.must_open(by, patient)


# ---------------------------------------------------------------------------------------- the bedside
@pytest.mark.parametrize(
    "nick, state, is_here, opened",
    [
        ("nadia", "dosing", True, True),
        ("nadia", "checked_in", True, True),
        ("nadia", "recovery", True, True),
        ("nadia", "dosing", False, False),  # at home
        ("nadia", "discharged", True, False),  # the patient has left
        ("nadia", "booked", True, True),  # comes today
        ("thea", "dosing", True, True),
        ("fred", "booked", True, True),  # checks in
        ("ruth", "dosing", True, False),  # works with no patient
        ("olga", "dosing", True, False),
    ],
)
def test_nobody_who_works_at_the_bedside_is_stopped(cast, restricted, nick, state, is_here, opened):
    cast.make_session(cast.patient, state=state, chair=None)
    if is_here:
        on_site(cast, nick)
    assert opens(cast, nick) is opened


@pytest.mark.parametrize(
    "hours, opened", [(-13, False), (-11, True), (0, True), (11, True), (13, False)]
)
def test_a_booked_visit_opens_it_on_its_day(cast, restricted, hours, opened):
    cast.make_session(cast.patient, booked_for_at=now() + timedelta(hours=hours), chair=None)
    on_site(cast, "nadia")
    assert opens(cast, "nadia") is opened


@pytest.mark.parametrize("hours, opened", [(1, True), (15, True), (17, False)])
def test_a_stay_nobody_ended_opens_nothing_the_next_day(cast, restricted, hours, opened):
    cast.make_session(cast.patient, state="dosing", chair=None)
    on_site(cast, "nadia", since=timedelta(hours=hours))
    assert opens(cast, "nadia") is opened


# ------------------------------------------------------------------------------------ breaking the glass
def test_it_opens_for_an_hour_and_the_owner_is_told_without_a_name(cast, restricted):
    start = now()
    with set_to(start):
        break_glass(by=cast.actor("nadia"), patient_id=cast.patient.pk, reason=REASON)
        assert opens(cast, "nadia")
        assert not opens(cast, "nils")
    with set_to(start + timedelta(minutes=59, seconds=59)):
        assert opens(cast, "nadia")
    with set_to(start + timedelta(minutes=60)):
        assert not opens(cast, "nadia")
    [letter] = OutgoingMail.objects.all()
    assert letter.to == "olga@example.org"
    for secret in ("Mara", "Rosen", "H-1001", "M.R.", "pharmacy"):
        assert secret not in letter.subject + letter.text
    entry = AuditEntry.objects.get(verb="glass.broken")
    assert (entry.actor_id, entry.patient_id) == (cast.nadia.pk, cast.patient.pk)
    assert REASON not in str(entry.detail)


def test_an_owner_looks_into_it_once(cast, restricted):
    row = break_glass(by=cast.actor("nadia"), patient_id=cast.patient.pk, reason=REASON)
    [shown] = list_broken(by=cast.actor("olga"))
    assert (shown.who, shown.initials, shown.reason) == ("Nadia Petrov", "M.R.", REASON)
    assert WorkItem.objects.get(kind="broken_glass").closed_at is None
    for _ in range(2):
        look_into(by=cast.actor("olga"), glass_id=row.pk)
    row.refresh_from_db()
    assert row.looked_by == cast.olga
    assert WorkItem.objects.get(kind="broken_glass").closed_at is not None
    assert AuditEntry.objects.filter(verb="glass.looked_into").count() == 1


@pytest.mark.parametrize(
    "reason, enough",
    [("fourteen chars", False), ("fifteen letters", True), ("a" + " " * 30 + "b", False)],
)
def test_a_reason_has_fifteen_characters(cast, restricted, reason, enough):
    if enough:
        assert break_glass(by=cast.actor("nadia"), patient_id=cast.patient.pk, reason=reason)
    else:
        with pytest.raises(Malformed, match="15"):
            break_glass(by=cast.actor("nadia"), patient_id=cast.patient.pk, reason=reason)
        assert BrokenGlass.objects.count() == 0


def test_a_second_click_breaks_it_once(cast, restricted):
    break_glass(by=cast.actor("nadia"), patient_id=cast.patient.pk, reason=REASON)
    again = break_glass(by=cast.actor("nadia"), patient_id=cast.patient.pk, reason=REASON)
    assert again is None
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("nick", ["thea", "fred", "ruth", "olga", "ines"])
def test_who_may_not_break_it_is_refused(cast, restricted, nick):
    with pytest.raises(Forbidden):
        break_glass(by=cast.actor(nick), patient_id=cast.patient.pk, reason=REASON)


def test_another_clinics_chart_is_not_found(cast, restricted):
    with pytest.raises(Missing):
        break_glass(by=cast.actor("otto"), patient_id=cast.patient.pk, reason=REASON)


# --------------------------------------------------------------------------------------- who restricts
@pytest.mark.parametrize("nick", ["nadia", "thea", "fred", "ruth"])
def test_owners_and_prescribers_alone_restrict(cast, nick):
    with pytest.raises(Forbidden):
        restrict(by=cast.actor(nick), patient_id=cast.patient.pk, restricted=True)


def test_a_chart_without_a_team_is_not_restricted_as_nobody_could_open_it(cast):
    with pytest.raises(Refused, match="Add its members"):
        restrict(by=cast.actor("olga"), patient_id=cast.patient.pk, restricted=True)


def test_whose_part_ended_is_a_stranger_again(cast, restricted):
    row = add_to_team(
        by=cast.actor("olga"), patient_id=cast.patient.pk, user_id=cast.nils.pk, part="monitor"
    )
    assert opens(cast, "nils")
    end_part(by=cast.actor("olga"), patient_id=cast.patient.pk, member_id=row.pk)
    assert not opens(cast, "nils")
