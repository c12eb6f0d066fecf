"""What goes wrong on a working day: nothing is lost, nothing is there twice, nothing old looks new."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import log_in, tablet


def check_in(ward, page, chair: int) -> None:
    page.goto(ward.path(chair, "check-in/"))
    page.get_by_role("button", name="Check in").click()
    page.wait_for_url("**/start/")
    page.goto(ward.path(chair))


def fill_vitals(page, sbp: str) -> None:
    page.get_by_role("link", name="Vitals", exact=True).click()
    dialog = page.get_by_role("dialog")
    for label, value in (("Systolic", sbp), ("Diastolic", "70"), ("Heart rate", "61"),
                         ("SpO₂", "98"), ("Resp. rate", "14")):  # fmt: skip
        dialog.get_by_label(label, exact=True).fill(value)


def chart_vitals(page):
    return page.get_by_role("dialog").get_by_role("button", name="Chart vitals")


def pressures(ward, chair: int) -> list[int]:
    return sorted(body["sbp"] for body in ward.bodies(chair, "vitals"))


def test_a_double_click_charts_once(ward, ward_page):
    chair = 4
    check_in(ward, ward_page, chair)
    fill_vitals(ward_page, "121")
    chart_vitals(ward_page).dblclick()
    expect(ward_page.get_by_text("Vitals charted")).to_be_visible()
    answer = ward_page.locator("#panel-now").get_by_role("button", name="Awake: MOAA/S 5")
    answer.dblclick()
    expect(ward_page.locator("#panel-now").get_by_role("button", name="As last")).to_be_visible()
    assert pressures(ward, chair) == [121]
    assert len(ward.bodies(chair, "sedation")) == 1


def test_the_back_button_after_a_post_charts_nothing_again(ward, ward_page):
    chair = 5
    check_in(ward, ward_page, chair)
    ward_page.goto(ward.path(chair, "chart/vitals/"))
    for label, value in (("Systolic", "122"), ("Diastolic", "70"), ("Heart rate", "61"),
                         ("SpO₂", "98"), ("Resp. rate", "14")):  # fmt: skip
        ward_page.get_by_label(label, exact=True).fill(value)
    ward_page.get_by_role("button", name="Chart vitals").click()
    expect(ward_page.get_by_text("Vitals charted")).to_be_visible()
    ward_page.goto(ward.path(chair))
    ward_page.go_back()
    ward_page.go_forward()
    ward_page.reload()
    expect(ward_page.get_by_text("BP 122/70").first).to_be_visible()
    assert pressures(ward, chair) == [122]


def test_without_a_network_charting_goes_on_and_arrives_once(ward, ward_page):
    chair = 6
    check_in(ward, ward_page, chair)
    ward_page.context.set_offline(True)
    for sbp in ("123", "124"):
        fill_vitals(ward_page, sbp)
        chart_vitals(ward_page).click()
        expect(ward_page.locator("out-box")).to_contain_text("waiting for the network")
        ward_page.keyboard.press("Escape")
    assert pressures(ward, chair) == []
    ward_page.context.set_offline(False)
    expect(ward_page.get_by_text("2 entries sent")).to_be_visible()
    expect(ward_page.locator("#panel-entries")).to_contain_text("BP 124/70")
    expect(ward_page.locator("out-box")).to_be_empty()
    assert pressures(ward, chair) == [123, 124]


def test_what_was_half_typed_is_there_again_after_a_log_out_elsewhere(ward, ward_page):
    """Somebody logs out in another tab; the post finds the log-in page, and after it the words again."""
    chair = 7
    check_in(ward, ward_page, chair)
    ward_page.goto(ward.path(chair, "chart/note/"))
    ward_page.get_by_label("Note", exact=True).fill("Half a sentence about")
    other = ward_page.context.new_page()
    other.goto("/clinic/seaside/day/")
    other.get_by_role("button", name="Log out").click()
    other.wait_for_url(lambda url: "/clinic/" not in url)
    other.close()
    ward_page.get_by_role("button", name="Chart note").click()
    ward_page.wait_for_url("**/accounts/login/**")
    log_in(ward_page)
    ward_page.wait_for_url(re.compile("board|chart"))
    ward_page.goto(ward.path(chair, "chart/note/"))
    expect(ward_page.get_by_label("Note", exact=True)).to_have_value("Half a sentence about")
    assert ward.bodies(chair, "note") == []


def test_two_tablets_chart_at_once_and_both_see_all_of_it(browser, ward, ward_page):
    chair = 8
    check_in(ward, ward_page, chair)
    state = ward_page.context.storage_state()
    with tablet(browser, ward.server.url, storage_state=state) as other:
        other.goto(ward.path(chair))
        fill_vitals(ward_page, "125")
        fill_vitals(other, "126")
        chart_vitals(ward_page).click()
        chart_vitals(other).click()
        for page in (ward_page, other):
            expect(page.locator("#panel-entries")).to_contain_text("BP 125/70")
            expect(page.locator("#panel-entries")).to_contain_text("BP 126/70")
    assert pressures(ward, chair) == [125, 126]


def test_a_killed_server_leaves_a_page_that_says_so_and_recovers(ward, ward_page):
    chair = 9
    check_in(ward, ward_page, chair)
    expect(ward_page.locator("live-stream")).to_have_attribute("data-state", "fresh")
    ward.server.kill()
    expect(ward_page.locator("[data-stale-words]")).to_contain_text("No news for", timeout=9_000)
    expect(ward_page.locator("[data-stale-words]")).to_be_visible()
    expect(ward_page.locator("body")).to_have_attribute("data-stale", "")
    ward.server.start()
    expect(ward_page.locator("live-stream")).to_have_attribute(
        "data-state", "fresh", timeout=20_000
    )
    expect(ward_page.locator("[data-stale-words]")).to_be_hidden()
    fill_vitals(ward_page, "127")
    chart_vitals(ward_page).click()
    expect(ward_page.locator("#panel-entries")).to_contain_text("BP 127/70")
