"""Papers from elsewhere: brought in, listed, and handed out as nothing but a download."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from knai.kit.models import AuditEntry, KeptFile
from knai.practice.models import Paper

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 an invented letter"
LIMIT = 30 * 2**20


def url(cast, more=""):
    return f"/clinic/harbour/patients/{cast.patient.pk}/documents/{more}"


def letter(data=PDF, name="letter.pdf", **changes):
    values = {"kind": "letter", "title": "Letter of Dr Invented", "dated_on": "2026-01-05"}
    return values | {"file": SimpleUploadedFile(name, data)} | changes


@pytest.fixture(autouse=True)
def _nadia(client, cast):
    client.force_login(cast.nadia)


def keep(client, cast, **changes):
    return client.post(url(cast), letter(**changes))


def test_a_letter_is_kept_listed_and_handed_out(client, cast):
    assert keep(client, cast).status_code == 302
    page = client.get(url(cast)).content.decode()
    assert "Letter of Dr Invented" in page and "5 Jan 2026" in page
    answer = client.get(url(cast, f"{Paper.objects.get().pk}/"))
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"] == 'attachment; filename="outside_letter-2026-01-05.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"paper.kept", "documents.viewed", "document.opened"} <= verbs


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"file": ""}, "required"),
        ({"data": b"", "name": "a.pdf"}, "empty"),
        ({"data": b"GIF89a\x00", "name": "a.pdf"}, "Wanted a PDF"),
        ({"kind": "gossip"}, "Select a valid choice"),
        ({"title": " "}, "required"),
        ({"dated_on": "2999-01-01"}, "future"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_field(client, cast, changes, said):
    answer = keep(client, cast, **changes)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Paper.objects.exists() and not KeptFile.objects.exists()


def test_a_page_that_calls_itself_a_picture_is_handed_out_as_text(client, cast):
    keep(client, cast, data=b"<script>alert(1)</script>", name="photo.png")
    answer = client.get(url(cast, f"{Paper.objects.get().pk}/"))
    assert answer["Content-Type"] == "text/plain"
    assert answer["Content-Disposition"].endswith('.txt"')


@pytest.mark.parametrize("size, status", [(LIMIT, 302), (LIMIT + 1, 422), (31 * 2**20, 422)])
def test_a_scan_of_thirty_megabytes_fits_and_a_larger_one_is_told_so(client, cast, size, status):
    answer = keep(client, cast, data=PDF.ljust(size, b"\0"))
    assert answer.status_code == status
    if status == 422:
        assert "at most 30 MB" in answer.content.decode()
        assert "Letter of Dr Invented" in answer.content.decode()


def test_a_double_click_keeps_one_paper(client, cast):
    keep(client, cast)
    keep(client, cast)
    assert Paper.objects.count() == 1


def test_a_paper_opens_from_its_own_patient_alone(client, cast):
    keep(client, cast)
    other = cast.make_patient("Ada", "Other", "H-2")
    paper = Paper.objects.get()
    assert (
        client.get(f"/clinic/harbour/patients/{other.pk}/documents/{paper.pk}/").status_code == 404
    )
    client.force_login(cast.otto)
    assert client.get(url(cast, f"{paper.pk}/")).status_code == 404


def test_a_damaged_file_is_not_handed_out(client, cast, settings):
    keep(client, cast)
    kept = KeptFile.objects.get()
    (settings.DATA_DIR / "files" / kept.sha256[:2] / kept.sha256).write_bytes(b"%PDF-1.7 other")
    answer = client.get(url(cast, f"{Paper.objects.get().pk}/"))
    assert (answer.status_code, "changed" in answer.content.decode()) == (503, True)
