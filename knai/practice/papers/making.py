"""From a kind and a subject to the bytes of a paper. Writes nothing; actions.papers keeps what comes out."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from knai.core.errors import Refused
from knai.identity.actors import Actor
from knai.kit import pdf
from knai.practice.papers.head import head_of
from knai.practice.papers.kinds import Facts, Kind, facts_as_values

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is taken for another
CODE_LENGTH = 16  # 78 bits: nobody guesses one
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")


@dataclass(frozen=True, slots=True)
class Made:
    """A paper's bytes, and what is known of it."""

    data: bytes
    code: str
    title: str
    patient_id: UUID | None
    session_id: UUID | None

    @property
    def pages(self) -> int:
        return count_pages(self.data)


def make(
    *,
    by: Actor,
    kind: Kind,
    subject_id: Any,
    at: datetime,
    origin: str = "",
    options: dict[str, Any] | None = None,
    confirmed: bool = False,
) -> Made:
    """Gather and set one paper.

    origin     the address of this installation, "https://clinic.example"; "" leaves the QR code out
    confirmed  said on purpose; some kinds want it
    raises     Forbidden; Missing; Malformed; Refused
    """
    kind.must_make(by)
    if kind.deliberate and not confirmed:
        raise Refused(
            "This paper is made only on purpose: it tells what the Standard found. Tick that you want it."
        )
    facts = kind.gather(by=by, subject_id=subject_id, options=options or {})
    code = new_code() if origin else ""
    data = set_paper(by=by, kind=kind, facts=facts, at=at, code=code, origin=origin)
    person = facts.person
    return Made(data, code, kind.title, person.patient_id if person else None, facts.session_id)


def set_paper(
    *, by: Actor, kind: Kind, facts: Facts, at: datetime, code: str = "", origin: str = ""
) -> bytes:
    """The bytes of facts already gathered."""
    check = f"{origin.rstrip('/')}/papers/{code}/" if code and origin else ""
    head = head_of(
        by=by, title=kind.title, kind=kind.name, person=facts.person, at=at, code=code, check=check
    )
    values = {"paper": facts_as_values(head), "facts": facts_as_values(facts)}
    return pdf.render(kind.path, values, at)


def new_code() -> str:
    """XXXX-XXXX-XXXX-XXXX."""
    letters = [secrets.choice(LETTERS) for _ in range(CODE_LENGTH)]
    return "-".join("".join(letters[n : n + 4]) for n in range(0, CODE_LENGTH, 4))


def count_pages(data: bytes) -> int:
    return len(_PAGE.findall(data))
