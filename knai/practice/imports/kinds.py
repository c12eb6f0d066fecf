"""What can be brought in, column by column. A further kind: an entry here, a judge of its rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """called: what other programs name it, folded; hint: what is wanted in it"""

    name: str
    label: str
    wanted: bool = False
    called: tuple[str, ...] = ()
    hint: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (" ".join(self.name.split("_")), self.label.casefold(), *self.called)


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    label: str
    text: str
    columns: tuple[Column, ...]

    @property
    def wanted(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.wanted)


_MRN = Column(
    "mrn", "MRN", True, ("patient id", "patient number", "chart number", "medical record number")
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "patients", "Patients", "One row a person.",
            (
                _MRN,
                Column("given_name", "Given name", True, ("first name", "forename", "given")),
                Column("family_name", "Family name", True, ("last name", "surname", "family")),
                Column("born_on", "Born on", True, ("dob", "date of birth", "birth date", "birthdate")),
                Column("sex", "Sex", False, ("gender",), "female, male, other"),
                Column("preferred_name", "Preferred name", False, ("nickname", "known as")),
                Column("phone", "Phone", False, ("telephone", "mobile", "cell", "phone number")),
                Column("email", "E-mail", False, ("email", "mail", "e mail address")),
                Column("language", "Language", False, ("preferred language",), "a code such as en"),
                Column("address", "Address", False, ("street", "full address")),
            ),
        ),
        Kind(
            "problems", "Problems", "One row a condition. Their patients have to be here already.",
            (
                _MRN,
                Column("code", "ICD-10-CM", False, ("icd", "icd10", "icd 10", "diagnosis code")),
                Column("text", "Condition", False, ("diagnosis", "problem", "description")),
                Column("status", "Status", False, (), "provisional, confirmed or ruled out"),
                Column("rationale", "Why ketamine", False, ("rationale",)),
            ),
        ),
        Kind(
            "medications", "Medications",
            "One row a medicine. All rows of a person are their list; who has one here keeps it.",
            (
                _MRN,
                Column("name", "Medicine", True, ("medication", "drug", "drug name"), "or: none"),
                Column("dose", "Dose", False, ("strength",)),
                Column("route", "Route"),
                Column("frequency", "Frequency", False, ("sig", "directions")),
                Column("since", "Since", False, ("start date", "started")),
            ),
        ),
        Kind(
            "allergies", "Allergies",
            "One row an allergy. All rows of a person are their list; who has one here keeps it.",
            (
                _MRN,
                Column("name", "Allergy", True, ("allergen", "substance"), "or: none known"),
                Column("text", "Reaction", False, ("manifestation",)),
            ),
        ),
        Kind(
            "sessions", "Earlier sessions",
            "One row a session elsewhere. It stands in the timeline and is judged by no clause.",
            (
                _MRN,
                Column("on", "Day", True, ("date", "session date", "visit date")),
                Column("substance", "Substance", False, ("drug",)),
                Column("route", "Route"),
                Column("mg", "Dose in mg", False, ("dose mg", "mg")),
                Column("text", "Note", False, ("notes", "comment")),
            ),
        ),
    )
}  # fmt: skip
ORDERS = {"ymd": "2026-11-23", "mdy": "11/23/2026", "dmy": "23.11.2026"}
