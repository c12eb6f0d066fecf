"""What speaks against treatment, and what other medicines do with ketamine: lists to go through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from knai.core.data import load
from knai.core.folding import words_of

SEVERITIES = ("major", "moderate", "minor", "informational")


@dataclass(frozen=True, slots=True)
class Contraindication:
    """kind: absolute, relative, precaution. verified: whether anybody saw the source."""

    id: str
    kind: str
    substance: str
    words: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Interaction:
    """seen: how many of `names`, from the first, the source itself names; the rest is our reasoning."""

    id: str
    group: str
    severity: str
    routes: tuple[str, ...]
    names: tuple[str, ...]
    seen: int
    effect: str
    action: str
    source: str
    verified: bool


@cache
def contraindications() -> tuple[Contraindication, ...]:
    """All of them, absolute ones first."""
    order = ("absolute", "relative", "precaution")
    found = [Contraindication(**row) for row in load("contraindications")["contraindication"]]
    return tuple(sorted(found, key=lambda one: order.index(one.kind)))


@cache
def interactions() -> tuple[Interaction, ...]:
    rows = load("interactions")["interaction"]
    return tuple(
        Interaction(**row | {"routes": tuple(row["routes"]), "names": tuple(row["names"])})
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """A medicine of the patient and a row of the table that names it."""

    medicine: str
    interaction: Interaction

    @property
    def is_named_by_source(self) -> bool:
        spoken = self.interaction.names[: self.interaction.seen]
        return self.interaction.verified and any(_says(self.medicine, name) for name in spoken)


def pairs_for(medicines: Iterable[str]) -> tuple[Pair, ...]:
    """Every medicine with every row that names it, the gravest first. A name that is spelt otherwise, or a
    brand, is not found: the list helps to look, it does not look."""
    found = [
        Pair(medicine, row)
        for medicine in medicines
        for row in interactions()
        if any(_says(medicine, name) for name in row.names)
    ]
    return tuple(sorted(found, key=lambda pair: SEVERITIES.index(pair.interaction.severity)))


def _says(medicine: str, name: str) -> bool:
    """Whether the words of the name stand in the medicine's, one after another."""
    said, wanted = words_of(medicine), words_of(name)
    return any(said[n : n + len(wanted)] == wanted for n in range(len(said) - len(wanted) + 1))
