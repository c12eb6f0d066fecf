"""The pages of the gates in a real browser: readable at every width and in the dark, by everybody."""

import re

import pytest

from tests.browser.conftest import axe_problems, log_in

GATES = ("start", "dose", "discharge", "check-in")


def open_session(page) -> str:
    """The address of a session that is in a chair of the demonstration."""
    log_in(page)
    page.wait_for_url("**/board/")
    page.locator("a[href*='/sessions/']").first.wait_for()
    address = page.locator("a[href*='/sessions/']").first.get_attribute("href")
    return re.sub(r"(/sessions/[^/]+/).*", r"\1", address)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("gate", GATES)
def test_a_gate_is_accessible(page, gate, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{open_session(page)}{gate}/")
    assert axe_problems(page) == []


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_needs_no_sideways_scrolling_on_a_phone(page, gate):
    address = open_session(page)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}{gate}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_finding_unfolds_to_its_facts_and_words_by_keyboard(page):
    page.goto(f"{open_session(page)}start/")
    summary = page.locator("#KNAI-2 summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#KNAI-2 blockquote").is_visible()
    assert page.locator("#KNAI-2 dl").is_visible()
