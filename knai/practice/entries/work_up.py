"""What is known of a patient before anything is given: the work-up."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from knai.practice.entries.base import Body


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
    """The whole list at an instant; "none" is a statement, an empty list is not.

    replaces   the lists of this person's other records that were looked at and taken up in this one
    """

    kind: ClassVar[str] = "medications"
    status: str | None  # listed, none
    recorded_on: str | None
    items: tuple[str, ...] = ()
    replaces: tuple[UUID, ...] = ()


class Allergies(Body, frozen=True):
    """As with medicines: "none known" is a statement, with its date."""

    kind: ClassVar[str] = "allergies"
    status: str | None  # listed, none_known
    recorded_on: str | None
    items: tuple[str, ...] = ()
    ketamine_hypersensitivity: bool = False
    replaces: tuple[UUID, ...] = ()


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
