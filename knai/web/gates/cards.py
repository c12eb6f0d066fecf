"""Findings and checks, shaped for the page of a gate: each with the one thing that settles it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from knai.core.standard import Effect
from knai.identity.actors import Actor
from knai.kit.ids import uuid7
from knai.practice.gates import GateCheck, GateFinding, GateView, Overridden
from knai.practice.orders import planned_order
from knai.practice.overriders import whom_to_ask
from knai.web.gates.fact_rows import FactRow, fact_rows, words
from knai.web.gates.settle import Settle, settle_for, wants_plan


@dataclass(frozen=True, slots=True)
class Action:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class FindingCard:
    """A clause on the page. settle: what settles it in place, else `action` leads to where it is settled."""

    clause: str
    title: str
    verdict: str
    effect: str
    because: str
    facts: tuple[FactRow, ...]
    quote: str
    edition: str
    adopted: bool
    url: str
    action: Action | None
    settle: Settle | None
    ask: str
    override: Overridden | None
    lapsed: Overridden | None
    needs_witness: bool
    key: UUID


@dataclass(frozen=True, slots=True)
class Chip:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class CheckCard:
    """An item of the clinic's own protocol with its answers as chips."""

    id: str
    title: str
    question: str
    because: str
    is_settled: bool
    said: str
    kind: str
    chips: tuple[Chip, ...]
    steps: tuple[Chip, ...]
    steps_done: tuple[str, ...]
    is_open: bool
    may_answer: bool
    needs_decider: bool
    settings: str
    override: Overridden | None
    is_overridable: bool
    key: UUID


class Cards:
    """Shapes findings and checks of one view for one person."""

    def __init__(self, by: Actor, slug: str, view: GateView) -> None:
        self.by, self.slug, self.view = by, slug, view
        self.tz = by.clinic.tz

    def finding(self, item: GateFinding) -> FindingCard:
        found = item.finding
        settle = settle_for(item.id, self.by) if item.holds else None
        return FindingCard(
            clause=item.id,
            title=found.title,
            verdict=found.verdict.value,
            effect=found.effect.value if item.holds else Effect.ALLOW.value,
            because=found.because,
            facts=tuple(fact_rows(found.facts, self.tz)),
            quote=found.quote,
            edition=found.edition,
            adopted=found.adopted,
            url="",
            action=self._action(settle),
            settle=settle,
            ask=self._ask(item, settle),
            override=item.override,
            lapsed=item.lapsed if item.holds else None,
            needs_witness=found.override_needs == "witness",
            key=uuid7(),
        )

    def _ask(self, item: GateFinding, settle: Settle | None) -> str:
        """Whom to ask for a plan, for somebody who may not make one."""
        if settle is not None or not item.holds or not wants_plan(item.id):
            return ""
        return self._whom_to_ask

    @cached_property
    def _whom_to_ask(self) -> str:
        return whom_to_ask(self.view.known)

    def _action(self, settle: Settle | None) -> Action | None:
        if settle is None or not settle.url_name:
            return None
        args = [self.slug, self.view.session_id, *settle.url_args]
        url = reverse(settle.url_name, args=args)
        if settle.comes_back:
            url += f"?gate={self.view.gate}"
        return Action(settle.label, url)

    def check(self, each: GateCheck) -> CheckCard:
        found, item = each.finding, each.finding.item
        return CheckCard(
            id=item.id,
            title=item.title,
            question=item.question,
            because=_check_because(each, self.tz),
            is_settled=not each.holds,
            said=_said(each, self.tz),
            kind=item.answer,
            chips=self._chips(each),
            steps=tuple(Chip(step, words(step)) for step in item.steps),
            steps_done=found.answers[-1].steps if found.answers else (),
            is_open=each.holds,
            may_answer=self.by.role in (*item.answered_by, *item.recorded_by),
            needs_decider=self.by.role not in item.answered_by,
            settings=self._settings(),
            override=each.override,
            is_overridable=each.is_overridable,
            key=uuid7(),
        )

    def _settings(self) -> str:
        order = planned_order(self.view.known)
        return order.settings if order else ""

    def _chips(self, each: GateCheck) -> tuple[Chip, ...]:
        item = each.finding.item
        if item.answer != "time":
            return tuple(Chip(choice, words(choice)) for choice in item.choices)
        ago = timedelta(minutes=item.min_ago_min or 0)
        # A minute more, so that the answer holds however the two clocks round.
        at = (self.view.at - ago - timedelta(minutes=1)).replace(second=0, microsecond=0)
        chips = [Chip(at.isoformat(), f"{(item.min_ago_min or 0) // 60} h ago or longer")]
        return (*chips, *(Chip(never, never) for never in item.settles))


_CHECK_WORDS = {
    "check.not_answered": "Not answered yet.",
    "check.answer_again": "Asked again at this walk.",
    "check.pressure_unknown": "No pressure is known yet. Take a set of vitals.",
    "check.holds": "The answer holds the step.",
    "check.time_ahead": "The time lies in the future.",
    "check.settings_changed": "The settings have changed since they were signed.",
    "check.second_person_missing": "Signed by one; a second person is wanted.",
    "check.two_people_differ": "The two people read different settings.",
    "check.does_not_apply": "Does not apply to this patient or plan.",
    "check.settled": "",
    "check.clock_not_started": "A dose still runs; the time counts from its end.",
}
_CLOCK_WORDS = {
    "check.too_short_ago": "Too short ago; long enough from {}.",
    "check.wait_until": "Ends at {}.",
    "check.waited_until": "Over since {}.",
}


def _check_because(each: GateCheck, tz: ZoneInfo) -> str:
    found = each.finding
    if found.key == "check.steps_missing":
        return f"Steps still to do: {', '.join(map(words, found.values['steps']))}."
    if "settles_at" in found.values:
        at = found.values["settles_at"].astimezone(tz)
        return _CLOCK_WORDS.get(found.key, "").format(f"{at:%H:%M}")
    return _CHECK_WORDS.get(found.key, "")


def _said(each: GateCheck, tz: ZoneInfo) -> str:
    if not each.finding.answers:
        return ""
    value = each.finding.answers[-1].value
    if isinstance(value, datetime):
        return f"{value.astimezone(tz):%d.%m. %H:%M}"
    return words(str(value))
