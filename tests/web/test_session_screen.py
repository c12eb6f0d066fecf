"""The session screen and its panels: who sees what, what refreshes, what it costs."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from knai.kit.clock import set_to
from knai.kit.models import AuditEntry
from knai.practice import entries as e
from knai.practice import session_log
from knai.practice.actions import charting, emergency
from tests.practice.charting_world import device_set
from tests.practice.world import NOON, arrive, vitals, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON + timedelta(minutes=20)):
        yield


@pytest.fixture
def session(cast):
    """Mara, dosed at noon."""
    session = arrive(cast)
    body = e.InfusionStart(
        route="iv_infusion", substance="racemic_ketamine", mg="39", duration_min="40"
    )
    write(cast, e.from_json("infusion_start", e.to_json(body)), session=session)
    session.state, session.first_dose_at = "dosing", NOON
    session.save()
    return session


def url(session, rest=""):
    return f"/clinic/harbour/sessions/{session.pk}/{rest}"


def page(client, session, rest=""):
    answer = client.get(url(session, rest))
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.fixture
def nadia(client, cast):
    client.force_login(cast.nadia)
    return client


@pytest.mark.parametrize(
    "who, status",
    [
        ("nadia", 200), ("okafor", 200), ("thea", 200), ("ruth", 200), ("olga", 200),
        ("fred", 403), ("otto", 404),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rest", ["", "panels/", "entries/", "curve/", "ambulance/"])
def test_who_sees_a_session(client, cast, session, who, status, rest):
    client.force_login(getattr(cast, who))
    assert client.get(url(session, rest)).status_code == status


def test_the_screen_shows_who_what_and_what_needs_somebody(nadia, session):
    html = page(nadia, session)
    for words in (
        "Mara Rosen", "H-1001", "78.0 kg", "no known allergies", "Dosing", "Ketamine 39 mg IV",
        "Chidi Okafor", "KNAI is not an alarm system: the bedside monitor stays on and audible.",
        "KNAI-19",
    ):  # fmt: skip
        assert words in html


def test_charting_is_offered_to_who_may_and_to_nobody_else(client, cast, session):
    offered = {}
    for nick in ("nadia", "thea", "ruth", "olga"):
        client.force_login(getattr(cast, nick))
        offered[nick] = "button-stop" in page(client, session)
    assert offered == {"nadia": True, "thea": True, "ruth": False, "olga": False}


def test_a_read_only_person_is_told_why_and_by_whom(client, cast, session):
    client.force_login(cast.ruth)
    assert "A nurse, prescriber or therapist charts in it." in page(client, session)


def test_opening_the_screen_is_in_the_audit(nadia, cast, session):
    page(nadia, session)
    viewed = AuditEntry.objects.get(verb="session.viewed")
    assert (viewed.actor_id, viewed.patient_id, viewed.session_id) == (
        cast.nadia.pk,
        cast.patient.pk,
        session.pk,
    )


def test_a_private_note_is_on_its_authors_screen_alone(client, cast, session):
    charting.record_psychotherapy_note(
        by=cast.actor("thea"), session_id=session.pk, text="between us"
    )
    seen = {}
    for nick in ("thea", "okafor", "nadia", "ruth", "olga"):
        client.force_login(getattr(cast, nick))
        seen[nick] = "between us" in page(client, session) + page(client, session, "ambulance/")
    assert seen == {"thea": True, "okafor": False, "nadia": False, "ruth": False, "olga": False}


def seen_of(answer):
    """What a page that holds these panels sends back."""
    return {f"seen_{name}": value for name, value in answer.context["seen"].items()}


def test_an_unchanged_session_answers_204(nadia, session):
    seen = seen_of(nadia.get(url(session)))
    answer = nadia.get(url(session, "panels/"), seen)
    assert (answer.status_code, answer.content) == (204, b"")


def test_time_that_passes_changes_the_standard_at_most(nadia, session):
    seen = seen_of(nadia.get(url(session)))
    with set_to(NOON + timedelta(minutes=20, seconds=7)):
        answer = nadia.get(url(session, "panels/"), seen)
    assert b'id="panel-chart"' not in answer.content
    assert b'id="panel-now"' not in answer.content
    assert b'id="panel-entries"' not in answer.content


def test_only_the_panels_that_changed_come_again(nadia, cast, session):
    seen = seen_of(nadia.get(url(session)))
    charting.record_note(by=cast.actor("nils"), session_id=session.pk, text="calm")
    html = nadia.get(url(session, "panels/"), seen).content.decode()
    assert 'id="panel-entries"' in html
    assert 'id="panel-chart"' not in html
    assert 'hx-swap-oob="outerHTML"' in html


def test_forms_stand_outside_every_panel_that_refreshes(nadia, session):
    html = nadia.get(url(session, "panels/")).content.decode()
    assert "keep-typed key" not in html
    typed_into = [
        tag
        for tag in re.findall(r"<(?:input|textarea|select)[^>]*>", html)
        if 'type="hidden"' not in tag
    ]
    assert typed_into == []
    assert "keep-typed key" in page(nadia, session)


def test_a_device_set_waits_with_one_button_for_all(nadia, cast, session):
    sets = [device_set(cast, session, NOON + timedelta(minutes=m)) for m in (5, 10, 15)]
    assert "Accept all 3" in page(nadia, session)
    answer = nadia.post(
        url(session, f"entries/{sets[2].pk}/accept/"), {"also": [sets[0].pk, sets[1].pk]}
    )
    assert answer.status_code == 302
    assert "Accept" not in page(nadia, session).replace("accepted", "")


def test_an_emergency_leads_and_the_standard_steps_back(nadia, cast, session):
    device_set(cast, session)
    emergency.start_emergency(by=cast.actor("nadia"), session_id=session.pk)
    html = page(nadia, session)
    assert "Set aside while the emergency lasts" in html
    assert "911 / 112 called" in html
    assert "Nobody has looked at it yet" not in html


def test_the_ambulance_sheet_says_what_a_crew_asks(nadia, cast, session):
    emergency.start_emergency(by=cast.actor("nadia"), session_id=session.pk)
    html = page(nadia, session, "ambulance/")
    for words in ("Mara Rosen", "sertraline", "Ketamine 39 mg IV", "still running", "BP 120/76",
                  "Emergency started"):  # fmt: skip
        assert words in html
    assert AuditEntry.objects.filter(verb="ambulance_sheet.viewed").exists()


def test_older_entries_are_a_page_away(nadia, cast, session):
    for minute in range(60):
        vitals(cast, minute / 10)
    html = page(nadia, session)
    assert "older entries" in html
    assert html.count('class="entry"') == 50
    assert page(nadia, session, "entries/").count('class="entry"') > 10
    assert "No older entries" in page(nadia, session, "entries/?page=9")


def test_no_panel_without_a_log_in(session):
    answer = Client().get(url(session, "panels/"))
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


@pytest.mark.parametrize("who", ["nadia", "thea", "ruth"])
@pytest.mark.parametrize("sets", [5, 120])
def test_the_screen_takes_at_most_twelve_queries(
    client, cast, session, who, sets, django_assert_max_num_queries
):
    for number in range(sets):
        vitals(cast, number / 10)
    client.force_login(getattr(cast, who))
    page(
        client, session
    )  # the first page of a minute also notes in the log-in that somebody is there
    session_log.forget_logs()  # as after a new entry: the whole log is read
    with django_assert_max_num_queries(12):
        page(client, session)
