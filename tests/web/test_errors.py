"""How refusals and failures look: words, no trace, a part for htmx, no database needed."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from knai.core.errors import KnaiError
from knai.web import errors
from knai.web.middleware import STATUS, error_page

HANDLERS = {
    400: lambda request: errors.bad_request(request, Exception("secret")),
    403: lambda request: errors.forbidden(request, Exception("secret")),
    404: lambda request: errors.not_found(request, Exception("secret")),
    500: errors.failed,
}


@pytest.mark.parametrize("status", sorted(HANDLERS))
@pytest.mark.parametrize("part", [False, True])
def test_what_django_refuses_has_words_and_no_trace(status, part):
    headers = {"HX-Request": "true"} if part else {}
    answer = HANDLERS[status](RequestFactory().get("/", headers=headers))
    page = answer.content.decode()
    assert answer.status_code == status
    assert errors.WORDS[status][0] in page
    assert ("<html" in page) is not part
    assert "secret" not in page


@pytest.mark.parametrize("kind", sorted(STATUS, key=lambda kind: kind.__name__))
@pytest.mark.parametrize("part", [False, True])
def test_an_expected_error_says_why_beside_what_was_asked(kind, part, rf):
    request = rf.get("/")
    request.htmx = part
    error: KnaiError = kind("Take a set of vitals first.")
    answer = error_page(request, error)
    page = answer.content.decode()
    assert answer.status_code == STATUS[kind]
    assert "Take a set of vitals first." in page
    assert ("<html" in page) is not part


def test_an_address_that_is_none_is_not_found(client):
    assert client.get("/nowhere/").status_code in (302, 404)
