"""What a patient takes and cannot take: the lists that stand, gone through before each session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knai.core.cautions import Pair, pairs_for
from knai.core.errors import Malformed
from knai.identity.actors import Actor
from knai.practice.allergies import Standing, latest_lists, standing_allergies
from knai.practice.entries import Item, Medications, ReviewedPair
from knai.practice.linked import list_together
from knai.practice.log import Line, Log
from knai.practice.patient_record import get_row, load_kinds

KINDS = ("medications", "allergies", "interaction_review")
STILL, CHANGED, STOPPED = "still", "changed", "stopped"
SYSTEMS = {"rxnorm": "RxNorm", "atc": "ATC", "snomed": "SNOMED CT", "unii": "UNII"}


@dataclass(frozen=True, slots=True)
class ListOf:
    """The medicines that stand. status: listed, none, or None: not asked. of: how many records it is from."""

    status: str | None
    items: tuple[Item, ...]
    at: datetime | None
    by: str
    of: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    at: datetime
    by: str
    unresolved_serious: bool
    pairs: tuple[ReviewedPair, ...]
    text: str
    is_outdated: bool  # the medicines were changed after it


@dataclass(frozen=True, slots=True)
class Medicines:
    medications: ListOf
    allergies: Standing
    allergy_items: tuple[Item, ...]
    review: Review | None
    pairs: tuple[Pair, ...]
    unknown: tuple[str, ...]  # medicines that no row of the table names


def get_medicines(*, by: Actor, patient_id: UUID) -> Medicines:
    by.must("read_chart")
    get_row(by, patient_id)
    return medicines_in(load_kinds(by, list_together(by.clinic_id, patient_id), KINDS))


def medicines_in(log: Log) -> Medicines:
    taken = list_of(latest_lists(log.of("medications")))
    names = tuple(item.name for item in taken.items)
    pairs = pairs_for(names)
    allergic = latest_lists(log.of("allergies"))
    return Medicines(
        medications=taken,
        allergies=standing_allergies(log),
        allergy_items=tuple(item for line in allergic for item in line.body.all_items),
        review=_review(log),
        pairs=pairs,
        unknown=tuple(name for name in names if name not in {pair.medicine for pair in pairs}),
    )


def list_of(lists: list[Line]) -> ListOf:
    """One list of all records; the same line once."""
    if not lists:
        return ListOf(None, (), None, "")
    latest = max(lists, key=lambda line: (line.at, line.id))
    items = {item.words: item for line in lists for item in line.body.all_items}
    statuses = {line.body.status for line in lists}
    status = "listed" if items else "none" if "none" in statuses else None
    return ListOf(status, tuple(items.values()), latest.at, _author(latest), len(lists))


def _author(line: Line) -> str:
    return line.entry.recorded_by.name if line.entry.recorded_by else "KNAI"


def _review(log: Log) -> Review | None:
    line = log.latest("interaction_review")
    if line is None:
        return None
    taken = list(log.of("medications"))
    before = [_lines(x) for x in taken if x.at <= line.at][-1:]
    after = [_lines(x) for x in taken if x.at > line.at]
    body = line.body
    return Review(
        at=line.at,
        by=_author(line),
        unresolved_serious=body.unresolved_serious,
        pairs=body.pairs,
        text=body.text,
        is_outdated=any([lines] != before for lines in after),
    )


def _lines(line: Line) -> frozenset[str]:
    return frozenset(line.body.items)


# ---------------------------------------------------------------------------------- going through the list
def reconciled(
    items: tuple[Item, ...],
    said: Mapping[int, str],
    changed: Mapping[int, str],
    new: list[str],
    day: str,
) -> Medications:
    """The list as it is now, from what was said of each item in turn.

    said     place → still, changed, stopped; changed: place → the item in new words
    new      further medicines, a line each
    raises   Malformed: nothing was said of an item, or how one changed
    """
    kept = []
    for place, item in enumerate(items):
        word = said.get(place, "")
        if word not in (STILL, CHANGED, STOPPED):
            raise Malformed(f"Say of “{item.name}” whether it is still taken.", f"said-{place}")
        if word == CHANGED and not changed.get(place, "").strip():
            raise Malformed(f"Write how “{item.name}” is taken now.", f"new-{place}")
        if word == STILL:
            kept.append(item)
        if word == CHANGED:
            kept.append(Item(name=changed[place].strip()))
    kept += [Item(name=line.strip()) for line in new if line.strip()]
    return medications_of(tuple(kept), day)


def medications_of(items: tuple[Item, ...], day: str) -> Medications:
    """The whole list as an entry; an empty one states that nothing is taken."""
    return Medications(
        status="listed" if items else "none",
        recorded_on=day,
        items=tuple(item.words for item in items),
        listed=items,
    )


def read_code(text: str) -> tuple[str, str]:
    """(system, code) of "RxNorm 36437" or "atc:N06AB06"; two empty words of nothing.

    raises  Malformed: no system we know, or no code
    """
    words = text.replace(":", " ").split()
    if not words:
        return "", ""
    names = {name.lower().replace(" ", ""): key for key, name in SYSTEMS.items()}
    system = names.get("".join(words[:-1]).lower(), "")
    if not system:
        wanted = ", ".join(SYSTEMS.values())
        raise Malformed(f"wanted a system ({wanted}) and its code, such as RxNorm 36437", "code")
    return system, words[-1][:30]
