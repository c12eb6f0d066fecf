"""Kept files: once in the storage, proved when read, and never another clinic's."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from pypdf import PdfWriter

from knai.core.errors import Malformed, Missing, Unavailable
from knai.kit import files, signing, verify_files
from knai.kit.models import AuditEntry, KeptFile

PDF = b"%PDF-1.7 invented"
PNG = b"\x89PNG\r\n\x1a\n invented"


def plain_pdf() -> bytes:
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()


def place(kept: KeptFile) -> Path:
    return Path(settings.DATA_DIR) / "files" / kept.sha256[:2] / kept.sha256


def test_what_is_kept_is_read_back_by_its_clinic(cast):
    kept = files.keep(PDF, name="Letter.pdf", media_type=files.PDF, by=cast.actor("nadia"))
    assert files.read(kept.pk, by=cast.actor("ruth")) == (kept, PDF)
    assert (kept.name, kept.size_bytes, kept.kept_by_id) == ("Letter.pdf", len(PDF), cast.nadia.pk)
    assert AuditEntry.objects.get(verb="file.kept").subject_id == str(kept.pk)


def test_another_clinics_file_looks_absent(cast):
    kept = files.keep(PDF, name="a.pdf", media_type=files.PDF, by=cast.actor("nadia"))
    with pytest.raises(Missing):
        files.read(kept.pk, by=cast.actor("otto"))


def test_the_same_bytes_lie_in_the_storage_once_and_each_clinic_has_a_row(cast):
    mine = files.keep(PDF, name="a.pdf", media_type=files.PDF, by=cast.actor("nadia"))
    theirs = files.keep(PDF, name="b.pdf", media_type=files.PDF, by=cast.actor("otto"))
    assert place(mine) == place(theirs)
    assert [p.name for p in place(mine).parent.glob(f"{mine.sha256}*")] == [mine.sha256]


def test_only_the_user_of_the_program_may_read_the_folder(cast):
    kept = files.keep(PDF, name="a.pdf", media_type=files.PDF, by=cast.actor("nadia"))
    assert place(kept).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_bytes_that_were_touched_are_never_handed_out(cast, harm):
    kept = files.keep(PDF + harm.encode(), name="a", media_type=files.PDF, by=cast.actor("nadia"))
    if harm == "gone":
        place(kept).unlink()
    else:
        place(kept).write_bytes(b"%PDF-1.7 altered")
    with pytest.raises(Unavailable, match=harm):
        files.read(kept.pk, by=cast.actor("nadia"))
    (problem,) = verify_files.problems(cast.clinic.pk)
    assert (problem.kind, problem.where) == (f"{harm}_bytes", f"file {kept.pk}")


def test_damaged_bytes_are_replaced_when_the_true_ones_are_kept_again(cast):
    kept = files.keep(PDF, name="a.pdf", media_type=files.PDF, by=cast.actor("nadia"))
    place(kept).write_bytes(b"%PDF-1.7 half wri")
    files.keep(PDF, name="a.pdf", media_type=files.PDF, by=cast.actor("nadia"))
    assert files.read(kept.pk, by=cast.actor("nadia"))[1] == PDF


@pytest.mark.parametrize(
    "data, name, media_type",
    [
        (PDF, "scan.txt", files.PDF),  # its bytes decide, not its name
        (PNG, "scan.pdf", files.PNG),
        (b"\xff\xd8\xff\xe0 invented", "photo.jpeg", files.JPEG),
        (b"plain words", "note.txt", files.TEXT),
        ("Größe".encode(), "note", files.TEXT),
        (b"a,b\n1,2\n", "list.CSV", files.CSV),
        (b"<html><script>", "page.html", files.TEXT),  # text, and served as nothing else
    ],
)
def test_a_file_is_what_its_bytes_are(data, name, media_type):
    assert files.sniff(data, name) == media_type


@pytest.mark.parametrize(
    "data", [b"GIF89a\x01\x00", b"PK\x03\x04\x00", b"MZ\x90\x00", b"\xff\xfe\x00a", b"%PD\x00"]
)
def test_other_kinds_are_refused_in_words(data):
    with pytest.raises(Malformed, match="PDF, a PNG or JPEG"):
        files.sniff(data, "a.pdf")


@pytest.mark.parametrize(
    "data, media_type",
    [(PNG, files.PDF), (b"", files.PDF), (PDF, "text/html"), (PDF, files.TEXT + "x")],
)
def test_nothing_is_kept_that_is_not_what_it_is_said_to_be(cast, data, media_type):
    with pytest.raises(Malformed):
        files.keep(data, name="a", media_type=media_type, by=cast.actor("nadia"))
    assert not KeptFile.objects.exists()


@pytest.mark.parametrize("size, fits", [(30 * 2**20, True), (30 * 2**20 + 1, False)])
def test_thirty_megabytes_are_kept_and_not_a_byte_more(cast, size, fits):
    scan = PDF.ljust(size, b"\0")
    if fits:
        kept = files.keep_upload(scan, name="scan.pdf", by=cast.actor("nadia"))
        assert files.read(kept.pk, by=cast.actor("nadia"))[1] == scan
    else:
        with pytest.raises(Malformed, match=r"30\.1 MB; at most 30 MB"):
            files.keep_upload(scan, name="scan.pdf", by=cast.actor("nadia"))


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text())
def test_a_name_never_leads_elsewhere_nor_breaks_a_header(name):
    plain = files.plain_name(name)
    assert 0 < len(plain) <= 200
    assert not set(plain) & set('/\\"\r\n\0')
    assert plain not in {".", ".."}


def kinds(clinic) -> list[str]:
    return [problem.kind for problem in verify_files.problems(clinic.pk)]


def test_whoever_changes_bytes_and_row_alike_is_told_by_the_audit(cast):
    kept = files.keep(PDF, name="a.pdf", media_type=files.PDF, by=cast.actor("nadia"))
    other = files.keep(PDF + b"2", name="b.pdf", media_type=files.PDF, by=cast.actor("nadia"))
    assert kinds(cast.clinic) == []
    KeptFile.objects.filter(pk=kept.pk).update(sha256=other.sha256)
    assert kinds(cast.clinic) == ["changed_file"]
    KeptFile.objects.filter(pk=kept.pk).delete()
    assert kinds(cast.clinic) == ["removed_file"]


def test_a_paper_that_should_be_signed_and_is_not_shows(cast):
    files.keep(PDF, name="a.pdf", media_type=files.PDF, by=cast.actor("nadia"), is_signed=True)
    assert kinds(cast.clinic) == ["broken_signature"]


def test_a_signed_paper_holds(cast):
    paper = signing.sign(plain_pdf(), reason="Invented")
    files.keep(paper, name="a.pdf", media_type=files.PDF, by=cast.actor("nadia"), is_signed=True)
    assert kinds(cast.clinic) == []
