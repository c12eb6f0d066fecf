"""The pages of the gates: three groups, the clinic's own checks apart, and a button that says what holds."""

import re
from datetime import timedelta

import pytest

from knai.kit.clock import set_to
from knai.kit.models import AuditEntry
from tests.practice.world import NOON, arrive, dosing, fresh, going_home, minutes, ready, recovering

pytestmark = pytest.mark.django_db


def page(client, cast, gate, at=0, nick="nadia"):
    client.force_login(getattr(cast, nick))
    with set_to(minutes(at)):
        return client.get(f"/clinic/harbour/sessions/{cast.session.pk}/{gate}/")


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_start_that_holds_says_what_holds_it_and_offers_no_way_through(client, cast):
    arrive(cast, without=("vitals", "transport"))
    html = text(page(client, cast, "start"))
    assert "Holding it up <span>1 of the Standard" in html
    assert "Can be overridden with a reason <span>1 of the Standard" in html
    assert "2 things hold the start" in html
    assert "Go on: cannula and draw" not in html
    assert "It already happened" in html


def test_an_open_start_offers_the_first_walk(client, cast):
    arrive(cast)
    html = text(page(client, cast, "start"))
    assert "Go on: cannula and draw" in html
    assert "Holding it up" not in html


def test_after_the_first_walk_the_planned_dose_is_one_tap(client, cast):
    ready(cast)
    html = text(page(client, cast, "start"))
    assert "Intravenous infusion 39 mg (0.5 mg/kg) over 40 min" in html
    assert "Give now" in html


def test_each_finding_shows_its_clause_words_facts_and_their_times(client, cast):
    arrive(cast)
    html = text(page(client, cast, "start"))
    assert "KNAI-18 Pre-administration vital signs exist" in html
    assert "vital signs should be monitored during administration" in html
    assert "120/76 mmHg, HR 70, SpO₂ 98, RR 14" in html
    assert "12:55" in html  # 11:55 UTC as Berlin's clock shows it
    assert "not adopted by the society" in html


def test_the_clinics_checks_stand_under_a_heading_of_their_own(client, cast):
    arrive(cast, checks=True)
    html = text(page(client, cast, "start"))
    own, standard = html.index("Your protocol <span>"), html.index("Settled <span>")
    assert own < html.index("Did the patient say their name") < standard
    assert "Did the patient say their name" not in html[:own]
    assert "6 things hold the start" in html


def test_while_an_infusion_runs_its_page_stops_it_in_one_tap(client, cast):
    dosing(cast)
    html = text(page(client, cast, "dose", at=5))
    assert "Intravenous infusion 39 mg since 13:00, 75 mL/h" in html
    assert "/stop/" in html and "/pause/" in html


def test_the_discharge_names_the_clock_time_until_which_nobody_drives(client, cast):
    recovering(cast)
    html = text(page(client, cast, "discharge", at=72))
    assert "No driving until 24 Nov 2026, 01:40" in html
    assert "2 things hold the discharge" in html


def test_an_open_discharge_is_one_tap(client, cast):
    going_home(cast)
    html = text(page(client, cast, "discharge", at=73))
    assert re.search(r"button-large\">.{0,200}Discharge</button>", html)


@pytest.mark.parametrize(
    "nick, status",
    [
        ("nadia", 200),
        ("okafor", 200),
        ("thea", 200),
        ("ruth", 200),
        ("olga", 200),
        ("fred", 403),
        ("otto", 404),
    ],
)
@pytest.mark.parametrize("gate", ["start", "dose", "discharge"])
def test_who_sees_a_gate(client, cast, gate, nick, status):
    arrive(cast)
    assert page(client, cast, gate, nick=nick).status_code == status


@pytest.mark.parametrize("nick", ["thea", "ruth", "olga"])
def test_who_may_not_act_is_shown_no_button(client, cast, nick):
    ready(cast)
    html = text(page(client, cast, "start", nick=nick))
    assert "Give now" not in html
    assert "You may read here" in html


def test_every_look_is_audited(client, cast):
    arrive(cast)
    page(client, cast, "start")
    entry = AuditEntry.objects.get(verb="gate.viewed")
    assert (entry.patient_id, entry.session_id) == (cast.patient.pk, cast.session.pk)
    assert entry.detail == {"gate": "start", "held": 0}


def test_no_inline_code_or_style_is_in_a_gate(client, cast):
    arrive(cast, checks=True, without=("transport", "vitals", "provider"))
    html = page(client, cast, "start").content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", html)


def test_ids_on_a_page_are_unique(client, cast):
    arrive(cast, checks=True, without=("transport", "vitals", "provider", "consent", "history"))
    ids = re.findall(r'\bid="([^"]+)"', page(client, cast, "start").content.decode())
    assert sorted(ids) == sorted(set(ids))


def test_a_page_takes_a_bounded_number_of_queries(client, cast, django_assert_max_num_queries):
    arrive(cast, checks=True)
    client.force_login(cast.nadia)
    url = f"/clinic/harbour/sessions/{cast.session.pk}/start/"
    with set_to(NOON + timedelta(minutes=1)), django_assert_max_num_queries(16):
        client.get(url)
    assert fresh(cast).state == "checked_in"
