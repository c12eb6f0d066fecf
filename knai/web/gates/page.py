"""A gate, shaped for its page: frozen, without records, every finding with the one thing that settles it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from knai.core.numbers import show
from knai.core.standard import Verdict
from knai.identity.actors import Actor
from knai.identity.pins import with_pin
from knai.kit.ids import uuid7
from knai.practice import planning
from knai.practice.actions import devices
from knai.practice.actions.arriving import MODES
from knai.practice.actions.work_up import ROUTES
from knai.practice.course_holds import ENDED as ENDED_COURSE
from knai.practice.course_holds import STOP_RULE
from knai.practice.facts import driving_bar
from knai.practice.gates import (
    AT_GIVING,
    BEFORE_CANNULA,
    GateFinding,
    GateView,
    Hold,
    is_planned_anew,
)
from knai.practice.given import Given, running
from knai.practice.orders import Order, planned_order
from knai.practice.overriders import (
    Colleague,
    list_colleagues,
    list_overriders,
    list_second_signers,
    whom_to_ask,
)
from knai.practice.states import ENDED
from knai.practice.way_home import WayHome, of_lines
from knai.web.gates.cards import Action, Cards, CheckCard, FindingCard
from knai.web.gates.fact_rows import words

DEPARTURES = (
    ("discharged", "Discharged already"),
    ("left_against_advice", "Left against advice"),
    ("eloped", "Left without telling"),
    ("transferred", "Transferred"),
    ("admitted", "Admitted"),
    ("died", "Died"),
)
TITLES = {"start": "Start", "redose": "Further dose", "discharge": "Discharge"}
WALK_TITLES = {BEFORE_CANNULA: "first walk, before cannula and draw", AT_GIVING: "at giving"}


@dataclass(frozen=True, slots=True)
class HoldCard:
    """A hold with the one way on, where there is one."""

    title: str
    because: str
    source: str
    effect: str
    who: str
    at: datetime | None
    action: Action | None


@dataclass(frozen=True, slots=True)
class RunningDose:
    """An infusion that runs, with keys for the forms that change it."""

    id: UUID
    words: str
    started_at: datetime
    is_paused: bool
    rate_ml_per_h: str
    keys: Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class GatePage:
    """Everything the template shows."""

    session_id: UUID
    gate: str
    walk: str
    title: str
    walk_title: str
    patient_name: str
    chair_name: str
    weight_kg: Any
    at: datetime
    summary: str
    is_open: bool
    has_ended: bool
    state: str
    holding: tuple[FindingCard, ...]
    overridable: tuple[FindingCard, ...]
    settled: tuple[FindingCard, ...]
    watched: tuple[FindingCard, ...]
    open_checks: tuple[CheckCard, ...]
    settled_checks: tuple[CheckCard, ...]
    holds: tuple[HoldCard, ...]
    order: Order | None
    order_words: str
    draft: str
    ask: str
    is_due: bool
    barred_until: datetime | None
    bar_label: str
    providers: tuple[Colleague, ...]
    away: tuple[Colleague, ...]
    signers: tuple[Colleague, ...]
    signers_have_pins: bool
    may_act: bool
    may_override: bool
    is_provider: bool
    way_home: WayHome
    lacks_monitor: bool
    ready_at: datetime | None
    running: tuple[RunningDose, ...]
    keys: Mapping[str, UUID]
    routes: tuple[tuple[str, str], ...] = tuple((route, words(route)) for route in ROUTES)
    modes: tuple[tuple[str, str], ...] = tuple((mode, words(mode)) for mode in MODES)
    departures: tuple[tuple[str, str], ...] = DEPARTURES


def gate_page(by: Actor, slug: str, view: GateView) -> GatePage:
    """The page of one gate for one person."""
    known = view.known
    return GatePage(
        session_id=view.session_id,
        gate=view.gate,
        walk=view.walk,
        title=TITLES[view.gate],
        walk_title=WALK_TITLES.get(view.walk, ""),
        at=view.at,
        summary=view.summary,
        is_open=view.is_open,
        holds=tuple(_hold(by, slug, view, hold) for hold in view.holds),
        is_due=_is_due(view),
        running=tuple(_running(dose) for dose in running(known.doses)),
        keys={name: uuid7() for name in ("go", "happened", "ready", "again", "leave", "plan")},
        **_of_session(view),
        **_groups(Cards(by, slug, view)),
        **_dose_or_bar(by, view),
        **_whom(by, view),
        lacks_monitor=_lacks_monitor(by, view),
    )


def _hold(by: Actor, slug: str, view: GateView, hold: Hold) -> HoldCard:
    """A hold of the course leads to its page, where a prescriber settles it."""
    course_id = view.known.session.course_id
    is_course = hold.id.startswith((STOP_RULE, ENDED_COURSE)) and course_id is not None
    url = reverse("courses:one", args=[slug, course_id]) if is_course else ""
    action = Action("Look at the course", url) if url and by.may("read_chart") else None
    return HoldCard(hold.title, hold.because, hold.source, hold.effect, hold.who, hold.at, action)


def _of_session(view: GateView) -> dict[str, Any]:
    known, session = view.known, view.known.session
    way_home = of_lines(known.log.of("transport"))
    return {
        "patient_name": session.patient.name,
        "chair_name": session.chair.name if session.chair else "",
        "weight_kg": session.weight_kg,
        "state": session.state,
        "has_ended": session.state in ENDED,
        "ready_at": session.medically_ready_at,
        "way_home": way_home,
    }


def _lacks_monitor(by: Actor, view: GateView) -> bool:
    """Whether vital signs are wanted and no monitor is there to give them."""
    vitals = view.find("KNAI-18")
    if vitals is None or not vitals.holds or not by.may("attach_device"):
        return False
    is_under_way = view.known.session.state not in (*ENDED, "booked")
    return is_under_way and not devices.is_monitored(by=by, session_id=view.session_id)


def _groups(cards: Cards) -> dict[str, Any]:
    view = cards.view
    return {
        "holding": tuple(map(cards.finding, view.holding)),
        "overridable": tuple(map(cards.finding, view.overridable)),
        "settled": tuple(cards.finding(item) for item in view.settled if _is_settled(item)),
        "watched": tuple(cards.finding(item) for item in view.settled if not _is_settled(item)),
        "open_checks": tuple(map(cards.check, view.open_checks)),
        "settled_checks": tuple(map(cards.check, view.settled_checks)),
    }


def _is_settled(item: GateFinding) -> bool:
    """Met, not applicable or overridden; else it is only watched here and holds nothing up."""
    is_well = item.finding.verdict in (Verdict.MET, Verdict.NOT_APPLICABLE)
    return is_well or item.override is not None


def _dose_or_bar(by: Actor, view: GateView) -> dict[str, Any]:
    """What would be given, or until when nobody drives: each gate shows its own."""
    is_leaving = view.gate == "discharge"
    is_given = view.gate == "redose" and not is_planned_anew(view.known)
    order = None if is_leaving or is_given else planned_order(view.known)
    bar = driving_bar(view.known) if is_leaving else None
    draft = None if is_leaving or view.known.plan else planning.draft_of(view.known.session)
    is_unplanned = view.gate == "start" and view.known.plan is None
    return {
        "order": order,
        "order_words": order_words(order),
        "draft": planning.figures(draft) if draft else "",
        "ask": whom_to_ask(view.known) if is_unplanned and not by.may("prescribe") else "",
        "barred_until": bar.until if bar else None,
        "bar_label": bar.label if bar else "",
    }


def _whom(by: Actor, view: GateView) -> dict[str, Any]:
    """What this person may do, and who else can be asked."""
    providers = list_overriders(view.known) if _wants_providers(view) else []
    return {
        "providers": tuple(providers),
        "away": tuple(_away(view)),
        **_who_signs(by, view),
        "may_act": by.may("discharge" if view.gate == "discharge" else "dose"),
        "may_override": by.may("dose"),
        "is_provider": any(person.user_id == by.user_id for person in providers),
    }


def order_words(order: Order | None) -> str:
    """Intravenous infusion 39 mg (0.5 mg/kg) over 40 min, at 75 mL/h."""
    if order is None:
        return ""
    text = f"{words(order.route)} {show(order.mg)} mg ({show(order.mg_per_kg)} mg/kg)"
    if order.duration_min is not None:
        text += f" over {show(order.duration_min)} min"
    if order.rate_ml_per_h is not None:
        text += f", {show(order.rate_ml_per_h)} mL/h"
    return text


def _running(dose: Given) -> RunningDose:
    return RunningDose(
        id=dose.line.id,
        words=f"{words(dose.route)} {show(dose.line.body.mg)} mg",
        started_at=dose.started_at,
        is_paused=dose.is_paused,
        rate_ml_per_h=show(dose.rate_ml_per_h) if dose.rate_ml_per_h is not None else "",
        keys={name: uuid7() for name in ("pause", "resume", "rate", "stop")},
    )


def _is_due(view: GateView) -> bool:
    """Whether the session stands before this gate now."""
    state, has_dose = view.known.session.state, bool(view.known.doses)
    if view.gate == "start":
        return not has_dose and state in ("checked_in", "ready", "dosing", "recovery")
    if view.gate == "redose":
        return has_dose and state in ("dosing", "recovery")
    return state not in (*ENDED, "booked")


def _wants_providers(view: GateView) -> bool:
    checks = any(check.is_overridable for check in view.checks)
    return bool(view.overridable) or checks


def _away(view: GateView) -> list[Colleague]:
    """Providers not on site, when one is what is missing."""
    if not any((item := view.find(clause)) and item.holds for clause in ("KNAI-21", "KNAI-22")):
        return []
    roles = view.known.policy.medical_roles
    people = list_colleagues(view.known)
    return [p for p in people if p.profession in roles and not p.is_on_site]


def _who_signs(by: Actor, view: GateView) -> dict[str, Any]:
    if not any(c.finding.item.answer == "two_person" for c in view.open_checks):
        return {"signers": (), "signers_have_pins": False}
    signers = tuple(list_second_signers(view.known, by.user_id))
    able = with_pin([person.user_id for person in signers])
    return {"signers": signers, "signers_have_pins": bool(able)}
