"""What each kind of work is called, who sees it and who may do it.

A kind that is not listed here is clinical work that is done on the to-do page itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class WorkKind:
    """
    reads        permission that shows it; does: permission that takes and closes it
    closes_here  on the to-do page; else on a page of its own, by what is done there
    is_critical  stands before everything else
    """

    label: str
    reads: str = "read_chart"
    does: str = "chart"
    closes_here: bool = True
    is_critical: bool = False


OTHER = WorkKind("Other")
KINDS: Mapping[str, WorkKind] = MappingProxyType(
    {
        "suicidal_thoughts": WorkKind("Suicidal thoughts", is_critical=True),
        "serious_event": WorkKind("Serious event", is_critical=True),
        "next_day_call": WorkKind("Next-day call", closes_here=False),
        "call_finding": WorkKind("Told in a call"),
        "unsigned_note": WorkKind("Unsigned note", closes_here=False),
        "cosign": WorkKind("Co-signature", closes_here=False),
        "end_of_day": WorkKind("End of day", closes_here=False),
        "rebook": WorkKind("Book again", "read_schedule", "check_in"),
        "death": WorkKind("Death"),
        "consent_expiry": WorkKind("Consent runs out"),
        "credential_expiry": WorkKind("Credential", "manage_clinic", "manage_clinic"),
        "broken_glass": WorkKind("Restricted chart opened", "manage_clinic", "manage_clinic", False),
        "records_request": WorkKind("Request for records", "release_records", "release_records", False),
    }
)  # fmt: skip

# What is still owed when the patient has died; everything else is halted, also when it is opened later.
AFTER_DEATH = frozenset(
    {"death", "rebook", "unsigned_note", "cosign", "records_request", "broken_glass", "serious_event"}
)  # fmt: skip


def kind_of(name: str) -> WorkKind:
    return KINDS.get(name, OTHER)


def label_of(name: str) -> str:
    return KINDS[name].label if name in KINDS else name.replace("_", " ").capitalize()
