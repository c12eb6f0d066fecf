"""The installation's digital signature on PDFs, and whether it still holds. No network is asked.

Signs with the certificate of KNAI_SIGNING_P12, or with one the installation makes for itself on first use.
Every certificate it ever signed with is remembered beside its keys, so that what was signed before a change
still counts as its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings

from knai.core.errors import Malformed, Unavailable
from knai.kit.clock import now
from knai.kit.keys import make_once

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

LASTS = timedelta(days=3653)
FIELD = "KNAI"
ROOM = 16_384  # hexadecimal digits for the signature; ours take some 3,000, with a chain of certificates more


@dataclass(frozen=True, slots=True)
class Signature:
    """What stands of a PDF's signature. problem: empty when it holds, else what is wrong, in words."""

    problem: str
    signed_at: datetime | None = None  # as the signer's clock said
    fingerprint: str = ""  # SHA-256 of the certificate

    @property
    def holds(self) -> bool:
        return not self.problem


def sign(pdf: bytes, *, reason: str, place: str = "") -> bytes:
    """The PDF with the installation's signature, which forbids every later change.

    raises  Malformed: no PDF; Unavailable: the configured certificate cannot be read
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign import fields, signers

    signer = _signer()
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        location=place or None,
        name=_name_of(signer),
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        signed = signers.sign_pdf(writer, meta, signer=signer, bytes_reserved=ROOM)
        return signed.getvalue()
    except PdfError as error:
        raise Malformed(
            f"This PDF cannot be signed: {error}. Wanted a whole PDF.", "pdf"
        ) from error


def verify(pdf: bytes) -> Signature:
    """Whether this installation signed these bytes, all of them, and nothing was changed or added since."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        found = PdfFileReader(BytesIO(pdf), strict=False).embedded_signatures
    except Exception:  # bytes that were touched can fail anywhere in the reader
        return Signature("cannot be read as a PDF")
    if not found:
        return Signature("carries no signature")
    try:
        return _judged(found[-1])
    except Exception:
        return Signature("has a signature that cannot be read")


def _judged(signature: Any) -> Signature:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    trust = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    status = validate_pdf_signature(signature, trust)
    fingerprint = signature.signer_cert.sha256.hex()
    known = (status.signer_reported_dt, fingerprint)
    if not (status.intact and status.valid):
        return Signature("was changed after it was signed", *known)
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        return Signature("was added to after it was signed", *known)
    if not (_certificates() / f"{fingerprint}.pem").exists():
        return Signature("was signed by somebody else", *known)
    return Signature("", *known)


def _signer() -> SimpleSigner:
    if settings.SIGNING_P12:
        return _loaded(settings.SIGNING_P12, settings.SIGNING_PASSWORD)
    path = _keys() / "signing.p12"
    if not path.exists():
        make_once(path, _own_certificate())
    return _loaded(str(path), "")


@lru_cache(maxsize=4)
def _loaded(path: str, password: str) -> SimpleSigner:
    """raises  Unavailable: the file is absent, or this password does not open it"""
    from pyhanko.sign.signers import SimpleSigner

    try:
        data = Path(path).read_bytes()
    except OSError:
        raise _not_opened(path, "cannot be read") from None
    try:
        signer = SimpleSigner.load_pkcs12_data(data, [], password.encode() or None)
    except ValueError:
        found = "is not opened by KNAI_SIGNING_PASSWORD, or is no PKCS#12 file"
        raise _not_opened(path, found) from None
    _remember(signer)
    return signer


def _not_opened(path: str, found: str) -> Unavailable:
    return Unavailable(
        f"Nothing can be signed: {Path(path).name} {found}. Whoever runs the installation sets "
        "KNAI_SIGNING_P12 and KNAI_SIGNING_PASSWORD, or leaves both empty."
    )


def _remember(signer: SimpleSigner) -> None:
    certificate = x509.load_der_x509_certificate(signer.signing_cert.dump())
    path = _certificates() / f"{signer.signing_cert.sha256.hex()}.pem"
    if not path.exists():
        make_once(path, certificate.public_bytes(Encoding.PEM))


def _name_of(signer: SimpleSigner) -> str:
    return str(signer.signing_cert.subject.native.get("common_name", "KNAI"))


def _own_certificate() -> bytes:
    """A key and a certificate that vouches for itself, as PKCS#12."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "KNAI installation")])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + LASTS)
        .add_extension(usage, critical=True)
    )
    certificate = builder.sign(key, hashes.SHA256())
    return pkcs12.serialize_key_and_certificates(b"KNAI", key, certificate, None, NoEncryption())


def _keys() -> Path:
    return settings.DATA_DIR / "keys"


def _certificates() -> Path:
    return _keys() / "signing_certificates"
