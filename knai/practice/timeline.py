"""Everything that was written of a patient, newest first, in windows: two questions to the database however
long the chart is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from knai.identity.actors import Actor
from knai.practice import queries
from knai.practice.actions.charting import LATE_AFTER
from knai.practice.entries import KINDS, MARKS, from_json
from knai.practice.entry_words import icon_of, words_of
from knai.practice.linked import list_together
from knai.practice.models import ChartEntry, Compartment
from knai.practice.patient_record import get_row
from knai.practice.session_shapes import Mark

WINDOW = 60
GROUPS: dict[str, tuple[str, frozenset[str]]] = {
    "given": ("Given", frozenset({"bolus", "infusion_start", "infusion_change", "pump_settings",
                                  "medicine", "iv_attempt"})),
    "observed": ("Observed", frozenset({"vitals", "sedation", "effect", "adverse_event", "support",
                                        "off_monitor", "baseline_pin", "emergency"})),
    "written": ("Notes", frozenset({"note", "psychotherapy_note", "addendum", "handover", "history",
                                    "physical"})),
    "work_up": ("Work-up", frozenset({"screening", "diagnosis", "history", "physical", "medications",
                                      "allergies", "interaction_review", "weight", "height",
                                      "pregnancy"})),
    "consent": ("Consent", frozenset({"consent", "consent_withdrawn"})),
    "decided": ("Decided", frozenset({"plan", "check_answer", "gate_passed", "already_happened",
                                      "override", "goes_on", "alert_limits", "transition",
                                      "medically_ready", "departure", "transport",
                                      "driving_instruction", "driving_asked"})),
    "identity": ("Identity", frozenset({"identity_change", "contact"})),
}  # fmt: skip
REST = "other"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is wanted of the timeline; empty fields want everything."""

    group: str = ""
    since: date | None = None
    until: date | None = None
    session_id: UUID | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a window: the next one begins after it."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Row:
    """One entry, as components/entry.html shows it, with where it belongs."""

    id: UUID
    kind: str
    icon: str
    what: str
    effective_at: datetime
    recorded_at: datetime
    by: str
    source: str
    device: str
    compartment: str
    late: bool
    session_id: UUID | None
    mrn: str  # of the linked record it was written in; empty for the one that is read
    voided: Mark | None
    amended_by: Mark | None
    amends: UUID | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """days: (day in the clinic's calendar, its rows), newest first. after: where the next window begins."""

    days: tuple[tuple[date, tuple[Row, ...]], ...]
    after: Cursor | None = None
    count: int = field(default=0)


def get_timeline(
    *, by: Actor, patient_id: UUID, wanted: Filter = Filter(), after: Cursor | None = None
) -> Timeline:
    """raises  Forbidden: may not read the chart; Missing"""
    by.must("read_chart")
    get_row(by, patient_id)
    ids = list_together(by.clinic_id, patient_id)
    rows = _wanted(queries.visible_entries(by), by, ids, wanted)
    if after is not None:
        rows = rows.filter(Q(effective_at__lt=after.at) | Q(effective_at=after.at, id__lt=after.id))
    rows = rows.select_related("recorded_by", "device", "patient")
    found = list(rows.order_by("-effective_at", "-id")[: WINDOW + 1])
    shown = found[:WINDOW]
    marks = _marks_on(by, shown)
    made = [_row(by, entry, marks, patient_id) for entry in shown]
    cursor = Cursor(shown[-1].effective_at, shown[-1].pk) if len(found) > WINDOW else None
    return Timeline(_by_day(made, by), cursor, len(made))


def _wanted(
    rows: QuerySet[ChartEntry], by: Actor, ids: tuple[UUID, ...], wanted: Filter
) -> QuerySet[ChartEntry]:
    rows = rows.filter(patient_id=ids[0]) if len(ids) == 1 else rows.filter(patient_id__in=ids)
    rows = rows.exclude(kind__in=MARKS)
    if wanted.group:
        rows = rows.filter(kind__in=_kinds_of(wanted.group))
    if wanted.since is not None:
        rows = rows.filter(effective_at__gte=_midnight(by, wanted.since))
    if wanted.until is not None:
        rows = rows.filter(effective_at__lt=_midnight(by, wanted.until + timedelta(days=1)))
    if wanted.session_id is not None:
        rows = rows.filter(session_id=wanted.session_id)
    return _with_text(rows, wanted.text.strip()) if wanted.text.strip() else rows


def _kinds_of(group: str) -> frozenset[str]:
    """A group's kinds; "other" is what no group names, so that every entry can be found by one."""
    if group in GROUPS:
        return GROUPS[group][1]
    named = frozenset().union(*(kinds for _, kinds in GROUPS.values()))
    return frozenset(KINDS) - named - MARKS


def _midnight(by: Actor, day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=by.clinic.tz)


def _with_text(rows: QuerySet[ChartEntry], text: str) -> QuerySet[ChartEntry]:
    """In what was written, in the name of the kind, or of who wrote it.

    SQLite keeps JSON with its letters beyond ASCII escaped, and folds the case of ASCII alone: so each way
    of writing the words is looked for.
    """
    ways = {text, text.lower(), text.upper(), text.capitalize(), text.title()}
    forms = ways | {json.dumps(way)[1:-1] for way in ways}
    rows = rows.annotate(body_text=Cast("body", TextField()))
    asked = Q(recorded_by__name__icontains=text)
    for form in forms:
        asked |= Q(body_text__icontains=form)
    kinds = [kind for kind in KINDS if text.lower() in kind.replace("_", " ")]
    return rows.filter(asked | Q(kind__in=kinds))


@dataclass(frozen=True, slots=True)
class _Marks:
    voids: dict[UUID, ChartEntry]
    amendments: dict[UUID, ChartEntry]


def _marks_on(by: Actor, shown: Iterable[ChartEntry]) -> _Marks:
    """What later entries did to these, whichever window they are in."""
    ids = [entry.pk for entry in shown]
    rows = ChartEntry.objects.filter(clinic_id=by.clinic_id).select_related("recorded_by")
    found = rows.filter(Q(kind="void", target_id__in=ids) | Q(amends_id__in=ids)) if ids else ()
    marks = _Marks({}, {})
    for entry in found:
        if entry.kind == "void" and entry.target_id is not None:
            marks.voids[entry.target_id] = entry
        if entry.amends_id is not None:
            marks.amendments[entry.amends_id] = entry
    return marks


def _row(by: Actor, entry: ChartEntry, marks: _Marks, patient_id: UUID) -> Row:
    tz = by.clinic.tz
    compartment = entry.compartment
    return Row(
        id=entry.pk,
        kind=entry.kind,
        icon=icon_of(entry.kind),
        what=words_of(from_json(entry.kind, entry.body), tz),
        effective_at=entry.effective_at,
        recorded_at=entry.recorded_at,
        by=_name(entry),
        source=entry.source,
        device=entry.device.name if entry.device else "",
        compartment="" if compartment == Compartment.CLINICAL else Compartment(compartment).label,
        late=entry.recorded_at - entry.effective_at > LATE_AFTER,
        session_id=entry.session_id,
        mrn=entry.patient.mrn if entry.patient_id != patient_id else "",
        voided=_mark(marks.voids.get(entry.pk), "reason"),
        amended_by=_mark(marks.amendments.get(entry.pk), "amended_because"),
        amends=entry.amends_id,
    )


def _mark(entry: ChartEntry | None, reason: str) -> Mark | None:
    if entry is None:
        return None
    return Mark(entry.pk, _name(entry), entry.recorded_at, entry.body.get(reason, ""))


def _name(entry: ChartEntry) -> str:
    if entry.recorded_by is not None:
        return entry.recorded_by.name
    return entry.device.name if entry.device else "KNAI"


def _by_day(rows: list[Row], by: Actor) -> tuple[tuple[date, tuple[Row, ...]], ...]:
    days: dict[date, list[Row]] = {}
    for row in rows:
        days.setdefault(row.effective_at.astimezone(by.clinic.tz).date(), []).append(row)
    return tuple((day, tuple(rows)) for day, rows in days.items())
