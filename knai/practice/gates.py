"""What stands at a gate: the Standard's findings, the clinic's own checks, and holds from elsewhere, apart.

A gate acts on an intention. It never decides what a clause says: it shows it, with what an override has made
possible, and is open when nothing holds it any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from knai.core.checks import CheckFinding
from knai.core.standard import CARE_CLAUSES, EDITION, TABLE_VERSION, Effect, Finding, assess
from knai.core.standard.verdicts import as_json
from knai.identity.actors import Actor
from knai.kit import clock
from knai.practice import gate_checks
from knai.practice.entries import Override
from knai.practice.facts import Known, know
from knai.practice.log import Line
from knai.practice.models import TreatmentSession
from knai.practice.models.sessions import State

BEFORE_CANNULA, AT_GIVING = "before_cannula", "at_giving"
GATE_WORDS = {"start": "start", "redose": "further dose", "discharge": "discharge"}
HOLDING_EFFECTS = (Effect.HARD_STOP, Effect.OVERRIDABLE)
CLAUSES = {clause.id: clause for clause in CARE_CLAUSES}
GATE_CLAUSES = {
    gate: frozenset(c.id for c in CARE_CLAUSES if gate in c.at)
    for gate in ("plan", "start", "during", "redose", "discharge", "after")
}


@dataclass(frozen=True, slots=True)
class Overridden:
    """An override as it stands in the chart."""

    entry_id: UUID
    at: datetime
    reason: str
    provider_name: str
    by_telephone: bool
    recorded_by_name: str
    witness: str


@dataclass(frozen=True, slots=True)
class GateFinding:
    """A clause that acts at this gate.

    override  lets this very finding pass: the same facts as when it was written
    lapsed    an earlier one, on other facts; it lets nothing pass
    """

    finding: Finding
    override: Overridden | None = None
    lapsed: Overridden | None = None

    @property
    def id(self) -> str:
        return self.finding.clause

    @property
    def is_hard(self) -> bool:
        return self.finding.effect is Effect.HARD_STOP

    @property
    def is_overridable(self) -> bool:
        return self.finding.effect is Effect.OVERRIDABLE and self.override is None

    @property
    def holds(self) -> bool:
        return self.is_hard or self.is_overridable


@dataclass(frozen=True, slots=True)
class GateCheck:
    """An item of the clinic's own protocol, never shown as the Standard."""

    finding: CheckFinding
    override: Overridden | None = None

    @property
    def id(self) -> str:
        return self.finding.item.id

    @property
    def holds(self) -> bool:
        return self.finding.holds_the_step and self.override is None

    @property
    def is_overridable(self) -> bool:
        return self.finding.is_overridable and self.override is None


@dataclass(frozen=True, slots=True)
class Hold:
    """Something from elsewhere that holds the step: not a finding, not a check.

    effect  hard_stop or overridable; who: who can settle it, in words
    """

    id: str
    source: str
    title: str
    because: str
    effect: str
    who: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intended:
    """The dose somebody means to give now; it stands in the plan's place at the gate."""

    route: str
    mg_per_kg: Any
    duration_min: Any = None


@dataclass(frozen=True, slots=True)
class GateView:
    """A gate at an instant. `findings` are all care clauses, `items` those that act here."""

    session_id: UUID
    gate: str
    walk: str
    at: datetime
    findings: tuple[Finding, ...]
    items: tuple[GateFinding, ...]
    checks: tuple[GateCheck, ...]
    holds: tuple[Hold, ...]
    known: Known = field(repr=False, compare=False)
    edition: str = EDITION
    table_version: str = TABLE_VERSION

    @property
    def holding(self) -> tuple[GateFinding, ...]:
        return tuple(item for item in self.items if item.is_hard)

    @property
    def overridable(self) -> tuple[GateFinding, ...]:
        return tuple(item for item in self.items if item.is_overridable)

    @property
    def settled(self) -> tuple[GateFinding, ...]:
        return tuple(item for item in self.items if not item.holds)

    @property
    def alerts(self) -> tuple[GateFinding, ...]:
        return tuple(item for item in self.items if item.finding.effect is Effect.ALERT)

    @property
    def open_checks(self) -> tuple[GateCheck, ...]:
        return tuple(check for check in self.checks if check.holds)

    @property
    def settled_checks(self) -> tuple[GateCheck, ...]:
        return tuple(check for check in self.checks if not check.holds)

    @property
    def held_by(self) -> tuple[str, ...]:
        """Ids of all that holds: clauses, then checks, then holds."""
        items = (item.id for item in self.items if item.holds)
        return (*items, *(c.id for c in self.open_checks), *(h.id for h in self.holds))

    @property
    def is_open(self) -> bool:
        return not self.held_by

    @property
    def count(self) -> int:
        return len(self.held_by)

    @property
    def summary(self) -> str:
        """What the button says while something holds; "" when nothing does."""
        if self.is_open:
            return ""
        what = f"the {GATE_WORDS.get(self.gate, self.gate)}"
        return f"1 thing holds {what}" if self.count == 1 else f"{self.count} things hold {what}"

    @property
    def why_not(self) -> str | None:
        if self.is_open:
            return None
        return (
            f"{self.summary}: {', '.join(self.held_by)}. Settle each, or record what has happened."
        )

    def find(self, clause: str) -> GateFinding | None:
        return next((item for item in self.items if item.id == clause), None)

    def find_check(self, check: str) -> GateCheck | None:
        return next((each for each in self.checks if each.id == check), None)


HoldProvider = Callable[[Known, str, str], Iterable[Hold]]
_providers: list[HoldProvider] = []


def register_holds(provider: HoldProvider) -> HoldProvider:
    """Let something else hold a gate: provider(known, gate, walk) → holds."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def findings_at(
    *,
    by: Actor,
    session: TreatmentSession,
    gate: str,
    walk: str = "",
    at: datetime | None = None,
    intended: Intended | None = None,
) -> GateView:
    """Everything that stands at a gate of this session.

    walk      start: before_cannula or at_giving; "" takes the one the session has come to
    at        judged as of then; now when absent
    raises    Forbidden: a person whose role may not read the chart
    """
    if by.user is not None:
        by.must("read_chart")
    known = know(by=by, session=session, now=at or clock.now())
    return view_of(known, gate, walk, intended)


def view_of(known: Known, gate: str, walk: str = "", intended: Intended | None = None) -> GateView:
    """The same for facts already gathered: another gate costs no query."""
    walk = walk or walk_of(known.session, gate)
    facts = _facts_at(known, gate, intended)
    findings = assess(gate, known.now, facts, known.policy, known.tz)
    overrides = [line for line in known.log.of("override") if line.body.gate == gate]
    route = intended.route if intended else None
    checks = gate_checks.decide(known, gate, walk, route)
    return GateView(
        session_id=known.session.pk,
        gate=gate,
        walk=walk,
        at=known.now,
        findings=tuple(findings),
        items=tuple(_item(f, overrides) for f in findings if f.clause in GATE_CLAUSES[gate]),
        checks=tuple(_check(each, overrides) for each in checks),
        holds=tuple(hold for give in _providers for hold in give(known, gate, walk)),
        known=known,
    )


def walk_of(session: TreatmentSession, gate: str) -> str:
    if gate != "start":
        return ""
    is_before = session.state in (State.BOOKED, State.CHECKED_IN)
    return BEFORE_CANNULA if is_before else AT_GIVING


def check_facts(check: CheckFinding) -> dict[str, Any]:
    """How a check stood, for its override."""
    values = [as_json(answer.value) for answer in check.answers]
    return {"state": check.state, "key": check.key, "answers": values}


def _facts_at(known: Known, gate: str, intended: Intended | None) -> dict[str, Any]:
    """The facts, with the dose that is meant now as the planned one."""
    plan = known.facts["plan"]
    if intended is not None:
        dose = {"route": intended.route, "mg_per_kg": intended.mg_per_kg}
        dose["duration_min"] = intended.duration_min
        return known.facts | {"plan": plan | {"routes": [intended.route], "doses": [dose]}}
    if gate == "redose" and not is_planned_anew(known):
        return known.facts | {"plan": plan | {"doses": []}}
    return known.facts


def is_planned_anew(known: Known) -> bool:
    """Whether somebody planned since the last dose; the first plan has been given already."""
    line = known.log.latest("plan")
    return line is not None and bool(known.doses) and line.at >= known.doses[-1].started_at


def _item(finding: Finding, overrides: list[Line]) -> GateFinding:
    mine = [line for line in overrides if line.body.clause == finding.clause]
    if not mine or finding.effect not in HOLDING_EFFECTS:
        return GateFinding(finding)
    standing = _matching(mine, as_json(finding.facts))
    if standing is not None and finding.effect is Effect.OVERRIDABLE:
        return GateFinding(finding, override=_overridden(standing))
    return GateFinding(finding, lapsed=_overridden(mine[-1]))


def _check(finding: CheckFinding, overrides: list[Line]) -> GateCheck:
    mine = [line for line in overrides if line.body.clause == finding.item.id]
    standing = _matching(mine, check_facts(finding)) if finding.is_overridable else None
    return GateCheck(finding, _overridden(standing) if standing else None)


def _matching(overrides: list[Line], facts: dict[str, Any]) -> Line | None:
    """The latest override that was given on exactly these facts."""
    return next((line for line in reversed(overrides) if line.body.facts == facts), None)


def _overridden(line: Line) -> Overridden:
    body: Override = line.body
    writer = line.entry.recorded_by
    return Overridden(
        entry_id=line.id,
        at=line.at,
        reason=body.reason,
        provider_name=body.provider_name,
        by_telephone=body.by_telephone,
        recorded_by_name=writer.name if writer else "",
        witness=body.witness,
    )


@register_holds
def _hold_first_walk(known: Known, gate: str, walk: str) -> Iterable[Hold]:
    """Giving wants the walk before cannula and draw to be behind."""
    if gate == "start" and walk == AT_GIVING and known.session.state in ("booked", "checked_in"):
        yield Hold(
            id="first_walk",
            source="KNAI",
            title="The first walk",
            because="The walk before cannula and draw is not done yet.",
            effect="hard_stop",
            who="Nurse or prescriber",
        )


@register_holds
def _hold_emergency(known: Known, gate: str, walk: str) -> Iterable[Hold]:
    if known.session.is_emergency and gate in ("start", "redose"):
        yield Hold(
            id="emergency",
            source="Emergency",
            title="An emergency is under way",
            because="No dose while it lasts. End it on the session screen.",
            effect="hard_stop",
            who="Whoever leads the emergency",
        )


@register_holds
def _hold_running(known: Known, gate: str, walk: str) -> Iterable[Hold]:
    """Nobody is discharged from a running pump; leaving all the same is a fact and recordable."""
    running = [dose for dose in known.doses if dose.is_running]
    if gate == "discharge" and running:
        yield Hold(
            id="infusion_runs",
            source="Pump",
            title="An infusion is still running",
            because="It was started and not stopped. Stop it, or chart when it ended.",
            effect="hard_stop",
            who="Nurse or prescriber",
            at=running[0].started_at,
        )
