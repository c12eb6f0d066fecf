"""A clinic's protocols as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.text import slugify

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.identity.models import User
from knai.practice import protocol_view, protocols
from knai.practice.actions.protocols import get_protocol, list_lacking, why_not_approve
from knai.practice.models import TreatmentProtocol
from knai.practice.protocol_document import Document
from knai.practice.protocol_view import Change, Section


@dataclass(frozen=True, slots=True)
class ProtocolRow:
    """One version in a list. state: current, draft, older, withdrawn."""

    id: UUID
    name: str
    version: int
    route: str
    substance: str
    state: str
    is_public: bool
    approved_by: str
    approved_at: datetime | None
    reviewed_on: date | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProtocolPage:
    """One version, whole."""

    row: ProtocolRow
    revision: int
    document: Document
    substance_id: str
    modality_id: str
    route_id: str
    sections: tuple[Section, ...]
    authors: tuple[str, ...]
    withdrawn_because: str
    lacking: tuple[str, ...]
    why_not_approve: str | None
    public_path: str
    versions: tuple[ProtocolRow, ...]


@dataclass(frozen=True, slots=True)
class PublicProtocol:
    """What anybody may read: no person of the clinic, no patient."""

    clinic: str
    is_invented: bool
    name: str
    version: int
    approved_at: datetime | None
    reviewed_on: date | None
    withdrawn_at: datetime | None
    sections: tuple[Section, ...]
    others: tuple[int, ...]
    as_json: dict[str, Any]


def list_protocols(*, by: Actor) -> list[ProtocolRow]:
    """Every version of every protocol: by name, newest first."""
    by.must("read_schedule")
    rows = TreatmentProtocol.objects.filter(clinic_id=by.clinic_id).select_related("approved_by")
    return _rows(rows.order_by("name", "-version"))


def _rows(protocols_: Iterable[TreatmentProtocol]) -> list[ProtocolRow]:
    """In the order given; of each name the newest version that stands is the current one."""
    current: set[str] = set()
    rows = []
    for protocol in protocols_:
        state = _state(protocol, is_current=protocol.name not in current)
        if state == "current":
            current.add(protocol.name)
        rows.append(_row(protocol, state))
    return rows


def _state(protocol: TreatmentProtocol, is_current: bool) -> str:
    if protocol.withdrawn_at is not None:
        return "withdrawn"
    if protocol.approved_at is None:
        return "draft"
    return "current" if is_current else "older"


def _row(protocol: TreatmentProtocol, state: str) -> ProtocolRow:
    return ProtocolRow(
        id=protocol.pk,
        name=protocol.name,
        version=protocol.version,
        route=protocol_view.ROUTES.get(protocol.route, protocol.route),
        substance=protocols.substance_of(protocol.substance, protocols.read(protocol)).name,
        state=state,
        is_public=protocol.is_public,
        approved_by=protocol.approved_by.name if protocol.approved_by else "",
        approved_at=protocol.approved_at,
        reviewed_on=protocol.reviewed_on,
        withdrawn_at=protocol.withdrawn_at,
    )


def get_page(*, by: Actor, protocol_id: UUID) -> ProtocolPage:
    """raises  Missing: absent, or another clinic's"""
    by.must("read_schedule")
    protocol = get_protocol(by=by, protocol_id=protocol_id)
    versions = _versions(protocol)
    names = dict(User.objects.filter(pk__in=protocol.authors).values_list("pk", "name"))
    return ProtocolPage(
        row=next(row for row in versions if row.id == protocol.pk),
        revision=protocol.revision,
        document=protocols.read(protocol),
        substance_id=protocol.substance,
        modality_id=protocol.modality,
        route_id=protocol.route,
        sections=protocol_view.sections(protocol),
        authors=tuple(names[UUID(pk)] for pk in protocol.authors if UUID(pk) in names),
        withdrawn_because=protocol.withdrawn_because,
        lacking=list_lacking(protocol),
        why_not_approve=why_not_approve(by, protocol),
        public_path=protocols.public_path(protocol),
        versions=tuple(versions),
    )


def _versions(protocol: TreatmentProtocol) -> list[ProtocolRow]:
    rows = TreatmentProtocol.objects.filter(clinic_id=protocol.clinic_id, name=protocol.name)
    return _rows(rows.select_related("approved_by").order_by("-version"))


def compare(
    *, by: Actor, protocol_id: UUID, other_id: UUID
) -> tuple[ProtocolRow, ProtocolRow, tuple[Change, ...]]:
    """The older version, the newer one, and what differs."""
    by.must("read_schedule")
    pair = [get_protocol(by=by, protocol_id=pk) for pk in (protocol_id, other_id)]
    old, new = sorted(pair, key=lambda p: (p.name, p.version))
    rows = [_row(each, _state(each, is_current=False)) for each in (old, new)]
    return rows[0], rows[1], protocol_view.compare(old, new)


def get_public(*, clinic_slug: str, name_slug: str, version: int) -> PublicProtocol:
    """A published version, for anybody.

    raises  Missing: there is none, or it is not public: the two look the same
    """
    rows = TreatmentProtocol.objects.filter(
        clinic__slug=clinic_slug, is_public=True, approved_at__isnull=False
    ).select_related("clinic")
    mine = [p for p in rows.order_by("-version") if slugify(p.name) == name_slug]
    protocol = next((p for p in mine if p.version == version), None)
    if protocol is None:
        raise Missing("There is no public protocol at this address.")
    found = protocol_view.sections(protocol)
    return PublicProtocol(
        clinic=protocol.clinic.name,
        is_invented=protocol.clinic.is_invented,
        name=protocol.name,
        version=protocol.version,
        approved_at=protocol.approved_at,
        reviewed_on=protocol.reviewed_on,
        withdrawn_at=protocol.withdrawn_at,
        sections=found,
        others=tuple(p.version for p in mine if p.version != version),
        as_json={"clinic": protocol.clinic.name, **protocol_view.as_json(protocol, found)},
    )
