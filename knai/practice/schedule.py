"""The schedule as its pages show it: visits by chair or by person, a day or a week at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from knai.core.errors import Missing
from knai.identity import permissions
from knai.identity.actors import Actor
from knai.identity.models import Membership
from knai.practice import access
from knai.practice.actions.schedule import planned_length
from knai.practice.hours import DAY, day_span, open_spans
from knai.practice.models import (
    Chair,
    Patient,
    State,
    TreatmentProtocol,
    TreatmentSession,
    WaitingListItem,
)
from knai.practice.models.sessions import OPEN_STATES
from knai.practice.slots import UNKNOWN_MIN
from knai.practice.states import CATEGORIES

COLUMN = timedelta(minutes=15)  # of the day's grid
NO_CHAIR, NOBODY = "No chair yet", "Nobody named"
_FIELDS = {
    "id": "session_id", "patient_id": "patient_id", "patient__given_name": "given",
    "patient__family_name": "family", "booked_for_at": "at", "planned_min": "minutes",
    "state": "state", "cancelled_as": "cancelled_as", "chair_id": "chair_id",
    "chair__name": "chair", "nurse_id": "nurse_id", "nurse__name": "nurse",
    "provider_id": "provider_id", "provider__name": "provider", "protocol__name": "protocol",
    "protocol_id": "protocol_id", "arrived_at": "arrived_at", "departed_at": "departed_at",
    "patient__is_restricted": "is_restricted",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit on the schedule. until: when it is planned to end.

    is_closed  the chart is restricted and closed to who looks: initials stand for the name
    """

    session_id: UUID
    patient_id: UUID
    given: str
    family: str
    at: datetime
    minutes: int
    state: str
    cancelled_as: str
    chair_id: UUID | None
    chair: str
    nurse_id: UUID | None
    nurse: str
    provider_id: UUID | None
    provider: str
    protocol: str
    protocol_id: UUID | None
    arrived_at: datetime | None
    departed_at: datetime | None
    is_restricted: bool
    is_closed: bool = False

    @property
    def name(self) -> str:
        return self.initials if self.is_closed else f"{self.given} {self.family}"

    @property
    def initials(self) -> str:
        return ".".join(name[:1] for name in (self.given, self.family) if name) + "."

    @property
    def until(self) -> datetime:
        return self.at + timedelta(minutes=self.minutes)

    @property
    def is_booked(self) -> bool:
        return self.state == State.BOOKED

    @property
    def is_here(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def waits(self) -> bool:
        return self.is_booked and self.arrived_at is not None

    @property
    def phase(self) -> str:
        """As the style sheet colours it."""
        return "departed" if self.departed_at else self.state

    @property
    def word(self) -> str:
        if self.cancelled_as == "no_show":
            return CATEGORIES["no_show"]
        return "Waiting" if self.waits else State(self.state).label


def list_visits(*, by: Actor, on: date, days: int = 1, cancelled: bool = False) -> list[Visit]:
    """The visits of these days, by time. One query."""
    by.must("read_schedule")
    first, last = day_span(on, by.clinic.tz)[0], day_span(on + DAY * days, by.clinic.tz)[0]
    rows = TreatmentSession.objects.filter(
        clinic_id=by.clinic_id, booked_for_at__gte=first, booked_for_at__lt=last
    )
    if not cancelled:
        rows = rows.exclude(state=State.CANCELLED)
    return _visits(by, rows)


def get_visit(*, by: Actor, session_id: UUID) -> Visit:
    """raises  Missing: absent, or another clinic's; Restricted: the chart is closed to them"""
    by.must("read_schedule")
    rows = TreatmentSession.objects.filter(clinic_id=by.clinic_id, pk=session_id)
    found = _visits(by, rows)
    if not found:
        raise Missing("There is no such visit in this clinic.")
    if found[0].is_closed:
        raise access.Restricted(found[0].patient_id)
    return found[0]


def _visits(by: Actor, rows: QuerySet[TreatmentSession]) -> list[Visit]:
    """A further query only where a chart is restricted."""
    rows = rows.order_by("booked_for_at", "id").values_list(*_FIELDS)
    visits = [_visit(values) for values in rows]
    restricted = {v.patient_id for v in visits if v.is_restricted}
    closed = access.list_closed(by, [Patient(pk=pk, is_restricted=True) for pk in restricted])
    if not closed:
        return visits
    return [replace(v, is_closed=True) if v.patient_id in closed else v for v in visits]


def _visit(values: tuple) -> Visit:
    named = dict(zip(_FIELDS.values(), values, strict=True))
    for name in ("chair", "nurse", "provider", "protocol"):
        named[name] = named[name] or ""
    named["minutes"] = named["minutes"] or UNKNOWN_MIN
    return Visit(**named)


# ------------------------------------------------------------------------------------ what stands at the top
@dataclass(frozen=True, slots=True)
class Column:
    """A chair or a person; id None holds the visits without one."""

    id: UUID | None
    name: str
    site: str = ""


def list_chairs(*, by: Actor, on: date) -> list[Column]:
    """The chairs in use on that day, by place."""
    rows = Chair.objects.filter(clinic_id=by.clinic_id).select_related("site")
    in_use = rows.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=on))
    return [Column(c.pk, c.name, c.site.name if c.site else "") for c in in_use]


def list_staff(*, by: Actor, on: date, may: str = "chart") -> list[Column]:
    """Who works here that day and may do it: `chart` stays with a patient, `prescribe` answers for one."""
    rows = Membership.objects.filter(clinic_id=by.clinic_id, user__is_active=True)
    members = rows.select_related("user").order_by("user__name")
    return [
        Column(m.user_id, m.user.name)
        for m in members
        if m.is_current(on) and permissions.may(m.role, may)
    ]


def planned_length_of(*, by: Actor, protocol_id: UUID) -> int:
    """Minutes a visit takes by this protocol of the clinic.

    raises  Missing: not this clinic's
    """
    rows = TreatmentProtocol.objects.filter(clinic_id=by.clinic_id, pk=protocol_id)
    protocol = rows.first()
    if protocol is None:
        raise Missing("There is no such protocol in this clinic.")
    return planned_length(protocol)


# ------------------------------------------------------------------------------------ the grids
@dataclass(frozen=True, slots=True)
class Week:
    """rows: a day with one cell a column, each cell its visits."""

    columns: list[Column]
    rows: list[tuple[date, list[list[Visit]]]]
    is_empty: bool


def get_week(*, by: Actor, on: date, staff: bool = False) -> Week:
    """Seven days from `on`. Two queries."""
    visits = list_visits(by=by, on=on, days=7)
    columns = _columns(by, on, visits, staff)
    days = [on + DAY * n for n in range(7)]
    cells: dict[tuple[date, UUID | None], list[Visit]] = {}
    for visit in visits:
        day = visit.at.astimezone(by.clinic.tz).date()
        for pk in _places(visit, columns, staff):
            cells.setdefault((day, pk), []).append(visit)
    rows = [(day, [cells.get((day, column.id), []) for column in columns]) for day in days]
    return Week(columns, rows, not visits)


def _columns(by: Actor, on: date, visits: list[Visit], staff: bool) -> list[Column]:
    """What is there, and last what has none of it, if a visit has none."""
    found = list_staff(by=by, on=on) if staff else list_chairs(by=by, on=on)
    known = {column.id for column in found}
    if any(not set(_ids(visit, staff)) & known for visit in visits):
        found = [*found, Column(None, NOBODY if staff else NO_CHAIR)]
    return found


def _ids(visit: Visit, staff: bool) -> tuple[UUID | None, ...]:
    return (visit.nurse_id, visit.provider_id) if staff else (visit.chair_id,)


def _places(visit: Visit, columns: list[Column], staff: bool) -> set[UUID | None]:
    return (set(_ids(visit, staff)) - {None}) & {c.id for c in columns} or {None}


@dataclass(frozen=True, slots=True)
class Cell:
    """Some columns of the day's grid: a visit, or nothing."""

    span: int
    visit: Visit | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """hours: the beginnings of the hours shown; rows: a chair or person with cells; visits: by time."""

    hours: list[datetime]
    rows: list[tuple[Column, list[list[Cell]]]]
    visits: list[Visit]
    is_closed: bool


def get_day(*, by: Actor, on: date, staff: bool = False) -> Day:
    """One day on a grid of quarters of an hour. Two queries."""
    visits = list_visits(by=by, on=on)
    columns = _columns(by, on, visits, staff)
    first, last = _shown_hours(by, on, visits)
    rows = [
        (column, list(_lanes([v for v in visits if column.id in _places(v, columns, staff)], first, last)))
        for column in columns
    ]  # fmt: skip
    hours = [first + timedelta(hours=n) for n in range((last - first) // timedelta(hours=1))]
    return Day(hours, rows, visits, open_spans(by.clinic, on) == [])


def _shown_hours(by: Actor, on: date, visits: Iterable[Visit]) -> tuple[datetime, datetime]:
    """From the first thing to the last, at least the hours the clinic is open; whole hours."""
    midnight = day_span(on, by.clinic.tz)[0]
    spans = open_spans(by.clinic, on) or [
        (midnight + timedelta(hours=8), midnight + timedelta(hours=18))
    ]
    times = [at for span in spans for at in span] + [at for v in visits for at in (v.at, v.until)]
    hour = timedelta(hours=1)
    first = midnight + (min(times) - midnight) // hour * hour
    return first, midnight - (midnight - max(times)) // hour * hour


def _lanes(visits: list[Visit], first: datetime, last: datetime) -> Iterator[list[Cell]]:
    """Visits beside one another: what overlaps comes into a lane of its own below."""
    lanes: list[list[Visit]] = [[]]
    for visit in visits:
        free = (lane for lane in lanes if not lane or lane[-1].until <= visit.at)
        lane = next(free, None)
        if lane is None:
            lanes.append(lane := [])
        lane.append(visit)
    return (_cells(lane, first, last) for lane in lanes)


def _cells(lane: list[Visit], first: datetime, last: datetime) -> list[Cell]:
    cells, at = [], 0
    for visit in lane:
        begin = max(at, (visit.at - first) // COLUMN)
        end = max(begin + 1, -((first - visit.until) // COLUMN))
        if begin > at:
            cells.append(Cell(begin - at, at=first + COLUMN * at))
        cells.append(Cell(end - begin, visit))
        at = end
    whole = (last - first) // COLUMN
    if whole > at:
        cells.append(Cell(whole - at, at=first + COLUMN * at))
    return cells


# ------------------------------------------------------------------------------------ who waits
@dataclass(frozen=True, slots=True)
class Waiting:
    id: UUID
    patient_id: UUID
    name: str
    mrn: str
    wanted: str
    is_urgent: bool
    added_at: datetime
    added_by: str


def list_waiting(*, by: Actor) -> list[Waiting]:
    """Who would come sooner, the urgent first. One query."""
    by.must("read_schedule")
    rows = WaitingListItem.objects.filter(clinic_id=by.clinic_id, settled_at__isnull=True)
    found = list(rows.select_related("patient", "added_by"))
    closed = access.list_closed(by, (row.patient for row in found))
    return [
        Waiting(
            row.pk, row.patient_id, access.shown_name(row.patient, closed),
            "" if row.patient_id in closed else row.patient.mrn, row.wanted, row.is_urgent,
            row.added_at, row.added_by.name,
        )
        for row in found
    ]  # fmt: skip
