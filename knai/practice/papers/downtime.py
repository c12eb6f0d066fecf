"""The downtime sheets of a day as a paper: one page a booked session, to be written on by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.practice.papers.times import clock, day_words
from knai.practice.sheets import Sheet, list_sheets

COLUMNS = ("BP", "HR", "SpO₂", "RR", "MOAA/S", "Doses, events, who")


@dataclass(frozen=True, slots=True)
class SheetPage:
    patient: str
    born: str
    mrn: str
    weight: str
    allergies: str
    consent: str
    escort: str
    at: str
    chair: str
    protocol: str
    plan: str
    interval_min: int
    rows: tuple[int, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Downtime:
    person: None
    session_id: None
    on: str
    columns: tuple[str, ...]
    pages: tuple[SheetPage, ...]


def gather(*, by: Actor, subject_id: date, options: dict[str, Any]) -> Downtime:
    """raises  Forbidden; Missing: no session is booked on that day"""
    sheets = list_sheets(by=by, on=subject_id)
    if not sheets:
        raise Missing("No session is booked on that day, so there is no sheet to print.")
    pages = tuple(_page(by, sheet) for sheet in sheets)
    return Downtime(None, None, day_words(subject_id), COLUMNS, pages)


def _page(by: Actor, sheet: Sheet) -> SheetPage:
    who = sheet.identity
    allergies = ", ".join(who.allergies) or ("none known" if who.allergies_known else "not asked")
    return SheetPage(
        patient=who.name,
        born=day_words(who.born_on),
        mrn=who.mrn,
        weight=f"{who.weight_kg} kg" if who.weight_kg else "________ kg",
        allergies=allergies,
        consent=who.consent,
        escort=who.escort,
        at=clock(sheet.at, by.clinic.tz),
        chair=who.chair or "no chair yet",
        protocol=sheet.protocol,
        plan=sheet.plan.removeprefix("Planned: ") or "________",
        interval_min=sheet.interval_min,
        rows=sheet.rows,
        checks=sheet.checks,
    )
