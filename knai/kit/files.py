"""Files the installation keeps: written once under the hash of what is in them, proved at every reading.

The bytes go through Django's default storage (a folder; another storage is one setting), before the row that
speaks of them. A transaction that fails leaves bytes nobody points to, never a row without bytes.
"""

from __future__ import annotations

import hashlib
from math import ceil
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from knai.core.errors import Malformed, Missing, Unavailable
from knai.kit import audit
from knai.kit.clock import now
from knai.kit.models import KeptFile

MOST_UPLOAD_BYTES = 30 * 1024 * 1024  # 30 MB as scanners and file managers count
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
TEXT, CSV, JSON, ZIP = "text/plain", "text/csv", "application/json", "application/zip"
UPLOADS = (PDF, PNG, JPEG, TEXT, CSV)  # what a person may bring in
KEPT = (*UPLOADS, JSON, ZIP)  # what the program itself may keep as well
ENDINGS = {
    PDF: ".pdf",
    PNG: ".png",
    JPEG: ".jpg",
    TEXT: ".txt",
    CSV: ".csv",
    JSON: ".json",
    ZIP: ".zip",
}
_BEGINS = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG, b"PK\x03\x04": ZIP}
_CONTROL = frozenset(range(32)) - {9, 10, 12, 13}


def keep(
    data: bytes, *, name: str, media_type: str, by: audit.Who, is_signed: bool = False
) -> KeptFile:
    """Keep these bytes for the actor's clinic. The same bytes lie in the storage once.

    name        as people know it; folders and control characters are taken out
    is_signed   it carries the installation's signature, which `knai verify` then wants to find unbroken
    raises      Malformed: empty, or not what `media_type` says
    """
    _check(data, media_type)
    sha256 = hashlib.sha256(data).hexdigest()
    _store(sha256, data)
    kept = KeptFile.objects.create(
        clinic_id=by.clinic_id,
        sha256=sha256,
        size_bytes=len(data),
        media_type=media_type,
        name=plain_name(name),
        kept_at=now(),
        kept_by_id=by.user_id,
    )
    audit.record("file.kept", by=by, subject=kept, sha256=sha256, signed=is_signed)
    return kept


def keep_upload(data: bytes, *, name: str, by: audit.Who) -> KeptFile:
    """Keep what a person brought in. What it is follows from its bytes, never from what it is called.

    raises  Malformed: larger than 30 MB, empty, or not a PDF, PNG, JPEG, text or CSV
    """
    refuse_large(len(data))
    return keep(data, name=name, media_type=sniff(data, name), by=by)


def refuse_large(size_bytes: int, field: str = "file") -> None:
    """raises  Malformed: more than 30 MB"""
    if size_bytes > MOST_UPLOAD_BYTES:
        found, most = ceil(size_bytes / 104_857.6) / 10, MOST_UPLOAD_BYTES // 1_048_576
        raise Malformed(
            f"The file has {found} MB; at most {most} MB can be kept. "
            "Scan it in black and white or at 200 dpi, or split it.",
            field,
        )


def read(file_id: UUID, *, by: audit.Who) -> tuple[KeptFile, bytes]:
    """A file of the actor's clinic and its bytes, held against their hash. The caller audits whose it was.

    raises  Missing: absent, or another clinic's; Unavailable: the bytes are gone or were changed
    """
    kept = KeptFile.objects.filter(pk=file_id, clinic_id=by.clinic_id).first()
    if kept is None:
        raise Missing("There is no such file in this clinic.")
    return kept, bytes_of(kept)


def bytes_of(kept: KeptFile) -> bytes:
    """raises  Unavailable: the bytes are gone or were changed"""
    data = _stored(kept.sha256)
    if data is None:
        raise Unavailable(f"The bytes of file {kept.pk} are {state_of(kept.sha256)}. {_REMEDY}")
    return data


def sniff(data: bytes, name: str = "") -> str:
    """What these bytes are, of the kinds that may be brought in.

    name    tells a CSV from other text, and nothing else
    raises  Malformed: something else
    """
    for begin, media_type in _BEGINS.items():
        if data.startswith(begin) and media_type in UPLOADS:
            return media_type
    if _is_text(data):
        return CSV if name.lower().endswith(".csv") else TEXT
    raise Malformed(
        "This file cannot be kept. Wanted a PDF, a PNG or JPEG picture, text or CSV.", "file"
    )


def plain_name(name: str) -> str:
    """A file's name without folders, control characters and quotes; never empty."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '"<>|:*?')
    return kept.strip(" .")[-200:] or "file"


_REMEDY = "Restore it from the backup, and run `knai verify` to see what else was touched."


def _check(data: bytes, media_type: str) -> None:
    if not data:
        raise Malformed("The file is empty. Choose another, or scan it again.", "file")
    if media_type not in KEPT:
        raise Malformed(f"found {media_type!r}; wanted one of {', '.join(KEPT)}", "media_type")
    begins = [begin for begin, kind in _BEGINS.items() if kind == media_type]
    fits = data.startswith(begins[0]) if begins else _is_text(data)
    if not fits:
        raise Malformed(f"The bytes are not {media_type}.", "media_type")


def _is_text(data: bytes) -> bool:
    if _CONTROL & set(data[:65_536]):
        return False
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(data)


def _place(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _store(sha256: str, data: bytes) -> None:
    """Write the bytes unless they lie there unharmed already."""
    if _stored(sha256) is None:
        default_storage.save(_place(sha256), ContentFile(data))


def _stored(sha256: str) -> bytes | None:
    """The bytes of this hash; None when they are absent or have another hash by now."""
    try:
        with default_storage.open(_place(sha256)) as file:
            data = file.read()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def state_of(sha256: str) -> str:
    """What is wrong with the stored bytes: "" when nothing is, "gone" or "changed"."""
    if _stored(sha256) is not None:
        return ""
    return "changed" if default_storage.exists(_place(sha256)) else "gone"
