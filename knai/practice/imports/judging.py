"""Every row judged before one is written: what it becomes, or why it is not taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from knai.core.diagnoses import group_of
from knai.core.errors import Malformed
from knai.core.folding import fold
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import entries as e
from knai.practice.actions.work_up import ROUTES, STATUSES
from knai.practice.imports import cells
from knai.practice.imports.kinds import KINDS
from knai.practice.imports.table import Table
from knai.practice.models import ChartEntry, DiagnosisCode, Patient

NONE_WORDS = frozenset({"none", "none known", "no known allergies", "nka", "nkda", "nil"})
Row = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Unit:
    """What one or more rows become: a patient's fields, or an entry in a chart that is here."""

    rows: tuple[int, ...]
    fields: dict[str, Any] | None = None
    patient_id: UUID | None = None
    body: e.Body | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """why: without a word of what stands in the row"""

    row: int
    field: str
    why: str


@dataclass(slots=True)
class Judged:
    units: list[Unit] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(slots=True)
class Known:
    """What is in the clinic already, read once for the whole table."""

    today: date
    order: str
    by_mrn: dict[str, UUID]
    people: set[tuple[str, date]]
    listed: set[UUID]
    codes: dict[str, str]
    seen: set[str] = field(default_factory=set)


def judge(*, by: Actor, kind: str, table: Table, mapping: dict[str, str], order: str) -> Judged:
    """raises  Malformed: a column that is wanted is mapped to none, or to one that is not there"""
    _check_mapping(kind, table, mapping)
    places = {name: table.columns.index(column) for name, column in mapping.items() if column}
    rows = [(number, {n: row[place] for n, place in places.items()}) for number, row in table.rows]
    known = _know(by, kind, rows, order)
    if kind in ("medications", "allergies"):
        return _judge_lists(kind, rows, known)
    return _judge_each(JUDGES[kind], rows, known)


def _check_mapping(kind: str, table: Table, mapping: dict[str, str]) -> None:
    for column in KINDS[kind].columns:
        chosen = mapping.get(column.name, "")
        if column.wanted and not chosen:
            raise Malformed(f"Which column holds “{column.label}”?", column.name)
        if chosen and chosen not in table.columns:
            raise Malformed("This column is not in the table.", column.name)


def _know(by: Actor, kind: str, rows: list[Row], order: str) -> Known:
    patients = Patient.objects.filter(clinic_id=by.clinic_id, withdrawn_at__isnull=True)
    found = list(patients.values_list("mrn", "pk", "family_name", "born_on"))
    people = {(fold(family), born) for _, _, family, born in found} if kind == "patients" else set()
    listed: set[UUID] = set()
    if kind in ("medications", "allergies"):
        entries = ChartEntry.objects.filter(clinic_id=by.clinic_id, kind=kind)
        listed = set(entries.filter(voided_or_not()).values_list("patient_id", flat=True))
    return Known(
        today=now().astimezone(by.clinic.tz).date(), order=order,
        by_mrn={mrn: pk for mrn, pk, *_ in found}, people=people, listed=listed,
        codes=_codes(kind, rows),
    )  # fmt: skip


def voided_or_not() -> Any:
    """Entries that nobody voided: an import that was undone leaves the way free for another."""
    from django.db.models import Exists, OuterRef

    return ~Exists(ChartEntry.objects.filter(kind="void", target=OuterRef("pk")))


def _codes(kind: str, rows: list[Row]) -> dict[str, str]:
    if kind != "problems":
        return {}
    wanted = sorted({row.get("code", "").upper() for _, row in rows} - {""})
    found: dict[str, str] = {}
    for start in range(0, len(wanted), 500):
        chunk = DiagnosisCode.objects.filter(code__in=wanted[start : start + 500])
        found |= dict(chunk.values_list("code", "title"))
    return found


def _judge_each(one: Callable[[Row, Known], Unit], rows: list[Row], known: Known) -> Judged:
    judged = Judged()
    for row in rows:
        try:
            judged.units.append(one(row, known))
        except Malformed as error:
            judged.refused.append(_refusal(row[0], error))
    return judged


def _refusal(number: int, error: Malformed) -> Refusal:
    return Refusal(number, error.field, str(error).removeprefix(f"{error.field}: "))


# ------------------------------------------------------------------------------------------ each kind
def _patient(row: Row, known: Known) -> Unit:
    number, cell = row
    mrn = cells.read_text(cell["mrn"], "mrn", 40, wanted=True)
    if mrn in known.by_mrn:
        raise Malformed("belongs to a patient who is here already", "mrn")
    if mrn in known.seen:
        raise Malformed("stands in the table twice", "mrn")
    family = cells.read_text(cell["family_name"], "family_name", 60, wanted=True)
    born_on = cells.read_day(cell["born_on"], "born_on", known.order, known.today)
    if (fold(family), born_on) in known.people:
        raise Malformed(
            "with this birthday is here already, or earlier in the table. Add by hand, or tell apart",
            "family_name",
        )
    fields = {
        "mrn": mrn, "family_name": family, "born_on": born_on,
        "given_name": cells.read_text(cell["given_name"], "given_name", 60, wanted=True),
        "sex": cells.read_sex(cell.get("sex", "")), "email": _email(cell.get("email", "")),
    }  # fmt: skip
    for name, longest in (
        ("preferred_name", 60),
        ("phone", 40),
        ("language", 20),
        ("address", 400),
    ):
        fields[name] = cells.read_text(cell.get(name, ""), name, longest)
    known.seen.add(mrn)
    known.people.add((fold(family), born_on))
    return Unit((number,), fields=fields)


def _email(cell: str) -> str:
    if cell:
        try:
            validate_email(cell)
        except ValidationError:
            raise Malformed("is no e-mail address", "email") from None
    return cell


def _whose(cell: dict[str, str], known: Known) -> UUID:
    try:
        return known.by_mrn[cell["mrn"]]
    except KeyError:
        raise Malformed("belongs to nobody here. Bring the patients in first", "mrn") from None


def _problem(row: Row, known: Known) -> Unit:
    number, cell = row
    patient_id, code = _whose(cell, known), cell.get("code", "").upper()
    if code and code not in known.codes:
        raise Malformed("is no code of ICD-10-CM that can be billed", "code")
    text = cells.read_text(cell.get("text", ""), "text", 300) or known.codes.get(code, "")
    if not text:
        raise Malformed("Neither a code nor a condition stands in this row", "text")
    status = cell.get("status", "").casefold().replace(" ", "_") or "provisional"
    if status not in STATUSES:
        raise Malformed("wants provisional, confirmed or ruled out", "status")
    rationale = cells.read_text(cell.get("rationale", ""), "rationale", 1000)
    category = group_of(code) if code else "other"
    body = e.Diagnosis(category=category, status=status, code=code, text=text, rationale=rationale)
    return Unit((number,), patient_id=patient_id, body=body)


def _session(row: Row, known: Known) -> Unit:
    number, cell = row
    patient_id = _whose(cell, known)
    on = cells.read_day(cell["on"], "on", known.order, known.today)
    route = cell.get("route", "").casefold().replace(" ", "_")
    if route and route not in ROUTES:
        raise Malformed(f"wants one of {', '.join(ROUTES)}, or nothing", "route")
    body = e.EarlierSession(
        on=on.isoformat(), route=route, mg=cells.read_amount(cell.get("mg", ""), "mg"),
        substance=cells.read_text(cell.get("substance", ""), "substance", 60),
        text=cells.read_text(cell.get("text", ""), "text", 2000),
    )  # fmt: skip
    return Unit((number,), patient_id=patient_id, body=body)


JUDGES: dict[str, Callable[[Row, Known], Unit]] = {
    "patients": _patient,
    "problems": _problem,
    "sessions": _session,
}


# ------------------------------------------------------------------- lists: all rows of a person at once
def _judge_lists(kind: str, rows: list[Row], known: Known) -> Judged:
    """One row that cannot be read refuses the whole list of that person: a list with a gap is a danger."""
    judged = Judged()
    for numbers, theirs in _by_person(rows):
        try:
            judged.units.append(_list_of(kind, numbers, theirs, known))
        except Malformed as error:
            judged.refused += [_refusal(number, error) for number in numbers]
    return judged


def _by_person(rows: list[Row]) -> Iterator[tuple[tuple[int, ...], list[dict[str, str]]]]:
    grouped: dict[str, list[Row]] = {}
    for number, cell in rows:
        grouped.setdefault(cell["mrn"], []).append((number, cell))
    for theirs in grouped.values():
        yield tuple(number for number, _ in theirs), [cell for _, cell in theirs]


def _list_of(
    kind: str, numbers: tuple[int, ...], theirs: list[dict[str, str]], known: Known
) -> Unit:
    patient_id = _whose(theirs[0], known)
    if patient_id in known.listed:
        raise Malformed("has a list here already. Reconcile it on the patient's page", "mrn")
    nothing = [cell for cell in theirs if cell["name"].casefold() in NONE_WORDS]
    if nothing and len(theirs) > 1:
        raise Malformed("says none and something. Say one or the other", "name")
    items = () if nothing else tuple(_item(cell) for cell in theirs)
    on, lines = known.today.isoformat(), tuple(item.words for item in items)
    body: e.Body
    if kind == "medications":
        status = "listed" if items else "none"
        body = e.Medications(status=status, recorded_on=on, items=lines, listed=items)
    else:
        status = "listed" if items else "none_known"
        ketamine = any("ketamine" in fold(item.name) for item in items)
        body = e.Allergies(
            status=status,
            recorded_on=on,
            items=lines,
            listed=items,
            ketamine_hypersensitivity=ketamine,
        )
    return Unit(numbers, patient_id=patient_id, body=body)


def _item(cell: dict[str, str]) -> e.Item:
    name = cells.read_text(cell["name"], "name", 200, wanted=True)
    more = {key: cells.read_text(cell.get(key, ""), key, 200) for key in _PARTS if cell.get(key)}
    return e.Item(name=name, **more)


_PARTS = ("dose", "route", "frequency", "since", "text")
