"""Writing, previewing, publishing, comparing and withdrawing the clinic's forms."""

from __future__ import annotations

import pytest

from knai.practice.models import ConsentForm
from tests.web.consents.world import WORDS, draft, published

pytestmark = pytest.mark.django_db
FORMS = "/clinic/harbour/forms/"
GOOD = {"title": "Consent", "language": "en", "text": "Words.", "off_label_statement": "Off-label.",
        "valid_days": "365", "for_treatment": "on",
        "questions": "right: I may stop.\nwrong: I may drive."}  # fmt: skip


@pytest.fixture(autouse=True)
def _okafor(client, cast):
    client.force_login(cast.okafor)


def test_a_form_is_written_published_and_listed(client):
    page = client.post(f"{FORMS}new/", GOOD)["Location"]
    row = ConsentForm.objects.get()
    assert (row.version, row.valid_days, row.needs_witness, row.published_at) == (
        1,
        365,
        False,
        None,
    )
    assert row.questions == [
        {"ask": "I may stop.", "right": True},
        {"ask": "I may drive.", "right": False},
    ]
    assert client.post(f"{page}publish/").status_code == 302
    assert "in force" in client.get(FORMS).content.decode()


@pytest.mark.parametrize(
    "change, said",
    [
        ({"title": " "}, "required"),
        ({"language": "english"}, "en, es or pt-BR"),
        ({"valid_days": "0"}, "greater than or equal to 1"),
        ({"valid_days": "9999"}, "3650"),
        ({"questions": "Is it so?"}, "Begin each line"),
        ({"text": "x" * 60_001}, "60000"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(client, change, said):
    answer = client.post(f"{FORMS}new/", GOOD | change)
    page = answer.content.decode()
    assert (answer.status_code, said in page, "Off-label." in page) == (422, True, True)
    assert not ConsentForm.objects.exists()


def test_a_preview_shows_the_words_and_keeps_nothing(client):
    page = client.post(f"{FORMS}new/", GOOD | {"preview": "on", "text": "# Head"}).content.decode()
    assert "<h2>Head</h2>" in page and not ConsentForm.objects.exists()


def test_without_an_off_label_statement_publishing_warns(client, cast):
    form = draft(cast)
    ConsentForm.objects.filter(pk=form.pk).update(text="Words.")
    page = client.get(f"{FORMS}{form.pk}/").content.decode()
    assert "No off-label statement" in page and "Publish without an off-label statement" in page


def test_words_that_the_paper_cannot_show_are_not_published(client, cast):
    form = draft(cast)
    ConsentForm.objects.filter(pk=form.pk).update(text="同意")
    answer = client.post(f"{FORMS}{form.pk}/publish/")
    assert (answer.status_code, "同" in answer.content.decode()) == (422, True)


def test_what_was_published_is_never_edited(client, cast):
    form = published(cast)
    assert client.post(f"{FORMS}{form.pk}/edit/", GOOD).status_code == 409
    form.refresh_from_db()
    assert form.text == WORDS.text


def test_the_second_of_two_who_write_a_draft_sees_the_first_and_loses_nothing(client, cast):
    form = draft(cast)
    edit = f"{FORMS}{form.pk}/edit/"
    client.force_login(cast.olga)
    assert client.post(edit, GOOD | {"text": "Olga wrote.", "revision": "0"}).status_code == 302
    client.force_login(cast.okafor)
    answer = client.post(edit, GOOD | {"text": "Chidi wrote.", "revision": "0"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Olga Brandt saved this draft" in page and "Chidi wrote." in page
    assert "<del>" in page and "Olga" in page
    form.refresh_from_db()
    assert form.text == "Olga wrote."


def test_the_next_version_is_told_apart_word_by_word_and_takes_its_place(client, cast):
    first = published(cast)
    edit = client.post(f"{FORMS}{first.pk}/next/")["Location"]
    second = ConsentForm.objects.get(version=2)
    client.post(
        edit, GOOD | {"text": WORDS.text.replace("explained", "discussed"), "revision": "0"}
    )
    page = client.get(f"{FORMS}{first.pk}/compare/{second.pk}/").content.decode()
    assert "removed: </span>explained" in page and "added: </span>discussed" in page
    client.post(f"{FORMS}{second.pk}/publish/")
    assert "replaced by a later one" in client.get(FORMS).content.decode()


def test_one_draft_at_a_time(client, cast):
    first = published(cast)
    client.post(f"{FORMS}{first.pk}/next/")
    assert client.post(f"{FORMS}{first.pk}/next/").status_code == 409


def test_languages_stand_side_by_side(client, cast):
    first = published(cast)
    spanish = GOOD | {"of": str(first.pk), "language": "es", "text": "Palabras."}
    page = client.post(f"{FORMS}new/", spanish)["Location"]
    second = ConsentForm.objects.get(language="es")
    assert (second.slug, second.version, page) == (first.slug, 1, f"{FORMS}{second.pk}/")
    shown = client.get(f"{FORMS}{first.pk}/compare/{second.pk}/").content.decode()
    assert "Palabras." in shown and "Ketamine, as explained." in shown and 'lang="es"' in shown


def test_a_withdrawn_form_is_signed_no_longer(client, cast):
    form = published(cast)
    client.post(f"{FORMS}{form.pk}/withdraw/")
    assert "withdrawn" in client.get(FORMS).content.decode()
    page = client.get(f"/clinic/harbour/patients/{cast.patient.pk}/consents/").content.decode()
    assert "No form is published yet" in page


def test_the_starter_text_says_that_counsel_reads_it_first(client):
    page = client.post(f"{FORMS}starters/treatment/")["Location"]
    assert "Have your counsel read them" in client.get(page).content.decode()
    row = ConsentForm.objects.get()
    assert row.off_label_statement and row.published_at is None


def test_another_clinics_form_looks_absent(client, cast):
    form = published(cast)
    other = ConsentForm.objects.get(pk=form.pk)
    other.pk, other.clinic = None, cast.other_clinic
    other.id = ConsentForm._meta.pk.get_default()
    other.save(force_insert=True)
    assert client.get(f"{FORMS}{other.pk}/").status_code == 404
    assert client.post(f"{FORMS}{other.pk}/withdraw/").status_code == 404
