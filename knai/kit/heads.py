"""Signed heads of the audit's chains, in files outside the database.

A head says: at this instant the clinic's chain was `seq` links long and its last hash was this. It is signed
with the installation's Ed25519 key. Copy the folder to another machine now and then: who holds the database,
the files and the key at once can rewrite all three.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from knai.kit.keys import signing_key


@dataclass(frozen=True, slots=True)
class Head:
    clinic_id: UUID
    seq: int
    chain_hash: str
    at: datetime

    def said(self) -> dict[str, Any]:
        return {
            "clinic_id": str(self.clinic_id),
            "seq": self.seq,
            "chain_hash": self.chain_hash,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
        }


class Heads:
    """The folder DATA_DIR/audit and the key that signs into it."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "audit"
        self._key_path = data_dir / "keys" / "audit.pem"
        self._key: Ed25519PrivateKey | None = None

    @property
    def key(self) -> Ed25519PrivateKey:
        if self._key is None:
            self._key = signing_key(self._key_path)
        return self._key

    def newest_path(self, clinic_id: UUID) -> Path:
        return self.folder / f"{clinic_id}.head.json"

    def kept_path(self, clinic_id: UUID) -> Path:
        return self.folder / f"{clinic_id}.heads.jsonl"

    def write_newest(self, head: Head) -> None:
        """Replace the newest head in one step. An older one after a power cut does no harm."""
        path = self.newest_path(head.clinic_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(self._signed(head), "utf-8")
        partial.replace(path)

    def keep(self, head: Head) -> None:
        """Add the head to the file that only grows, and wait for the disk."""
        path = self.kept_path(head.clinic_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("a", encoding="utf-8") as out:
            fcntl.flock(out, fcntl.LOCK_EX)
            out.write(self._signed(head))
            out.flush()
            os.fsync(out.fileno())

    def clinics(self) -> set[UUID]:
        """Every clinic that has a head here, whether the database still knows it or not."""
        return {UUID(path.name.split(".")[0]) for path in self.folder.glob("*.head*.json*")}

    def read(self, clinic_id: UUID) -> Iterator[tuple[str, Head | None]]:
        """(where, head) of each line; None where the line cannot be read or its signature is not ours."""
        for path in (self.kept_path(clinic_id), self.newest_path(clinic_id)):
            if path.exists():
                for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
                    yield f"{path.name}:{number}", self._verified(line)

    def _signed(self, head: Head) -> str:
        signature = base64.b64encode(self.key.sign(rfc8785.dumps(head.said()))).decode()
        public = self.key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        line = head.said() | {"key": base64.b64encode(public).decode(), "signature": signature}
        return json.dumps(line) + "\n"

    def _verified(self, line: str) -> Head | None:
        try:
            found = json.loads(line)
            head = Head(
                UUID(found["clinic_id"]),
                int(found["seq"]),
                str(found["chain_hash"]),
                datetime.fromisoformat(found["at"]),
            )
            public: Ed25519PublicKey = self.key.public_key()
            public.verify(base64.b64decode(found["signature"]), rfc8785.dumps(head.said()))
        except (ValueError, KeyError, TypeError, InvalidSignature):
            return None
        return head
