"""Between the form of a draft and its document."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify

from knai.core.check_items import starter_rows
from knai.core.numbers import show
from knai.core.substances import substances
from knai.practice.actions.protocols import Draft
from knai.practice.protocol_document import (
    Document,
    Minutes,
    Monitoring,
    OwnSubstance,
    PlanDefaults,
    Preparation,
    StaffNeeded,
    Step,
    StopRule,
)
from knai.web.protocols.forms import ANOTHER

Values = dict[str, Any]
OWN = "own_"


def initial_of(page: Any) -> Values:
    """What stands in the form's fields. page: practice.protocol_pages.ProtocolPage"""
    d: Document = page.document
    plan, made = d.plan, d.preparation
    is_known = page.substance_id in substances()
    values = {
        "revision": page.revision,
        "substance": page.substance_id if is_known else ANOTHER,
        "own_name": d.own_substance.name or ("" if is_known else page.row.substance),
        "own_observation_min": d.own_substance.observation_min,
        "own_source": d.own_substance.source,
        "modality": page.modality_id,
        "route": page.route_id,
        "use_is_off_label": {True: "yes", False: "no"}.get(d.use_is_off_label, ""),
        "all_ingredients_disclosed": {True: "yes", False: "no"}.get(
            d.all_ingredients_disclosed, ""
        ),
        "measures": "\n".join(d.measures),
        "preparation_min": d.minutes.preparation,
        "dosing_min": d.minutes.dosing,
        "recovery_min": d.minutes.recovery,
        "supervision": plan.supervision or "in_person",
        "expected_sedation": plan.expected_sedation or "",
    }
    values |= {n: getattr(d, n) for n in _AS_THEY_ARE}
    values |= {n: _shown(getattr(plan, n)) for n in _PLAN_FIGURES}
    values |= {n: getattr(made, n) for n in ("form", "diluent", "instructions", "use_within_h")}
    values |= {n: getattr(d.intervals, n) for n in _INTERVALS}
    return values | _checks_initial(d)


_AS_THEY_ARE = (
    "summary", "indications", "discharge_rule", "monitoring", "prepared_by", "sessions", "schedule",
    "deviations", "sources", "public_location", "observation_min",
)  # fmt: skip
_PLAN_FIGURES = ("mg_per_kg", "mg", "duration_min", "concentration_mg_per_ml", "final_volume_ml")
_INTERVALS = ("vitals_during_min", "vitals_after_min", "sedation_during_min")


def _shown(value: Any) -> str:
    return "" if value is None else show(value)


def _checks_initial(d: Document) -> Values:
    rows = starter_rows() if d.checks is None else d.checks
    values: Values = {
        "starter": [key for key in rows if key in starter_rows()],
        "kept": [key for key, _ in kept_checks(d)],
    }
    for key, row in starter_rows().items():
        if row["answer"] == "time":
            values[f"ago_{key}"] = rows.get(key, row).get("min_ago_min")
    return values


def kept_checks(d: Document) -> list[tuple[str, str]]:
    """Checks of the document that no row of the form can say: they are kept or dropped as they are."""
    rows = d.checks or {}
    return [
        (key, row.get("title", key))
        for key, row in rows.items()
        if key not in starter_rows() and not _is_simple(row)
    ]


def _is_simple(row: Values) -> bool:
    is_yes = row.get("answer") == "yes_no" and row.get("settles") == ["yes"]
    return (
        is_yes
        and len(row.get("walks", ())) == 1
        and not row.get("applies_when")
        and not row.get("steps")
    )


def rows_initial(page: Any) -> dict[str, list[Values]]:
    d: Document = page.document
    return {
        "ceilings": [
            {"route": route, "mg_per_kg": _shown(d.ceiling_mg_per_kg.get(route)),
             "mg_per_kg_per_h": _shown(d.ceiling_mg_per_kg_per_h.get(route))}
            for route in dict.fromkeys((*d.ceiling_mg_per_kg, *d.ceiling_mg_per_kg_per_h))
        ],
        "steps": [
            {"from_session": s.from_session, "mg_per_kg": _shown(s.mg_per_kg), "mg": _shown(s.mg),
             "duration_min": _shown(s.duration_min), "reason": s.reason}
            for s in d.steps
        ],
        "ingredients": [dict(item) for item in d.ingredients],
        "staff": [{"count": s.count, "role": s.role, "note": s.note} for s in d.staff],
        "rules": [{"kind": r.kind, "value": _shown(r.value), "text": r.text} for r in d.stop_rules],
        "own_checks": [
            {"title": row["title"], "question": row["question"], "walk": row["walks"][0],
             "effect": row["effect"]}
            for key, row in (d.checks or {}).items()
            if key not in starter_rows() and _is_simple(row)
        ],
    }  # fmt: skip


def read_draft(page: Any, v: Values, rows: dict[str, list[Values]]) -> Draft:
    """What was typed, as a draft. v: the form's clean values; rows: of each list."""
    ceilings = rows["ceilings"]
    document = Document(
        ceiling_mg_per_kg={r["route"]: r["mg_per_kg"] for r in ceilings},
        ceiling_mg_per_kg_per_h={
            r["route"]: r["mg_per_kg_per_h"] for r in ceilings if r["mg_per_kg_per_h"] is not None
        },
        all_ingredients_disclosed={"yes": True, "no": False}.get(v["all_ingredients_disclosed"]),
        ingredients=tuple(
            {"name": r["name"], "strength": r["strength"]} for r in rows["ingredients"]
        ),
        use_is_off_label={"yes": True, "no": False}.get(v["use_is_off_label"]),
        plan=_plan(v),
        checks=_checks(page.document, v, rows["own_checks"]),
        steps=_steps(rows["steps"]),
        intervals=Monitoring(**{n: v[n] for n in _INTERVALS}),
        preparation=Preparation(v["form"], v["diluent"], v["instructions"], v["use_within_h"]),
        staff=tuple(StaffNeeded(r["role"], r["count"] or 1, r["note"]) for r in rows["staff"]),
        minutes=Minutes(v["preparation_min"], v["dosing_min"], v["recovery_min"]),
        measures=tuple(line.strip() for line in v["measures"].splitlines() if line.strip()),
        stop_rules=tuple(StopRule(r["kind"], r["value"], r["text"]) for r in rows["rules"]),
        own_substance=_own_substance(v),
        **{n: v[n] for n in _AS_THEY_ARE if n != "indications"},
        indications=tuple(v["indications"]),
    )
    return Draft(_substance_key(v), v["modality"], v["route"], document)


def _plan(v: Values) -> PlanDefaults:
    return PlanDefaults(
        **{n: v[n] for n in _PLAN_FIGURES},
        expected_sedation=v["expected_sedation"] or None,
        supervision=v["supervision"] or None,
    )


def _steps(rows: list[Values]) -> tuple[Step, ...]:
    made = (Step(**{n: r[n] for n in Step.__struct_fields__}) for r in rows)
    return tuple(sorted(made, key=lambda step: step.from_session))


def _own_substance(v: Values) -> OwnSubstance:
    if v["substance"] != ANOTHER:
        return OwnSubstance()
    return OwnSubstance(v["own_name"].strip(), v["own_observation_min"], v["own_source"])


def _substance_key(v: Values) -> str:
    if v["substance"] != ANOTHER:
        return str(v["substance"])
    return slugify(v["own_name"]).replace("-", "_")[:40] or "other"


def _checks(d: Document, v: Values, own: list[Values]) -> dict[str, Values]:
    """The set as chosen, written out: a later version of KNAI changes nothing in it."""
    said = d.checks or {}
    found: dict[str, Values] = {}
    for key in v["starter"]:
        row = dict(said.get(key) or starter_rows()[key])
        if v.get(f"ago_{key}") is not None:
            row["min_ago_min"] = v[f"ago_{key}"]
        found[key] = row
    found |= {key: said[key] for key in v["kept"] if key in said}
    for number, row in enumerate(own, 1):
        key = f"{OWN}{slugify(row['title']).replace('-', '_')[:40] or number}"
        found[key] = _own_check(row)
    return found


def _own_check(row: Values) -> Values:
    made: Values = {
        "title": row["title"],
        "question": row["question"],
        "walks": [row["walk"]],
        "answer": "yes_no",
        "settles": ["yes"],
        "effect": row["effect"],
        "answered_by": ["nurse", "prescriber"],
        "valid": "session",
    }
    if row["effect"] == "overridable":
        made["override_by"] = ["prescriber"]
    return made
