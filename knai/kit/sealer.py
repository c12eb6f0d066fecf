"""The chain over the audit: each entry hashed, each hash tied to the one before, the head signed outside.

One sealer a clinic runs within a second of the entries. What it sees, it seals in order of the entries'
numbers; an entry whose transaction committed late is sealed late, at the end of the chain: `seq` is the
seal's own order. Two sealers at once cannot fork a chain, for a place in it is unique.

The newest head lies signed in DATA_DIR/audit/<clinic>.head.json, and one an hour, and one at the end, stays
in <clinic>.heads.jsonl: whoever cuts the tail or recomputes the chain in the database alone contradicts them.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import rfc8785
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from knai.kit.clock import now
from knai.kit.heads import Head, Heads
from knai.kit.models import AuditEntry, AuditSeal

HEAD_EVERY = timedelta(hours=1)
AT_ONCE = 5_000  # entries a pass, so that no pass holds the database long
LOOK_BACK = 2_000  # entries below the newest sealed one that may still be committing (PostgreSQL)


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 of everything the entry says, as RFC 8785 JSON."""
    said = {
        "id": entry.pk,
        "clinic_id": str(entry.clinic_id),
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": _text(entry.actor_id),
        "actor_name": entry.actor_name,
        "verb": entry.verb,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "patient_id": _text(entry.patient_id),
        "session_id": _text(entry.session_id),
        "detail": entry.detail,
    }
    return hashlib.sha256(_canonical(said)).hexdigest()


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _canonical(said: dict[str, Any]) -> bytes:
    try:
        return rfc8785.dumps(said)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        # A number JSON cannot hold exactly, or half a character: its text still can be hashed.
        return rfc8785.dumps(said | {"detail": json.dumps(said["detail"], sort_keys=True)})


def first_hash(clinic_id: UUID) -> str:
    """What the first link of a clinic's chain is tied to."""
    return hashlib.sha256(f"KNAI audit {clinic_id}".encode()).hexdigest()


def next_hash(chain_hash: str, this_entry_hash: str) -> str:
    return hashlib.sha256(f"{chain_hash}{this_entry_hash}".encode()).hexdigest()


class Sealer:
    """Seals what is new, for every clinic of the installation."""

    def __init__(self, data_dir: Path) -> None:
        self._heads = Heads(data_dir)
        self._looked_at_all = datetime.min.replace(tzinfo=UTC)
        self._kept: dict[UUID, tuple[datetime, int]] = {}  # clinic → last head kept for good

    def seal(self) -> int:
        """Seal what is visible and not yet sealed. Returns how many entries that were."""
        by_clinic: dict[UUID, list[AuditEntry]] = defaultdict(list)
        for entry in self._unsealed():
            by_clinic[entry.clinic_id].append(entry)
        sealed = 0
        for clinic_id, entries in by_clinic.items():
            sealed += self._seal_clinic(clinic_id, entries)
        return sealed

    def seal_all(self) -> int:
        """Seal until nothing is left."""
        total = 0
        while found := self.seal():
            total += found
        return total

    def close(self) -> None:
        """At the end of the process: seal the rest, and keep a signed head of every chain for good."""
        self.seal_all()
        for clinic_id in (
            AuditSeal.objects.order_by().values_list("clinic_id", flat=True).distinct()
        ):
            self._keep(_head(AuditSeal.objects.filter(clinic_id=clinic_id).latest("seq")))

    def _unsealed(self) -> list[AuditEntry]:
        sealed = AuditSeal.objects.filter(entry_id=OuterRef("pk"))
        rows = AuditEntry.objects.filter(~Exists(sealed)).order_by("pk")
        if now() - self._looked_at_all < HEAD_EVERY:
            newest = AuditSeal.objects.order_by("-entry_id").values_list("entry_id", flat=True)
            rows = rows.filter(pk__gt=(newest.first() or 0) - LOOK_BACK)
        found = list(rows[:AT_ONCE])
        if len(found) < AT_ONCE and now() - self._looked_at_all >= HEAD_EVERY:
            self._looked_at_all = now()
        return found

    def _seal_clinic(self, clinic_id: UUID, entries: list[AuditEntry]) -> int:
        last = AuditSeal.objects.filter(clinic_id=clinic_id).order_by("-seq").first()
        seq, chain = (last.seq, last.chain_hash) if last else (0, first_hash(clinic_id))
        seals = []
        for entry in entries:
            seq, hashed = seq + 1, entry_hash(entry)
            chain = next_hash(chain, hashed)
            seals.append(_seal(entry, seq, hashed, chain))
        try:
            with transaction.atomic():
                AuditSeal.objects.bulk_create(seals, batch_size=500)
        except IntegrityError:
            return 0  # another process sealed them first; what is left is seen at the next pass
        self._sign(_head(seals[-1]))
        return len(seals)

    def _sign(self, head: Head) -> None:
        self._heads.write_newest(head)
        kept_at, _ = self._kept.get(head.clinic_id, (None, 0))
        if kept_at is None or head.at - kept_at >= HEAD_EVERY:
            self._keep(head)

    def _keep(self, head: Head) -> None:
        if self._kept.get(head.clinic_id, (None, 0))[1] != head.seq:
            self._heads.keep(head)
        self._kept[head.clinic_id] = (head.at, head.seq)


def _seal(entry: AuditEntry, seq: int, hashed: str, chain: str) -> AuditSeal:
    return AuditSeal(
        clinic_id=entry.clinic_id,
        seq=seq,
        entry_id=entry.pk,
        entry_hash=hashed,
        chain_hash=chain,
        sealed_at=now(),
    )


def _head(seal: AuditSeal) -> Head:
    return Head(seal.clinic_id, seal.seq, seal.chain_hash, now())
