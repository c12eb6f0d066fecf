"""Which allergies stand, when one person has more than one record: what either knows, both show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knai.practice.log import Line, Log


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a person's allergies.

    status   listed, none_known, or None: not asked
    lists    the entries it comes from: more than one while linked records have not been gone through
    """

    status: str | None = None
    items: tuple[str, ...] = ()
    hypersensitive: bool = False
    at: datetime | None = None
    lists: tuple[UUID, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """What is listed, with ketamine where it is one."""
        extra = ("ketamine",) if self.hypersensitive else ()
        return tuple(dict.fromkeys((*self.items, *extra)))

    @property
    def is_known(self) -> bool:
        return self.status is not None


def standing_allergies(log: Log) -> Standing:
    """The latest list of each record, but for those that a later list of another record took up."""
    return standing_of(log.of("allergies"))


def standing_of(lines: Iterable[Line]) -> Standing:
    """The same of these lines, oldest first."""
    lists = latest_lists(lines)
    if not lists:
        return Standing()
    return Standing(
        status=_status(lists),
        items=tuple(dict.fromkeys(item for line in lists for item in line.body.items)),
        hypersensitive=any(line.body.ketamine_hypersensitivity for line in lists),
        at=max(line.at for line in lists),
        lists=tuple(line.id for line in lists),
    )


def latest_lists(lines: Iterable[Line]) -> list[Line]:
    """One line a record, oldest first; what another of them replaces is left out."""
    latest: dict[UUID, Line] = {}
    for line in lines:
        latest[line.entry.patient_id] = line
    replaced = {pk for line in latest.values() for pk in line.body.replaces}
    return [line for line in latest.values() if line.id not in replaced]


def _status(lists: list[Line]) -> str | None:
    found = {line.body.status for line in lists}
    if found & {"listed"}:
        return "listed"
    return "none_known" if "none_known" in found else None
