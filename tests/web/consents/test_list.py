"""What stands, refusals and withdrawals, and forms signed on paper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from knai.kit.clock import now
from knai.practice.models import ChartEntry, Paper
from tests.web.consents.test_sign import DRAWN
from tests.web.consents.world import draft, published

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.7 an invented scan"


def base(cast):
    return f"/clinic/harbour/patients/{cast.patient.pk}/consents/"


@pytest.fixture
def form(cast, client):
    client.force_login(cast.nadia)
    return published(cast)


def sign(client, cast, form):
    return client.post(f"{base(cast)}sign/{form.pk}/", DRAWN)


@pytest.mark.parametrize(
    "who, words",
    [("okafor", "To the clinic’s forms"), ("nadia", "owner or a prescriber writes"),
     ("ruth", "Your role here reads this")],
)  # fmt: skip
def test_an_empty_page_says_how_to_begin_or_whom_to_ask(client, cast, who, words):
    client.force_login(getattr(cast, who))
    assert words in client.get(base(cast)).content.decode()


def test_a_refusal_is_shown_with_what_was_said(client, cast, form):
    client.post(f"{base(cast)}refuse/{form.pk}/", {"words": "Not today."})
    page = client.get(base(cast)).content.decode()
    assert "refused" in page and "Not today." in page and "No consent to treatment stands" in page


def test_a_draft_cannot_even_be_refused(client, cast):
    client.force_login(cast.nadia)
    assert client.post(f"{base(cast)}refuse/{draft(cast).pk}/").status_code == 409


def test_consent_is_taken_back_by_word(client, cast, form):
    sign(client, cast, form)
    client.force_login(cast.thea)
    assert client.post(f"{base(cast)}withdraw/", {"words": "Enough."}).status_code == 302
    page = client.get(base(cast)).content.decode()
    assert "No consent to treatment stands" in page
    assert "Withdraw the consent" not in page


def on_paper(signed, **changes):
    when = (now() - timedelta(days=1)).isoformat(timespec="minutes")
    good = {"form": str(signed.pk), "signed_at": when, "signer": "patient", "understands": "yes",
            "seen": "on", "scan": SimpleUploadedFile("scan.pdf", SCAN)}  # fmt: skip
    return {key: value for key, value in (good | changes).items() if value is not None}


def test_a_scan_is_kept_with_who_and_when(client, cast, form):
    answer = client.post(f"{base(cast)}paper/", on_paper(form))
    assert answer.status_code == 302
    page = client.get(base(cast)).content.decode()
    assert "Consent to treatment stands" in page
    paper = Paper.objects.get()
    opened = client.get(f"/clinic/harbour/patients/{cast.patient.pk}/documents/{paper.pk}/")
    assert opened.content == SCAN


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"scan": None}, "Without it the consent does not count"),
        ({"scan": SimpleUploadedFile("scan.pdf", b"")}, "empty"),
        ({"scan": SimpleUploadedFile("scan.exe", b"MZ\x90\x00")}, "PDF, a PNG or JPEG"),
        ({"seen": None}, "Look at the scan"),
        ({"signed_at": ""}, "required"),
        ({"signed_at": "soon"}, "anted a time"),
        ({"signed_at": "2999-01-01T10:00"}, "future"),
        ({"form": ""}, "required"),
        ({"signer": "legal_representative"}, "gives the representative authority"),
    ],
)
def test_a_paper_that_shows_nothing_is_no_consent(client, cast, form, changes, said):
    answer = client.post(f"{base(cast)}paper/", on_paper(form, **changes))
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not ChartEntry.objects.exists()
