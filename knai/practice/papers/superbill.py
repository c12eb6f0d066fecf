"""A superbill: the visit, the diagnoses with their codes, the services a person chose from the clinic's list.

KNAI names no billing code itself: the list is the clinic's, and each line says who chose it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from knai.core.errors import Malformed
from knai.identity.actors import Actor
from knai.practice import paper_settings
from knai.practice.papers.head import Person
from knai.practice.papers.session_facts import Pairs, read_session
from knai.practice.papers.times import day_words


@dataclass(frozen=True, slots=True)
class CodeLine:
    code: str
    words: str
    units: str


@dataclass(frozen=True, slots=True)
class Superbill:
    person: Person
    session_id: UUID
    facts: Pairs
    diagnoses: tuple[CodeLine, ...]
    services: tuple[CodeLine, ...]
    chosen_by: str


def gather(*, by: Actor, subject_id: UUID, options: dict[str, Any]) -> Superbill:
    """raises  Forbidden; Missing; Malformed: no code chosen, or one that is not on the clinic's list"""
    read = read_session(by=by, session_id=subject_id)
    session = read.session
    provider = session.provider
    return Superbill(
        person=read.person,
        session_id=session.pk,
        facts=(
            ("Date of service", day_words(read.day)),
            ("Place of service", by.clinic.name),
            ("Address", by.clinic.address),
            ("Telephone", by.clinic.phone),
            ("Provider", provider.name if provider else "not named"),
            ("Began", read.moment(session.arrived_at or session.first_dose_at)),
            ("Ended", read.moment(session.departed_at)),
        ),
        diagnoses=tuple(
            CodeLine(line.body.code or "no code", line.body.text or _words(line.body.category), "")
            for line in read.known.work_up.of("diagnosis")
        ),
        services=_services(by, options.get("codes") or {}),
        chosen_by=by.name,
    )


def _services(by: Actor, chosen: dict[str, Any]) -> tuple[CodeLine, ...]:
    known = {row["code"]: row["words"] for row in paper_settings.get_settings(by=by).billing_codes}
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        raise Malformed(
            f"Not on the clinic's list: {', '.join(unknown)}. The owner adds codes there.", "codes"
        )
    if not chosen:
        raise Malformed("Choose at least one code of the clinic's list.", "codes")
    return tuple(CodeLine(code, known[code], str(units)) for code, units in chosen.items())


def _words(category: str) -> str:
    return category.replace("_", " ").capitalize()
