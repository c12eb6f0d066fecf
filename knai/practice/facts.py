"""From the records to the facts the Standard asks for, by the names of its table. Gathers, never decides.

The same session has the same facts whoever looks: they are read with the clinic's eyes and hold no free
text.
Voided and amended entries do not count. Evidence that has to precede the first dose is taken from the latest
entry that does; only when there is none, from a later one, so that a work-up renewed for the next visit never
turns the verdict of an earlier one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from knai.core.driving import DrivingBar, bar_counts_from, barred_until
from knai.core.standard import Policy
from knai.core.substances import get_substance
from knai.identity.actors import Actor, system_actor
from knai.kit.db.prepared import Prepared
from knai.practice import policy, protocols, queries, roster_facts, work_up_facts
from knai.practice.entries import Plan
from knai.practice.given import DOSE_KINDS, Given, doses_given, spans, standing_line
from knai.practice.linked import together
from knai.practice.log import Line, Log
from knai.practice.models import ChartEntry, RosterStay, TreatmentSession
from knai.practice.protocols import Document

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What the records say of a session at an instant, and the facts made of it."""

    session: TreatmentSession
    now: datetime
    log: Log
    work_up: Log
    doses: list[Given]
    plan: Plan | None
    document: Document
    policy: Policy
    tz: str
    facts: Facts
    stays: list[RosterStay] = field(
        default_factory=list
    )  # with their people, for the lane of presence

    @property
    def first_dose_at(self) -> datetime | None:
        return self.doses[0].started_at if self.doses else None


def know(*, by: Actor, session: TreatmentSession, now: datetime) -> Known:
    """Read everything the gates ask about: five queries, however long the session.

    by      decides the clinic alone; raises nothing for a role that may not read the chart
    """
    clinic = system_actor(by.clinic)
    log = queries.load_log(by=clinic, session=session)
    work_up = queries.load_work_up(by=clinic, patient_id=session.patient_id)
    return know_from(session=session, log=log, work_up=work_up, by=by, now=now)


@dataclass(frozen=True, slots=True)
class Around:
    """What the facts take from outside the two logs: who was on site, people's papers, sessions before."""

    stays: list[RosterStay]
    papers: dict[UUID, roster_facts.Papers]
    prior_administrations: int


def know_from(
    *,
    session: TreatmentSession,
    log: Log,
    work_up: Log,
    by: Actor,
    now: datetime,
    look_around: Callable[[Known], Around] | None = None,
) -> Known:
    """The same from logs that the caller has already read with the clinic's eyes.

    look_around  gives the rest without a query, for a caller who has read it for many sessions at once
    """
    clinic = by.clinic
    doses = doses_given(log, session.weight_kg)
    document = protocols.read(session.protocol)
    plan = current_plan(log, session)
    known = Known(
        session=session,
        now=now,
        log=log,
        work_up=work_up,
        doses=doses,
        plan=plan,
        document=document,
        policy=policy.in_force(clinic, log, now),
        tz=clinic.time_zone,
        facts={},
    )
    around = (look_around or _look_around)(known)
    known.stays[:] = around.stays
    known.facts.update(gather_facts(known, around))
    return known


def _look_around(known: Known) -> Around:
    session = known.session
    stays = roster_facts.list_stays(session.clinic, *span_of(known))
    people = {stay.user_id for stay in stays} | {session.provider_id} - {None}
    papers = roster_facts.papers_of(session.clinic, people, session_on(known))
    return Around(stays, papers, count_prior_administrations(known))


def gather_facts(known: Known, around: Around) -> Facts:
    """The facts `assess` takes; a name that is unknown is None or absent."""
    session, papers = known.session, around.papers
    privilege = papers[session.provider_id].sedation_privilege if session.provider_id else None
    facts: Facts = {
        "session": {
            "purpose": session.purpose or None,
            "setting": session.setting or None,
            "sedation_capability": policy.capability_of(session.clinic, known.log, known.now)
            or None,
        },
        "course": {"prior_administrations": around.prior_administrations},
        "presence": roster_facts.presence(session.clinic, around.stays, papers, known.now),
        "plan": _plan(known.plan, privilege, session.weight_kg),
        "doses": [dose.as_fact() for dose in known.doses],
        "system": {"routes_offered": list(known.policy.all_routes)},
    }
    facts |= work_up_facts.gather(known.work_up, _as_of(known), known.first_dose_at, session)
    return (
        facts
        | _protocol(known, facts["diagnoses"])
        | known.log.once("observed", lambda: _observed(known.log))
        | _leaving(known)
    )


def session_on(known: Known) -> date:
    """The session's calendar day in the clinic: of the first dose, else of leaving, else today."""
    at = known.first_dose_at or known.session.departed_at or known.now
    return at.astimezone(known.session.clinic.tz).date()


def span_of(known: Known) -> tuple[datetime, datetime]:
    """From arrival to departure: whose stays touch it was there."""
    check_in = policy.checked_in_at(known.log)
    starts = [at for at in (check_in, known.first_dose_at, known.now) if at is not None]
    return min(starts), _as_of(known)


def _as_of(known: Known) -> datetime:
    return min(known.session.departed_at or known.now, known.now)


def current_plan(log: Log, session: TreatmentSession) -> Plan | None:
    """The latest plan charted, else the one made at booking."""
    line = log.latest("plan")
    if line is not None:
        return line.body
    return protocols.read_plan(session.plan)


def count_prior_administrations(known: Known) -> int:
    """Sessions of this person in this clinic with a dose that counts, before this one's first."""
    session, before = known.session, known.first_dose_at or known.now
    found = _earlier_sessions(
        clinic_id=session.clinic_id, patient_id=session.patient_id, session_id=session.pk,
        before=before,
    )  # fmt: skip
    return len(found)


def _earlier_session_rows(
    clinic_id: UUID, patient_id: UUID, session_id: UUID, before: datetime
) -> QuerySet[ChartEntry]:
    voided = Q(marks__kind="void") | Q(amended_by__isnull=False)
    rows = ChartEntry.objects.filter(
        clinic_id=clinic_id, patient_id__in=together(patient_id), kind__in=DOSE_KINDS,
        effective_at__lt=before,
    )  # fmt: skip
    rows = rows.exclude(session_id=session_id).exclude(session=None).exclude(voided)
    return rows.order_by().values_list("session_id").distinct()


_earlier_sessions = Prepared(
    _earlier_session_rows, clinic_id=UUID, patient_id=UUID, session_id=UUID, before=datetime
)


def _plan(plan: Plan | None, privilege: str | None, weight_kg: Decimal | None) -> Facts:
    if plan is None:
        return {"provider_sedation_privilege": privilege}
    mg_per_kg = plan.mg_per_kg
    if plan.mg is not None:
        mg_per_kg = plan.mg / Decimal(weight_kg) if weight_kg else None
    dose = {"route": plan.route, "mg_per_kg": mg_per_kg, "duration_min": plan.duration_min}
    return {
        "routes": [plan.route],
        "doses": [dose],
        "expected_sedation": plan.expected_sedation,
        "provider_sedation_privilege": plan.provider_sedation_privilege or privilege,
        "supervision": plan.supervision,
    }


def _protocol(known: Known, diagnoses: list[Facts]) -> Facts:
    """The protocol, its formulation and the product planned or given."""
    protocol, document, plan = known.session.protocol, known.document, known.plan
    substance, route = _product(known)
    conditions = [each["category"] for each in diagnoses if each["status"] == "confirmed"]
    off_label = plan.use_is_off_label if plan else None
    disclosed = plan.all_ingredients_disclosed if plan else None
    if off_label is None:
        off_label = protocols.is_off_label(document, substance, route, conditions)
    if disclosed is None:
        disclosed = document.all_ingredients_disclosed
    return {
        "product": {
            "substance": get_substance(substance).standard if substance else None,
            "use_is_off_label": off_label,
        },
        "formulation": {"all_ingredients_disclosed": disclosed},
        "protocol": {
            "version": str(protocol.version) if protocol else None,
            "public": protocol.is_public if protocol else None,
            "public_location": _public_location(known),
            "ceiling_mg_per_kg": document.ceiling_mg_per_kg,
            "ceiling_mg_per_kg_per_h": document.ceiling_mg_per_kg_per_h,
        },
    }


def _public_location(known: Known) -> str | None:
    """Where it is published: the clinic's own address, else this installation's public page."""
    protocol = known.session.protocol
    if protocol is None or known.document.public_location or not protocol.is_public:
        return known.document.public_location or None
    return protocols.public_path(protocol, known.session.clinic.slug)


def _product(known: Known) -> tuple[str, str]:
    """Substance and route: of what was given first, else of what is planned, else of the protocol.

    Of a mixture the one that is watched longest is named: for the Standard that is esketamine.
    """
    given = [(dose.substance, dose.route) for dose in known.doses]
    if given:
        return max(given, key=lambda dose: get_substance(dose[0]).standard == "esketamine")
    if known.plan is not None:
        return known.plan.substance, known.plan.route
    protocol = known.session.protocol
    return (protocol.substance, protocol.route) if protocol else ("", "")


def _observed(log: Log) -> Facts:
    sets = [_vitals(line) for line in log.of("vitals")]
    scores = [
        {"at": line.at, "moaas": line.body.moaas}
        for line in log.of("sedation")
        if line.body.moaas is not None
    ]
    return {"vitals": sets, "sedation": scores, "baseline": {"set_at": _pinned_at(log)}}


def _vitals(line: Line) -> Facts:
    body = line.body
    signs = {"sbp": body.sbp, "dbp": body.dbp, "hr": body.hr, "spo2": body.spo2, "rr": body.rr}
    return {"at": line.at, **signs}


def _pinned_at(log: Log) -> datetime | None:
    """The time of the set that was pinned last, if that set still counts."""
    pin = log.latest("baseline_pin")
    if pin is None or pin.entry.target_id is None:
        return None
    target = standing_line(log, pin.entry.target_id)
    return target.at if target is not None else None


def _leaving(known: Known) -> Facts:
    log = known.log
    departure = log.latest("departure")
    return {
        "transport": {
            "planned": _latest_transport(log, "planned"),
            "actual": _latest_transport(log, "actual"),
        },
        "driving": _driving(known),
        "departure": {
            "type": departure.body.type if departure else None,
            "at": departure.at if departure else None,
        },
    }


def _driving(known: Known) -> Facts:
    instruction, asked = _instruction(known), known.log.latest("driving_asked")
    drove = [
        datetime.fromisoformat(line.body.drove_at)
        for line in known.log.of("driving_asked")
        if line.body.drove_at
    ]
    return {
        "instructed_at": instruction.at if instruction else None,
        "acknowledged": instruction.body.acknowledged if instruction else None,
        "asked_at": asked.at if asked else None,
        "reported_driving_at": min(drove, default=None),
    }


def _instruction(known: Known) -> Line | None:
    """The instruction that names a clock time late enough: a dose given after it makes it void."""
    line = known.log.latest("driving_instruction")
    last_dose_at = bar_counts_from(spans(known.doses))
    if line is None or (known.doses and last_dose_at is None):
        return None
    return line if last_dose_at is None or line.at >= last_dose_at else None


def driving_bar(known: Known) -> DrivingBar | None:
    """Until when driving is barred. None: no dose was given, or one still runs."""
    last_dose_at = bar_counts_from(spans(known.doses))
    if last_dose_at is None:
        return None
    hours = math.ceil(known.policy.driving_restriction_hours)
    next_day = any(get_substance(dose.substance).next_day_driving for dose in known.doses)
    return barred_until(last_dose_at, known.tz, hours=hours, esketamine=next_day)


def _latest_transport(log: Log, stage: str) -> str | None:
    modes = [line.body.mode for line in log.of("transport") if line.body.stage == stage]
    return modes[-1] if modes else None
