"""One line of words and an icon for each kind of entry: what the timeline and the ambulance sheet say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import cache

from knai.core.checks import starter_items
from knai.core.events import EVENTS, GRADES
from knai.core.numbers import show
from knai.core.substances import get_substance
from knai.core.vitals import MOAAS, RASS, show_rass
from knai.practice import chart_words, chips
from knai.practice.entries import Body, Plan
from knai.practice.live.chart import ROUTE_WORDS

ICONS = {
    "vitals": "vitals", "sedation": "sedation", "effect": "sedation", "support": "person",
    "adverse_event": "event", "off_monitor": "escort", "note": "note", "psychotherapy_note": "lock",
    "baseline_pin": "vitals", "bolus": "dose", "infusion_start": "infusion",
    "infusion_change": "infusion", "pump_settings": "pump", "medicine": "medicine",
    "iv_attempt": "dose", "plan": "check_item", "check_answer": "check_item",
    "gate_passed": "standard", "already_happened": "info", "override": "sign",
    "transition": "next", "consent_withdrawn": "hold", "transport": "escort",
    "driving_instruction": "escort", "driving_asked": "phone", "medically_ready": "met",
    "departure": "departure", "emergency": "emergency", "handover": "people",
    "alert_limits": "alert", "weight": "weight", "goes_on": "sign",
    "next_day_call": "phone", "session_note": "sign", "cosignature": "sign", "safety_review": "event",
    "death": "info",
} | chart_words.ICONS  # fmt: skip

STATE_WORDS = {"left_against_advice": "left against advice", "eloped": "left without telling"}
ACTION_WORDS = {"none": "", "dose_stopped": "drug stopped", "drug_given": "medicine given"}
SIGN_WORDS = (
    ("hr", "HR {}"), ("spo2", "SpO₂ {} %"), ("rr", "RR {}"), ("temp", "{} °C"),
    ("etco2", "EtCO₂ {} mmHg"), ("o2_flow", "O₂ {} L/min"), ("pain_nrs", "pain {}/10"),
)  # fmt: skip


def icon_of(kind: str) -> str:
    return ICONS.get(kind, "note")


def words_of(body: Body, tz: tzinfo = UTC) -> str:
    """What happened, in a line; kinds without words of their own show their name.

    tz  where a time that was answered is read
    """
    if body.kind == "check_answer":
        return _check(body, tz)
    tell = _TELLS.get(body.kind)
    return tell(body) if tell else body.kind.replace("_", " ").capitalize()


def _joined(*parts: str, by: str = " · ") -> str:
    return by.join(part for part in parts if part)


def vitals_words(body) -> str:
    pressure = ""
    if body.sbp is not None or body.dbp is not None:
        pressure = f"BP {_or_dash(body.sbp)}/{_or_dash(body.dbp)}"
    others = (
        text.format(f"{getattr(body, code):g}")
        for code, text in SIGN_WORDS
        if getattr(body, code) is not None
    )
    seen = "confirmed unusual value" if body.confirmed else ""
    incomplete = "" if body.is_complete else "incomplete set"
    return _joined(pressure, *others, seen, incomplete)


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)


def sedation_words(body) -> str:
    moaas = f"MOAA/S {body.moaas}: {MOAAS[body.moaas]}" if body.moaas is not None else ""
    rass = f"RASS {show_rass(body.rass)}: {RASS[body.rass]}" if body.rass is not None else ""
    return _joined(moaas, rass, "Eyes shut, breathing easy" if body.resting else "")


def _effect(body) -> str:
    degrees = chips.words("effect", "degrees")
    return f"{chips.effects().get(body.effect, body.effect)}: {degrees[body.degree].lower()}"


def event_words(body) -> str:
    label = EVENTS[body.code].label if body.code in EVENTS else body.code
    graded = f"grade {body.grade}, {GRADES[body.grade].split(':')[0].lower()}"
    if body.charted_grade is not None:
        graded += f" (charted {body.charted_grade}, counts as {body.grade} while sedated)"
    did = ", ".join(ACTION_WORDS.get(a, a.replace("_", " ")) for a in body.action if a != "none")
    return _joined(f"{label}, {graded}", did, body.outcome.replace("_", " "), body.text)


def _off_monitor(body) -> str:
    if body.back:
        return "Back on the monitor"
    with_whom = f"with {body.accompanied_by}" if body.accompanied_by else ""
    return _joined("Off the monitor", body.why, with_whom)


def _amount(value: Decimal | None, unit: str) -> str:
    return f"{show(value)} {unit}" if value is not None else ""


def _dose_head(body) -> str:
    substance = get_substance(body.substance).name
    per_kg = f"({show(body.mg_per_kg)} mg/kg)" if body.mg_per_kg is not None else ""
    return _joined(
        substance, _amount(body.mg, "mg"), per_kg, ROUTE_WORDS.get(body.route, body.route), by=" "
    )


def _bolus(body) -> str:
    return _joined(_dose_head(body), _amount(body.ml, "mL"), body.site)


def _infusion(body) -> str:
    over = f"over {show(body.duration_min)} min" if body.duration_min else ""
    return _joined(f"{_dose_head(body)} {over}".strip(), _amount(body.rate_ml_per_h, "mL/h"))


def _infusion_change(body) -> str:
    names = {"rate": "Rate changed", "pause": "Paused", "resume": "Resumed", "stop": "Stopped"}
    went_in = f"{show(body.mg_given)} mg went in" if body.mg_given is not None else ""
    rate = _amount(body.rate_ml_per_h, "mL/h")
    return _joined(
        f"Infusion: {names.get(body.change, body.change).lower()}", rate, went_in, body.reason
    )


def _pump(body) -> str:
    return _joined(
        "Pump read",
        f"{show(body.rate_ml_per_h)} mL/h",
        f"{show(body.volume_ml)} mL of {show(body.concentration_mg_per_ml)} mg/mL",
        f"second reader {body.second_name}",
    )


def _medicine(body) -> str:
    return _joined(body.name, body.dose, body.unit if body.dose else "", body.route, by=" ")


def _iv(body) -> str:
    return _joined("IV placed" if body.placed else "IV attempt failed", body.site, body.gauge)


def _transition(body) -> str:
    after = STATE_WORDS.get(body.after, body.after.replace("_", " "))
    return _joined(f"Now {after}", body.reason)


def _emergency(body) -> str:
    return _joined(chips.emergency_words().get(body.step, body.step.replace("_", " ")), body.text)


def _handover(body) -> str:
    return _joined(f"Handed over to {body.to_name}", "; ".join(body.open_items))


def _limits(body) -> str:
    parts = [
        f"{code} {name.replace('.', ' ')} {value:g}"
        for code, ends in body.limits.items()
        for name, value in ends.items()
    ]
    return _joined("Own alert limits", ", ".join(parts), body.reason)


def _check(body, tz: tzinfo) -> str:
    title = _check_titles().get(body.check, body.check.replace("_", " ").capitalize())
    return _joined(f"{title}: {_answer(body.answer, tz)}", body.detail)


def _answer(text: str, tz: tzinfo) -> str:
    """A time as people write it; anything else as it was said."""
    if len(text) < len("2026-11-23T08:30") or "T" not in text:
        return text.replace("_", " ")
    try:
        at = datetime.fromisoformat(text).astimezone(tz)
    except ValueError:
        return text.replace("_", " ")
    return f"{at.day} {at:%b %Y, %H:%M}"


@cache
def _check_titles() -> dict[str, str]:
    return {item.id: item.title for item in starter_items()}


def _gate_passed(body) -> str:
    return f"Gate passed: {body.gate}" + (f", {body.walk.replace('_', ' ')}" if body.walk else "")


def _override(body) -> str:
    how = "by telephone" if body.by_telephone else ""
    what = overridden_words(body.clause)
    return _joined(f"Override of {what} by {body.provider_name}", how, body.reason)


def overridden_words(name: str) -> str:
    """A clause by its number, a check of the clinic's protocol by its title."""
    return _check_titles().get(name, name.replace("_", " "))


def _plan(body) -> str:
    over = f"over {show(body.duration_min)} min" if body.duration_min else ""
    route = ROUTE_WORDS.get(body.route, body.route)
    words = _joined("Planned:", route, plan_amount(body), over, by=" ")
    ordered = f"ordered by {body.ordered_by_name}" if body.ordered_by_name else ""
    number = f"session {body.session_no} of its course" if body.session_no else ""
    departs = f"departs from the protocol: {body.deviation}" if body.deviation else ""
    return _joined(words, number, ordered, departs)


def plan_amount(plan: Plan) -> str:
    """0.5 mg/kg, or 56 mg where the dose does not go by weight."""
    return _amount(plan.mg, "mg") or _amount(plan.mg_per_kg, "mg/kg")


def _goes_on(body) -> str:
    return _joined(f"The course goes on although a stop rule is met ({body.facts})", body.reason)


def _transport(body) -> str:
    planned = "Way home planned" if body.stage == "planned" else "Way home"
    adult = "an adult" if body.escort_is_adult else ""
    signed = f"signed by {body.signed_name}" if body.signed_name else ""
    return _joined(f"{planned}: {body.mode.replace('_', ' ')}", body.escort_name, adult, signed)


def _call(body) -> str:
    if not body.reached:
        return _joined("Called: not reached", body.text)
    asked = (
        ("drove", body.drove),
        ("suicidal thoughts", body.suicidal_thoughts),
        ("bladder", body.bladder),
    )
    said = [f"{what}: {answer}" for what, answer in asked if answer]
    mood = f"mood {body.mood}" if body.mood else ""
    return _joined("Called: reached", body.spoke_with, *said, mood, body.text)


def _death(body) -> str:
    return _joined(f"Death, {body.died_on}", f"source: {body.source}", body.circumstances)


_TELLS: dict[str, Callable] = {
    "vitals": vitals_words,
    "sedation": sedation_words,
    "effect": _effect,
    "support": lambda body: f"Support: {body.what}",
    "adverse_event": event_words,
    "off_monitor": _off_monitor,
    "note": lambda body: body.text,
    "psychotherapy_note": lambda body: body.text,
    "baseline_pin": lambda body: "A set was made the baseline",
    "bolus": _bolus,
    "infusion_start": _infusion,
    "infusion_change": _infusion_change,
    "pump_settings": _pump,
    "medicine": _medicine,
    "iv_attempt": _iv,
    "transition": _transition,
    "emergency": _emergency,
    "handover": _handover,
    "alert_limits": _limits,
    "gate_passed": _gate_passed,
    "override": _override,
    "plan": _plan,
    "goes_on": _goes_on,
    "transport": _transport,
    "consent_withdrawn": lambda body: _joined("Consent withdrawn: no further dose", body.words),
    "next_day_call": _call,
    "session_note": lambda body: _joined("Session note", f"signed {body.signed_as}"),
    "cosignature": lambda body: _joined("Co-signed", body.signed_as, body.text),
    "safety_review": lambda body: f"Review: {body.text}",
    "death": _death,
    "weight": lambda body: f"Weight {show(body.weight_kg)} kg",
    "departure": lambda body: _joined(
        f"Left: {STATE_WORDS.get(body.type, body.type.replace('_', ' '))}", body.reason
    ),
} | chart_words.TELLS
