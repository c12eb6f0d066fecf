"""Worked examples: one table for tests, for the specification and for the pages of docs/reference/standard.

They are written as a clinician would note them:

    vitals     "09:50 120/80 70 98"            time, pressure, heart rate, SpO₂
    doses      "iv_infusion 10:00-10:40 0.5"   route, start-end, mg/kg; "10:00-" is still running
    plan.doses "iv_infusion 0.5 over 40"       route, mg/kg, minutes
    sedation   "10:20 4"                       time, MOAA/S
    presence   "physician 09:00-12:00 remote"  also unlicensed, unqualified, licence?, qualification?
    diagnoses  "other confirmed rationale"

A "?" stands for what is not recorded. "10:00" is a time on the invented day, "+1 10:00" on the next one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "standard"
DAY = date(2026, 3, 2)

_CLOCK = re.compile(r"(?:\+(\d+) )?(\d\d:\d\d(?::\d\d)?)")
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_NOT_FACTS = ("says", "gate", "now", "tz", "policy", "omit", "verdict", "effect", "needs")


@dataclass(frozen=True)
class Example:
    clause: str
    says: str
    gate: str
    now: str
    tz: str
    policy: Mapping[str, Any]
    noted: Mapping[str, Any]  # dotted name → as written in the table
    facts: Mapping[str, Any]  # dotted name → as the Standard takes it
    verdict: str
    effect: str
    needs: str

    def __str__(self) -> str:
        return f"{self.clause}: {self.says}"


@cache
def load_examples() -> tuple[Example, ...]:
    """All examples, in the order of the clauses."""
    files = sorted(FOLDER.glob("*.toml"), key=lambda path: int(path.stem.partition("-")[2]))
    return tuple(example for path in files for example in _examples(path))


def _examples(path: Path) -> Iterator[Example]:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    for row in table["example"]:
        merged = {**_flat(table["given"]), **_flat(row)}
        for name in row.get("omit", ()):
            merged.pop(name)
        yield _example(path.stem, merged)


def _example(clause: str, row: Mapping[str, Any]) -> Example:
    noted = {name: value for name, value in row.items() if name not in _NOT_FACTS}
    return Example(
        clause=clause,
        says=row["says"],
        gate=row["gate"],
        now=full_time(row["now"]),
        tz=row.get("tz", "UTC"),
        policy=row.get("policy", {}),
        noted=noted,
        facts={name: _read(name, value) for name, value in noted.items()},
        verdict=row["verdict"],
        effect=row["effect"],
        needs=row.get("needs", ""),
    )


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Groups of facts as dotted names; policy and ceilings stay tables."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and name != "policy":
            flat |= {f"{name}.{part}": inner for part, inner in value.items()}
        else:
            flat[name] = value
    return flat


def full_time(text: str) -> str:
    """ "10:00" as an ISO instant on the invented day; "today" as its date; anything else as it is."""
    if text in _DAYS:
        return (DAY + timedelta(days=_DAYS[text])).isoformat()
    clock = _CLOCK.fullmatch(text)
    if not clock:
        return text
    day = DAY + timedelta(days=int(clock[1] or 0))
    return f"{day.isoformat()}T{clock[2]}Z"


def _read(name: str, value: Any) -> Any:
    if isinstance(value, list) and name in _NOTES:
        return [_known(_NOTES[name](note)) for note in value]
    return full_time(value) if isinstance(value, str) else value


def _known(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value not in (None, "?", "")}


def _vitals(note: str) -> dict[str, Any]:
    at, pressure, hr, spo2 = note.split()
    sbp, _, dbp = pressure.partition("/")
    signs = {"sbp": sbp, "dbp": dbp, "hr": hr, "spo2": spo2}
    return {"at": full_time(at)} | {
        sign: int(value) for sign, value in signs.items() if value != "?"
    }


def _dose(note: str) -> dict[str, Any]:
    route, when, amount = [*note.split(), "", ""][:3]
    if "T" in when:  # written in full, with its offset
        return {"route": route, "start": when}
    start, _, end = when.partition("-")
    return {
        "route": route,
        "start": full_time(start),
        "end": full_time(end),
        "mg_per_kg": amount,
    }


def _planned(note: str) -> dict[str, Any]:
    route, amount, _, minutes = [*note.split(), "", "", ""][:4]
    return {"route": route, "mg_per_kg": amount, "duration_min": minutes}


def _sedation(note: str) -> dict[str, Any]:
    at, score = note.split()
    return {"at": full_time(at), "moaas": int(score)}


def _presence(note: str) -> dict[str, Any]:
    role, stay, *marks = note.split()
    since, _, until = stay.partition("-")
    return {
        "role": role,
        "licensed": None if "licence?" in marks else "unlicensed" not in marks,
        "qualified": None if "qualification?" in marks else "unqualified" not in marks,
        "mode": "remote" if "remote" in marks else "in_person",
        "from": full_time(since),
        "to": full_time(until),
    }


def _diagnosis(note: str) -> dict[str, Any]:
    category, status, *marks = [*note.split(), ""][: 3 if "rationale" in note else 2]
    return {
        "category": category,
        "status": status,
        "rationale_documented": True if marks else None,
    }


_NOTES: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "vitals": _vitals,
    "doses": _dose,
    "plan.doses": _planned,
    "sedation": _sedation,
    "presence": _presence,
    "diagnoses": _diagnosis,
}
