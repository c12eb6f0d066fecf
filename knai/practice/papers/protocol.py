"""A protocol of the clinic as a paper: every field of its document, and who approved it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.practice import protocol_view, protocols
from knai.practice.models import TreatmentProtocol
from knai.practice.papers.session_facts import Pairs
from knai.practice.papers.times import day_words, moment


@dataclass(frozen=True, slots=True)
class ProtocolPaper:
    person: None
    session_id: None
    name: str
    version: int
    facts: Pairs
    sections: tuple[tuple[str, Pairs], ...]
    checks: Pairs


def gather(*, by: Actor, subject_id: UUID, options: dict[str, Any]) -> ProtocolPaper:
    """raises  Forbidden; Missing: no such protocol here"""
    by.must("read_chart")
    rows = TreatmentProtocol.objects.filter(clinic_id=by.clinic_id, pk=subject_id)
    protocol = rows.select_related("approved_by").first()
    if protocol is None:
        raise Missing("There is no such protocol in this clinic.")
    document = protocols.read(protocol)
    return ProtocolPaper(
        person=None,
        session_id=None,
        name=protocol.name,
        version=protocol.version,
        facts=_facts(by, protocol),
        sections=tuple(_sections(protocol)),
        checks=tuple(
            (protocol_view.check_words(item), str(item.effect).replace("_", " "))
            for item in protocols.check_items(document)
        ),
    )


def _sections(protocol: TreatmentProtocol) -> Iterator[tuple[str, Pairs]]:
    """In the words of its page; the checks have a table of their own here."""
    for section in protocol_view.sections(protocol):
        rows = tuple((row.label, row.text) for row in section.rows if row.key != "checks")
        if rows:
            yield section.title, rows


def _facts(by: Actor, protocol: TreatmentProtocol) -> Pairs:
    approved = "not approved"
    if protocol.approved_at and protocol.approved_by:
        when = moment(protocol.approved_at, by.clinic.tz)
        approved = f"by {protocol.approved_by.name}, {when}"
    return (
        ("Version", str(protocol.version)),
        ("Approved", approved),
        ("Published", "yes" if protocol.is_public else "no"),
        ("Last reviewed", day_words(protocol.reviewed_on) or "not recorded"),
        (
            "Withdrawn",
            moment(protocol.withdrawn_at, by.clinic.tz) if protocol.withdrawn_at else "",
        ),
    )
