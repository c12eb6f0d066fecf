"""Is the audit still what was written? Walks each clinic's chain and holds it against the signed heads; then
the files of which it tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.db.models import Exists, OuterRef

from knai.kit import verify_files
from knai.kit.clock import now
from knai.kit.heads import Heads
from knai.kit.models import AuditEntry, AuditSeal
from knai.kit.problems import Problem
from knai.kit.sealer import entry_hash, first_hash, next_hash

AT_ONCE = 1_000
UNSEALED_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Report:
    clinics: int
    entries: int
    heads: int
    files: int
    problems: tuple[Problem, ...]


def verify(data_dir: Path) -> Report:
    """Check every chain of the installation from its first link to its last, and every kept file."""
    heads = Heads(data_dir)
    problems: list[Problem] = []
    sealed = checked_heads = files = 0
    clinics = _clinics(heads)
    for clinic_id in sorted(clinics):
        walk = _Walk(clinic_id)
        problems += walk.problems()
        problems += _against_heads(heads, walk)
        problems += _unsealed(clinic_id)
        problems += verify_files.problems(clinic_id)
        files += verify_files.count(clinic_id)
        sealed += walk.seen
        checked_heads += sum(1 for _ in heads.read(clinic_id))
    return Report(len(clinics), sealed, checked_heads, files, tuple(problems))


def _clinics(heads: Heads) -> set[UUID]:
    entries = AuditEntry.objects.order_by().values_list("clinic_id", flat=True).distinct()
    seals = AuditSeal.objects.order_by().values_list("clinic_id", flat=True).distinct()
    return set(entries) | set(seals) | heads.clinics()


class _Walk:
    """One pass along a chain. Remembers each link's hash, so that the heads can be held against it."""

    def __init__(self, clinic_id: UUID) -> None:
        self.clinic_id = clinic_id
        self.seen = 0
        self.hash_at: dict[int, str] = {}

    def problems(self) -> Iterator[Problem]:
        place, chain = 0, first_hash(self.clinic_id)
        for seal, entry in _links(self.clinic_id):
            self.seen += 1
            if seal.seq != place + 1:
                yield self._problem(
                    "removed_seal", seal, f"links {place + 1} to {seal.seq - 1} are gone"
                )
            elif seal.chain_hash != next_hash(chain, seal.entry_hash):
                yield self._problem(
                    "broken_chain",
                    seal,
                    "does not follow from the link before: changed or reordered",
                )
            if entry is None:
                yield self._problem("removed_entry", seal, f"its entry {seal.entry_id} is gone")
            elif entry_hash(entry) != seal.entry_hash:
                yield self._problem(
                    "changed_entry", seal, f"its entry {entry.pk} says something else now"
                )
            place, chain = seal.seq, seal.chain_hash
            self.hash_at[place] = chain

    def _problem(self, kind: str, seal: AuditSeal, words: str) -> Problem:
        return Problem(
            kind, self.clinic_id, f"link {seal.seq}", f"Link {seal.seq} of the chain: {words}."
        )


def _links(clinic_id: UUID) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    """The seals in their order, each with the entry it speaks of."""
    last = -1
    while True:
        rows = AuditSeal.objects.filter(clinic_id=clinic_id, seq__gt=last).order_by("seq")
        seals = list(rows[:AT_ONCE])
        if not seals:
            return
        entries = AuditEntry.objects.in_bulk([seal.entry_id for seal in seals])
        for seal in seals:
            yield seal, entries.get(seal.entry_id)
        last = seals[-1].seq


def _against_heads(heads: Heads, walk: _Walk) -> Iterator[Problem]:
    for where, head in heads.read(walk.clinic_id):
        if head is None or head.clinic_id != walk.clinic_id:
            words = f"{where} cannot be read, or was not signed by this installation."
            yield Problem("bad_head", walk.clinic_id, where, words)
        elif head.seq not in walk.hash_at:
            words = (
                f"The chain had {head.seq} links when {where} was signed; it ends before that now."
            )
            yield Problem("cut_tail", walk.clinic_id, where, words)
        elif walk.hash_at[head.seq] != head.chain_hash:
            words = f"Link {head.seq} had another hash when {where} was signed: the chain was made anew."
            yield Problem("recomputed_chain", walk.clinic_id, where, words)


def _unsealed(clinic_id: UUID) -> Iterator[Problem]:
    """Entries the sealer should have reached by now: it does not run, or somebody removed the seals."""
    sealed = AuditSeal.objects.filter(entry_id=OuterRef("pk"))
    rows = AuditEntry.objects.filter(~Exists(sealed), clinic_id=clinic_id)
    for pk in rows.filter(at__lt=now() - UNSEALED_AFTER).values_list("pk", flat=True)[:AT_ONCE]:
        words = f"Entry {pk} is older than {UNSEALED_AFTER.seconds} s and not sealed."
        yield Problem("unsealed_entry", clinic_id, f"entry {pk}", words)
