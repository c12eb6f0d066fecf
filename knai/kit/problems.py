"""What a check of the installation finds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was done to the audit, or to a file the audit tells of.

    kind   changed_entry, removed_entry, removed_seal, broken_chain, cut_tail, recomputed_chain, bad_head,
           unsealed_entry; removed_file, changed_file, gone_bytes, changed_bytes, broken_signature
    where  the place in the chain, the number of the entry, the line of the heads file, or the file
    """

    kind: str
    clinic_id: UUID
    where: str
    words: str
