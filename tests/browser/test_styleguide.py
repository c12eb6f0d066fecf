"""The style guide in a real browser: nothing overflows, nothing is refused, everything can be read."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from urllib.parse import urlparse

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from knai.web.styleguide import styleguide_context
from tests.browser.conftest import axe_problems

ORIGIN = "http://styleguide.invalid"


def policy() -> str:
    """The same content security policy that the server sends."""
    rules = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(f"{name} {' '.join(map(str, sources))}" for name, sources in rules.items())


def answer(route) -> None:
    """Serves the page and its files from here: no server, no network."""
    path = urlparse(route.request.url).path
    if path == "/styleguide/":
        html = render_to_string("styleguide/page.html", styleguide_context())
        headers = {"Content-Security-Policy": policy(), "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(body=html, headers=headers)
        return
    found = finders.find(path.removeprefix("/static/"))
    if found is None:
        route.fulfill(status=404, body="")
        return
    kind = mimetypes.guess_type(found)[0] or "application/octet-stream"
    route.fulfill(body=Path(found).read_bytes(), content_type=kind)


@pytest.fixture
def guide(browser, request):
    """The style guide at a width and in a theme; complaints of the browser fail the test."""
    width, theme = getattr(request, "param", (1180, "light"))
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    context.route("**/*", answer)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.goto(f"{ORIGIN}/styleguide/")
    page.wait_for_selector("vitals-chart[data-view=chart] canvas")
    yield page
    context.close()
    assert complaints == []


WIDTHS = [(width, theme) for width in (360, 820, 1920) for theme in ("light", "dark")]


@pytest.mark.parametrize("guide", WIDTHS, indirect=True, ids=str)
def test_no_page_scrolls_sideways(guide):
    width, room = guide.evaluate("[document.body.scrollWidth, document.body.clientWidth]")
    assert width <= room


@pytest.mark.parametrize("guide", [(390, "light"), (1440, "dark")], indirect=True, ids=str)
def test_axe_finds_nothing_against_wcag_22_aa(guide):
    assert axe_problems(guide) == []


def test_buttons_and_chips_are_large_enough_for_a_glove(guide):
    small = guide.evaluate(
        """[...document.querySelectorAll('.button, .chip, .tabs a, .site-nav a')]
           .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)
           .map(e => e.textContent.trim())"""
    )
    assert small == []
    heights = guide.evaluate(
        """[...document.querySelectorAll('.button-stop, .button-emergency, .chips-session .chip')]
           .map(e => e.getBoundingClientRect().height)"""
    )
    assert len(heights) > 4
    assert min(heights) >= 56


def test_the_chart_is_read_by_keyboard_and_told_politely(guide):
    guide.focus("[data-chart-plot]")
    guide.keyboard.press("Home")
    words = guide.locator("[data-chart-read]")
    assert "BP " in words.inner_text()
    first = words.inner_text()
    guide.keyboard.press("ArrowRight")
    assert words.inner_text() != first
    assert words.get_attribute("aria-live") == "polite"


def test_a_live_sample_reaches_the_chart_and_its_table(guide):
    guide.evaluate(
        """document.dispatchEvent(new CustomEvent('knai:session', {detail: {
             session_id: 'invented-chart', samples: [
               {at: new Date().toISOString(), sbp: 177, dbp: 91, hr: 80, spo2: 96, rr: 12}]}}))"""
    )
    guide.focus("[data-chart-plot]")
    guide.keyboard.press("End")
    assert "BP 177/91" in guide.locator("[data-chart-read]").inner_text()
    guide.click("[data-chart-toggle]")
    last = guide.locator("[data-samples] tr").last
    assert "177/91" in last.inner_text()
    assert last.is_visible()


def test_the_theme_switch_repaints_the_page(guide):
    ground = "getComputedStyle(document.body).backgroundColor"
    assert guide.evaluate(ground) == "rgb(250, 248, 244)"
    guide.locator("[data-theme-switch]").first.click()  # light
    guide.locator("[data-theme-switch]").first.click()  # dark
    assert guide.evaluate(ground) == "rgb(18, 24, 29)"


def test_privacy_takes_the_initials_off_the_wall(guide):
    initials = guide.get_by_text("M.R. 41 y")
    assert initials.is_visible()
    guide.locator("[data-privacy-toggle]").first.click()
    assert not initials.is_visible()


def test_a_dialog_opens_by_button_and_closes_by_escape(guide):
    guide.get_by_role("button", name="Open the dialog").click()
    assert guide.locator("#sg-dialog").is_visible()
    guide.keyboard.press("Escape")
    assert not guide.locator("#sg-dialog").is_visible()


@pytest.mark.parametrize("guide", [(720, "light")], indirect=True, ids=str)
def test_at_two_hundred_percent_nothing_is_cut_off(guide):
    guide.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert guide.evaluate("document.body.scrollWidth <= document.body.clientWidth")
