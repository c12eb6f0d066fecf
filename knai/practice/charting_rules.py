"""What an entry has to be, and what a session's state forbids to chart. Why not, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from knai.core.alerts.limits import LEVELS, LimitOverride, check_overrides
from knai.core.errors import Malformed, Refused
from knai.core.events import ACTIONS, GRADES, OUTCOMES, RELATEDNESS, get_event
from knai.core.numbers import read_decimal
from knai.core.vitals import (
    VITALS,
    Believable,
    describe_moaas,
    describe_rass,
    judge_plausible,
    judge_together,
)
from knai.practice import chips
from knai.practice.entries import (
    AdverseEvent,
    AlertLimits,
    Body,
    Effect,
    Medicine,
    PumpSettings,
    Sedation,
    Vitals,
)
from knai.practice.models import OPEN_STATES, State, TreatmentSession

SIGNS = ("sbp", "dbp", "hr", "spo2", "rr", "map", "temp", "etco2", "o2_flow", "pain_nrs")
MIN_LIMIT_REASON = 15

# What may be put right by a new entry, and what may be struck out. Steps through a gate, overrides and
# changes of state are what somebody did: they are neither.
AMENDABLE = frozenset(
    {"vitals", "sedation", "effect", "support", "adverse_event", "off_monitor", "note",
     "psychotherapy_note", "medicine", "iv_attempt", "bolus", "infusion_start", "infusion_change",
     "pump_settings"}
)  # fmt: skip
VOIDABLE = AMENDABLE | {
    "baseline_pin", "alert_limits", "consent_withdrawn", "handover", "weight", "emergency",
}  # fmt: skip

PERMISSIONS: Mapping[str, str] = {
    "alert_limits": "prescribe",
    "psychotherapy_note": "write_psychotherapy_note",
    "pump_settings": "dose",
    "bolus": "dose",
    "infusion_start": "dose",
    "infusion_change": "dose",
}


def permission_for(kind: str) -> str:
    """What a role needs to write an entry of this kind in a session."""
    return PERMISSIONS.get(kind, "chart")


def refuse_if(reason: str | None) -> None:
    """raises  Refused: when there is a reason"""
    if reason:
        raise Refused(reason)


def why_not_chart(session: TreatmentSession, is_downtime: bool = False) -> str | None:
    """Facts may be charted from check-in on, and after the patient left; not where nothing was."""
    if session.state == State.CANCELLED:
        return "This session was cancelled; nothing happened in it. Book a new one."
    if session.state == State.BOOKED and not is_downtime:
        return "This session has not begun. Check the patient in first."
    return None


def is_after_the_end(session: TreatmentSession) -> bool:
    """Whether an entry made now comes after the patient has left."""
    return session.state not in OPEN_STATES and session.state != State.BOOKED


def check(body: Body) -> None:
    """raises  Malformed: a body that no form of ours would send, naming the field"""
    checker = CHECKS.get(body.kind)
    if checker is not None:
        checker(body)


def _vitals(body: Vitals) -> None:
    values = {code: getattr(body, code) for code in SIGNS}
    if all(value is None for value in values.values()):
        raise Malformed("No value was entered. Enter at least one.", "vitals")
    for code, value in values.items():
        if value is not None:
            _believable(code, value, code in body.confirmed)
    if not judge_together(values).is_ok:
        raise Malformed("The lower pressure is not below the upper. Enter both again.", "dbp")


def _believable(code: str, value: float, confirmed: bool) -> None:
    verdict = judge_plausible(code, value).verdict
    name = VITALS[code].name.lower()
    if verdict is Believable.REFUSE:
        raise Malformed(f"No {name} can have this value. Measure again.", code)
    if verdict is Believable.ASK and not confirmed:
        raise Malformed(f"An unusual {name}. Enter it a second time to keep it.", code)


def _sedation(body: Sedation) -> None:
    if body.moaas is None and body.rass is None and not body.resting:
        raise Malformed("Nothing was chosen. Choose a level, or resting.", "moaas")
    if body.moaas is not None:
        describe_moaas(body.moaas)
    if body.rass is not None:
        describe_rass(body.rass)


def _effect(body: Effect) -> None:
    if body.effect not in chips.effects():
        raise Malformed(f"wanted one of {', '.join(chips.effects())}", "effect")
    if body.degree not in range(5):
        raise Malformed("wanted a whole number from 0 to 4", "degree")


def _adverse_event(body: AdverseEvent) -> None:
    get_event(body.code)
    if body.grade not in GRADES:
        raise Malformed("wanted a whole number from 1 to 5", "grade")
    if not body.action or not set(body.action) <= set(ACTIONS):
        raise Malformed("wanted what was done, or none", "action")
    if body.outcome and body.outcome not in OUTCOMES:
        raise Malformed("wanted an outcome of the list", "outcome")
    if body.relatedness and body.relatedness not in RELATEDNESS:
        raise Malformed("wanted a relatedness of the list", "relatedness")


def _medicine(body: Medicine) -> None:
    if not body.name.strip():
        raise Malformed("Which medicine? Choose one or type its name.", "name")
    if body.dose:
        read_decimal(body.dose, field="dose")
        if not body.unit.strip():
            raise Malformed("A dose needs its unit. Choose or type one.", "unit")


def _pump_settings(body: PumpSettings) -> None:
    for name in ("concentration_mg_per_ml", "rate_ml_per_h", "volume_ml"):
        if getattr(body, name) <= 0:
            raise Malformed("wanted more than 0", name)


def _alert_limits(body: AlertLimits) -> None:
    if len(body.reason.strip()) < MIN_LIMIT_REASON:
        raise Malformed(f"Say why in at least {MIN_LIMIT_REASON} characters.", "reason")
    if not body.limits:
        raise Malformed("No limit was entered. Enter at least one.", "limits")
    check_overrides(limit_overrides(body, "the provider"))


def limit_overrides(body: AlertLimits, set_by: str) -> tuple[LimitOverride, ...]:
    """An entry's limits ({"sbp": {"high.alert": 190}}) as the alert rules read them.

    raises  Malformed: a name that is no side and level
    """
    levels = {
        f"{side}.{level.name.lower()}": (side, level)
        for side in ("high", "low")
        for level in LEVELS
    }
    found = []
    for code, ends in body.limits.items():
        for name, value in ends.items():
            if name not in levels:
                raise Malformed(f"wanted one of {', '.join(levels)}", f"{code}.{name}")
            side, level = levels[name]
            found.append(LimitOverride(code, side, level, value, body.reason, set_by))
    return tuple(found)


def _text(body: Body) -> None:
    if not body.text.strip():
        raise Malformed("Nothing was written yet.", "text")


CHECKS: dict[str, Callable] = {
    "vitals": _vitals,
    "sedation": _sedation,
    "effect": _effect,
    "adverse_event": _adverse_event,
    "medicine": _medicine,
    "pump_settings": _pump_settings,
    "alert_limits": _alert_limits,
    "note": _text,
    "psychotherapy_note": _text,
}
