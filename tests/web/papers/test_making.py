"""Making papers from their pages: by one button, or after a form."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from knai.kit.models import AuditEntry
from knai.practice.models import Paper, PaperSettings
from tests.practice import papers_world as pw
from tests.practice import world


@pytest.fixture
def session(cast):
    return world.going_home(cast)


def url(name: str, **kwargs) -> str:
    return reverse(f"papers:{name}", kwargs={"slug": "harbour"} | kwargs)


def as_(client, cast, nick):
    client.force_login(getattr(cast, nick))
    return client


def test_one_button_makes_a_paper_and_lists_it(client, cast, session):
    where = url("issue", session_id=session.pk)
    answer = as_(client, cast, "nadia").post(
        where, {"kind": "after_visit", "key": uuid4()}, follow=True
    )
    paper = Paper.objects.get()
    assert answer.redirect_chain[-1][0] == url("session", session_id=session.pk)
    assert paper.code in answer.content.decode()


def test_a_double_click_makes_one(client, cast, session):
    as_(client, cast, "nadia")
    data = {"kind": "after_visit", "key": uuid4()}
    for _ in range(2):
        client.post(url("issue", session_id=session.pk), data)
    assert Paper.objects.count() == 1


def test_the_conformance_paper_wants_its_box(client, cast, session):
    where, data = url("issue", session_id=session.pk), {"kind": "conformance", "key": uuid4()}
    assert as_(client, cast, "nadia").post(where, data).status_code == 403
    as_(client, cast, "okafor")
    assert client.post(where, data).status_code == 409
    assert client.post(where, data | {"on_purpose": "yes"}).status_code == 302
    assert Paper.objects.get().kind == "conformance"


@pytest.mark.parametrize("kind", ["", "letter", "referral_letter", "superbill", "protocol"])
def test_a_button_makes_no_paper_that_it_is_not_for(client, cast, session, kind):
    as_(client, cast, "okafor")
    assert client.post(url("issue", session_id=session.pk), {"kind": kind}).status_code == 404
    assert not Paper.objects.exists()


def test_a_paper_is_opened_as_a_file_without_a_name_in_it(client, cast, session):
    as_(client, cast, "nadia").post(url("issue", session_id=session.pk), {"kind": "after_visit"})
    answer = client.get(url("file", paper_id=Paper.objects.get().pk))
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert "Rosen" not in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert AuditEntry.objects.filter(verb="paper.opened", patient_id=cast.patient.pk).exists()


def test_another_clinics_paper_is_not_there(client, cast, session):
    as_(client, cast, "nadia").post(url("issue", session_id=session.pk), {"kind": "after_visit"})
    paper = Paper.objects.get()
    client.force_login(cast.otto)
    where = reverse("papers:file", kwargs={"slug": "hill", "paper_id": paper.pk})
    assert client.get(where).status_code == 404


def test_a_letter_keeps_what_was_typed_when_something_is_missing(client, cast):
    as_(client, cast, "okafor")
    where = url("letter", patient_id=cast.patient.pk, kind="referral_letter")
    answer = client.post(where, {"to": "", "text": "Long and careful words"})
    assert answer.status_code == 422
    assert "Long and careful words" in answer.content.decode()
    assert client.post(where, pw.LETTER | {"key": uuid4()}).status_code == 302
    assert Paper.objects.get().kind == "referral_letter"


def test_a_superbill_offers_the_clinics_codes_and_ticks_none(client, cast, session):
    as_(client, cast, "nadia")
    where = url("superbill", session_id=session.pk)
    assert "list of codes is empty" in client.get(where).content.decode()
    PaperSettings.objects.create(
        clinic=cast.clinic, billing_codes=[{"code": "99213", "words": "Office visit"}]
    )
    page = client.get(where).content.decode()
    assert "99213 Office visit" in page and "checked" not in page.split("<main")[1]
    assert client.post(where, {"key": uuid4()}).status_code == 422
    assert client.post(where, {"codes": ["1"], "key": uuid4()}).status_code == 422
    assert client.post(where, {"codes": ["99213"], "key": uuid4()}).status_code == 302


def test_a_packet_offers_the_patients_sessions(client, cast, session):
    as_(client, cast, "okafor")
    where = url("packet", patient_id=cast.patient.pk)
    assert client.post(where, {"key": uuid4()}).status_code == 422
    data = {"sessions": [str(session.pk)], "key": uuid4()}
    assert "Payer packet made: 1 page." in client.post(where, data, follow=True).content.decode()
    assert Paper.objects.get().kind == "payer_packet"


def test_the_sheets_of_a_day_become_a_paper(client, cast, session):
    as_(client, cast, "nadia")
    assert client.post(url("downtime", on="2026-11-23"), follow=True).status_code == 200
    assert client.post(url("downtime", on="no-day")).status_code == 422


def test_a_protocol_becomes_a_paper(client, cast):
    as_(client, cast, "ruth")
    answer = client.post(url("protocol", protocol_id=cast.protocol.pk), follow=True)
    assert answer["Content-Type"] == "application/pdf"


def test_figures_of_esketamine_are_offered_where_it_was_given(client, cast):
    session = world.ready(cast)
    where = url("session", session_id=session.pk)
    assert "Esketamine" not in as_(client, cast, "nadia").get(where).content.decode()
    world.write(cast, pw.ESKETAMINE, at=world.NOON, session=session)
    assert "Esketamine monitoring figures" in client.get(where).content.decode()
