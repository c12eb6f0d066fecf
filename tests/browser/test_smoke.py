"""From the log-in to the board, as each role."""

import pytest

from tests.browser.conftest import axe_problems, log_in


@pytest.mark.parametrize("role", ["nurse", "front_desk", "read_only"])
def test_a_person_logs_in_and_stands_before_the_board(page, role):
    log_in(page, role)
    page.wait_for_url("**/board/")
    assert page.get_by_role("heading", level=1).is_visible()


def test_a_person_of_two_clinics_chooses_one(page):
    log_in(page, "owner")
    page.get_by_role("link", name="Hilltop").click()
    page.wait_for_url("**/clinic/hilltop/board/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_log_in_page_is_accessible(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto("/accounts/login/")
    assert axe_problems(page) == []


def test_a_wrong_password_is_said_beside_the_form_and_says_nothing_more(page):
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("nobody@demo.knai.example")
    page.get_by_label("Password", exact=True).fill("wrong-wrong-wrong")
    page.get_by_role("button", name="Log in").click()
    assert "not correct" in page.get_by_role("alert").inner_text()
