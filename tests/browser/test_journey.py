"""One patient from the day's list to the door: refused, settled, overridden, dosed, in a crisis, and home."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.bedside import Hands
from tests.browser.conftest import PIN, log_in, tablet

CHAIR = 2
BECAUSE = "Neighbour collects her, confirmed by telephone"


@pytest.fixture
def prescriber_page(browser, ward_server):
    with tablet(browser, ward_server.url) as page:
        log_in(page, "prescriber")
        page.wait_for_url("**/board/")
        yield page


def test_one_patient_through_a_day_with_a_crisis(ward, ward_page, prescriber_page):
    hands = Hands(ward_page)
    check_in(ward, hands)
    the_start_is_refused(ward, hands)
    the_monitor_is_put_on(ward, hands)
    the_provider_overrides_in_person(ward, prescriber_page)
    the_provider_overrides_by_telephone(ward, hands)
    the_start_is_met(ward, hands)
    the_crisis_is_seen_on_board_and_session(ward, hands, prescriber_page)
    one_tap_stops(ward, hands)
    the_discharge_is_refused(ward, hands)
    the_discharge_is_met(ward, hands)


def check_in(ward, hands):
    hands.page.goto("/clinic/seaside/day/")
    hands.tap(
        hands.page.get_by_role("link", name=re.compile(f"^Check in ?: Guest{CHAIR} Invented$"))
    )
    hands.tap_button("Check in")
    hands.page.wait_for_url("**/start/")
    assert ward.state(CHAIR) == "checked_in"


def the_start_is_refused(ward, hands):
    page = hands.page
    expect(page.get_by_role("button", name="things hold the start")).to_be_disabled()
    assert "Pre-administration vital signs" in page.locator("#KNAI-18").inner_text()
    assert "way home" in page.locator("#KNAI-23").inner_text()
    assert post(page, ward.path(CHAIR, "start/walk/")) == 409
    assert post(page, ward.path(CHAIR, "dose/give/"), mg_per_kg="0.5") == 409
    assert ward.bodies(CHAIR, "gate_passed") == ward.bodies(CHAIR, "infusion_start") == []


def the_monitor_is_put_on(ward, hands):
    """Sent long before: nothing of it is charted until a person says whose it is."""
    ward.monitor(CHAIR, "hypertensive_crisis")
    hands.tap_link("Session")
    hands.tap_link("attach one")
    expect(hands.page.get_by_text("names this patient")).to_be_visible()
    assert ward.bodies(CHAIR, "vitals") == []
    hands.tap_monitor(CHAIR)
    expect(hands.page.get_by_text("Monitor attached")).to_be_visible()
    ward.pass_time(2)
    expect(hands.page.get_by_text("Nobody has looked at it yet")).to_be_visible()
    expect(hands.page.locator("[data-live]")).to_contain_text("SpO₂")
    assert ward.bodies(CHAIR, "vitals")[0]["sbp"] > 80


def the_provider_overrides_in_person(ward, page):
    page.goto(ward.path(CHAIR, "start/"))
    card = page.locator("#KNAI-23")
    card.get_by_text("Go ahead all the same").click()
    card.get_by_label("Because").fill("Too short")
    card.get_by_role("button", name="Override with this reason").click()
    assert ward.bodies(CHAIR, "override") == []  # the browser itself asks for more
    card.get_by_label("Because").fill(BECAUSE)
    card.get_by_role("button", name="Override with this reason").click()
    expect(page.locator("#KNAI-23")).to_contain_text("overridden")
    expect(page.locator("#KNAI-23")).not_to_contain_text("Met")
    kept = ward.bodies(CHAIR, "override")[0]
    assert kept["clause"] == "KNAI-23"
    assert kept["reason"] == BECAUSE
    assert not kept.get("by_telephone")


def the_provider_overrides_by_telephone(ward, hands):
    """The last meal was an hour ago; the provider on the telephone decides, the nurse reads it back."""
    page = hands.page
    hands.tap_link("Dose")
    card = check(page, "Last food")
    card.get_by_text("Another time").click()
    an_hour_ago = ward.clock(-60)
    card.get_by_label("Last food: time").fill(an_hour_ago)
    card.get_by_role("button", name="Answer", exact=True).click()
    expect(card).to_contain_text("Too short ago")
    card.get_by_text("Go ahead all the same").click()
    card.get_by_label("Because").fill("A biscuit only; the provider accepts it")
    card.get_by_role("button", name="Dr Pia Invented").click()
    expect(page.locator("#check-last_food")).to_contain_text("overridden")
    kept = ward.bodies(CHAIR, "override")[1]
    assert kept["provider_name"] == "Dr Pia Invented"
    assert kept["by_telephone"] is True


def the_start_is_met(ward, hands):
    answer(hands, "Two identifiers", "Yes")
    answer(hands, "Change in health or medicines", "No change")
    answer(hands, "Last ketamine of any kind", "Never")
    answer(hands, "Suicide screen", "Negative")
    hands.tap_button("Go on: cannula and draw")
    expect(hands.page.get_by_role("heading", name="at giving")).to_be_visible()
    expect(hands.page.get_by_role("button", name="2 things hold the start")).to_be_disabled()
    answer(hands, "Two identifiers", "Yes")
    hands.write("PIN of the second person", PIN)
    hands.tap_button("Nils Invented")
    hands.tap_button("Give now")
    hands.page.wait_for_url(lambda url: not url.endswith("/start/"))
    assert [kept["walk"] for kept in ward.bodies(CHAIR, "gate_passed")] == [
        "before_cannula",
        "at_giving",
    ]
    assert ward.state(CHAIR) == "dosing"
    assert ward.bodies(CHAIR, "infusion_start")[0]["mg"] == "44"


def the_crisis_is_seen_on_board_and_session(ward, hands, other):
    other.goto("/clinic/seaside/board/")
    tile = other.locator(f"chair-tile[data-chair='Chair {CHAIR}']")
    expect(tile).to_have_attribute("data-phase", "dosing")
    ward.pass_time(40)  # two cuffs in a row are high by then
    expect(tile).to_have_attribute("data-alert", re.compile("alert|critical"))
    expect(tile.locator(".tile-alert")).to_be_visible()
    seen = hands.page.locator("#panel-now").get_by_role("button", name="I have seen it").first
    expect(seen).to_be_visible()
    hands.tap(seen)
    expect(hands.page.get_by_text("Seen by Noor Invented").first).to_be_visible()
    asked = """SELECT u.name FROM practice_alert a JOIN identity_user u ON u.id = a.acknowledged_by_id
               WHERE a.session_id = ?"""
    assert ("Noor Invented",) in ward.rows(asked, ward.session_id(CHAIR).hex)


def one_tap_stops(ward, hands):
    before = len(hands.taps)
    hands.tap(hands.page.get_by_role("group", name="Chart").get_by_role("button", name="Stop"))
    assert len(hands.taps) == before + 1
    expect(hands.page.locator("#panel-now .phase")).to_have_text("Recovery")
    assert [kept["change"] for kept in ward.bodies(CHAIR, "infusion_change")] == ["stop"]


def the_discharge_is_refused(ward, hands):
    hands.tap_link("Discharge")
    expect(hands.page.get_by_role("button", name="things hold the discharge")).to_be_disabled()
    for clause in ("KNAI-20", "KNAI-24", "KNAI-25"):
        expect(hands.page.locator(f"#{clause}")).to_be_visible()
    assert post(hands.page, ward.path(CHAIR, "discharge/leave/")) == 409
    assert ward.state(CHAIR) == "recovery"


def the_discharge_is_met(ward, hands):
    ward.pass_time(40)
    page = hands.page
    hands.tap(page.locator("#KNAI-24").get_by_role("button", name="Ride service"))
    expect(page.locator("#KNAI-24")).to_contain_text("Met")
    hands.tap_button("Told and acknowledged")
    hands.tap_button("Discharge")
    expect(page.get_by_text("Discharged.", exact=True)).to_be_visible()
    assert ward.state(CHAIR) == "discharged"
    assert ward.bodies(CHAIR, "departure")[0]["type"] == "discharged"
    asked = "SELECT detached_at FROM practice_deviceattachment WHERE session_id = ?"
    assert ward.rows(asked, ward.session_id(CHAIR).hex)[0][0] is not None


def check(page, title: str):
    heading = page.get_by_role("heading", name=title)
    return page.locator("article.finding").filter(has=heading)


def answer(hands: Hands, title: str, said: str) -> None:
    card = check(hands.page, title)
    hands.tap(card.get_by_role("button", name=said, exact=True))
    expect(card).to_have_count(0)


def post(page, path: str, **fields: str) -> int:
    """What the server says to a post of somebody logged in, whatever the page shows."""
    token = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    form = {"csrfmiddlewaretoken": token, **fields}
    return page.request.post(path, form=form).status
