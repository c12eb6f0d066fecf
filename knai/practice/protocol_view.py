"""A protocol in words: the same sections for its page, its public page and the difference of versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from knai.core.check_items import CheckItem, starter_rows
from knai.core.numbers import show
from knai.core.substances import get_modality
from knai.identity.models import Role
from knai.practice import protocols
from knai.practice.models import TreatmentProtocol
from knai.practice.protocol_document import Document, PlanDefaults, Step
from knai.practice.stop_rules import rule_words
from knai.practice.word_diff import Piece, diff

ROUTES = {
    "iv_infusion": "Intravenous infusion", "iv_bolus": "Intravenous bolus", "im": "Intramuscular",
    "sc": "Subcutaneous", "sc_infusion": "Subcutaneous infusion", "intranasal": "Intranasal",
    "sublingual": "Sublingual", "buccal": "Buccal", "oral": "Oral", "rectal": "Rectal",
    "other": "Another route",
}  # fmt: skip
CONDITIONS = {
    "unipolar_major_depression": "Unipolar major depression", "bipolar_depression": "Bipolar depression",
    "ptsd": "PTSD", "ocd": "OCD", "fibromyalgia": "Fibromyalgia", "crps": "CRPS",
    "other_chronic_pain": "Other chronic pain", "other": "Another condition, with a written rationale",
}  # fmt: skip
SEDATION = {
    "minimal": "Minimal", "moderate": "Moderate", "deep": "Deep",
    "general_anaesthesia": "General anaesthesia",
}  # fmt: skip
SUPERVISION = {"in_person": "In person", "remote": "Remote", "none": "None"}
WALKS = {
    "start_before_cannula": "before the start",
    "start_at_giving": "at giving",
    "discharge": "before leaving",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One field in words; lines when it has several. key: the same in every version."""

    key: str
    label: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs between two versions, word by word."""

    section: str
    label: str
    before: str
    after: str
    pieces: tuple[Piece, ...]


def sections(protocol: TreatmentProtocol) -> tuple[Section, ...]:
    """Every field that says something."""
    document = protocols.read(protocol)
    made = (
        ("What it is", _basics(protocol, document)),
        ("Dose", _dose(document)),
        ("Ceilings", _ceilings(document)),
        ("Preparation", _preparation(protocol, document)),
        ("Monitoring", _monitoring(document)),
        ("Going home", _leaving(protocol, document)),
        ("Staff and time", _staff(protocol, document)),
        ("Course", _course(document)),
        ("Checks at the gates", _checks(document)),
        ("The Standard and sources", _standing(document)),
    )
    shown = ((title, tuple(row for row in rows if row.lines)) for title, rows in made)
    return tuple(Section(title, rows) for title, rows in shown if rows)


def compare(old: TreatmentProtocol, new: TreatmentProtocol) -> tuple[Change, ...]:
    """What differs, field by field, in the order of the newer version."""
    before = {row.key: (s.title, row) for s in sections(old) for row in s.rows}
    after = {row.key: (s.title, row) for s in sections(new) for row in s.rows}
    changes = []
    for key in [*after, *(k for k in before if k not in after)]:
        title, row = after.get(key) or before[key]
        was = before[key][1].text if key in before else ""
        now = after[key][1].text if key in after else ""
        if was != now:
            changes.append(Change(title, row.label, was, now, diff(was, now)))
    return tuple(changes)


def _row(key: str, label: str, *lines: str) -> Row:
    return Row(key, label, tuple(line for line in lines if line))


def _text(key: str, label: str, text: str) -> Row:
    return _row(key, label, *text.splitlines())


def _number(value: Any, unit: str) -> str:
    return "" if value is None else f"{show(value) if not isinstance(value, int) else value} {unit}"


def _basics(protocol: TreatmentProtocol, document: Document) -> list[Row]:
    substance = protocols.substance_of(protocol.substance, document)
    off_label = {
        True: "Off-label, said in the consent",
        False: "Within what a product label covers",
    }
    stated = off_label.get(document.use_is_off_label, "")  # type: ignore[arg-type]
    return [
        _text("summary", "In short", document.summary),
        _row("substance", "Substance", substance.name),
        _row("modality", "Kind of treatment", get_modality(protocol.modality).name),
        _row("route", "Route", ROUTES.get(protocol.route, protocol.route)),
        _row("indications", "For", *(CONDITIONS.get(i, i) for i in document.indications)),
        _row("off_label", "Use", stated),
    ]


def _dose(document: Document) -> list[Row]:
    plan = document.plan
    return [
        _row("dose", "First", dose_words(plan)),
        _row("steps", "Steps", *map(step_words, document.steps)),
        _row(
            "sedation", "Deepest sedation expected", SEDATION.get(plan.expected_sedation or "", "")
        ),
        _row("supervision", "Supervision", SUPERVISION.get(plan.supervision or "", "")),
    ]


def dose_words(plan: PlanDefaults | Step) -> str:
    amount = _number(plan.mg, "mg") or _number(plan.mg_per_kg, "mg/kg")
    over = f"over {_number(plan.duration_min, 'min')}" if plan.duration_min is not None else ""
    return " ".join(part for part in (amount, over) if part)


def step_words(step: Step) -> str:
    words = f"From session {step.from_session}: {dose_words(step)}"
    return f"{words} ({step.reason})" if step.reason else words


def _ceilings(document: Document) -> list[Row]:
    each = [
        f"{ROUTES.get(r, r)}: {_number(v, 'mg/kg')}" for r, v in document.ceiling_mg_per_kg.items()
    ]
    hourly = document.ceiling_mg_per_kg_per_h.items()
    return [
        _row("ceilings", "At most in a session", *each),
        _row(
            "rates",
            "At most an hour",
            *(f"{ROUTES.get(r, r)}: {_number(v, 'mg/kg/h')}" for r, v in hourly),
        ),
    ]


def _preparation(protocol: TreatmentProtocol, document: Document) -> list[Row]:
    made, plan = document.preparation, document.plan
    forms = {f.id: f.name for f in protocols.substance_of(protocol.substance, document).forms}
    ingredients = [
        f"{i.get('name', '')} {i.get('strength', '')}".strip() for i in document.ingredients
    ]
    disclosed = {True: "Nothing is withheld", False: "Something is withheld"}
    return [
        _row("form", "Form", forms.get(made.form, made.form)),
        _row("strength", "Strength of the vial", _number(plan.concentration_mg_per_ml, "mg/mL")),
        _row("diluent", "Diluent", made.diluent),
        _row("volume", "Final volume", _number(plan.final_volume_ml, "mL")),
        _text("instructions", "How", made.instructions),
        _row("use_within", "Used within", _number(made.use_within_h, "h")),
        _row("ingredients", "All ingredients", *ingredients),
        _row("disclosed", "Disclosure", disclosed.get(document.all_ingredients_disclosed, "")),  # type: ignore[arg-type]
        _row("prepared_by", "Prepared by", document.prepared_by),
    ]


def _monitoring(document: Document) -> list[Row]:
    every = document.intervals
    return [
        _row("vitals_during", "Vital signs while it is given", _every(every.vitals_during_min)),
        _row("vitals_after", "Vital signs after", _every(every.vitals_after_min)),
        _row("sedation_during", "Sedation (MOAA/S)", _every(every.sedation_during_min)),
        _text("monitoring", "Besides", document.monitoring),
    ]


def _every(minutes: int | None) -> str:
    return f"every {minutes} min" if minutes else ""


def _leaving(protocol: TreatmentProtocol, document: Document) -> list[Row]:
    substance = protocols.substance_of(protocol.substance, document)
    watched = protocols.observation_items(substance, protocol.route, document)
    return [
        _text("discharge_rule", "When the patient may leave", document.discharge_rule),
        _row("observation", "Observation", *(item.question for item in watched)),
    ]


def _staff(protocol: TreatmentProtocol, document: Document) -> list[Row]:
    roles = dict(Role.choices)
    people = [
        f"{s.count} × {roles.get(s.role, s.role)}{f': {s.note}' if s.note else ''}"
        for s in document.staff
    ]
    named = ("Preparation", "dosing", "recovery")
    minutes = protocols.planned_minutes(
        document, None, substance=protocol.substance, route=protocol.route
    )
    booked = ", ".join(f"{name} {m} min" for name, m in zip(named, minutes, strict=True))
    return [_row("staff", "Staff", *people), _row("minutes", "A visit is booked for", booked)]


def _course(document: Document) -> list[Row]:
    return [
        _row("sessions", "Sessions", _number(document.sessions, "planned")),
        _row("schedule", "How often", document.schedule),
        _row("measures", "Measures due", *document.measures),
        _row("stop_rules", "Stop rules", *map(rule_words, document.stop_rules)),
    ]


def _checks(document: Document) -> list[Row]:
    items = protocols.check_items(document)
    starter = " (the set that comes with KNAI)" if document.checks is None else ""
    lines = [check_words(item) for item in items]
    return [_row("checks", f"Asked{starter}", *lines)]


def check_words(item: CheckItem) -> str:
    where = ", ".join(WALKS[walk] for walk in item.walks)
    ago = f", at least {_span(item.min_ago_min)} ago" if item.min_ago_min else ""
    return f"{item.title}: {where}{ago if item.answer == 'time' else ''}"


def _span(minutes: int) -> str:
    """4 h; 90 min where it is no whole number of hours."""
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def is_starter(check_id: str) -> bool:
    return check_id in starter_rows()


def _standing(document: Document) -> list[Row]:
    return [
        _text("deviations", "Where it departs from the Standard, and why", document.deviations),
        _text("sources", "Sources", document.sources),
        _row("location", "Published at", document.public_location),
    ]


def as_json(protocol: TreatmentProtocol, found: Iterable[Section]) -> dict[str, Any]:
    """What anybody may read of a version."""
    return {
        "name": protocol.name,
        "version": protocol.version,
        "substance": protocol.substance,
        "modality": protocol.modality,
        "route": protocol.route,
        "approved_on": protocol.approved_at.date().isoformat() if protocol.approved_at else None,
        "last_reviewed_on": protocol.reviewed_on.isoformat() if protocol.reviewed_on else None,
        "withdrawn": protocol.withdrawn_at is not None,
        "document": {k: v for k, v in protocol.document.items() if k != "checks"},
        "sections": [
            {"title": s.title, "fields": {row.label: list(row.lines) for row in s.rows}}
            for s in found
        ],
    }
