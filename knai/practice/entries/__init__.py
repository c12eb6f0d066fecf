"""The kinds of chart entry and the shape of each one's body. The only way a body is written or read.

Amounts that must be exact (mg, mg/kg, mL) travel as text and are read with `decimal.Decimal`.
Numbers a monitor shows as whole stay whole. A new kind goes into its subject's module and the list here.
"""

from __future__ import annotations

from typing import Any

import msgspec

from knai.core.errors import Malformed
from knai.practice.entries.base import Body
from knai.practice.entries.chart import (
    Addendum,
    Contact,
    Height,
    IdentityChange,
    Pregnancy,
)
from knai.practice.entries.coming import Arrived
from knai.practice.entries.courses import GoesOn
from knai.practice.entries.follow_up import Death, NextDayCall, SafetyReview
from knai.practice.entries.given import (
    Bolus,
    InfusionChange,
    InfusionStart,
    IvAttempt,
    Medicine,
    PumpSettings,
)
from knai.practice.entries.imported import EarlierSession
from knai.practice.entries.marks import (
    Acceptance,
    Void,
)
from knai.practice.entries.moving import (
    AlertLimits,
    AlreadyHappened,
    CheckAnswer,
    ConsentWithdrawn,
    Departure,
    DrivingAsked,
    DrivingInstruction,
    Emergency,
    GatePassed,
    Handover,
    MedicallyReady,
    Override,
    Plan,
    Transition,
    Transport,
)
from knai.practice.entries.notes import Cosignature, SessionNote
from knai.practice.entries.observed import (
    AdverseEvent,
    BaselinePin,
    Effect,
    Note,
    OffMonitor,
    PsychotherapyNote,
    Sedation,
    Support,
    Vitals,
)
from knai.practice.entries.work_up import (
    Allergies,
    Consent,
    Diagnosis,
    History,
    InteractionReview,
    Item,
    Medications,
    Physical,
    ReviewedPair,
    Screening,
    Weight,
)

__all__ = [
    "KINDS",
    "MARKS",
    "WORK_UP",
    "Acceptance",
    "Addendum",
    "AdverseEvent",
    "AlertLimits",
    "Allergies",
    "AlreadyHappened",
    "Arrived",
    "BaselinePin",
    "Body",
    "Bolus",
    "CheckAnswer",
    "Consent",
    "ConsentWithdrawn",
    "Contact",
    "Cosignature",
    "Death",
    "Departure",
    "Diagnosis",
    "DrivingAsked",
    "DrivingInstruction",
    "EarlierSession",
    "Effect",
    "Emergency",
    "GatePassed",
    "GoesOn",
    "Handover",
    "Height",
    "History",
    "IdentityChange",
    "InfusionChange",
    "InfusionStart",
    "InteractionReview",
    "Item",
    "IvAttempt",
    "MedicallyReady",
    "Medications",
    "Medicine",
    "NextDayCall",
    "Note",
    "OffMonitor",
    "Override",
    "Physical",
    "Plan",
    "Pregnancy",
    "PsychotherapyNote",
    "PumpSettings",
    "ReviewedPair",
    "SafetyReview",
    "Screening",
    "Sedation",
    "SessionNote",
    "Support",
    "Transition",
    "Transport",
    "Vitals",
    "Void",
    "Weight",
    "from_json",
    "to_json",
]

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
