"""History and examination: drafts, what is covered, signing, addenda."""

import pytest

from knai.core.history import is_covered, not_asked, parts, questions
from knai.practice.models import ChartEntry, NoteDraft

pytestmark = pytest.mark.django_db
PSYCHIATRIC = [
    q.id for part in parts("history") if part.covers == "psychiatric" for q in part.questions
]
SUBSTANCE = [
    q.id for part in parts("history") if part.covers == "substance_use" for q in part.questions
]
BODY = [q.id for part in parts("physical") if part.id == "examination" for q in part.questions]


def none(ids):
    return {f"n-{name}": "on" for name in ids}


def sign(client, chart, form="history", **answers):
    return client.post(chart(f"histories/write/{form}/"), {"do": "sign"} | answers)


def body_of(kind="history"):
    return ChartEntry.objects.get(kind=kind).body


@pytest.mark.parametrize(
    "answers, psychiatric, substance",
    [
        (none(PSYCHIATRIC), True, False),
        (none(PSYCHIATRIC[1:]), False, False),  # one was not asked
        (none(PSYCHIATRIC[1:]) | {f"a-{PSYCHIATRIC[0]}": "F33 since 2010"}, True, False),
        (
            none(PSYCHIATRIC[1:]) | {f"a-{PSYCHIATRIC[0]}": "   "},
            False,
            False,
        ),  # blanks say nothing
        (none(PSYCHIATRIC + SUBSTANCE), True, True),
        ({"text": "dictated"}, False, False),  # a text alone covers nothing by itself
        ({"text": "dictated", "whole": ["psychiatric"]}, True, False),
        ({"whole": ["psychiatric"], "a-complaint": "x"}, False, False),  # no text to cover it
    ],
)
def test_what_was_not_asked_covers_nothing(client, cast, chart, answers, psychiatric, substance):
    client.force_login(cast.nadia)
    assert sign(client, chart, **answers).status_code == 302
    body = body_of()
    assert (body["covers_psychiatric"], body["covers_substance_use"]) == (psychiatric, substance)
    page = client.get(chart("histories/")).content.decode()
    assert ("psychiatric covered" in page) is psychiatric


def test_asked_none_and_not_asked_look_different(client, cast, chart):
    client.force_login(cast.nadia)
    sign(client, chart, **none(PSYCHIATRIC[:1]))
    page = client.get(chart("histories/")).content.decode()
    assert page.count("asked, none") == 1
    assert page.count("not asked</span>") == len(questions("history")) - 1


@pytest.mark.parametrize(
    "answers, counts",
    [(none(BODY), True), (none(BODY[1:]), False), ({"text": "as dictated"}, True)],
)
def test_half_an_examination_does_not_count_as_one(client, cast, chart, answers, counts):
    client.force_login(cast.nadia)
    assert sign(client, chart, "physical", **answers).status_code == 302
    assert (body_of("physical").get("completed_on") is not None) is counts


def test_nothing_written_is_not_signed(client, cast, chart):
    client.force_login(cast.nadia)
    answer = sign(client, chart)
    assert answer.status_code == 422 and "Nothing is written" in answer.content.decode()
    assert sign(client, chart, text="x", completed_on="2999-01-01").status_code == 422
    assert not ChartEntry.objects.exists()


def test_a_draft_is_its_authors_alone_and_counts_for_nothing(client, cast, chart):
    client.force_login(cast.nadia)
    form = chart("histories/write/history/")
    assert client.post(form, {"a-complaint": "low since May", "revision": "0"}).status_code == 302
    assert "low since May" in client.get(form).content.decode()
    assert not ChartEntry.objects.exists()
    client.force_login(cast.okafor)
    assert "low since May" not in client.get(form).content.decode()


def test_two_tabs_on_one_draft_lose_nothing(client, cast, chart):
    client.force_login(cast.nadia)
    form = chart("histories/write/history/")
    client.post(form, {"a-complaint": "first", "revision": "0"})
    client.post(form, {"a-complaint": "second", "revision": "1"})
    stale = client.post(form, {"a-complaint": "third", "revision": "1"})
    assert stale.status_code == 409 and 'value="third"' in stale.content.decode()
    again = client.post(form, {"a-complaint": "third", "revision": stale.context["revision"]})
    assert again.status_code == 302
    assert "third" in NoteDraft.objects.get().text


def test_signing_ends_the_draft_and_an_addendum_stands_below(client, cast, chart):
    client.force_login(cast.nadia)
    form = chart("histories/write/history/")
    client.post(form, {"a-complaint": "low since May", "revision": "0"})
    sign(client, chart, **{"a-complaint": "low since May"})
    assert "low since May" not in client.get(form).content.decode()
    signed = ChartEntry.objects.get(kind="history")
    add = chart(f"histories/{signed.pk}/addendum/")
    assert client.post(add, {"text": ""}).status_code == 422
    assert client.post(add, {"text": "also in spring"}).status_code == 302
    assert "also in spring" in client.get(chart("histories/")).content.decode()


def test_a_double_click_signs_once(client, cast, chart):
    client.force_login(cast.nadia)
    key = {"idempotency_key": "0192f0c1-0000-7000-8000-0000000000ab"}
    for _ in range(2):
        assert sign(client, chart, text="x", **key).status_code == 302
    assert ChartEntry.objects.count() == 1


def test_every_question_has_its_own_name():
    ids = [q.id for form in ("history", "physical") for part in parts(form) for q in part.questions]
    assert len(ids) == len(set(ids))
    assert set(not_asked("history", {}, ())) == set(questions("history"))
    assert not is_covered("no such part", {}, questions("history"))
