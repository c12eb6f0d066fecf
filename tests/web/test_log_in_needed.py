"""Somebody whose log-in is over: a page leads to the log-in, a tap is never taken for kept."""

import pytest

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/clinic/harbour/board/?a=1"}


def test_a_page_leads_to_the_log_in(client):
    answer = client.get("/clinic/harbour/board/")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/clinic/harbour/board/"


def test_a_post_by_htmx_is_not_taken_and_leads_there_and_back(client):
    answer = client.post("/clinic/harbour/roster/", headers=HTMX)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fclinic%2Fharbour%2Fboard%2F"


@pytest.mark.parametrize("current", ["", "javascript:alert(1)", "//elsewhere.example/x"])
def test_it_never_leads_off_this_server(client, current):
    answer = client.post("/clinic/harbour/roster/", headers=HTMX | {"HX-Current-URL": current})
    assert "elsewhere" not in answer["HX-Redirect"]


def test_what_a_page_asks_by_itself_moves_nobody_away(client):
    answer = client.get("/clinic/harbour/board/", headers=HTMX)
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer
