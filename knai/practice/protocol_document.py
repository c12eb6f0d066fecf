"""The shape of a protocol's document. Every field has a default: older documents still read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every part of a document."""


class PlanDefaults(Part, frozen=True):
    """What is planned when nobody plans anything else. A clinic's own figures.

    mg  a fixed amount instead of one by weight
    """

    mg_per_kg: Decimal | None = None
    mg: Decimal | None = None
    duration_min: Decimal | None = None
    expected_sedation: str | None = None
    supervision: str | None = None
    concentration_mg_per_ml: Decimal | None = None
    final_volume_ml: Decimal | None = None


class Step(Part, frozen=True):
    """From this session of a course on; an empty figure stays as it was before."""

    from_session: int
    mg_per_kg: Decimal | None = None
    mg: Decimal | None = None
    duration_min: Decimal | None = None
    reason: str = ""


class Monitoring(Part, frozen=True):
    """Minutes between what is charted. The Standard's own intervals stand beside it, never below."""

    vitals_during_min: int | None = None
    vitals_after_min: int | None = None
    sedation_during_min: int | None = None


class Preparation(Part, frozen=True):
    """How it is made ready; strength and volume stand in `plan`, where an order reads them."""

    form: str = ""  # id of a form of the substance: what the label's mg mean
    diluent: str = ""
    instructions: str = ""
    use_within_h: int | None = None


class StaffNeeded(Part, frozen=True):
    role: str
    count: int = 1
    note: str = ""


class Minutes(Part, frozen=True):
    """What a visit takes, for booking."""

    preparation: int | None = None
    dosing: int | None = None
    recovery: int | None = None


class StopRule(Part, frozen=True):
    """When a course is looked at again. kind: of practice.stop_rules; `text` alone is a reminder."""

    kind: str = "reminder"
    value: Decimal | None = None
    text: str = ""


class OwnSubstance(Part, frozen=True):
    """A substance that is in no table of the software, as the clinic describes it."""

    name: str = ""
    observation_min: int | None = None
    source: str = ""


class Document(Part, frozen=True):
    """What the JSON of a protocol holds.

    ceiling_...     route → the most the clinic gives; KNAI-16 reads them
    steps           titration by number of session, over `plan`
    observation_min the clinic's own minutes after the last dose, on top of a product label's
    checks          id → the fields of a clinic check; None: the starter set; {}: no checks
    use_is_off_label  None: as the substance says
    indications     groups of conditions it is meant for
    deviations      where it departs from the Standard, and why: read by the public
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
    summary: str = ""
    indications: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    intervals: Monitoring = Monitoring()
    observation_min: int | None = None
    preparation: Preparation = Preparation()
    prepared_by: str = ""
    staff: tuple[StaffNeeded, ...] = ()
    minutes: Minutes = Minutes()
    sessions: int | None = None
    schedule: str = ""
    measures: tuple[str, ...] = ()
    stop_rules: tuple[StopRule, ...] = ()
    deviations: str = ""
    sources: str = ""
    own_substance: OwnSubstance = OwnSubstance()
