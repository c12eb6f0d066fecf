"""Signing on the screen, as a post that needs no script."""

from __future__ import annotations

import json

import pytest
from msgspec import structs

from knai.kit.models import KeptFile
from knai.practice.form_words import Question
from knai.practice.models import ChartEntry
from tests.web.consents.world import WORDS, draft, published

pytestmark = pytest.mark.django_db

INK = json.dumps([[[40 + 5 * step, 100 + (step % 7) * 8] for step in range(60)]])
DRAWN = {"signer": "patient", "has_read": "on", "understands": "yes", "ink": INK}
TYPED = DRAWN | {"ink": "", "typed_name": "Mara Rosen"}


def url(cast, form, more=""):
    return f"/clinic/harbour/patients/{cast.patient.pk}/consents/sign/{form.pk}/{more}"


def post(client, cast, form, data, more=""):
    return client.post(url(cast, form, more), data)


@pytest.fixture
def form(cast, client):
    client.force_login(cast.nadia)
    return published(cast)


def test_the_page_shows_the_whole_text_and_the_statement(client, cast, form):
    page = client.get(url(cast, form)).content.decode()
    for words in ("<h3>What is proposed</h3>", "Ketamine, as explained.", "This use is off-label."):
        assert words in page


@pytest.mark.parametrize("data", [DRAWN, TYPED], ids=["drawn", "typed"])
def test_a_signature_is_kept_and_leads_back(client, cast, form, data):
    answer = post(client, cast, form, data)
    assert (answer.status_code, answer["Location"].split("/")[-2]) == (302, "consents")
    page = client.get(answer["Location"]).content.decode()
    assert "Consent to treatment stands" in page


def test_signed_from_a_gate_it_leads_back_there(client, cast, form):
    back = {"session": str(cast.session.pk), "gate": "start"}
    answer = post(client, cast, form, DRAWN | back)
    assert answer["Location"] == f"/clinic/harbour/sessions/{cast.session.pk}/start/"


@pytest.mark.parametrize(
    "data, said",
    [
        (DRAWN | {"ink": ""}, "Nothing is signed yet"),
        (DRAWN | {"ink": "[[[300,100]]]"}, "too little ink"),
        (DRAWN | {"ink": "[[[300,100],[301,101]]]"}, "too little ink"),
        (DRAWN | {"ink": "[[[9000,1]]]"}, "leaves its box"),
        (DRAWN | {"ink": "scribble"}, "cannot be read"),
        (TYPED | {"typed_name": "M"}, "Wanted the full name"),
        (DRAWN | {"has_read": ""}, "Read the form to its end"),
        (DRAWN | {"understands": ""}, "Say yes or no"),
        (DRAWN | {"signer": ""}, "Who signs"),
        (DRAWN | {"signer": "legal_representative"}, "gives the representative authority"),
        (DRAWN | {"cannot_write": "on"}, "before a witness"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_kept(
    client, cast, form, data, said
):
    answer = post(client, cast, form, data | {"witness": data.get("witness", "")})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page and "field-error" in page
    assert not ChartEntry.objects.exists() and not KeptFile.objects.exists()


def test_what_was_drawn_comes_back_with_what_is_wrong(client, cast, form):
    page = post(client, cast, form, DRAWN | {"has_read": ""}).content.decode()
    assert "[[[40, 100], [45, 108]" in page.replace("&quot;", '"')


def test_questions_are_asked_and_a_wrong_answer_is_talked_through(client, cast):
    client.force_login(cast.nadia)
    asked = structs.replace(WORDS, questions=(Question("I may drive at once.", False),))
    form = published(cast, asked)
    assert "I may drive at once." in client.get(url(cast, form)).content.decode()
    wrong = post(client, cast, form, DRAWN | {"answer_0": "right"})
    assert (wrong.status_code, "Talk this through" in wrong.content.decode()) == (422, True)
    assert post(client, cast, form, DRAWN | {"answer_0": "wrong"}).status_code == 302


def test_a_draft_is_shown_but_not_signed(client, cast):
    client.force_login(cast.nadia)
    answer = post(client, cast, draft(cast), DRAWN)
    assert (answer.status_code, ChartEntry.objects.count()) == (409, 0)


def test_a_double_click_signs_once(client, cast, form):
    data = DRAWN | {"idempotency_key": "0192f0c1-0000-7000-8000-000000000001"}
    assert [post(client, cast, form, data).status_code for _ in range(2)] == [302, 302]
    assert ChartEntry.objects.count() == KeptFile.objects.count() == 1


def test_markup_in_a_form_is_words(client, cast):
    client.force_login(cast.nadia)
    form = published(cast, structs.replace(WORDS, text="<script>x</script> <img src=x>"))
    page = client.get(url(cast, form)).content.decode()
    assert "<script>x" not in page and "<img src=x" not in page and "&lt;script&gt;x" in page
