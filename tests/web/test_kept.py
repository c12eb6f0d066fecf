"""Rendered once and kept: what is kept never shows what is no longer so, nor what is another person's."""

import re
from datetime import timedelta

import pytest
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils import timezone

from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice.actions import corrections, emergency
from knai.practice.session_view import get_screen
from knai.web import kept
from knai.web.sessions import kept as screens
from knai.web.sessions import views
from tests.practice.charting_world import device_set, in_state
from tests.practice.world import NOON, arrive, vitals, write

pytestmark = pytest.mark.django_db
TOKENS = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
KEYS = re.compile(r'name="idempotency_key" value="([0-9a-f-]+)"')


@pytest.fixture(autouse=True)
def _begun():
    kept.forget()
    with set_to(NOON + timedelta(minutes=20)):
        yield


@pytest.fixture
def session(cast):
    arrive(cast)
    return in_state(cast, "dosing", first_dose_at=NOON)


@pytest.fixture
def page(client, cast, session):
    """The screen as one of the cast sees it."""

    def see(nick: str) -> str:
        client.force_login(getattr(cast, nick))
        answer = client.get(f"/clinic/harbour/sessions/{session.pk}/")
        assert answer.status_code == 200
        return answer.content.decode()

    return see


def test_a_void_shows_on_the_next_page(cast, session, page):
    entry = vitals(cast, 5)
    assert "data-voided" not in page("nadia")
    corrections.void(
        by=cast.actor("nadia"), session_id=session.pk, entry_id=entry.pk, reason="wrong patient"
    )
    html = page("nadia")
    assert "data-voided" in html and "wrong patient" in html
    assert "data-voided" in page("ruth")


def test_what_one_may_do_is_never_offered_to_the_next(cast, session, page):
    """The same session, entry and panels, one after the other in both orders."""
    vitals(cast, 5)
    for nick, offered in (("nadia", True), ("ruth", False), ("nadia", True)):
        html = page(nick)
        assert ("/amend/" in html) is offered
        assert ("button-stop" in html) is offered
        assert ('id="dialog-vitals"' in html) is offered


def test_a_private_note_stays_its_authors(cast, session, page):
    write(cast, e.PsychotherapyNote(text="Her own words"), nick="thea", session=session,
          compartment="psychotherapy")  # fmt: skip
    assert "Her own words" in page("thea")
    assert "Her own words" not in page("nadia")
    assert "Her own words" not in page("okafor")
    assert "Her own words" in page("thea")


def test_every_page_has_a_token_and_keys_of_its_own(cast, session, page):
    device_set(cast, session=session)
    first, second = page("nadia"), page("nadia")
    for html in (first, second):
        assert kept.TOKEN not in html and kept.KEY not in html
        assert TOKENS.findall(html)
        assert len(set(KEYS.findall(html))) == len(KEYS.findall(html)) > 3
    assert not set(TOKENS.findall(first)) & set(TOKENS.findall(second))
    assert not set(KEYS.findall(first)) & set(KEYS.findall(second))


def _masked(html: str) -> str:
    html = TOKENS.sub("", html.replace(kept.TOKEN, "token"))
    return KEYS.sub("", html.replace(kept.KEY, "0-0"))


@pytest.mark.parametrize("case", ["plain", "device", "event", "off_monitor", "emergency", "left"])
def test_a_kept_panel_looks_as_with_everything_at_hand(cast, session, case):
    """What a panel is rendered from leaves nothing out that its template asks for."""
    vitals(cast, 5)
    write(cast, e.Sedation(moaas=4), session=session)
    _happen(cast, session, case)
    actor = cast.actor("nadia")
    shown = get_screen(by=actor, session_id=session.pk)
    request = RequestFactory().get("/")
    request.actor = actor
    with timezone.override(actor.clinic.tz):
        context = views._context(request, shown) | views._what_to_do(request, shown)
        whole = context | {
            "clinic": actor.clinic, "csrf_token": "token", "last_key": "0-0", "end_key": "0-0",
            "may_acknowledge": actor.may("acknowledge"), "may_attach": actor.may("attach_device"),
            "dose_url": views._dose_url("harbour", shown), "more": views._more(request),
            "discharge_url": views._address("gates:discharge", "harbour", shown.id),
            "steps": [(chip, "0-0") for chip in views.chips.emergency_steps()],
        }  # fmt: skip
        for name, template in PANELS.items():
            if name in context:
                plain = render_to_string(f"sessions/{template}.html", whole)
                assert _masked(context[name]) == _masked(plain), name
    assert "now_panel" in context


PANELS = {"now_panel": "_now", "actions": "_actions", "more_dialog": "_more"}


def test_a_chart_of_kept_rows_looks_as_one_rendered_whole(cast, session):
    for minute in (-5, 3, 9):
        vitals(cast, minute, sbp=120 + minute)
    write(cast, e.Sedation(moaas=4), session=session)
    chart = get_screen(by=cast.actor("nadia"), session_id=session.pk).chart
    whole = render_to_string("components/vitals_chart.html", {"chart": chart})
    assert "".join(screens.chart_markup(chart).split()) == "".join(whole.split())
    assert whole.count("<tr data-at") == 4 and "MOAA/S 4" in whole


def _happen(cast, session, case: str) -> None:
    nadia = cast.actor("nadia")
    if case == "device":
        device_set(cast, session=session)
    if case == "event":
        write(cast, e.AdverseEvent(code="nausea", grade=2, action=("none",)), session=session)
    if case == "off_monitor":
        write(cast, e.OffMonitor(why="toilet"), session=session)
    if case == "emergency":
        emergency.start_emergency(by=nadia, session_id=session.pk)
    if case == "left":
        session.state = "discharged"
        session.departed_at = NOON + timedelta(minutes=10)
        session.save()


def test_the_clock_of_a_part_is_the_pages(cast, session):
    """Two clinics in two zones: the same values, another time of day."""
    entry = vitals(cast, 5)
    row = get_screen(by=cast.actor("nadia"), session_id=session.pk).entries[0]
    assert row.id == entry.pk
    values = {"row": row, "clinic": kept.Named("harbour"), "session_id": session.pk}
    shown = {}
    for zone in ("Europe/Berlin", "America/New_York", "Europe/Berlin"):
        with timezone.override(zone):
            shown.setdefault(zone, set()).add(kept.part("sessions/_entry.html", values, row))
    assert [len(found) for found in shown.values()] == [1, 1]
    assert not set.intersection(*shown.values())


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(kept, "MOST_CHARACTERS", 20_000)
    for n in range(60):
        kept.part(
            "components/state.html", {"title": f"{n}", "text": "long " * 100, "kind": "empty"}
        )
        assert kept.characters() <= 20_000
    assert kept.characters() == sum(map(len, kept._parts.values())) > 10_000


def test_the_standard_is_shown_as_it_is_found(cast, session):
    """The key of the panel holds all that its templates read of a finding."""
    shown = get_screen(by=cast.actor("nadia"), session_id=session.pk)
    finding = shown.standard.settled[0]
    read = {"quote"}
    for name in ("_finding", "_finding_line"):
        source = get_template(f"sessions/{name}.html").template.source
        read |= set(re.findall(r"finding\.(\w+)", source))
    assert len(screens._looks(finding)) == len(read)
