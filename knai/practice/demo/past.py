"""The demonstration's register brought into the record: charts, courses, past and coming visits."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from knai.core.errors import Refused
from knai.identity.models import Credential
from knai.kit import audit
from knai.kit.clock import now, set_to
from knai.practice import entries as e
from knai.practice.actions.patients import add_patient
from knai.practice.actions.schedule import Booking, book
from knai.practice.actions.waiting import wait
from knai.practice.actions.write import append
from knai.practice.consent_forms import Form
from knai.practice.demo import consent
from knai.practice.demo.patients import work_up
from knai.practice.demo.play import Team
from knai.practice.demo.register import Story, stories
from knai.practice.demo.visits import LENGTH_MIN, Visit
from knai.practice.models import (
    CareTeamMember,
    Chair,
    ChartEntry,
    Patient,
    RosterStay,
    TreatmentCourse,
    TreatmentProtocol,
    TreatmentSession,
    WaitingListItem,
)

STARTS = (time(9), time(12), time(15))  # a visit takes two hours and a half
CHAIRS = 4
RESTRICTED = "DEMO-20"  # a colleague of the clinic, say: the care team alone reads the chart
GOAL = "Fewer and shorter episodes; back to work"


@transaction.atomic
def ensure_register(team: Team, protocol: TreatmentProtocol) -> None:
    """Fifty-three people with their histories; made once."""
    if Patient.objects.filter(clinic=team.clinic, mrn="DEMO-60").exists():
        return
    form = consent.ensure_form(by=team.prescriber, at=now() - timedelta(days=400))
    chairs = [_chair(team, number) for number in range(1, CHAIRS + 1)]
    taken: Counter[date] = Counter()
    visits: list[Visit] = []
    for story in stories():
        patient = _admit(team, story, form)
        if story.days:
            course = _course(team, story, patient, protocol)
            visits += _visits(team, story, patient, course, protocol, chairs, taken)
    _write(visits)
    _on_site_then(team, {visit.starts_at.astimezone(team.clinic.tz).date() for visit in visits})
    _paper_about_to_expire(team)


def _chair(team: Team, number: int) -> Chair:
    fields = {"clinic": team.clinic, "name": f"Chair {number}"}
    return Chair.objects.get_or_create(**fields, defaults={"position": number})[0]


def _admit(team: Team, story: Story, form: Form) -> Patient:
    """The chart as it was before the first visit; a person who was only screened has no more."""
    person, then = story.person, now() - timedelta(days=story.began_days_ago)
    with set_to(then):
        patient = add_patient(
            by=team.front_desk, mrn=person.mrn, given_name=person.given_name,
            family_name=person.family_name, born_on=person.born_on, sex=person.sex,
            phone=f"555 01{int(person.mrn[5:]):02d}", language="en",
        )  # fmt: skip
        for body in _chart(story, then):
            append(by=team.prescriber, body=body, patient=patient)
        if story.stage != "screened":
            consent.sign(patient, form, by=team.nurse)
    if person.mrn == RESTRICTED:
        _restrict(team, patient, then)
    return patient


def _chart(story: Story, then: datetime) -> Iterator[e.Body]:
    known = work_up(story.person, then)
    for body in known[:1] if story.stage == "screened" else known:
        if isinstance(body, e.Diagnosis):
            body = e.Diagnosis(
                category=story.person.condition,
                status="confirmed",
                code=story.code,
                text=story.title,
            )
        yield body
    if story.stage != "screened":
        yield e.Height(height_cm=Decimal(story.height_cm))


def _restrict(team: Team, patient: Patient, then: datetime) -> None:
    Patient.objects.filter(pk=patient.pk).update(is_restricted=True)
    for who, part in ((team.prescriber, "prescriber"), (team.nurse, "monitor")):
        CareTeamMember.objects.create(
            clinic=team.clinic, patient=patient, user=who.user, part=part, started_at=then,
            started_by=team.prescriber.user,
        )  # fmt: skip


def _course(
    team: Team, story: Story, patient: Patient, protocol: TreatmentProtocol
) -> TreatmentCourse:
    today = now().astimezone(team.clinic.tz).date()
    ended_on = today - timedelta(days=story.days[-1]) if story.ended else None
    course = TreatmentCourse.objects.create(
        clinic=team.clinic, patient=patient, protocol=protocol, indication=story.title,
        indication_code=story.code, goal=GOAL, planned_sessions=max(len(story.days), 8),
        started_on=today - timedelta(days=story.days[0]), ended_on=ended_on, outcome=story.ended,
        outcome_text="Moved away (invented)" if story.ended == "stopped" else "",
        opened_by=team.prescriber.user,
    )  # fmt: skip
    audit.record("course.opened", by=team.prescriber, subject=course, patient_id=patient.pk)
    return course


def _visits(
    team: Team, story: Story, patient: Patient, course: TreatmentCourse,
    protocol: TreatmentProtocol, chairs: list[Chair], taken: Counter[date],
) -> Iterator[Visit]:  # fmt: skip
    chance = random.Random(patient.mrn)  # noqa: S311  the same every time
    kg = story.person.weight_kg
    for number, days in enumerate(story.days, start=1):
        day = _working_day(now().astimezone(team.clinic.tz).date() - timedelta(days=days))
        place, taken[day] = taken[day], taken[day] + 1
        starts_at = datetime.combine(day, STARTS[place // CHAIRS % len(STARTS)], team.clinic.tz)
        kg += Decimal(chance.randrange(-6, 7)) / 10
        yield Visit(team, patient, course, protocol, chairs[place % CHAIRS], starts_at, number, kg)


def _working_day(day: date) -> date:
    """On a Sunday nobody comes: the day before."""
    return day - timedelta(days=1) if day.isoweekday() == 7 else day


def _write(visits: list[Visit]) -> None:
    sessions = TreatmentSession.objects.bulk_create([visit.session() for visit in visits])
    pairs = list(zip(visits, sessions, strict=True))
    rows = [row for visit, session in pairs for row in visit.entries(session)]
    ChartEntry.objects.bulk_create(rows, batch_size=500)
    for visit, session in pairs:
        audit.record(
            "session.brought_in", by=visit.team.nurse, subject=session, session_id=session.pk
        )


def _on_site_then(team: Team, days: set[date]) -> None:
    people = (team.prescriber, team.nurse, team.nurse2, team.front_desk)
    RosterStay.objects.bulk_create(
        RosterStay(
            clinic=team.clinic, user=who.user, recorded_by=team.nurse.user,
            arrived_at=datetime.combine(day, time(7, 45), team.clinic.tz),
            left_at=datetime.combine(day, time(18, 15), team.clinic.tz),
        )
        for day in sorted(days) for who in people
    )  # fmt: skip


def _paper_about_to_expire(team: Team) -> None:
    soon = now().astimezone(team.clinic.tz).date() + timedelta(days=25)
    Credential.objects.filter(user=team.nurse2.user, kind="bls").update(expires_on=soon)


# --------------------------------------------------------------------------------------- what is to come
def ensure_week_ahead(team: Team, protocol: TreatmentProtocol) -> None:
    """Everybody in a course has a next visit within the week; three would come sooner."""
    courses = TreatmentCourse.objects.filter(clinic=team.clinic, ended_on=None)
    courses = courses.filter(patient__mrn__startswith="DEMO-").select_related("patient")
    times = _times_ahead(team)
    for course in courses.order_by("patient__mrn"):
        if not course.patient.sessions.filter(state="booked", booked_for_at__gt=now()).exists():
            _book(team, course, protocol, times)
    if not WaitingListItem.objects.filter(clinic=team.clinic).exists():
        for place, patient in enumerate(_without_a_visit(team)):
            wait(by=team.front_desk, patient_id=patient.pk, wanted="mornings", is_urgent=place == 0)


def _times_ahead(team: Team) -> Iterator[tuple[datetime, Chair]]:
    today = now().astimezone(team.clinic.tz).date()
    chairs = [_chair(team, number) for number in range(1, CHAIRS + 1)]
    days = (today + timedelta(days=ahead) for ahead in range(1, 30))
    for day in (day for day in days if day.isoweekday() < 6):
        for clock in (time(9), time(12)):
            for chair in chairs[:3]:
                yield datetime.combine(day, clock, team.clinic.tz), chair


def _book(team: Team, course: TreatmentCourse, protocol: TreatmentProtocol, times) -> None:
    for starts_at, chair in times:
        booking = Booking(
            patient_id=course.patient_id, starts_at=starts_at, protocol_id=protocol.pk,
            chair_id=chair.pk, provider_id=team.prescriber.user_id, course_id=course.pk,
            minutes=LENGTH_MIN, unusual_ok=True,
        )  # fmt: skip
        try:
            book(by=team.front_desk, booking=booking)
        except Refused:
            continue  # taken by an earlier run: the next time
        return


def _without_a_visit(team: Team) -> list[Patient]:
    waiting = Patient.objects.filter(clinic=team.clinic, mrn__startswith="DEMO-", courses=None)
    return list(waiting.filter(sessions=None).order_by("mrn")[:3])
