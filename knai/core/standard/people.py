"""What a list of people present says: who qualifies, now and at every instant of a span."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from knai.core.standard.numbers import Exact
from knai.core.standard.policy import Policy
from knai.core.standard.reading import Item

_EVER, _NEVER = -(2**62), 2**62


class Stay(NamedTuple):
    """A closed span in which somebody is there: whoever leaves at 10:30 was there at 10:30."""

    since: int
    until: int


class Cover(NamedTuple):
    """Stays of people known to qualify, and of people who at least might (the first are among them)."""

    recorded: bool
    sure: tuple[Stay, ...]
    possible: tuple[Stay, ...]

    def at(self, instant: int) -> bool | None:
        """Whether a qualifying person is there; None: somebody might be one, or nobody is recorded."""
        if _is_covered(instant, self.sure):
            return True
        return None if not self.recorded or _is_covered(instant, self.possible) else False


def cover_of(presence: Sequence[Item], policy: Policy) -> Cover:
    might = [
        (person, qualifies(person, policy))
        for person in presence
        if person.get("mode") == "in_person" and qualifies(person, policy) is not False
    ]
    return Cover(
        recorded=bool(presence),
        sure=tuple(_stay(one) for one, sure in might if sure is True and "from" in one),
        possible=tuple(_stay(one) for one, _ in might),
    )


def qualifies(person: Item, policy: Policy) -> bool | None:
    """In a medical role, licensed and qualified; None when only an absent fact stands in the way."""
    if person.get("role") not in policy.medical_roles:
        return False
    papers = (person.get("licensed"), person.get("qualified"))
    if False in papers:
        return False
    return None if None in papers else True


def provider_qualifies(presence: Sequence[Item], policy: Policy) -> bool | None:
    """KNAI-22, whatever the time and the mode: here a fact that is absent always leaves it open."""
    papers = [
        (person.get("licensed"), person.get("qualified"))
        for person in presence
        if person.get("role") in policy.medical_roles
    ]
    if (True, True) in papers:
        return True
    return None if not presence or any(None in pair for pair in papers) else False


def has_hole(stays: Sequence[Stay], since: int, until: Exact) -> bool:
    """Whether an instant from since to until, both included, lies in no stay."""
    if until < since:
        return False
    reached = since
    for begin, end in sorted(stays):
        if begin > reached:
            break
        if end >= reached:
            reached = end
            if reached >= until:
                return False
    return True


def _is_covered(instant: int, stays: Sequence[Stay]) -> bool:
    return any(since <= instant <= until for since, until in stays)


def _stay(person: Item) -> Stay:
    return Stay(person.get("from", _EVER), person.get("to", _NEVER))
