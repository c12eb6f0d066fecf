"""A signature of the installation holds until one byte of the PDF is another."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from pypdf import PdfReader, PdfWriter

from knai.core.errors import Malformed, Unavailable
from knai.kit import signing


@cache
def plain() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@cache
def signed() -> bytes:
    return signing.sign(plain(), reason="Invented", place="Harbour (invented)")


def test_what_was_signed_holds_and_names_its_time():
    found = signing.verify(signed())
    assert found.holds
    assert abs((datetime.now(UTC) - found.signed_at).total_seconds()) < 3600
    assert PdfReader(BytesIO(signed())).get_fields()["KNAI"]["/V"]["/Reason"] == "Invented"


def test_a_pdf_without_signature_says_so():
    assert signing.verify(plain()).problem == "carries no signature"


@pytest.mark.parametrize("place", [20, len(plain()) // 2, len(plain()) - 30, "in the signature"])
def test_one_changed_byte_shows(place):
    data = bytearray(signed())
    if place == "in the signature":
        place = signed().index(b"/Contents <") + 400
        data[place] = ord("0") if data[place] != ord("0") else ord("1")
    else:
        data[place] ^= 1
    assert not signing.verify(bytes(data)).holds


def test_words_added_behind_the_signature_show():
    writer = PdfWriter(BytesIO(signed()), incremental=True)
    writer.add_blank_page(200, 200)
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(signed())
    assert signing.verify(out.getvalue()).problem == "was added to after it was signed"


def test_a_strangers_signature_is_not_ours(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    theirs = signing.sign(plain(), reason="Invented")
    assert signing.verify(theirs).holds
    settings.DATA_DIR = tmp_path / "another"
    assert signing.verify(theirs).problem == "was signed by somebody else"


def test_a_configured_certificate_signs_and_the_older_ones_still_count(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    before = signing.sign(plain(), reason="Invented")
    key, certificate, _ = pkcs12.load_key_and_certificates(signing._own_certificate(), None)
    bought = tmp_path / "bought.p12"
    bought.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"x", key, certificate, None, BestAvailableEncryption(b"invented")
        )
    )
    settings.SIGNING_P12, settings.SIGNING_PASSWORD = str(bought), "invented"
    after = signing.verify(signing.sign(plain(), reason="Invented"))
    assert after.holds and after.fingerprint != signing.verify(before).fingerprint
    assert signing.verify(before).holds


@pytest.mark.parametrize("path, password", [("nowhere.p12", ""), ("own.p12", "wrong")])
def test_a_certificate_that_cannot_be_opened_names_its_setting(settings, tmp_path, path, password):
    (tmp_path / "own.p12").write_bytes(b"not a certificate")
    settings.SIGNING_P12, settings.SIGNING_PASSWORD = str(tmp_path / path), password
    with pytest.raises(Unavailable, match="KNAI_SIGNING_P12"):
        signing.sign(plain(), reason="Invented")


def test_what_is_no_pdf_is_refused():
    with pytest.raises(Malformed):
        signing.sign(b"%PDF-1.7 invented", reason="Invented")


def test_the_key_is_the_installations_secret(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    signing.sign(plain(), reason="Invented")
    assert (tmp_path / "keys" / "signing.p12").stat().st_mode & 0o077 == 0
