"""Facts as a finding read them, as rows of a page: name, value, unit, time. Of a long list the newest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from knai.core.numbers import show
from knai.web.words import clock_words, day_words, moment_words

SHOWN_OF_A_LIST = 4

LABELS = {
    "session.purpose": "Purpose",
    "session.setting": "Setting",
    "session.sedation_capability": "Depth this room is approved for",
    "course.prior_administrations": "Earlier sessions with a dose",
    "screening.performed": "Screening done",
    "screening.performed_on": "Screened on",
    "diagnoses": "Condition",
    "history.completed_on": "History taken on",
    "history.in_chart": "History in the chart",
    "history.covers_psychiatric": "Covers psychiatric disorders",
    "history.covers_substance_use": "Covers substance use",
    "physical.completed_on": "Examined on",
    "physical.in_chart": "Examination in the chart",
    "medications.status": "Medicines",
    "medications.recorded_on": "Medicines recorded on",
    "allergies.status": "Allergies",
    "allergies.recorded_on": "Allergies recorded on",
    "allergies.ketamine_hypersensitivity": "Hypersensitive to ketamine",
    "interaction_review.completed_on": "Interactions reviewed on",
    "interaction_review.unresolved_serious": "A serious one unresolved",
    "consent.signed_at": "Consent signed",
    "consent.signed_by": "Signed by",
    "consent.refused": "Consent refused",
    "consent.covers_off_label": "Tells of the off-label use",
    "consent.expires_at": "Consent runs out",
    "consent.withdrawn_at": "Consent withdrawn",
    "product.substance": "Substance",
    "product.use_is_off_label": "Use is off-label",
    "formulation.all_ingredients_disclosed": "All ingredients disclosed",
    "protocol.public": "Protocol is public",
    "protocol.ceiling_mg_per_kg": "Ceiling",
    "protocol.ceiling_mg_per_kg_per_h": "Ceiling per hour",
    "plan.routes": "Planned route",
    "plan.doses": "Planned dose",
    "plan.expected_sedation": "Expected sedation",
    "plan.provider_sedation_privilege": "Provider’s sedation privilege",
    "plan.supervision": "Supervision",
    "doses": "Dose given",
    "vitals": "Vital signs",
    "baseline.set_at": "Set pinned as baseline",
    "sedation": "MOAA/S",
    "presence": "On site",
    "presence.role": "On site, role",
    "presence.licensed": "On site, licensed",
    "presence.qualified": "On site, qualified",
    "transport.planned": "Way home planned",
    "transport.actual": "Way home",
    "driving.instructed_at": "Driving rule told",
    "driving.acknowledged": "Driving rule acknowledged",
    "driving.asked_at": "Asked about driving",
    "driving.reported_driving_at": "Drove",
    "departure.type": "Left how",
    "departure.at": "Left",
}
UNITS = {"protocol.ceiling_mg_per_kg": "mg/kg", "protocol.ceiling_mg_per_kg_per_h": "mg/kg/h"}
TIMES = ("at", "start", "from")


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact. value None: not known."""

    name: str
    label: str
    value: str | None
    unit: str = ""
    at: datetime | None = None


def fact_rows(facts: Mapping[str, Any], tz: ZoneInfo) -> list[FactRow]:
    """The facts of one finding in the clause's order; of a long list the newest."""
    return [row for name, value in facts.items() for row in _rows(name, value, tz)]


def _rows(name: str, value: Any, tz: ZoneInfo) -> Iterator[FactRow]:
    label, unit = LABELS.get(name, name), UNITS.get(name, "")
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield from _item_rows(name, label, value, tz)
    elif isinstance(value, datetime):
        yield FactRow(name, label, moment_words(value.astimezone(tz)), at=value)
    else:
        yield FactRow(name, label, _text(value, tz), unit if value else "")


def _item_rows(name: str, label: str, items: list[Any], tz: ZoneInfo) -> Iterator[FactRow]:
    hidden = len(items) - SHOWN_OF_A_LIST
    if hidden > 0:
        yield FactRow(name, label, f"{hidden} earlier, and:")
    for item in items[-SHOWN_OF_A_LIST:]:
        at = next((item[key] for key in TIMES if item.get(key)), None)
        yield FactRow(name, label, _item_text(item, tz), at=at)


def _item_text(item: Mapping[str, Any], tz: ZoneInfo) -> str:
    """What one set, dose or person says, without its time; what is not known is said."""
    if "sbp" in item:
        return _vitals_text(item)
    parts = [
        _part(key, value, tz) for key, value in item.items() if key not in TIMES and key != "mode"
    ]
    return ", ".join(part for part in parts if part)


def _vitals_text(item: Mapping[str, Any]) -> str:
    names = (("HR", "hr"), ("SpO₂", "spo2"), ("RR", "rr"))
    pressure = f"{_known(item.get('sbp'))}/{_known(item.get('dbp'))} mmHg"
    return ", ".join([pressure, *(f"{name} {_known(item.get(key))}" for name, key in names)])


def _known(value: Any) -> str:
    return "–" if value is None else str(value)


_PARTS = {
    "mg_per_kg": "{} mg/kg",
    "duration_min": "{} min",
    "end": "until {}",
    "to": "until {}",
    "moaas": "{}",
}
_YES_NO_PARTS = {
    "licensed": ("licensed", "not licensed", "licence not known"),
    "qualified": ("qualified", "not qualified", "qualification not known"),
    "rationale_documented": ("with a rationale", "", ""),
}


def _part(key: str, value: Any, tz: ZoneInfo) -> str:
    if key in _YES_NO_PARTS:
        yes, no, unknown = _YES_NO_PARTS[key]
        return unknown if value is None else yes if value else no
    if value is None:
        return "" if key in ("to", "end", "duration_min") else f"{key} not known"
    if isinstance(value, datetime):
        value = clock_words(value.astimezone(tz))
    return _PARTS.get(key, "{}").format(_text(value, tz))


def _text(value: Any, tz: ZoneInfo) -> str | None:
    if value is None or value in ([], {}):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return show(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{words(key)} {_text(part, tz)}" for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(str(_text(part, tz)) for part in value)
    return _word_or_time(value, tz)


def _word_or_time(value: Any, tz: ZoneInfo) -> str:
    if isinstance(value, date):
        return day_words(value)
    text = str(value)
    if len(text) >= 10 and text[4:5] == text[7:8] == "-":
        return _dated(text, tz)
    return words(text)


def _dated(text: str, tz: ZoneInfo) -> str:
    try:
        if len(text) == 10:
            return day_words(date.fromisoformat(text))
        return moment_words(datetime.fromisoformat(text).astimezone(tz))
    except ValueError:
        return text


def words(name: str) -> str:
    """iv_infusion → intravenous infusion, as people say it."""
    return SAID.get(name, name.replace("_", " "))


SAID = {
    "above20_below30": "each by its own span above and below the baseline",
    "iv_infusion": "intravenous infusion",
    "iv_bolus": "intravenous bolus",
    "im": "intramuscular",
    "sc": "subcutaneous",
    "sc_infusion": "subcutaneous infusion",
    "knai": "non-anaesthetic",
    "ptsd": "PTSD",
    "ocd": "OCD",
    "crps": "CRPS",
    "crna": "nurse anaesthetist",
}
