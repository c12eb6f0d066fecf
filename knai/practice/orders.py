"""The dose that is about to be given, worked out from plan and weight, with its working."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from knai.core.dose import DoseWorking, work_out
from knai.core.errors import KnaiError
from knai.core.numbers import show
from knai.practice.entries import Bolus, Plan
from knai.practice.entries import InfusionStart as Infusion
from knai.practice.facts import Known
from knai.practice.given import is_infusion_route

WITHOUT_VOLUME = Decimal(1)  # 1 mg/mL: no strength is known, so mL and mL/h are not shown


@dataclass(frozen=True, slots=True)
class Order:
    """One dose in full. `working` is how the figures came about, a step a line."""

    route: str
    substance: str
    mg: Decimal
    mg_per_kg: Decimal
    duration_min: Decimal | None
    ml: Decimal | None
    rate_ml_per_h: Decimal | None
    concentration_mg_per_ml: Decimal | None
    working: tuple[str, ...]

    @property
    def is_infusion(self) -> bool:
        return is_infusion_route(self.route)

    @property
    def settings(self) -> str:
        """What two people read off the pump; without a known strength, the order itself."""
        if self.rate_ml_per_h is None or self.ml is None or self.concentration_mg_per_ml is None:
            return f"{show(self.mg)} mg over {show(self.duration_min or Decimal(0))} min"
        return pump_text(self.rate_ml_per_h, self.ml, self.concentration_mg_per_ml)

    @property
    def token(self) -> str:
        """What a page sends back, so that a plan changed meanwhile is noticed."""
        return f"{self.route} {show(self.mg)} {self.settings}"

    def as_body(self) -> Bolus | Infusion:
        if not self.is_infusion:
            return Bolus(
                route=self.route,
                substance=self.substance,
                mg=self.mg,
                mg_per_kg=self.mg_per_kg,
                ml=self.ml,
                working=self.working,
            )
        return Infusion(
            route=self.route,
            substance=self.substance,
            mg=self.mg,
            duration_min=self.duration_min or Decimal(0),
            mg_per_kg=self.mg_per_kg,
            ml=self.ml,
            rate_ml_per_h=self.rate_ml_per_h,
            working=self.working,
        )


def pump_text(rate_ml_per_h: Decimal, ml: Decimal, mg_per_ml: Decimal) -> str:
    return f"{show(rate_ml_per_h)} mL/h, {show(ml)} mL, {show(mg_per_ml)} mg/mL"


def planned_order(known: Known) -> Order | None:
    """The plan as an order. None: no plan, no weight, or a plan that cannot be worked out."""
    plan, weight_kg = known.plan, known.session.weight_kg
    if plan is None or weight_kg is None:
        return None
    try:
        return order_for(plan, weight_kg, known)
    except KnaiError:
        return None


def order_for(plan: Plan, weight_kg: Decimal, known: Known) -> Order:
    """raises  Malformed, Refused: figures that cannot be worked out, an infusion without minutes"""
    defaults = known.document.plan
    strength = defaults.concentration_mg_per_ml
    is_infusion = is_infusion_route(plan.route)
    worked = work_out(
        weight_kg=weight_kg,
        concentration_mg_per_ml=strength or WITHOUT_VOLUME,
        mg_per_kg=plan.mg_per_kg if plan.mg is None else None,
        mg=plan.mg,
        duration_min=plan.duration_min if is_infusion else None,
        final_volume_ml=defaults.final_volume_ml if is_infusion and strength else None,
    )
    return _order(plan, worked, strength)


def _order(plan: Plan, worked: DoseWorking, strength: Decimal | None) -> Order:
    lines = worked.lines if strength else worked.lines[:1]
    bag = worked.bag_mg_per_ml or strength
    return Order(
        route=plan.route,
        substance=plan.substance,
        mg=_short(worked.mg),
        mg_per_kg=_short(worked.mg_per_kg),
        duration_min=_short(worked.duration_min),
        ml=_short(worked.pumped_ml) if strength else None,
        rate_ml_per_h=_short(worked.rate_ml_per_h) if strength else None,
        concentration_mg_per_ml=_short(bag) if strength else None,
        working=tuple(lines),
    )


def _short(value: Decimal | None) -> Decimal | None:
    """31.2, not 31.2000: what is charted is what was shown."""
    return None if value is None else Decimal(show(value))
