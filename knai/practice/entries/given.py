"""What is given in a session. Amounts that must be exact travel as text."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from knai.practice.entries.base import Body


class Bolus(Body, frozen=True):
    """Any dose that is not an infusion, by any route."""

    kind: ClassVar[str] = "bolus"
    route: str
    substance: str
    mg: Decimal
    mg_per_kg: Decimal | None = None
    ml: Decimal | None = None
    basis: str = "base"
    site: str = ""
    working: tuple[str, ...] = ()


class InfusionStart(Body, frozen=True):
    kind: ClassVar[str] = "infusion_start"
    route: str
    substance: str
    mg: Decimal
    duration_min: Decimal
    mg_per_kg: Decimal | None = None
    ml: Decimal | None = None
    rate_ml_per_h: Decimal | None = None
    basis: str = "base"
    working: tuple[str, ...] = ()


class InfusionChange(Body, frozen=True):
    """What happens to the infusion that the entry targets: rate, pause, resume, stop."""

    kind: ClassVar[str] = "infusion_change"
    change: str
    rate_ml_per_h: Decimal | None = None
    mg_given: Decimal | None = None  # at stop: what really went in
    mg_per_kg_given: Decimal | None = None
    reason: str = ""


class PumpSettings(Body, frozen=True):
    """What the pump shows, signed by two people (the second in `second_by`)."""

    kind: ClassVar[str] = "pump_settings"
    concentration_mg_per_ml: Decimal
    rate_ml_per_h: Decimal
    volume_ml: Decimal
    second_by: UUID
    second_name: str


class Medicine(Body, frozen=True):
    """Any other medicine, oxygen too. Never gated."""

    kind: ClassVar[str] = "medicine"
    name: str
    dose: str = ""
    unit: str = ""
    route: str = ""


class IvAttempt(Body, frozen=True):
    kind: ClassVar[str] = "iv_attempt"
    site: str
    gauge: str = ""
    placed: bool = True
