"""From facts to derived facts: lists become the few values that clauses compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from operator import itemgetter
from typing import Any

from knai.core.standard.derived import Derived
from knai.core.standard.doses import (
    Window,
    any_of,
    bar_facts,
    ceiling_fraction,
    ends_before_start,
    given_after,
    given_doses,
    is_over,
    percent,
    planned_doses,
    rates,
    window_of,
)
from knai.core.standard.numbers import moment
from knai.core.standard.people import Cover, Stay, cover_of, has_hole, provider_qualifies
from knai.core.standard.policy import Policy
from knai.core.standard.reading import Facts, Item
from knai.core.standard.returned import with_fresh_set
from knai.core.standard.sets import NO_SETS
from knai.core.standard.vitals import columns, fresh_sets, gap_facts, vitals_facts

_LEAVING = ("discharge", "after")
BEFORE_A_DOSE = ("plan", "start", "redose")  # the gates at which a dose is still only meant
NAMED_CONDITIONS = (
    "unipolar_major_depression",
    "bipolar_depression",
    "ptsd",
    "ocd",
    "fibromyalgia",
    "crps",
    "other_chronic_pain",
)
DEPTHS = ("minimal", "moderate", "deep", "general_anaesthesia")

_in_order = itemgetter(*Derived._fields)
_INTRAVENOUS = {"iv_infusion", "iv_bolus"}
_EACH_ROUTE = {"im", "intranasal", "oral", "other"}


def derive(gate: str, now: int, facts: Facts, policy: Policy, zone: tzinfo) -> Derived:
    """One flat row of everything the clauses compare, at this gate and instant."""
    doses = facts.items("doses")
    window = window_of(doses, policy, facts.get("product.substance") == "esketamine")
    due_at = _first_start(doses) if doses else now
    sets = facts.get("vitals", NO_SETS)
    fresh = fresh_sets(sets, window, facts.get("departure.at", now), now, policy)
    known = {
        "gate": gate,
        "now_at": now,
        "dosed": bool(doses),
        "undosed_at_leaving": gate in _LEAVING and not doses,
        "due_at": due_at,
        "due_on": None if due_at is None else moment(due_at, zone).date().toordinal(),
        **_scope(facts, now),
        **_work_up(facts),
        **_diagnoses(facts.items("diagnoses")),
        **_consent(facts),
        **_doses(facts, doses, window, now, policy),
        **bar_facts(doses, now, policy),
        **_routes(facts, doses, policy),
        **_ceilings(gate, facts, doses, policy),
        **_sedation(facts, window, policy),
        **columns("fresh", fresh[0] if fresh else None),
        **vitals_facts(sets, facts, due_at, policy),
        **gap_facts(sets, doses, window, now, policy),
        **_people(facts, doses, window, now, policy),
        **_going_home(facts),
        **_figures(policy),
    }
    derived = Derived._make(_in_order(known))
    return derived if len(fresh) < 2 else with_fresh_set(derived, fresh)


# -- scope, work-up, consent, going home: names read as they are


def _scope(facts: Facts, now: int) -> dict[str, Any]:
    purpose = facts.get("session.purpose")
    return {
        "purpose": purpose,
        "outside": purpose not in (None, "knai"),
        "at_home": facts.get("session.setting") in ("home", "hotel"),
        "departure": facts.get("departure.type", "discharged"),
        "left_at": facts.get("departure.at", now),
        "prior_sessions": facts.get("course.prior_administrations", 0),
        "supervision": facts.get("plan.supervision"),
        "protocol_public": facts.get("protocol.public"),
        "ingredients_disclosed": facts.get("formulation.all_ingredients_disclosed"),
        "offers_every_route": _offers_every_route(facts.get("system.routes_offered")),
    }


def _offers_every_route(routes: Sequence[str] | None) -> bool | None:
    if routes is None:
        return None
    return set(routes) >= _EACH_ROUTE and not _INTRAVENOUS.isdisjoint(routes)


def _work_up(facts: Facts) -> dict[str, Any]:
    screened_on = facts.get("screening.performed_on")
    return {
        "screened": facts.get("screening.performed", None if screened_on is None else True),
        "screened_on": screened_on,
        "history_on": facts.get("history.completed_on"),
        "history_in_chart": facts.get("history.in_chart"),
        "covers_psychiatric": facts.get("history.covers_psychiatric"),
        "covers_substance_use": facts.get("history.covers_substance_use"),
        "physical_on": facts.get("physical.completed_on"),
        "physical_in_chart": facts.get("physical.in_chart"),
        "medications_status": facts.get("medications.status"),
        "medications_on": facts.get("medications.recorded_on"),
        "allergies_status": facts.get("allergies.status"),
        "allergies_on": facts.get("allergies.recorded_on"),
        "reviewed_on": facts.get("interaction_review.completed_on"),
        "unresolved_serious": facts.get("interaction_review.unresolved_serious"),
        "hypersensitive": facts.get("allergies.ketamine_hypersensitivity", False),
    }


def _diagnoses(diagnoses: Sequence[Item]) -> dict[str, Any]:
    return {
        "diagnosis_recorded": bool(diagnoses),
        "condition_found": any_of(map(_is_found, diagnoses)),
        "diagnosis_provisional": any_of(map(_is_provisional, diagnoses)),
        "other_without_rationale": any(
            one.get("status") == "confirmed"
            and one.get("category") == "other"
            and not one.get("rationale_documented", False)
            for one in diagnoses
        ),
    }


def _is_found(diagnosis: Item) -> bool | None:
    """Confirmed, and of a named group or `other` with its rationale; None when a part is not known."""
    category, status = diagnosis.get("category"), diagnosis.get("status")
    reasoned = diagnosis.get("rationale_documented", False)
    named = category in NAMED_CONDITIONS or (category == "other" and reasoned)
    might = named or (category is None)
    if not might or status not in (None, "confirmed"):
        return False
    return None if category is None or status is None else True


def _is_provisional(diagnosis: Item) -> bool | None:
    status = diagnosis.get("status")
    return None if status is None else status == "provisional"


def _consent(facts: Facts) -> dict[str, Any]:
    return {
        "signed_at": facts.get("consent.signed_at"),
        "signed_by": facts.get("consent.signed_by"),
        "refused": facts.get("consent.refused", False),
        "withdrawn_at": facts.get("consent.withdrawn_at"),
        "expires_at": facts.get("consent.expires_at"),
        "off_label": facts.get("product.use_is_off_label"),
        "covers_off_label": facts.get("consent.covers_off_label"),
    }


def _going_home(facts: Facts) -> dict[str, Any]:
    return {
        "transport_planned": facts.get("transport.planned"),
        "transport_actual": facts.get("transport.actual"),
        "instructed_at": facts.get("driving.instructed_at"),
        "acknowledged": facts.get("driving.acknowledged"),
        "asked_at": facts.get("driving.asked_at"),
        "drove_at": facts.get("driving.reported_driving_at"),
    }


# -- doses


def _first_start(doses: Sequence[Item]) -> int | None:
    """None when a dose has no start: it may have been the first."""
    if not all("start" in dose for dose in doses):
        return None
    first: int = min(dose["start"] for dose in doses)
    return first


def _doses(
    facts: Facts, doses: Sequence[Item], window: Window, now: int, policy: Policy
) -> dict[str, Any]:
    withdrawn_at = facts.get("consent.withdrawn_at")
    after = () if withdrawn_at is None else doses
    return {
        "first_dose_at": _first_start(doses) if doses else None,
        "given_after_withdrawal": any_of(
            given_after(dose, withdrawn_at, policy, now) for dose in after
        ),
        "end_before_start": any(ends_before_start(dose, policy) for dose in doses),
        "window_end_at": window.end,
        "window_closed": window.closed(now),
    }


def _routes(facts: Facts, doses: Sequence[Item], policy: Policy) -> dict[str, Any]:
    planned = facts.get("plan.routes", [])
    given = [dose.get("route") for dose in doses]
    known = [_is_parenteral(route, policy) for route in (*planned, *given)]
    return {
        "any_parenteral": any_of(known) if known else None,
        "plan_parenteral": any(_is_parenteral(route, policy) for route in planned),
    }


def _is_parenteral(route: str | None, policy: Policy) -> bool | None:
    return None if route is None else route in policy.parenteral_routes


def _ceilings(gate: str, facts: Facts, doses: Sequence[Item], policy: Policy) -> dict[str, Any]:
    considered = given_doses(doses)
    if gate in BEFORE_A_DOSE:
        considered += planned_doses(facts.items("plan.doses"))
    fraction = ceiling_fraction(considered, facts.get("protocol.ceiling_mg_per_kg", {}))
    hourly = rates(considered, facts.get("protocol.ceiling_mg_per_kg_per_h", {}), policy)
    fastest = max((rate for rate in hourly if rate is not None), default=None)
    return {
        "fraction_over": is_over(fraction),
        "rate_over": any_of(map(is_over, hourly)),
        "ceiling_percent": percent(fraction),
        "rate_percent": percent(fastest),
    }


# -- depth


def _sedation(facts: Facts, window: Window, policy: Policy) -> dict[str, Any]:
    readings = facts.items("sedation")
    placed = [one for one in readings if "at" in one and "moaas" in one]
    scores = [one["moaas"] for one in placed if _is_within(one["at"], window)]
    lowest = min(scores, default=None)
    return {
        "expected_depth": depth(facts.get("plan.expected_sedation")),
        "privilege_depth": depth(facts.get("plan.provider_sedation_privilege")),
        "capability_depth": depth(facts.get("session.sedation_capability")),
        "lowest_moaas": lowest,
        "observed_depth": None if lowest is None else depth_of_moaas(lowest, policy),
        "sedation_unplaced": len(placed) < len(readings),
    }


def depth(word: str | None) -> int | None:
    return None if word is None else DEPTHS.index(word)


def depth_of_moaas(score: int, policy: Policy) -> int:
    if score <= 1:
        return 3 - score
    return 1 if score <= policy.moderate_if_moaas_at_most else 0


def _is_within(at: int, window: Window) -> bool:
    if window.start is None:
        return False
    return window.start <= at and (window.end is None or at <= window.end)


# -- people


def _people(
    facts: Facts, doses: Sequence[Item], window: Window, now: int, policy: Policy
) -> dict[str, Any]:
    presence = facts.items("presence")
    cover = cover_of(presence, policy)
    return {
        "presence_recorded": cover.recorded,
        "qualified_now": cover.at(now),
        "cover_broken": _has_hole(cover.possible, window, now),
        "cover_unsure": _has_hole(cover.sure, window, now),
        "provider_qualifies": provider_qualifies(presence, policy),
        "given_unsupervised": any_of(_is_unsupervised(dose, cover, policy) for dose in doses),
    }


def _has_hole(stays: Sequence[Stay], window: Window, now: int) -> bool | None:
    until = window.seen_until(now)
    return None if window.start is None or until is None else has_hole(stays, window.start, until)


def _is_unsupervised(dose: Item, cover: Cover, policy: Policy) -> bool | None:
    parenteral = _is_parenteral(dose.get("route"), policy)
    if parenteral is False:
        return False
    supervised = cover.at(dose["start"]) if "start" in dose else None
    if supervised:
        return False
    return True if supervised is False and parenteral else None


def _figures(policy: Policy) -> dict[str, Any]:
    return {
        "above_percent": policy.return_tolerance_above_percent,
        "below_percent": policy.return_tolerance_below_percent,
        "spo2_drop": policy.return_spo2_drop_points,
        **policy.absolute_discharge_limits,
    }
