"""A protocol of the clinic as a paper: every field of its document, and who approved it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from knai.core.errors import Missing
from knai.core.substances import get_modality, get_substance
from knai.identity.actors import Actor
from knai.practice import protocols
from knai.practice.live.chart import ROUTE_WORDS
from knai.practice.models import TreatmentProtocol
from knai.practice.papers.session_facts import Pairs
from knai.practice.papers.times import day_words, moment

ABOVE = frozenset({"checks", "plan", "ingredients"})  # told in parts of their own
PLAIN_UNITS = {"mg per kg per h": "mg/kg/h", "mg per kg": "mg/kg", "mg per ml": "mg/mL"}


@dataclass(frozen=True, slots=True)
class ProtocolPaper:
    person: None
    session_id: None
    name: str
    version: int
    facts: Pairs
    plan: Pairs
    rules: Pairs
    ingredients: tuple[str, ...]
    checks: Pairs


def gather(*, by: Actor, subject_id: UUID, options: dict[str, Any]) -> ProtocolPaper:
    """raises  Forbidden; Missing: no such protocol here"""
    by.must("read_chart")
    rows = TreatmentProtocol.objects.filter(clinic_id=by.clinic_id, pk=subject_id)
    protocol = rows.select_related("approved_by").first()
    if protocol is None:
        raise Missing("There is no such protocol in this clinic.")
    document = protocols.read(protocol)
    values = protocol.document
    return ProtocolPaper(
        person=None,
        session_id=None,
        name=protocol.name,
        version=protocol.version,
        facts=_facts(by, protocol),
        plan=_pairs(values.get("plan") or {}),
        rules=_pairs({name: value for name, value in values.items() if name not in ABOVE}),
        ingredients=tuple(_words(item) for item in values.get("ingredients") or ()),
        checks=tuple(
            (item.title, str(item.effect).replace("_", " "))
            for item in protocols.check_items(document)
        ),
    )


def _facts(by: Actor, protocol: TreatmentProtocol) -> Pairs:
    approved = "not approved"
    if protocol.approved_at and protocol.approved_by:
        when = moment(protocol.approved_at, by.clinic.tz)
        approved = f"by {protocol.approved_by.name}, {when}"
    return (
        ("Version", str(protocol.version)),
        ("Substance", get_substance(protocol.substance).name),
        ("Modality", get_modality(protocol.modality).name),
        ("Route", ROUTE_WORDS.get(protocol.route, protocol.route.replace("_", " "))),
        ("Approved", approved),
        ("Published", "yes" if protocol.is_public else "no"),
        ("Last reviewed", day_words(protocol.reviewed_on) or "not recorded"),
        (
            "Withdrawn",
            moment(protocol.withdrawn_at, by.clinic.tz) if protocol.withdrawn_at else "",
        ),
    )


def _pairs(values: Mapping[str, Any]) -> Pairs:
    return tuple(
        (_label(name), words) for name, value in values.items() if (words := _words(value))
    )


def _label(name: str) -> str:
    words = name.replace("_", " ")
    for long, short in PLAIN_UNITS.items():
        words = words.replace(long, short)
    return words[:1].upper() + words[1:]


def _words(value: Any) -> str:
    return "; ".join(_parts(value))


def _parts(value: Any) -> Iterator[str]:
    if value is None or value in ("", [], {}):
        return
    if isinstance(value, Mapping):
        for name, part in value.items():
            if words := _words(part):
                yield f"{ROUTE_WORDS.get(name, _label(str(name)))}: {words}"
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _parts(part)
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    else:
        text = str(value)
        yield ROUTE_WORDS.get(text, text.replace("_", " ") if " " not in text else text)
