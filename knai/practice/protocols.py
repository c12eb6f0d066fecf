"""The document of a treatment protocol: what a clinic treats by, read into one frozen shape."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from knai.core.checks import CheckItem, read_items, starter_items
from knai.core.errors import Malformed
from knai.practice.entries import Plan
from knai.practice.models import TreatmentProtocol


class PlanDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is planned when nobody plans anything else. A clinic's own figures."""

    mg_per_kg: Decimal | None = None
    duration_min: Decimal | None = None
    expected_sedation: str | None = None
    supervision: str | None = None
    concentration_mg_per_ml: Decimal | None = None
    final_volume_ml: Decimal | None = None


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the JSON of a protocol holds.

    ceiling_...     route → the most the clinic gives; KNAI-16 reads them
    checks          id → the fields of a clinic check; None: the starter set; {}: no checks
    use_is_off_label  None: as the substance says
    """

    ceiling_mg_per_kg: dict[str, Decimal] = {}
    ceiling_mg_per_kg_per_h: dict[str, Decimal] = {}
    all_ingredients_disclosed: bool | None = None
    ingredients: tuple[dict[str, str], ...] = ()
    public_location: str = ""
    use_is_off_label: bool | None = None
    plan: PlanDefaults = PlanDefaults()
    discharge_rule: str = ""
    monitoring: str = ""
    checks: dict[str, dict[str, Any]] | None = None


def read(protocol: TreatmentProtocol | None) -> Document:
    """The document of a session's protocol; without one, nothing is known and the starter checks stand.

    raises  Malformed: not of this shape
    """
    if protocol is None:
        return Document()
    try:
        return msgspec.convert(protocol.document, Document, strict=False)
    except msgspec.ValidationError as error:
        raise Malformed(f"the protocol's document: {error}", "protocol") from error


def check_items(document: Document) -> tuple[CheckItem, ...]:
    """The clinic's own checks.

    raises  Malformed: an item that contradicts itself
    """
    return starter_items() if document.checks is None else read_items(document.checks)


def is_off_label(document: Document, substance: str) -> bool | None:
    """Whether the use is off-label; racemic ketamine always is, for these conditions."""
    if document.use_is_off_label is not None:
        return document.use_is_off_label
    return True if substance == "racemic_ketamine" else None


def read_plan(plan: dict[str, Any]) -> Plan | None:
    """A plan as kept on the session at booking.

    raises  Malformed: not of a plan's shape
    """
    if not plan:
        return None
    try:
        return msgspec.convert(plan, Plan, strict=False)
    except msgspec.ValidationError as error:
        raise Malformed(f"the session's plan: {error}", "plan") from error
