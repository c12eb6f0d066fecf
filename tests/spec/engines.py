"""The same predicates run by two engines: one session at a time, and as columns in DuckDB through Ibis."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any, get_args, get_type_hints

import ibis
import pyarrow

from knai.core.standard import CARE_CLAUSES, Verdict
from knai.core.standard.derived import Derived, Row
from knai.core.standard.judge import effect_rules, first_true, verdict_rules

Answer = tuple[str, str, str]  # verdict, effect, what an override needs

_COLUMN = {int: "int64", bool: "boolean", str: "string", float: "float64"}
SCHEMA = ibis.schema(
    {
        name: _COLUMN[(get_args(hint) or (hint,))[0]]
        for name, hint in get_type_hints(Derived).items()
    }
)


def judge_one(derived: Derived) -> dict[str, Answer]:
    """Each clause's answer for one session."""
    row, answers = Row(derived), {}
    for clause in CARE_CLAUSES:
        verdict = first_true(verdict_rules(clause, row), Verdict.CANNOT_TELL_YET)
        rules, otherwise = effect_rules(clause, derived.gate, verdict, row)
        ruling = first_true(rules, otherwise)
        answers[clause.id] = (verdict.value, ruling.effect.value, ruling.override_needs)
    return answers


def judge_columns(sessions: Iterable[Derived], gate: str) -> list[dict[str, Answer]]:
    """Each clause's answer for every session at once; all of them stand at this gate."""
    rows = [session._asdict() for session in sessions]
    table = ibis.memtable(pyarrow.Table.from_pylist(rows, schema=SCHEMA.to_pyarrow()))
    judged = table.mutate(
        **{_name(clause, "verdict"): _verdict(clause, table) for clause in CARE_CLAUSES}
    )
    ruled = judged.select(
        *(_name(clause, "verdict") for clause in CARE_CLAUSES),
        **{_name(clause, "effect"): _effect(clause, gate, judged) for clause in CARE_CLAUSES},
    )
    return [_answers(row) for row in ruled.to_pyarrow().to_pylist()]


def _name(clause: Any, what: str) -> str:
    return f"{what}_{clause.id}"


def _verdict(clause: Any, table: Any) -> Any:
    rules = [(truth, verdict.value) for truth, verdict in verdict_rules(clause, table)]
    return ibis.cases(*rules, else_=Verdict.CANNOT_TELL_YET.value)


def _effect(clause: Any, gate: str, table: Any) -> Any:
    verdict = table[_name(clause, "verdict")]
    by_verdict = []
    for each in Verdict:
        rules, otherwise = effect_rules(clause, gate, each, table)
        cases = [(truth, _text(ruling)) for truth, ruling in rules]
        last = ibis.literal(_text(otherwise))
        by_verdict.append(
            (verdict == each.value, ibis.cases(*cases, else_=last) if cases else last)
        )
    return ibis.cases(*by_verdict)


def _text(ruling: Any) -> str:
    return f"{ruling.effect.value}/{ruling.override_needs}"


def _answers(row: dict[str, str]) -> dict[str, Answer]:
    answers = {}
    for clause in CARE_CLAUSES:
        effect, _, needs = row[_name(clause, "effect")].partition("/")
        answers[clause.id] = (row[_name(clause, "verdict")], effect, needs)
    return answers


# -- random sessions: every derived fact by itself, so that no combination is left out


_WORDS = {
    "purpose": ("knai", "knai", "knai", "anaesthesia"),
    "departure": (
        "discharged",
        "discharged",
        "left_against_advice",
        "eloped",
        "transferred",
        "admitted",
        "died",
    ),
    "medications_status": ("listed", "none"),
    "allergies_status": ("listed", "none_known"),
    "signed_by": ("patient", "legal_representative"),
    "supervision": ("in_person", "remote", "none"),
    "transport_planned": ("escort", "self_driving"),
    "transport_actual": ("escort", "self_driving"),
}
_NUMBERS = {
    "above_percent": (10, 20),
    "below_percent": (20, 30),
    "spo2_drop": (1, 2),
    "sbp_ge": (160, 180),
    "sbp_lt": (90, 100),
    "dbp_ge": (110, 120),
    "hr_ge": (120, 130),
    "hr_lt": (40, 50),
    "spo2_lt": (90, 92),
    "sbp": (89, 90, 110, 120, 130, 144, 145, 180),
    "dbp": (60, 70, 80, 84, 85, 120),
    "hr": (39, 40, 70, 80, 84, 85, 130),
    "spo2": (89, 90, 95, 96, 97, 98),
    "prior_sessions": (0, 1),
    "depth": (0, 1, 2, 3),
    "moaas": (0, 1, 2, 3, 4, 5),
}


def random_session(rng: random.Random, gate: str) -> Derived:
    known: dict[str, Any] = {
        name: _random(rng, name, hint) for name, hint in get_type_hints(Derived).items()
    }
    known["gate"] = gate
    known["outside"] = known["purpose"] not in (None, "knai") and rng.random() < 0.3
    if rng.random() < 0.5:
        known |= quiet_session(rng)
    known["undosed_at_leaving"] = gate in ("discharge", "after") and not known["dosed"]
    return Derived(**known)


def quiet_session(rng: random.Random) -> dict[str, Any]:
    """A dosed patient whose signs came back: left to chance alone, hardly one would."""
    return {
        "dosed": True,
        "at_home": False,
        "departure": rng.choice(("discharged", "left_against_advice")),
        "condition_found": rng.random() < 0.3,
        "base_sbp": 120,
        "base_dbp": 80,
        "base_hr": 70,
        "base_spo2": 98,
        "fresh_sbp": rng.choice((120, 144, 145)),
        "fresh_dbp": 84,
        "fresh_hr": 72,
        "fresh_spo2": 97,
    }


def _random(rng: random.Random, name: str, hint: Any) -> Any:
    kinds = get_args(hint) or (hint,)
    if type(None) in kinds and rng.random() < 0.15:
        return None
    if kinds[0] is bool:
        return rng.random() < 0.5
    if name in _WORDS:
        return rng.choice(_WORDS[name])
    numbers = _NUMBERS.get(name) or _NUMBERS.get(name.rpartition("_")[2], range(6))
    return rng.choice(numbers) if kinds[0] is not str else ""
