"""What is known of a patient before anything is given: the work-up."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import msgspec

from knai.practice.entries.base import Body


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One medicine or allergy. Without a code it is free text, and shown as such.

    system   rxnorm, atc, snomed, unii ...; text: anything else, of an allergy the reaction
    """

    name: str
    dose: str = ""
    route: str = ""
    frequency: str = ""
    since: str = ""
    system: str = ""
    code: str = ""
    text: str = ""

    @property
    def is_coded(self) -> bool:
        return bool(self.system and self.code)

    @property
    def words(self) -> str:
        parts = (self.name, self.dose, self.route, self.frequency)
        line = " ".join(part for part in parts if part)
        return f"{line} ({self.text})" if self.text else line


class ReviewedPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A medicine and what is known of it with ketamine, as somebody looked at it.

    interaction   id in the table of interactions
    settled       True: nothing stands against it, or it was dealt with; text says how
    """

    medicine: str
    interaction: str
    severity: str
    settled: bool
    text: str = ""


class Screening(Body, frozen=True):
    """present, absent: ids of contraindications that were asked about; what is in neither was not asked."""

    kind: ClassVar[str] = "screening"
    performed: bool
    performed_on: str | None = None  # ISO date
    place: str = ""
    screened_by: str = ""  # who, when elsewhere than here
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    text: str = ""  # what was found, and why treatment is weighed nevertheless


class Diagnosis(Body, frozen=True):
    kind: ClassVar[str] = "diagnosis"
    category: str
    status: str
    code: str = ""
    text: str = ""
    rationale: str = ""  # why ketamine, for a condition outside the Standard's examples


class History(Body, frozen=True):
    """answers: question → what was said; asked_none: asked, and there is none. In neither: not asked.

    text   the whole as dictated or typed, beside or instead of the answers
    """

    kind: ClassVar[str] = "history"
    completed_on: str | None
    in_chart: bool
    covers_psychiatric: bool | None = None
    covers_substance_use: bool | None = None
    author_role: str = ""
    text: str = ""
    answers: dict[str, str] = {}
    asked_none: tuple[str, ...] = ()


class Physical(Body, frozen=True):
    kind: ClassVar[str] = "physical"
    completed_on: str | None
    in_chart: bool
    text: str = ""
    answers: dict[str, str] = {}
    asked_none: tuple[str, ...] = ()


class Medications(Body, frozen=True):
    """The whole list at an instant; "none" is a statement, an empty list is not.

    items      each as a line
    replaces   the lists of this person's other records that were looked at and taken up in this one
    """

    kind: ClassVar[str] = "medications"
    status: str | None  # listed, none
    recorded_on: str | None
    items: tuple[str, ...] = ()
    replaces: tuple[UUID, ...] = ()
    listed: tuple[Item, ...] = ()  # in the order of `items`; empty in lists of plain lines

    @property
    def all_items(self) -> tuple[Item, ...]:
        """Every item; a plain line is one in free text."""
        return self.listed or tuple(Item(name=line) for line in self.items)


class Allergies(Body, frozen=True):
    """As with medicines: "none known" is a statement, with its date."""

    kind: ClassVar[str] = "allergies"
    status: str | None  # listed, none_known
    recorded_on: str | None
    items: tuple[str, ...] = ()
    ketamine_hypersensitivity: bool = False
    replaces: tuple[UUID, ...] = ()
    listed: tuple[Item, ...] = ()

    @property
    def all_items(self) -> tuple[Item, ...]:
        return self.listed or tuple(Item(name=line) for line in self.items)


class InteractionReview(Body, frozen=True):
    kind: ClassVar[str] = "interaction_review"
    completed_on: str
    unresolved_serious: bool
    pairs: tuple[ReviewedPair, ...] = ()
    text: str = ""


class Consent(Body, frozen=True):
    """Somebody signed a form, or refused to. Without the paper that shows it, nothing counts as signed.

    form_id, form_version, language   which words: practice.ConsentForm
    paper_id, sha256   the kept paper: signed here, or the scan of one signed by hand
    how                drawn, typed, mark (cannot write; a witness signed), paper
    for_treatment      False: another form, of which no gate asks
    """

    kind: ClassVar[str] = "consent"
    signed_at: str | None
    signed_by: str | None  # patient, legal_representative
    covers_off_label: bool | None
    form_version: str
    refused: bool = False
    expires_at: str | None = None
    authority: str = ""
    for_treatment: bool = True
    form_id: str = ""
    language: str = ""
    paper_id: str = ""
    sha256: str = ""
    how: str = ""
    signer_name: str = ""
    witness: str = ""
    words: str = ""  # why it was refused

    @property
    def is_evidenced(self) -> bool:
        """Whether a kept paper shows the signature."""
        return bool(self.signed_at and self.paper_id and self.sha256)


class Weight(Body, frozen=True):
    kind: ClassVar[str] = "weight"
    weight_kg: Decimal
