"""The kinds of paper: what each is about, who may make it, and where its facts and its looks come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from knai.core.errors import Forbidden, Missing
from knai.identity.actors import Actor
from knai.practice.papers import (
    after_visit,
    ambulance_sheet,
    conformance,
    downtime,
    esketamine,
    letters,
    packet,
    protocol,
    session_record,
    superbill,
)
from knai.practice.papers.head import Person


class Facts(Protocol):
    """What every gathered paper has: whose it is, and of which session."""

    @property
    def person(self) -> Person | None: ...
    @property
    def session_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """
    about        session, patient, protocol or day: what subject_id names
    may          permissions, any of which lets a person make it
    may_read     the permission to open it again
    deliberate   made only by who says so on purpose
    asks         needs words or choices of a person first
    """

    name: str
    title: str
    words: str
    about: str
    gather: Callable[..., Facts]
    may: tuple[str, ...]
    may_read: str = "read_chart"
    deliberate: bool = False
    asks: bool = False
    template: str = ""

    @property
    def path(self) -> str:
        return f"practice/papers/{self.template or self.name}.typ"

    def may_make(self, by: Actor) -> bool:
        return any(by.may(permission) for permission in self.may)

    def must_make(self, by: Actor) -> None:
        """raises  Forbidden"""
        if not self.may_make(by):
            raise Forbidden(
                f"Your role here does not make this paper ({self.title.lower()}). "
                "Ask a prescriber or the clinic's owner."
            )


_ALL = (
    Kind(
        "after_visit", "After your visit",
        "For the patient: until when not to drive, what was given, whom to call.",
        "session", after_visit.gather, ("discharge", "release_records"),
    ),
    Kind(
        "session_record", "Session record",
        "Everything charted in the session, with its drawing. No findings of the Standard.",
        "session", session_record.gather, ("work_up", "release_records"),
    ),
    Kind(
        "ambulance_sheet", "Ambulance sheet", "For an ambulance: who, what was given, how they are.",
        "session", ambulance_sheet.gather, ("chart", "release_records"),
    ),
    Kind(
        "superbill", "Superbill", "For a payer: diagnoses, and services chosen from your list.",
        "session", superbill.gather, ("work_up", "release_records"), asks=True,
    ),
    Kind(
        "esketamine", "Esketamine monitoring figures",
        "What to copy into the monitoring form of the product's programme.",
        "session", esketamine.gather, ("work_up", "release_records"),
    ),
    Kind(
        "conformance", "Conformance of a session",
        "What the Standard found, gate by gate. Made on purpose, never with other papers.",
        "session", conformance.gather, ("release_records",), "release_records", deliberate=True,
    ),
    Kind(
        "referral_letter", "Referral letter", "Your letter, with conditions, medicines and allergies.",
        "patient", letters.gather_referral, ("work_up",), asks=True, template="letter",
    ),
    Kind(
        "course_letter", "Letter about the course", "Your letter, with the sessions so far.",
        "patient", letters.gather_course, ("work_up",), asks=True, template="letter",
    ),
    Kind(
        "payer_packet", "Payer packet", "The fewest pages that serve, for the sessions you choose.",
        "patient", packet.gather, ("release_records",), "release_records", asks=True, template="packet",
    ),
    Kind(
        "protocol", "Treatment protocol", "The protocol as it stands in this version.",
        "protocol", protocol.gather, ("read_chart",),
    ),
    Kind(
        "downtime", "Downtime sheets", "One page a booked session, to write on when KNAI is away.",
        "day", downtime.gather, ("chart", "roster"),
    ),
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
# Made elsewhere, listed and checked here: title alone.
OTHER_TITLES = {"consent": "Signed consent", "consent_scan": "Consent on paper, scanned"}


def get_kind(name: str) -> Kind:
    """raises  Missing: no such kind of paper"""
    if name not in KINDS:
        raise Missing("There is no such kind of paper.")
    return KINDS[name]


def title_of(name: str) -> str:
    kind = KINDS.get(name)
    return kind.title if kind else OTHER_TITLES.get(name, name.replace("_", " ").capitalize())


def list_kinds(*, by: Actor, about: str) -> list[Kind]:
    """The kinds about such a thing that this person may make."""
    return [kind for kind in _ALL if kind.about == about and kind.may_make(by)]


def facts_as_values(facts: Any) -> Any:
    """Frozen dataclasses → plain values for a template."""
    import dataclasses

    if dataclasses.is_dataclass(facts) and not isinstance(facts, type):
        return {f.name: facts_as_values(getattr(facts, f.name)) for f in dataclasses.fields(facts)}
    if isinstance(facts, dict):
        return {str(name): facts_as_values(value) for name, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [facts_as_values(value) for value in facts]
    if facts is None or isinstance(facts, str | int | float | bool):
        return facts
    return str(facts)
