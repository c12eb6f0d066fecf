"""The day's visits with what each still lacks for its gate, from the very facts the gates read.

A visit to come is judged as of its own time: a consent that will have expired by then is missing now. So many
visits cost as many queries as one. What can only be settled on the day (a baseline, who is on site) is left
out until the patient is here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from knai.core.standard import Effect
from knai.identity.actors import Actor
from knai.identity.models import Credential
from knai.kit.clock import now
from knai.practice import queries, roster_facts, schedule, way_home
from knai.practice.entries import WORK_UP
from knai.practice.facts import Around, Known, know_from, session_on, span_of
from knai.practice.gates import GateFinding, GateView, view_of
from knai.practice.given import DOSE_KINDS
from knai.practice.hours import DAY, day_span
from knai.practice.linked import standing
from knai.practice.log import Log, fold
from knai.practice.models import ChartEntry, State, TreatmentSession
from knai.practice.models.sessions import OPEN_STATES
from knai.practice.schedule import Visit
from knai.practice.way_home import WayHome

FRONT_DESK, NURSE, PRESCRIBER, PATIENT = "front_desk", "nurse", "prescriber", "patient"
WHO_WORDS = {
    FRONT_DESK: "Front desk", NURSE: "Nurse", PRESCRIBER: "Prescriber", PATIENT: "Patient",
}  # fmt: skip
_WHO = {
    "KNAI-1": PRESCRIBER, "KNAI-2": NURSE, "KNAI-3": PRESCRIBER, "KNAI-4": PRESCRIBER,
    "KNAI-5": PRESCRIBER, "KNAI-6": PRESCRIBER, "KNAI-7": PRESCRIBER, "KNAI-8": NURSE,
    "KNAI-9": NURSE, "KNAI-10": PRESCRIBER, "KNAI-11": PATIENT, "KNAI-12": PATIENT,
    "KNAI-13": PATIENT, "KNAI-15": PRESCRIBER, "KNAI-16": PRESCRIBER, "KNAI-18": NURSE,
    "KNAI-20": NURSE, "KNAI-21": PRESCRIBER, "KNAI-22": PRESCRIBER, "KNAI-23": FRONT_DESK,
    "KNAI-24": FRONT_DESK, "KNAI-25": NURSE, "KNAI-27": PRESCRIBER,
}  # fmt: skip
ON_THE_DAY = frozenset({"KNAI-18", "KNAI-21", "KNAI-22"})


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that holds the gate. who: who can settle it; because: "" for who may not read the chart."""

    clause: str
    title: str
    who: str
    because: str
    is_overridable: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """A visit of the list. lacks: what this person may see; others_lack: what stands with others, counted."""

    visit: Visit
    gate: str
    lacks: tuple[Lack, ...]
    others_lack: tuple[tuple[str, int], ...]
    way_home: WayHome
    checks_open: int = 0

    @property
    def is_ready(self) -> bool:
        return not self.lacks and not self.others_lack


def list_coming(*, by: Actor, on: date, days: int = 1) -> list[Coming]:
    """The visits of these days by time, those that do not take place among them. Nine queries at most."""
    visits = schedule.list_visits(by=by, on=on, days=days, cancelled=True)
    alive = [v.session_id for v in visits if v.state == State.BOOKED or v.state in OPEN_STATES]
    views = _views(by, alive, _span_of_days(by, on, days)) if alive else {}
    ways = _ways_home(by, visits, views)
    return [
        _coming(by, visit, views.get(visit.session_id), ways[visit.session_id]) for visit in visits
    ]


def _ways_home(by: Actor, visits: list[Visit], views: dict[UUID, GateView]) -> dict[UUID, WayHome]:
    """From the logs that were read; of visits that are over nothing is asked any more."""
    found = {pk: way_home.of_lines(view.known.log.of("transport")) for pk, view in views.items()}
    return {v.session_id: found.get(v.session_id, WayHome()) for v in visits}


def _coming(by: Actor, visit: Visit, view: GateView | None, way: WayHome) -> Coming:
    if view is None:
        return Coming(visit, "", (), (), way)
    lacks = [_lack(item) for item in view.items if item.holds and _is_due(item, visit)]
    if by.may("read_chart") and not visit.is_closed:
        checks = len(view.open_checks) if visit.is_here else 0
        return Coming(visit, view.gate, tuple(lacks), (), way, checks)
    own = tuple(replace(lack, because="") for lack in lacks if lack.who == FRONT_DESK)
    others = defaultdict(int)
    for lack in lacks:
        others[lack.who] += lack.who != FRONT_DESK
    return Coming(visit, view.gate, own, tuple((w, n) for w, n in others.items() if n), way)


def _is_due(item: GateFinding, visit: Visit) -> bool:
    return visit.is_here or visit.arrived_at is not None or item.id not in ON_THE_DAY


def _lack(item: GateFinding) -> Lack:
    found = item.finding
    overridable = found.effect is Effect.OVERRIDABLE
    return Lack(item.id, found.title, _WHO.get(item.id, PRESCRIBER), found.because, overridable)


def gate_of(state: str) -> str:
    """The gate the visit comes to next."""
    return "discharge" if state in (State.DOSING, State.RECOVERY) else "start"


# ------------------------------------------------------------------------------------ many visits at once
def _span_of_days(by: Actor, on: date, days: int) -> tuple[datetime, datetime]:
    return day_span(on, by.clinic.tz)[0] - DAY, day_span(on + DAY * days, by.clinic.tz)[1]


def _views(by: Actor, ids: list[UUID], span: tuple[datetime, datetime]) -> dict[UUID, GateView]:
    """The gate each of these visits comes to, as of its time. Eight queries."""
    sessions = _sessions(by, ids)
    read = Read(by, sessions, span)
    return {session.pk: view_of(read.know(session), gate_of(session.state)) for session in sessions}


def _sessions(by: Actor, ids: list[UUID]) -> list[TreatmentSession]:
    rows = TreatmentSession.objects.filter(clinic_id=by.clinic_id, pk__in=ids)
    sessions = list(rows.select_related("patient", "chair", "protocol", "provider"))
    for session in sessions:
        session.clinic = by.clinic
    return sessions


class Read:
    """Everything `facts.know` reads, for many visits: what it asks one by one is asked once here."""

    def __init__(
        self, by: Actor, sessions: list[TreatmentSession], span: tuple[datetime, datetime]
    ) -> None:
        self.by, self.sessions, self.at = by, sessions, now()
        self.one_person = _linked(by, {s.patient_id for s in sessions})
        self.logs = self._logs()
        self.work_ups = self._work_ups()
        self.doses = self._doses()
        self.stays = roster_facts.list_stays(
            by.clinic, min(span[0], self.at), max(span[1], self.at)
        )
        self.papers = self._papers()

    def know(self, session: TreatmentSession) -> Known:
        at = max(self.at, session.booked_for_at) if session.state == State.BOOKED else self.at
        return know_from(
            session=session,
            log=self.logs[session.pk],
            work_up=self.work_ups[session.patient_id],
            by=self.by,
            now=at,
            look_around=self._around,
        )

    def _around(self, known: Known) -> Around:
        since, until = span_of(known)
        stays = [
            stay
            for stay in self.stays
            if stay.arrived_at <= until and (stay.left_at is None or stay.left_at >= since)
        ]
        on = session_on(known)
        people = {s.user_id for s in stays} | {known.session.provider_id} - {None}
        papers = {pk: roster_facts.papers_on(self.papers[pk], on) for pk in people}
        return Around(stays, papers, self._prior(known))

    def _prior(self, known: Known) -> int:
        session, before = known.session, known.first_dose_at or known.now
        people = self.one_person[session.patient_id]
        found = {
            session_id
            for pk in people
            for session_id, at in self.doses[pk]
            if at < before and session_id != session.pk
        }
        return len(found)

    def _logs(self) -> dict[UUID, Log]:
        rows = queries.seen_by_the_clinic(self.by.clinic_id).filter(session__in=self.sessions)
        return _folded(rows.select_related("recorded_by", "device"), "session_id", {
            session.pk: {session.pk} for session in self.sessions
        })  # fmt: skip

    def _work_ups(self) -> dict[UUID, Log]:
        everybody = set().union(*self.one_person.values())
        rows = queries.seen_by_the_clinic(self.by.clinic_id).filter(
            Q(kind__in=WORK_UP) | Q(kind="void", target__kind__in=WORK_UP), patient_id__in=everybody
        )
        return _folded(rows.select_related("recorded_by"), "patient_id", self.one_person)

    def _doses(self) -> dict[UUID, list[tuple[UUID, datetime]]]:
        """By patient: the sessions with a dose that counts, and when."""
        everybody = set().union(*self.one_person.values())
        rows = ChartEntry.objects.filter(
            clinic_id=self.by.clinic_id, patient_id__in=everybody, kind__in=DOSE_KINDS
        ).exclude(session=None)
        rows = rows.exclude(Q(marks__kind="void") | Q(amended_by__isnull=False)).order_by()
        found: dict[UUID, list[tuple[UUID, datetime]]] = defaultdict(list)
        for patient_id, session_id, at in rows.values_list(
            "patient_id", "session_id", "effective_at"
        ):
            found[patient_id].append((session_id, at))
        return found

    def _papers(self) -> dict[UUID, list[Credential]]:
        people = {s.user_id for s in self.stays} | {s.provider_id for s in self.sessions} - {None}
        found: dict[UUID, list[Credential]] = {pk: [] for pk in people}
        for row in roster_facts.list_credentials(self.by.clinic.pk, sorted(people)):
            found[row.user_id].append(row)
        return found


def _folded(rows: Iterable[ChartEntry], by: str, groups: dict[UUID, set[UUID]]) -> dict[UUID, Log]:
    """One log a group; an entry of two linked records stands in the log of either."""
    entries: dict[UUID, list[ChartEntry]] = defaultdict(list)
    for row in rows:
        entries[getattr(row, by)].append(row)
    return {pk: fold(row for one in group for row in entries[one]) for pk, group in groups.items()}


def _linked(by: Actor, patient_ids: set[UUID]) -> dict[UUID, set[UUID]]:
    """Each patient's records, their own and those linked with it. One query."""
    links = standing(by.clinic_id).values_list("kept_id", "duplicate_id")
    groups: dict[UUID, set[UUID]] = defaultdict(set)
    for kept, duplicate in links:
        groups[kept] |= {kept, duplicate}
    member = {pk: group for group in groups.values() for pk in group}
    return {pk: member.get(pk, {pk}) for pk in patient_ids}
