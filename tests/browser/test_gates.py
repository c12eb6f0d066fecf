"""The pages of the gates in a real browser; that all can read them is seen in test_every_page."""

import re

from tests.browser.conftest import log_in


def open_session(page) -> str:
    """The address of a session that is in a chair of the demonstration."""
    log_in(page)
    page.wait_for_url("**/board/")
    page.locator("a[href*='/sessions/']").first.wait_for()
    address = page.locator("a[href*='/sessions/']").first.get_attribute("href")
    return re.sub(r"(/sessions/[^/]+/).*", r"\1", address)


def test_a_finding_unfolds_to_its_facts_and_words_by_keyboard(page):
    page.goto(f"{open_session(page)}start/")
    summary = page.locator("#KNAI-2 summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#KNAI-2 blockquote").is_visible()
    assert page.locator("#KNAI-2 dl").is_visible()
