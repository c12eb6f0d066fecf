"""What the chart says about a session now, as far as the board and the alerts need it.

Read anew when something was charted, never per sample.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from knai.core.alerts import LimitOverride
from knai.core.numbers import show
from knai.core.standard import Policy
from knai.core.standard.doses import Window, window_of
from knai.core.standard.numbers import EPOCH, ONE_US
from knai.core.substances import get_substance
from knai.identity.actors import system_actor
from knai.practice import queries
from knai.practice.charting_rules import limit_overrides
from knai.practice.entries import Bolus, InfusionStart, Plan, Sedation, Vitals
from knai.practice.log import Line, Log
from knai.practice.models import RosterStay, Source, State, TreatmentSession
from knai.practice.models.sessions import OPEN_STATES
from knai.practice.policy import in_force
from knai.practice.presences import is_here

ROUTE_WORDS = {
    "iv_infusion": "IV", "iv_bolus": "IV bolus", "im": "IM", "sc": "SC", "sc_infusion": "SC",
    "intranasal": "intranasal", "sublingual": "sublingual", "buccal": "buccal", "oral": "oral",
    "rectal": "rectal", "other": "other route",
}  # fmt: skip
SIGNS = ("sbp", "dbp", "hr", "spo2")


@dataclass(frozen=True, slots=True)
class HandEntry:
    """A set or a sedation score that a person charted, for the alerts."""

    id: UUID
    at: datetime
    body: Vitals | Sedation


@dataclass(frozen=True, slots=True)
class ChartNow:
    """The slow part of a session's state."""

    session_id: UUID
    clinic_id: UUID
    patient_id: UUID
    chair: str
    chair_position: int
    initials: str
    age: int
    weight_kg: str
    phase: str
    phase_word: str
    phase_started_at: datetime
    is_open: bool
    is_emergency: bool
    dose: str
    provider: str
    provider_on_site: bool
    first_dose_at: datetime | None
    baseline: Mapping[str, float]
    moaas: int | None
    last_set_at: datetime | None
    next_vitals_at: datetime | None  # when the interval is over
    overdue_vitals_at: datetime | None  # when the grace is over too: then the gap is a breach
    overrides: tuple[LimitOverride, ...]
    by_hand: tuple[HandEntry, ...]


def load_chart(session_id: UUID, now: datetime) -> ChartNow | None:
    """Three queries: the session, its entries, who is on site. None: no such session."""
    rows = TreatmentSession.objects.select_related("patient", "chair", "provider", "clinic")
    session = rows.filter(pk=session_id).first()
    if session is None:
        return None
    log = queries.load_log(by=system_actor(session.clinic), session=session)
    return chart_of(session, log, _is_on_site(session, now), now)


def _is_on_site(session: TreatmentSession, now: datetime) -> bool:
    stays = RosterStay.objects.filter(
        clinic_id=session.clinic_id, user_id=session.provider_id, left_at__isnull=True
    )
    if session.provider_id is None:
        return False
    return any(is_here(session.clinic, stay, now) for stay in stays)


def chart_of(session: TreatmentSession, log: Log, on_site: bool, now: datetime) -> ChartNow:
    doses = doses_of(log)
    policy = in_force(session.clinic, log, now)
    sets = _complete_sets(log)
    due, overdue = _when_vitals_are_due(doses, sets, policy, now)
    sedation = log.latest("sedation")
    return ChartNow(
        session_id=session.id,
        clinic_id=session.clinic_id,
        patient_id=session.patient_id,
        chair=session.chair.name if session.chair else "",
        chair_position=session.chair.position if session.chair else 0,
        initials=session.patient.initials,
        age=_age(session.patient.born_on, now.astimezone(session.clinic.tz).date()),
        weight_kg=str(session.weight_kg or ""),
        phase=session.state,
        phase_word=State(session.state).label,
        phase_started_at=_phase_start(session),
        is_open=session.state in OPEN_STATES,
        is_emergency=session.is_emergency,
        dose=dose_words(log),
        provider=session.provider.name if session.provider else "",
        provider_on_site=on_site,
        first_dose_at=session.first_dose_at,
        baseline=baseline_of(log, session.first_dose_at or now, policy),
        moaas=sedation.body.moaas if sedation else None,
        last_set_at=sets[-1].at if sets else None,
        next_vitals_at=due,
        overdue_vitals_at=overdue,
        overrides=_overrides(log),
        by_hand=log.once("by_hand", lambda: tuple(_by_hand(log))),
    )


def _age(born_on: date, today: date) -> int:
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def _phase_start(session: TreatmentSession) -> datetime:
    is_dosing = session.state == State.DOSING and session.first_dose_at
    return session.first_dose_at if is_dosing else session.state_since


# --------------------------------------------------------------------------------------------------- doses
def doses_of(log: Log) -> list[dict[str, Any]]:
    """Doses given, as the Standard's arithmetic reads them: instants in microseconds."""
    return [_dose(line, log) for line in log.of("bolus", "infusion_start")]


def _dose(line: Line, log: Log) -> dict[str, Any]:
    dose = {"route": line.body.route, "start": _us(line.at), "substance": line.body.substance}
    stops = [s for s in log.targeting(line.id, "infusion_change") if s.body.change == "stop"]
    if stops:
        dose["end"] = _us(stops[0].at)
    return dose


def _us(at: datetime) -> int:
    return (at - EPOCH) // ONE_US


def _when_vitals_are_due(
    doses: list[dict[str, Any]], sets: list[Line], policy: Policy, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """(end of the interval, end of the grace) as KNAI-19 counts; (None, None) outside the window."""
    substances = {get_substance(dose["substance"]).standard for dose in doses}
    window = window_of(doses, policy, "esketamine" in substances)
    if window.start is None or _is_over(window, now):
        return None, None
    last = max([window.start, *(_us(line.at) for line in sets[-1:])])
    minutes = min(float(policy.charting_interval_min[dose["route"]]) for dose in doses)
    due = EPOCH + last * ONE_US + timedelta(minutes=minutes)
    return due, due + timedelta(minutes=float(policy.charting_grace_min))


def _is_over(window: Window, now: datetime) -> bool:
    return window.closed(_us(now)) is True


def dose_words(log: Log) -> str:
    """“IV 0.5 mg/kg · 40 min” of the last dose given, of the plan before it; "" when neither is there."""
    given = [line.body for line in log.of("bolus", "infusion_start")]
    plan = log.latest("plan")
    body = given[-1] if given else plan.body if plan else None
    return _words(body) if body is not None else ""


def _words(body: Bolus | InfusionStart | Plan) -> str:
    per_kg = body.mg_per_kg
    amount = f"{show(per_kg)} mg/kg" if per_kg is not None else f"{show(body.mg)} mg"
    minutes = getattr(body, "duration_min", None)
    words = f"{ROUTE_WORDS.get(body.route, body.route)} {amount}"
    return f"{words} · {show(minutes)} min" if minutes else words


# ------------------------------------------------------------------------------------------------ baseline
def baseline_of(log: Log, due_at: datetime, policy: Policy) -> dict[str, float]:
    """The set that KNAI-18 takes: complete, young enough before the first dose; pinned, if one is."""
    oldest = due_at - timedelta(minutes=float(policy.baseline_max_age_min))
    sets = _complete_sets(log)
    able = sets[bisect_left(sets, oldest, key=_at) : bisect_right(sets, due_at, key=_at)]
    pin = log.latest("baseline_pin")
    pinned = [v for v in able if pin is not None and v.id == pin.entry.target_id]
    chosen = (pinned or able)[-1:]
    return {sign: float(getattr(v.body, sign)) for v in chosen for sign in SIGNS}


def _complete_sets(log: Log) -> list[Line]:
    return log.once("complete", lambda: [v for v in log.of("vitals") if v.body.is_complete])


def _at(line: Line) -> datetime:
    return line.at


def _overrides(log: Log) -> tuple[LimitOverride, ...]:
    """The latest limits a provider set for this patient."""
    line = log.latest("alert_limits")
    if line is None:
        return ()
    set_by = line.entry.recorded_by.name if line.entry.recorded_by else ""
    return limit_overrides(line.body, set_by)


def _by_hand(log: Log) -> Iterable[HandEntry]:
    for line in log.of("vitals", "sedation"):
        if line.entry.source != Source.DEVICE:
            yield HandEntry(line.id, line.at, line.body)
