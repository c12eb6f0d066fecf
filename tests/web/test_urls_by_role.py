"""Every address × every role × the other clinic, walked from the URLconf. An unlisted address fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.cast import PEOPLE
from tests.web.url_table import ROWS, STREAM, Row

OTHER_CLINIC, OUTSIDE = "otto", "ines"
ONE_A_ROLE = tuple({role: nick for nick, (_, role, _) in reversed(PEOPLE.items())}.values())
WHOLE_URLCONF = get_resolver()


def walk(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """(name with its namespace, or the bare route where it has none; its parameters)."""
    for item in resolver.url_patterns:
        own = tuple(resolver.pattern.converters)
        if isinstance(item, URLPattern):
            name = f"{namespace}{item.name}" if item.name else f"unnamed: {item.pattern}"
            yield name, own + tuple(item.pattern.converters)
        else:
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            for name, parameters in walk(item, inner):
                yield name, own + parameters


ADDRESSES = dict(walk(WHOLE_URLCONF))


def test_every_address_has_a_row():
    missing = sorted(set(ADDRESSES) - set(ROWS))
    wanted = "\n".join(f'    "{name}": Row(get=…, post=…),' for name in missing)
    assert not missing, f"Add who may do what to ROWS in tests/web/url_table.py:\n{wanted}"


def test_every_row_has_an_address():
    stale = sorted(set(ROWS) - set(ADDRESSES))
    assert not stale, f"Take these out of tests/web/url_table.py: {stale}"


def _kwargs(name: str, row: Row, cast) -> dict:
    known = {"slug": "harbour"}
    if "session_id" in ADDRESSES[name]:
        known["session_id"] = cast.session.pk
    if "patient_id" in ADDRESSES[name]:
        known["patient_id"] = cast.patient.pk
    known |= row.kwargs(cast)
    return {key: value for key, value in known.items() if key in ADDRESSES[name]}


def _wanted(name: str, row: Row, nick: str, method: str) -> int:
    people, status = (row.get, row.got) if method == "get" else (row.post, row.posted)
    if not nick and (people is not None or row.anonymous == 302):
        return row.anonymous
    if nick == OTHER_CLINIC and "slug" in ADDRESSES[name]:
        return 404
    if people is None:
        return 405
    heard = {*people.split(), OTHER_CLINIC} if people else set()
    if "slug" not in ADDRESSES[name] and heard:
        heard.add(OUTSIDE)  # outside a clinic everybody who is logged in is alike
    return status if nick in heard else 403


def _answer(nick: str, method: str, url: str, row: Row, cast):
    """The answer to one request; whatever it changed is rolled back."""
    client = Client()
    with transaction.atomic():
        if nick:
            client.force_login(getattr(cast, nick))
        data = row.data if method == "post" else None
        answer = getattr(client, method)(url, data)
        transaction.set_rollback(True)
    return answer


def _complaint(name: str, row: Row, nick: str, method: str, url: str, cast) -> str:
    answer = _answer(nick, method, url, row, cast)
    wanted = _wanted(name, row, nick, method)
    if answer.status_code != wanted:
        who = nick or "nobody"
        return f"{method.upper()} {url} as {who}: found {answer.status_code}, wanted {wanted}"
    if not nick and wanted == 302 and "/accounts/login/" not in answer["Location"]:
        return f"{method.upper()} {url} without a log-in leads to {answer['Location']}"
    return ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ROWS))
def test_an_address_answers_each_role_as_the_table_says(name, cast):
    row = ROWS[name]
    url = reverse(name, kwargs=_kwargs(name, row, cast))
    complaints = [
        _complaint(name, row, nick, method, url, cast)
        for nick in ("", *ONE_A_ROLE, OTHER_CLINIC)
        for method in ("get", "post")
    ]
    found = [complaint for complaint in complaints if complaint]
    assert not found, "\n".join(found)


@pytest.mark.django_db
@pytest.mark.parametrize("nick", sorted(STREAM))
def test_the_stream_lets_in_whom_the_table_says(nick, cast, client):
    from knai.web.live.stream import Visitor, admit

    if nick:
        client.force_login(getattr(cast, nick))
    found = admit(client.session.session_key if nick else "", "harbour")
    assert (200 if isinstance(found, Visitor) else found) == STREAM[nick]
