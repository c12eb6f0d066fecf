"""Deciding, and moving a session along."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from knai.practice.entries.base import Body


class Plan(Body, frozen=True):
    """What is meant to be given. A new plan replaces the one before.

    mg           a fixed amount, where the dose does not go by weight; mg_per_kg is None then
    session_no   which session of its course it was made for
    ordered_by   the prescriber whose order it is, when another hand or KNAI wrote it down
    order        course: follows from the steps of a prescriber's course; draft: confirmed from one
    deviation    why it departs from the protocol
    """

    kind: ClassVar[str] = "plan"
    route: str
    mg_per_kg: Decimal | None = None
    mg: Decimal | None = None
    duration_min: Decimal | None = None
    substance: str = "racemic_ketamine"
    expected_sedation: str | None = None
    provider_sedation_privilege: str | None = None
    supervision: str | None = "in_person"
    use_is_off_label: bool | None = None
    all_ingredients_disclosed: bool | None = None
    session_no: int | None = None
    ordered_by: UUID | None = None
    ordered_by_name: str = ""
    order: str = ""
    deviation: str = ""


class CheckAnswer(Body, frozen=True):
    """Answer to an item of the clinic's own protocol, at one walk of a gate.

    walk     one of core.checks' walks; role: what the person is in this clinic, as it was then
    answer   a choice, an instant in ISO 8601, "never", a number, or the settings that two people read
    """

    kind: ClassVar[str] = "check_answer"
    check: str
    walk: str
    answer: str
    role: str = ""
    detail: str = ""
    steps: tuple[str, ...] = ()
    decided_by: str = ""
    second_by: UUID | None = None
    second_name: str = ""
    second_role: str = ""


class GatePassed(Body, frozen=True):
    """The findings as they stood when somebody went through a gate."""

    kind: ClassVar[str] = "gate_passed"
    gate: str
    walk: str
    edition: str
    table_version: str
    findings: tuple[dict[str, Any], ...]
    checks: tuple[dict[str, Any], ...] = ()
    holds: tuple[dict[str, Any], ...] = ()


class AlreadyHappened(Body, frozen=True):
    """What a gate would have held had happened already; it is charted, and looked at afterwards."""

    kind: ClassVar[str] = "already_happened"
    gate: str
    what: str
    held: tuple[str, ...]  # clause and check ids that were open
    reason: str


class Override(Body, frozen=True):
    """A qualifying person lets the step go on. The verdict stays as it is."""

    kind: ClassVar[str] = "override"
    clause: str  # or the id of a clinic check
    gate: str
    reason: str
    facts: dict[str, Any]
    provider_id: UUID
    provider_name: str
    by_telephone: bool = False
    read_back_by: UUID | None = None
    witness: str = ""


class Transition(Body, frozen=True):
    kind: ClassVar[str] = "transition"
    before: str
    after: str
    reason: str = ""
    category: str = ""  # why a visit does not take place: one of practice.states' categories


class ConsentWithdrawn(Body, frozen=True):
    """Stops dosing, not monitoring."""

    kind: ClassVar[str] = "consent_withdrawn"
    words: str = ""


class Transport(Body, frozen=True):
    """The way home: planned, or as it was.

    escort_arrived_at  when whoever fetches the patient came, ISO 8601
    signed_name        who signed for taking the patient along, as they wrote it
    """

    kind: ClassVar[str] = "transport"
    stage: str  # planned, actual
    mode: str
    escort_name: str = ""
    escort_phone: str = ""
    escort_is_adult: bool | None = None
    escort_arrived_at: str | None = None
    signed_name: str = ""


class DrivingInstruction(Body, frozen=True):
    kind: ClassVar[str] = "driving_instruction"
    barred_until: str
    acknowledged: bool | None
    witness: str = ""


class DrivingAsked(Body, frozen=True):
    """The follow-up call's question, and when driving was reported."""

    kind: ClassVar[str] = "driving_asked"
    drove_at: str | None = None


class MedicallyReady(Body, frozen=True):
    """Ready to leave in a provider's eyes; leaving is another entry."""

    kind: ClassVar[str] = "medically_ready"


class Departure(Body, frozen=True):
    kind: ClassVar[str] = "departure"
    type: str
    reason: str = ""


class Emergency(Body, frozen=True):
    """A step of an emergency: started, provider_called, help_called, oxygen, airway ... ended."""

    kind: ClassVar[str] = "emergency"
    step: str
    text: str = ""


class Handover(Body, frozen=True):
    kind: ClassVar[str] = "handover"
    to_id: UUID
    to_name: str
    open_items: tuple[str, ...] = ()


class AlertLimits(Body, frozen=True):
    """Limits for this patient, by a provider, with the reason."""

    kind: ClassVar[str] = "alert_limits"
    limits: dict[str, dict[str, float]]
    reason: str
