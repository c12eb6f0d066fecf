"""A quiet monitored session, check-in to door: how often a hand leaves the patient for the tablet."""

import re

from playwright.sync_api import expect

from tests.browser.bedside import Hands
from tests.browser.conftest import PIN

CHAIR = 1
MOST_TAPS = 30


def test_a_quiet_session_takes_at_most_thirty_taps(ward, ward_page):
    """Looked at every fifteen minutes, infused for forty, watched for thirty more."""
    hands = Hands(ward_page)
    ward.monitor(CHAIR)
    arrive(ward, hands)
    pass_the_start_gate(hands)
    infuse(ward, hands)
    recover(ward, hands)
    go_home(hands)
    assert ward.state(CHAIR) == "discharged"
    assert len(hands.taps) <= MOST_TAPS, f"{len(hands.taps)}: {hands.taps}"


def arrive(ward, hands: Hands) -> None:
    hands.page.goto("/clinic/seaside/day/")
    hands.tap(
        hands.page.get_by_role("link", name=re.compile(f"^Check in ?: Guest{CHAIR} Invented$"))
    )
    hands.write("Who comes for them", "Emil Invented")
    hands.tap_button("Check in")
    hands.tap_link("put one on")
    hands.tap_monitor(CHAIR)
    hands.page.wait_for_url("**/start/")
    ward.pass_time(2)


def pass_the_start_gate(hands: Hands) -> None:
    answer(hands, "Two identifiers", "Yes")
    answer(hands, "Last food", "4 h ago or longer")
    answer(hands, "Change in health or medicines", "No change")
    answer(hands, "Last ketamine of any kind", "Never")
    answer(hands, "Suicide screen", "Negative")
    hands.tap_button("Go on: cannula and draw")
    expect(hands.page.get_by_text("at giving")).to_be_visible()
    answer(hands, "Two identifiers", "Yes")
    hands.write("PIN of the second person", PIN)
    hands.tap_button("Nils Invented")
    hands.tap_button("Give now")
    hands.page.wait_for_url(lambda url: not url.endswith("/start/"))


def answer(hands: Hands, check: str, said: str) -> None:
    title = hands.page.get_by_role("heading", name=check)
    card = hands.page.locator("article.finding").filter(has=title)
    hands.tap(card.get_by_role("button", name=said, exact=True))
    expect(card).to_have_count(0)


def infuse(ward, hands: Hands) -> None:
    now = hands.page.locator("#panel-now")
    accept(ward, hands)
    hands.tap(now.get_by_role("button", name="Awake: MOAA/S 5"))
    expect(now.get_by_role("button", name="As last")).to_be_visible()
    look(ward, hands, after_min=15)
    look(ward, hands, after_min=15)
    ward.pass_time(10)
    hands.tap_button("Stop")
    expect(now.locator("[data-phase=recovery]").first).to_be_visible()
    assert [body["change"] for body in ward.bodies(CHAIR, "infusion_change")] == ["stop"]


def recover(ward, hands: Hands) -> None:
    look(ward, hands, after_min=15)
    look(ward, hands, after_min=21)


def look(ward, hands: Hands, after_min: float) -> None:
    """The device's sets accepted, sedation as before: two taps."""
    before = len(ward.bodies(CHAIR, "sedation"))
    ward.pass_time(after_min)
    accept(ward, hands)
    as_last = hands.page.get_by_role("button", name="As last")
    hands.tap(as_last)
    expect(hands.page.get_by_text("Sedation charted")).to_be_visible()
    assert len(ward.bodies(CHAIR, "sedation")) == before + 1


def accept(ward, hands: Hands) -> None:
    button = hands.page.locator("#panel-now").get_by_role("button", name="Accept")
    waiting = ward.unaccepted(CHAIR)
    expect(button).to_have_text("Accept" if waiting == 1 else f"Accept all {waiting}")
    hands.tap(button)
    expect(button).to_have_count(0)


def go_home(hands: Hands) -> None:
    hands.tap_link("Discharge")
    hands.tap_button("Escort")
    expect(hands.page.get_by_text("1 thing holds the discharge")).to_be_visible()
    hands.tap_button("Told and acknowledged")
    hands.tap_button("Discharge")
    expect(hands.page.get_by_text("Discharged.", exact=True)).to_be_visible()
