"""Are the kept files still what was kept? The audit says what was, and its chain vouches for the audit."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from knai.core.errors import Unavailable
from knai.kit import files, signing
from knai.kit.models import AuditEntry, KeptFile
from knai.kit.problems import Problem

AT_ONCE = 500


def count(clinic_id: UUID) -> int:
    return _entries(clinic_id).count()


def problems(clinic_id: UUID) -> Iterator[Problem]:
    """Every file of a clinic that is gone, that says something else now, or whose signature is broken."""
    last = -1
    while True:
        entries = list(_entries(clinic_id).filter(pk__gt=last).order_by("pk")[:AT_ONCE])
        if not entries:
            return
        rows = KeptFile.objects.in_bulk([UUID(entry.subject_id) for entry in entries])
        for entry in entries:
            found = _found(entry, rows.get(UUID(entry.subject_id)))
            if found:
                yield Problem(found[0], clinic_id, f"file {entry.subject_id}", found[1])
        last = entries[-1].pk


def _entries(clinic_id: UUID):
    return AuditEntry.objects.filter(clinic_id=clinic_id, verb="file.kept")


def _found(entry: AuditEntry, kept: KeptFile | None) -> tuple[str, str] | None:
    name = f"File {entry.subject_id}"
    if kept is None:
        return "removed_file", f"{name} was kept; nothing is known of it now."
    if kept.sha256 != entry.detail["sha256"] or kept.clinic_id != entry.clinic_id:
        return "changed_file", f"{name} is not the one that was kept."
    try:
        data = files.bytes_of(kept)
    except Unavailable:
        state = files.state_of(kept.sha256)
        return f"{state}_bytes", f"{name}: its bytes are {state}."
    signature = signing.verify(data) if entry.detail["signed"] else None
    if signature is not None and not signature.holds:
        return "broken_signature", f"{name} {signature.problem}."
    return None
