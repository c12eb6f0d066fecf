"""The front of a patient's chart: what matters at a glance, each with its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import linked, queries, work
from knai.practice.allergies import Standing, standing_allergies
from knai.practice.consent_standing import standing_at
from knai.practice.diagnoses import Condition, conditions_in
from knai.practice.log import Log, fold
from knai.practice.medicines import ListOf, medicines_in
from knai.practice.models import State, TreatmentCourse, TreatmentSession
from knai.practice.patient_record import Head, get_row, head_of, load_newest, voids_of

NEWEST = ("weight", "allergies", "medications", "interaction_review")
WHOLE = ("diagnosis", "consent", "consent_withdrawn")


@dataclass(frozen=True, slots=True)
class Course:
    id: UUID
    indication: str
    protocol: str
    started_on: date
    planned: int | None
    given: int


@dataclass(frozen=True, slots=True)
class NextVisit:
    session_id: UUID
    at: datetime
    state_word: str


@dataclass(frozen=True, slots=True)
class Front:
    """Clinical parts are empty for who may not read the chart. consent_ok: whether it stands."""

    head: Head
    next_visit: NextVisit | None
    sessions: int
    conditions: tuple[Condition, ...] = ()
    allergies: Standing | None = None
    medications: ListOf | None = None
    review_is_due: bool = False
    consent: str = ""
    consent_ok: bool = False
    course: Course | None = None
    todo: tuple[work.Work, ...] = ()


def get_front(*, by: Actor, patient_id: UUID) -> Front:
    """raises  Missing: absent, or another clinic's"""
    patient = get_row(by, patient_id)
    ids = linked.list_together(by.clinic_id, patient_id)
    sessions = TreatmentSession.objects.filter(clinic_id=by.clinic_id, patient_id__in=ids)
    if not by.may("read_chart"):
        head = head_of(by, patient, ids, fold([]))
        return Front(head, _next(sessions), sessions.count())
    log = _clinical(by, ids)
    found, (consent, consent_ok) = medicines_in(log), _consent(log)
    return Front(
        head=head_of(by, patient, ids, log),
        next_visit=_next(sessions),
        sessions=sessions.count(),
        conditions=tuple(conditions_in(log)),
        allergies=standing_allergies(log),
        medications=found.medications,
        review_is_due=found.review is None or found.review.is_outdated,
        consent=consent,
        consent_ok=consent_ok,
        course=_course(by, ids),
        todo=work.list_items(by=by, patient_id=patient_id, limit=10),
    )


def _clinical(by: Actor, ids: tuple[UUID, ...]) -> Log:
    """All on conditions and consent; of the rest what was said last, and the medicines of the last review."""
    found = load_newest(by, ids, NEWEST)
    reviews = [entry.effective_at for entry in found if entry.kind == "interaction_review"]
    rows = queries.visible_entries(by).filter(patient_id__in=ids)
    wanted = Q(kind__in=WHOLE) | Q(kind="void", target__kind__in=WHOLE) | voids_of(found)
    found += rows.filter(wanted).select_related("recorded_by")
    if reviews:
        before = rows.filter(kind="medications", effective_at__lte=max(reviews))
        before = before.filter(amended_by__isnull=True).exclude(marks__kind="void")
        found += before.select_related("recorded_by").order_by("-effective_at", "-id")[:1]
    return fold({entry.pk: entry for entry in found}.values())


def _next(sessions) -> NextVisit | None:
    """The one under way, else the next that is booked."""
    waiting = [State.BOOKED, State.CHECKED_IN, State.READY, State.DOSING, State.RECOVERY]
    row = sessions.filter(state__in=waiting).order_by("booked_for_at").first()
    return NextVisit(row.pk, row.booked_for_at, State(row.state).label) if row else None


def _consent(log: Log) -> tuple[str, bool]:
    """The latest word on it; the gate's own verdict decides, not this."""
    standing = standing_at(log, now())
    if not standing.is_in_force or standing.line is None:
        return standing.word, False
    version = standing.line.body.form_version
    return f"signed, version {version}" if version else "signed", True


def _course(by: Actor, ids: tuple[UUID, ...]) -> Course | None:
    rows = TreatmentCourse.objects.filter(clinic_id=by.clinic_id, patient_id__in=ids)
    row = rows.filter(ended_on__isnull=True).select_related("protocol").first()
    if row is None:
        return None
    given = row.sessions.filter(first_dose_at__isnull=False).count()
    protocol = row.protocol.name if row.protocol else ""
    return Course(row.pk, row.indication, protocol, row.started_on, row.planned_sessions, given)
