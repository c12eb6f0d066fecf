"""What the papers of one session share: the session read once, its day, its people, its doses in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from knai.core.numbers import show
from knai.core.substances import get_substance
from knai.identity.actors import Actor
from knai.practice import patient_record
from knai.practice.entry_words import words_of
from knai.practice.facts import Known, session_on
from knai.practice.given import Given
from knai.practice.live.chart import ROUTE_WORDS
from knai.practice.log import Line
from knai.practice.models import Compartment, State, TreatmentSession
from knai.practice.papers.head import Person, person_of
from knai.practice.papers.times import clock, moment
from knai.practice.session_log import open_session

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A session as its papers need it. `lines`: of the clinical compartment alone."""

    known: Known
    tz: ZoneInfo
    day: date
    person: Person
    lines: tuple[Line, ...]
    left_out: int

    @property
    def session(self) -> TreatmentSession:
        return self.known.session

    def clock(self, at: datetime | None) -> str:
        return clock(at, self.tz, self.day)

    def moment(self, at: datetime | None) -> str:
        return moment(at, self.tz)

    def of(self, *kinds: str) -> Iterator[Line]:
        """Lines of these kinds that count."""
        return (line for line in self.lines if line.kind in kinds and line.counts)


@dataclass(frozen=True, slots=True)
class DoseLine:
    at: str
    until: str
    words: str
    per_kg: str


def read_session(*, by: Actor, session_id: UUID) -> Read:
    """raises  Forbidden: may not read the chart, or not this one; Missing"""
    known = open_session(by=by, session_id=session_id).known
    patient_record.get_row(by, known.session.patient_id)  # where a restricted chart stops people
    lines = tuple(x for x in known.log.lines if x.entry.compartment == Compartment.CLINICAL)
    return Read(
        known=known,
        tz=by.clinic.tz,
        day=session_on(known),
        person=person_of(known.session.patient),
        lines=lines,
        left_out=len(known.log.lines) - len(lines),
    )


def session_pairs(read: Read) -> Pairs:
    """The session in labels and words."""
    session = read.session
    protocol = session.protocol
    return (
        ("Session", read.moment(session.booked_for_at)),
        ("State", State(session.state).label),
        ("Provider", session.provider.name if session.provider else "not named"),
        ("Chair", session.chair.name if session.chair else ""),
        ("Protocol", f"{protocol.name}, version {protocol.version}" if protocol else "none"),
        ("Plan", plan_words(read)),
        ("Weight", f"{show(session.weight_kg)} kg" if session.weight_kg else "not measured"),
        ("First dose", read.moment(session.first_dose_at) or "none given"),
        ("Medically ready", read.moment(session.medically_ready_at)),
        ("Left", read.moment(session.departed_at)),
        ("On site", "; ".join(_stays(read))),
    )


def plan_words(read: Read) -> str:
    plan = read.known.plan
    return words_of(plan).removeprefix("Planned: ") if plan else "none charted"


def _stays(read: Read) -> Iterator[str]:
    for stay in read.known.stays:
        until = read.clock(stay.left_at) or "now"
        yield f"{stay.user.name} {read.clock(stay.arrived_at)}–{until}"


def work_up_pairs(read: Read) -> Pairs:
    """Conditions, medicines, allergies: as known now."""
    log = read.known.work_up
    medicines, allergies = log.latest("medications"), log.latest("allergies")
    return (
        ("Conditions", "; ".join(diagnoses(read.known)) or "not recorded"),
        ("Medicines at home", list_words(medicines, {"none": "takes none"})),
        ("Allergies", list_words(allergies, {"none_known": "none known"})),
    )


def list_words(line: Line | None, statements: dict[str, str]) -> str:
    """The items of a list entry, or what it states; "not asked" where there is none."""
    if line is None or line.body.status is None:
        return "not asked"
    items = [str(item) for item in line.body.items]
    if getattr(line.body, "ketamine_hypersensitivity", False):
        items.append("ketamine (hypersensitivity)")
    return ", ".join(items) or statements.get(line.body.status, line.body.status.replace("_", " "))


def diagnoses(known: Known) -> list[str]:
    return [diagnosis_words(line) for line in known.work_up.of("diagnosis")]


def diagnosis_words(line: Line) -> str:
    body = line.body
    words = body.text or body.category.replace("_", " ")
    return f"{words} ({body.code})" if body.code else words


def dose_lines(read: Read) -> tuple[DoseLine, ...]:
    return tuple(_dose_line(read, dose) for dose in read.known.doses)


def _dose_line(read: Read, dose: Given) -> DoseLine:
    until = ""
    if dose.is_infusion:
        until = read.clock(dose.ended_at) if dose.ended_at else "still running"
    per_kg = f"{show(dose.mg_per_kg)} mg/kg" if dose.mg_per_kg is not None else ""
    return DoseLine(read.clock(dose.started_at), until, dose_words(dose), per_kg)


def dose_words(dose: Given) -> str:
    substance = get_substance(dose.substance).name
    route = ROUTE_WORDS.get(dose.route, dose.route.replace("_", " "))
    return f"{substance} {show(dose.mg_base)} mg {route}"
