"""The kinds of chart entry and the shape of each one's body. The only way a body is written or read.

Amounts that must be exact (mg, mg/kg, mL) travel as text and are read with `decimal.Decimal`.
Numbers a monitor shows as whole stay whole.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from knai.core.errors import Malformed


class Body(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """Base of all bodies. `kind` is the word in the database, on the page and in exports.

    amended_because   why this entry stands in another's place; empty on a first entry
    """

    kind: ClassVar[str] = ""
    amended_because: str = ""


# ------------------------------------------------------------------ the work-up: the patient's chart
class Screening(Body, frozen=True):
    kind: ClassVar[str] = "screening"
    performed: bool
    performed_on: str | None = None  # ISO date
    place: str = ""


class Diagnosis(Body, frozen=True):
    kind: ClassVar[str] = "diagnosis"
    category: str
    status: str
    code: str = ""
    text: str = ""
    rationale: str = ""  # why ketamine, for a condition outside the Standard's examples


class History(Body, frozen=True):
    kind: ClassVar[str] = "history"
    completed_on: str | None
    in_chart: bool
    covers_psychiatric: bool | None = None
    covers_substance_use: bool | None = None
    author_role: str = ""
    text: str = ""


class Physical(Body, frozen=True):
    kind: ClassVar[str] = "physical"
    completed_on: str | None
    in_chart: bool
    text: str = ""


class Medications(Body, frozen=True):
    """The whole list at an instant; "none" is a statement, an empty list is not."""

    kind: ClassVar[str] = "medications"
    status: str | None  # listed, none
    recorded_on: str | None
    items: tuple[str, ...] = ()


class Allergies(Body, frozen=True):
    kind: ClassVar[str] = "allergies"
    status: str | None  # listed, none_known
    recorded_on: str | None
    items: tuple[str, ...] = ()
    ketamine_hypersensitivity: bool = False


class InteractionReview(Body, frozen=True):
    kind: ClassVar[str] = "interaction_review"
    completed_on: str
    unresolved_serious: bool


class Consent(Body, frozen=True):
    kind: ClassVar[str] = "consent"
    signed_at: str | None
    signed_by: str | None  # patient, legal_representative
    covers_off_label: bool | None
    form_version: str
    refused: bool = False
    expires_at: str | None = None
    authority: str = ""


class Weight(Body, frozen=True):
    kind: ClassVar[str] = "weight"
    weight_kg: Decimal


# --------------------------------------------------------------------------- observed in a session
class Vitals(Body, frozen=True):
    """One set. Complete with sbp, dbp, hr and spo2; an incomplete one is kept and does not count."""

    kind: ClassVar[str] = "vitals"
    sbp: int | None = None
    dbp: int | None = None
    hr: int | None = None
    spo2: int | None = None
    rr: int | None = None
    map: int | None = None
    temp: float | None = None
    etco2: int | None = None
    o2_flow: float | None = None
    pain_nrs: int | None = None
    confirmed: tuple[str, ...] = ()  # implausible values a person confirmed by entering them twice

    @property
    def is_complete(self) -> bool:
        return None not in (self.sbp, self.dbp, self.hr, self.spo2)


class Sedation(Body, frozen=True):
    kind: ClassVar[str] = "sedation"
    moaas: int | None = None
    rass: int | None = None
    resting: bool = False  # eyes shut, breathing easy: not woken for a score


class Effect(Body, frozen=True):
    """An expected effect: dissociation or anxiety, 0 none to 4 overwhelming, as the person says."""

    kind: ClassVar[str] = "effect"
    effect: str
    degree: int


class Support(Body, frozen=True):
    kind: ClassVar[str] = "support"
    what: str  # reassurance, hand held, music changed, lights lowered ...


class AdverseEvent(Body, frozen=True):
    kind: ClassVar[str] = "adverse_event"
    code: str
    grade: int
    action: tuple[str, ...]
    outcome: str = ""
    relatedness: str = ""
    text: str = ""
    charted_grade: int | None = None  # what was tapped, where it counts as more


class OffMonitor(Body, frozen=True):
    """Off the monitor and accompanied: to the toilet, say."""

    kind: ClassVar[str] = "off_monitor"
    why: str
    accompanied_by: str = ""
    back: bool = False


class Note(Body, frozen=True):
    kind: ClassVar[str] = "note"
    text: str


class PsychotherapyNote(Body, frozen=True):
    kind: ClassVar[str] = "psychotherapy_note"
    text: str


class BaselinePin(Body, frozen=True):
    """Makes one set of vitals (the entry's target) the baseline."""

    kind: ClassVar[str] = "baseline_pin"


# ------------------------------------------------------------------------------- given in a session
class Bolus(Body, frozen=True):
    """Any dose that is not an infusion, by any route."""

    kind: ClassVar[str] = "bolus"
    route: str
    substance: str
    mg: Decimal
    mg_per_kg: Decimal | None = None
    ml: Decimal | None = None
    basis: str = "base"
    site: str = ""
    working: tuple[str, ...] = ()


class InfusionStart(Body, frozen=True):
    kind: ClassVar[str] = "infusion_start"
    route: str
    substance: str
    mg: Decimal
    duration_min: Decimal
    mg_per_kg: Decimal | None = None
    ml: Decimal | None = None
    rate_ml_per_h: Decimal | None = None
    basis: str = "base"
    working: tuple[str, ...] = ()


class InfusionChange(Body, frozen=True):
    """What happens to the infusion that the entry targets: rate, pause, resume, stop."""

    kind: ClassVar[str] = "infusion_change"
    change: str
    rate_ml_per_h: Decimal | None = None
    mg_given: Decimal | None = None  # at stop: what really went in
    mg_per_kg_given: Decimal | None = None
    reason: str = ""


class PumpSettings(Body, frozen=True):
    """What the pump shows, signed by two people (the second in `second_by`)."""

    kind: ClassVar[str] = "pump_settings"
    concentration_mg_per_ml: Decimal
    rate_ml_per_h: Decimal
    volume_ml: Decimal
    second_by: UUID
    second_name: str


class Medicine(Body, frozen=True):
    """Any other medicine, oxygen too. Never gated."""

    kind: ClassVar[str] = "medicine"
    name: str
    dose: str = ""
    unit: str = ""
    route: str = ""


class IvAttempt(Body, frozen=True):
    kind: ClassVar[str] = "iv_attempt"
    site: str
    gauge: str = ""
    placed: bool = True


# ------------------------------------------------------------------------ deciding and moving along
class Plan(Body, frozen=True):
    """What is meant to be given. A new plan replaces the one before."""

    kind: ClassVar[str] = "plan"
    route: str
    mg_per_kg: Decimal
    duration_min: Decimal | None = None
    substance: str = "racemic_ketamine"
    expected_sedation: str | None = None
    provider_sedation_privilege: str | None = None
    supervision: str | None = "in_person"
    use_is_off_label: bool | None = None
    all_ingredients_disclosed: bool | None = None


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


class ConsentWithdrawn(Body, frozen=True):
    """Stops dosing, not monitoring."""

    kind: ClassVar[str] = "consent_withdrawn"
    words: str = ""


class Transport(Body, frozen=True):
    """The way home: planned, or as it was."""

    kind: ClassVar[str] = "transport"
    stage: str  # planned, actual
    mode: str
    escort_name: str = ""
    escort_phone: str = ""
    escort_is_adult: bool | None = None


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


# ------------------------------------------------------------------------------- marks on an entry
class Void(Body, frozen=True):
    """The entry's target no longer counts. It stays readable, struck through."""

    kind: ClassVar[str] = "void"
    reason: str


class Acceptance(Body, frozen=True):
    """A person looked at the target, a device's set, and took it."""

    kind: ClassVar[str] = "acceptance"


KINDS: dict[str, type[Body]] = {cls.kind: cls for cls in Body.__subclasses__()}
MARKS = frozenset({"void", "acceptance"})
WORK_UP = frozenset(
    {"screening", "diagnosis", "history", "physical", "medications", "allergies",
     "interaction_review", "consent", "weight", "consent_withdrawn"}
)  # fmt: skip


def to_json(body: Body) -> dict[str, Any]:
    """The body as JSON values, decimals as text."""
    return msgspec.to_builtins(body)


def from_json(kind: str, value: dict[str, Any]) -> Body:
    """raises Malformed: an unknown kind, or a body that is not of its kind's shape"""
    if kind not in KINDS:
        raise Malformed(f"found {kind!r}; wanted a known kind of entry", "kind")
    try:
        return msgspec.convert(value, KINDS[kind], strict=False)
    except msgspec.ValidationError as error:
        raise Malformed(str(error), kind) from error
