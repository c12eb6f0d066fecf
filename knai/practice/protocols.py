"""What a clinic treats by: reading a protocol's document, and what follows from it for a session."""

from __future__ import annotations

import math
from collections.abc import Collection
from decimal import Decimal
from typing import Any

import msgspec
from django.utils.text import slugify

from knai.core.check_items import CheckItem
from knai.core.checks import read_items, starter_items
from knai.core.errors import Malformed
from knai.core.standard import Policy
from knai.core.substances import Observation, Substance, get_substance, substances, unlisted
from knai.practice.entries import Plan
from knai.practice.models import TreatmentProtocol
from knai.practice.protocol_document import Document, Minutes, PlanDefaults, Step

__all__ = ["Document", "Minutes", "PlanDefaults", "Step", "read"]

PREPARATION_MIN, ONE_DOSE_MIN = 20, 5  # our choice, where a protocol names no minutes
OWN_OBSERVATION = "observation_own"


def read(protocol: TreatmentProtocol | None) -> Document:
    """The document of a session's protocol; without one, nothing is known and the starter checks stand.

    raises  Malformed: not of this shape
    """
    return Document() if protocol is None else read_document(protocol.document)


def read_document(document: dict[str, Any]) -> Document:
    """raises  Malformed: not of a document's shape"""
    try:
        return msgspec.convert(document, Document, strict=False)
    except msgspec.ValidationError as error:
        raise Malformed(f"the protocol's document: {error}", "protocol") from error


def to_json(document: Document) -> dict[str, Any]:
    """The document as JSON values, decimals as text."""
    return msgspec.to_builtins(document)


def check_items(document: Document) -> tuple[CheckItem, ...]:
    """The clinic's own checks.

    raises  Malformed: an item that contradicts itself
    """
    return starter_items() if document.checks is None else read_items(document.checks)


def substance_of(key: str, document: Document) -> Substance:
    """The substance a protocol or a dose names; one of no table as the clinic's own protocol describes it."""
    own = document.own_substance
    if key in substances() or not own.name:
        return get_substance(key)
    found = unlisted(key, own.name)
    if not own.observation_min:
        return found
    title = f"Observation after {own.name}"
    watched = Observation(own.observation_min, found.routes, title, own.source, verified=False)
    return Substance(key, own.name, found.standard, found.routes, observation=watched)


def is_off_label(
    document: Document, substance: str, route: str = "", indications: Collection[str] = ()
) -> bool | None:
    """Whether the use is off-label. Outside what a label covers it is, whatever the protocol says."""
    if not substance:
        return document.use_is_off_label
    by_label = substance_of(substance, document).is_off_label(route, indications)
    return document.use_is_off_label if by_label is None else by_label


def observation_items(
    substance: Substance, route: str, document: Document
) -> tuple[CheckItem, ...]:
    """How long somebody stays after the last dose, as checks of the protocol that the clock answers."""
    label_min, own_min = substance.observation_min(route), document.observation_min or 0
    items = []
    if label_min and substance.observation is not None:
        watched = substance.observation
        items.append(
            _observation(f"observation_{substance.id}", watched.title, watched.source, label_min)
        )
    if own_min > label_min:
        title, source = "Observation after the last dose", "This clinic's own figure"
        items.append(_observation(OWN_OBSERVATION, title, source, own_min, own=True))
    return tuple(items)


def _observation(id: str, title: str, source: str, minutes: int, own: bool = False) -> CheckItem:
    return CheckItem(
        id=id,
        title=title,
        question=f"At least {minutes} min after the last dose. {source}.",
        walks=("discharge",),
        answer="elapsed",
        effect="overridable" if own else "hard_stop",
        answered_by=(),
        valid="session",
        override_by=("prescriber",) if own else (),
        min_ago_min=minutes,
    )


def plan_for(
    protocol: TreatmentProtocol, session_number: int, steps: Collection[Step] = ()
) -> Plan | None:
    """What the protocol plans for the n-th session of a course; None: it plans nothing.

    steps  of the course itself; where they name a figure, they are the later word
    """
    document = read(protocol)
    defaults = document.plan
    figures = {
        "mg_per_kg": defaults.mg_per_kg,
        "mg": defaults.mg,
        "duration_min": defaults.duration_min,
    }
    for step in [*_due(document.steps, session_number), *_due(steps, session_number)]:
        figures |= _figures_of(step)
    if figures["mg_per_kg"] is None and figures["mg"] is None:
        return None
    return Plan(
        route=protocol.route,
        substance=protocol.substance,
        expected_sedation=defaults.expected_sedation,
        supervision=defaults.supervision or "in_person",
        **figures,
    )


def _due(steps: Collection[Step], session_number: int) -> list[Step]:
    due = [step for step in steps if step.from_session <= session_number]
    return sorted(due, key=lambda step: step.from_session)


def _figures_of(step: Step) -> dict[str, Decimal | None]:
    """A dose by weight takes the place of a fixed one, and the other way round."""
    figures: dict[str, Decimal | None] = {}
    if step.mg_per_kg is not None:
        figures = {"mg_per_kg": step.mg_per_kg, "mg": None}
    elif step.mg is not None:
        figures = {"mg_per_kg": None, "mg": step.mg}
    if step.duration_min is not None:
        figures["duration_min"] = step.duration_min
    return figures


def planned_minutes(
    document: Document, plan: Plan | None, *, substance: str = "", route: str = ""
) -> tuple[int, int, int]:
    """Preparation, dosing and recovery in minutes, as a visit is booked: never shorter than what is planned.

    substance, route  of the protocol, for a visit that nobody has planned yet
    """
    route = plan.route if plan else route
    substance = plan.substance if plan else substance
    duration = plan.duration_min if plan else document.plan.duration_min
    minutes = document.minutes
    is_infusion = route in Policy.default().infusion_routes
    dosing = max(minutes.dosing or 0, math.ceil(duration or 0) if is_infusion or not route else 0)
    recovery = minutes.recovery or _observed_min(route)
    label_min = substance_of(substance, document).observation_min(route) if substance else 0
    preparation = PREPARATION_MIN if minutes.preparation is None else minutes.preparation
    return (
        preparation,
        dosing or ONE_DOSE_MIN,
        max(recovery, label_min, document.observation_min or 0),
    )


def _observed_min(route: str) -> int:
    """The time that still counts as administration: nobody leaves in it."""
    observed = Policy.default().observation_min
    return math.ceil(observed.get(route, max(observed.values())))


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


def public_path(protocol: TreatmentProtocol, clinic_slug: str = "") -> str:
    """Where anybody can read this version once it is published."""
    slug = clinic_slug or protocol.clinic.slug
    return f"/protocols/{slug}/{slugify(protocol.name)}/{protocol.version}/"
