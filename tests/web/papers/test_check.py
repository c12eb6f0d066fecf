"""Anybody with a paper can check it, and learns nothing of whom it is about."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from knai.kit.clock import set_to
from knai.kit.models import KeptFile
from knai.practice.actions import papers
from knai.web.papers import check
from tests.practice import papers_world as pw
from tests.practice import world
from tests.practice.world import minutes


@pytest.fixture(autouse=True)
def one_minute_in_which_nobody_has_asked_yet():
    cache.clear()
    with set_to(minutes(100)):
        yield


@pytest.fixture
def paper(cast):
    session = world.going_home(cast)
    with set_to(minutes(80)):
        return papers.issue(
            by=cast.actor("okafor"), kind="after_visit", subject_id=session.pk, origin=pw.ORIGIN
        )


def url(code: str) -> str:
    return reverse("check-paper", kwargs={"code": code})


def upload(client, paper, data: bytes):
    file = SimpleUploadedFile("paper.pdf", data, content_type="application/pdf")
    return client.post(url(paper.code), {"file": file})


def test_it_says_kind_clinic_time_and_hash_and_no_person(client, cast, paper):
    answer = client.get(url(paper.code))
    page = answer.content.decode().replace("<wbr>", "")
    assert answer.status_code == 200
    for wanted in ("After your visit", "Harbour (invented)", "23 Nov 2026", paper.sha256):
        assert wanted in page
    for hidden in (
        "Mara",
        "Rosen",
        "H-1001",
        "1985",
        "Okafor",
        str(paper.pk),
        str(paper.session_id),
    ):
        assert hidden not in page


def test_the_very_file_is_told_from_a_changed_one_and_none_is_kept(client, cast, paper):
    _, _, data = papers.open_paper(by=cast.actor("okafor"), paper_id=paper.pk)
    kept = KeptFile.objects.count()
    assert "very paper that was issued" in upload(client, paper, data).content.decode()
    changed = upload(client, paper, data.replace(b"%%EOF", b"%%EOG")).content.decode()
    assert "not the paper that was issued" in changed
    assert KeptFile.objects.count() == kept


def test_a_comparison_wants_a_file(client, paper):
    answer = client.post(url(paper.code))
    assert answer.status_code == 422
    assert "Choose the PDF file first." in answer.content.decode()


@pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC-DDDD", "x", "<script>"])
def test_an_unknown_code_says_so(client, db, code):
    answer = client.get(url(code))
    assert answer.status_code == 404
    assert "No paper was issued here under this code" in answer.content.decode()
    assert "<script>" not in answer.content.decode().split("</head>")[1].split("<main")[1]


def test_nobody_tries_codes_all_day(client, db):
    for _ in range(check.MOST_A_MINUTE):
        assert client.get(url("x")).status_code == 404
    answer = client.get(url("x"))
    assert answer.status_code == 429 and answer["Retry-After"] == "60"


def test_another_address_is_not_kept_from_checking(client, paper):
    for _ in range(check.MOST_A_MINUTE + 1):
        client.get(url("x"))
    assert client.get(url(paper.code), REMOTE_ADDR="198.51.100.7").status_code == 200
