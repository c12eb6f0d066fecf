"""Signing with a pen in a real browser, forms and papers at every width, and scans of real size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.conftest import log_in, tablet
from tests.browser.test_every_page import look_at

CLINIC = "/clinic/seaside/"


def person_at(browser, demo, role: str):
    with tablet(browser, demo.url) as page:
        log_in(page, role)
        page.wait_for_url("**/board/")
        yield page


@pytest.fixture(scope="module")
def nurse(browser, demo):
    yield from person_at(browser, demo, "nurse")


@pytest.fixture(scope="module")
def prescriber(browser, demo):
    yield from person_at(browser, demo, "prescriber")


def patient_url(page) -> str:
    """Of the last of the demonstration's patients, who is booked and has not come."""
    page.goto(f"{CLINIC}patients/?q=DEMO-7")
    return page.locator("main a[href*='/patients/0']").first.get_attribute("href")


def draw(page, strokes: list[list[tuple[float, float]]]) -> None:
    """Strokes in parts of the box: (0, 0) is its upper left corner, (1, 1) its lower right."""
    pad = page.locator("signature-pad canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    for stroke in strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()


NAME = [[(0.1 + step / 40, 0.5 + 0.2 * (step % 3 - 1)) for step in range(30)]]


def open_form(page) -> None:
    page.goto(f"{patient_url(page)}consents/")
    page.get_by_role("link", name=re.compile("Read and sign")).first.click()


def answer(page) -> None:
    page.get_by_label("I have read this form").check()
    for fieldset in page.locator("fieldset", has_text="I may").all():
        wrong = "drive" in fieldset.inner_text()
        fieldset.get_by_text("Wrong" if wrong else "Right", exact=True).click()
    page.locator("fieldset", has_text="I understand").get_by_text("Yes", exact=True).click()


def test_a_form_is_read_drawn_upon_and_kept_as_a_signed_pdf(nurse):
    open_form(nurse)
    answer(nurse)
    draw(nurse, NAME)
    nurse.get_by_role("button", name="Sign", exact=True).click()
    nurse.wait_for_url("**/consents/")
    assert nurse.get_by_text("Consent to treatment stands").is_visible()
    with nurse.expect_download() as coming:
        nurse.get_by_role("link", name=re.compile("Download")).first.click()
    assert Path(coming.value.path()).read_bytes().startswith(b"%PDF-")


def test_one_dot_is_refused_in_words_and_the_ticks_stay(nurse):
    open_form(nurse)
    answer(nurse)
    draw(nurse, [[(0.5, 0.5)]])
    nurse.get_by_role("button", name="Sign", exact=True).click()
    assert nurse.get_by_text("too little ink to be a signature").is_visible()
    assert nurse.get_by_label("I have read this form").is_checked()


@pytest.mark.parametrize("megabytes, kept", [(30, True), (31, False), (80, False)])
def test_a_large_scan_is_kept_or_told_why_not(nurse, tmp_path, megabytes, kept):
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.7 invented".ljust(megabytes * 2**20, b"\0"))
    nurse.goto(f"{patient_url(nurse)}documents/")
    nurse.get_by_label("Kind").select_option("imaging")
    nurse.get_by_label("What it is").fill(f"Invented scan of {megabytes} MB")
    nurse.get_by_label("Date on the document").fill("2026-01-05")
    nurse.get_by_label("File").set_input_files(scan)
    nurse.get_by_role("button", name="Keep").click()
    if kept:
        assert nurse.get_by_role("link", name=f"Invented scan of {megabytes} MB").is_visible()
    else:
        assert nurse.get_by_text("at most 30 MB can be kept").is_visible()
        assert nurse.get_by_label("What it is").input_value() == f"Invented scan of {megabytes} MB"


PAGES = ("consents/", "consents/paper/", "documents/")


@pytest.mark.parametrize("where", PAGES)
def test_pages_of_a_patient_are_read_by_anybody(nurse, where):
    nurse.emulate_media(color_scheme="light")
    assert nurse.goto(f"{patient_url(nurse)}{where}").status == 200
    assert look_at(nurse) == []


def test_the_signing_page_is_read_by_anybody(nurse):
    nurse.emulate_media(color_scheme="light")
    open_form(nurse)
    nurse.locator("signature-pad canvas").wait_for()
    assert look_at(nurse) == []


def test_the_clinics_forms_are_read_by_anybody(prescriber):
    problems = {}

    def look(name):
        prescriber.emulate_media(color_scheme="light")
        problems[name] = look_at(prescriber)

    prescriber.goto(f"{CLINIC}forms/")
    look("list")
    prescriber.locator("table a").first.click()
    look("one")
    prescriber.get_by_role("button", name="Write the next version").click()
    prescriber.get_by_label("Text").fill("## Changed\n\nOther words.")
    prescriber.get_by_role("button", name="Preview").click()
    look("write")
    prescriber.get_by_role("button", name="Keep the draft").click()
    prescriber.get_by_role("link", name=re.compile("What changed since")).first.click()
    look("compare")
    prescriber.go_back()
    prescriber.get_by_role("button", name="Put the draft away").click()
    assert {name: found for name, found in problems.items() if found} == {}
