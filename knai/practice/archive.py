"""The archive of an export: a zip that grows slice by slice, closed by a manifest with every hash."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from knai.kit.files import plain_name

CHUNK = 1024 * 1024
MANIFEST, READ_ME = "manifest.json", "READ_ME.txt"


def path_of(export_id: UUID) -> Path:
    """Where an archive grows, and where the clinic's own stays until it is removed."""
    folder = Path(settings.DATA_DIR) / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{export_id}.zip"


class Archive:
    """A zip open for adding. A name that is in it already is not added again."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._names = set(file.namelist())

    def has(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str, pieces: Iterable[str | bytes]) -> None:
        if self.has(name):
            return
        with self._file.open(name, "w", force_zip64=True) as out:
            for piece in pieces:
                out.write(piece.encode("utf-8") if isinstance(piece, str) else piece)
        self._names.add(name)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """raises  zipfile.BadZipFile: it was cut off while it was written; begin anew"""
    mode = "a" if path.exists() else "w"
    with zipfile.ZipFile(path, mode, zipfile.ZIP_DEFLATED, allowZip64=True) as file:
        path.chmod(0o600)
        yield Archive(file)


def close_with_manifest(path: Path, about: dict[str, Any], words: str, made_at: datetime) -> None:
    """Add what every file is and hashes to. Reads each once; nothing is kept in memory."""
    with zipfile.ZipFile(path) as file:
        files = [_described(file, info) for info in file.infolist() if info.filename != MANIFEST]
    manifest = about | {"made_at": made_at.isoformat(), "files": files}
    with opened(path) as archive:
        archive.add(MANIFEST, [json.dumps(manifest, ensure_ascii=False, indent=1)])
        archive.add(READ_ME, [words])


def _described(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> dict[str, Any]:
    digest = hashlib.sha256()
    with file.open(info) as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
    return {"name": info.filename, "size_bytes": info.file_size, "sha256": digest.hexdigest()}


def hash_of(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def safe(text: str) -> str:
    """A part of a name within the archive, without folders."""
    return plain_name(text).replace(" ", "-").replace("/", "-")
