"""Records that may be the same person. It asks; nobody is linked or refused by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from uuid import UUID

from django.db.models import Q

from knai.core.folding import digits_of, words_of
from knai.identity.actors import Actor
from knai.practice import access
from knai.practice.models import Patient
from knai.practice.search import Found, found_of

ALIKE = 0.8  # of the letters of two names, in order: Katherine and Catherine, Meyer and Maier's neighbours
MOST = 10
SHORTEST_PHONE = 6


@dataclass(frozen=True, slots=True)
class Person:
    """What is compared."""

    given_name: str
    family_name: str
    born_on: date
    phone: str = ""
    preferred_name: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody who may be the same, and what made it look so."""

    found: Found
    because: tuple[str, ...]


def list_alike(*, by: Actor, person: Person, but: Iterable[UUID] = ()) -> list[Alike]:
    """The clinic's patients who may be this person, most alike first.

    but   records that are known to be another, or the one that is edited
    """
    by.must("read_schedule")
    rows = Patient.objects.filter(clinic_id=by.clinic_id, withdrawn_at__isnull=True)
    rows = rows.filter(_candidates(person)).exclude(pk__in=list(but))
    alike = [(row, because_of(person, _person(row))) for row in rows[:500]]
    alike = [(row, because) for row, because in alike if because]
    alike.sort(key=lambda pair: (-len(pair[1]), pair[0].family_name, pair[0].pk))
    closed = access.list_closed(by, (row for row, _ in alike[:MOST]))
    return [Alike(found_of(row, (), closed), because) for row, because in alike[:MOST]]


def _candidates(person: Person) -> Q:
    asked = Q(born_on=person.born_on)
    turned = _turned(person.born_on)
    if turned is not None:
        asked |= Q(born_on=turned)
    number = digits_of(person.phone)
    if len(number) >= SHORTEST_PHONE:
        asked |= Q(words__contains=f" {number}")
    return asked


def _person(row: Patient) -> Person:
    return Person(row.given_name, row.family_name, row.born_on, row.phone, row.preferred_name)


def because_of(one: Person, other: Person) -> tuple[str, ...]:
    """What speaks for one person; empty when it is not enough to ask.

    Enough is: a name that is alike, or one of the two, and the same birthday (or one with day and month
    changed over), or the same telephone number.
    """
    name = _name_words(one, other)
    born = _born_words(one.born_on, other.born_on)
    number = digits_of(one.phone)
    phone = "same telephone" if _same_phone(number, digits_of(other.phone)) else ""
    return tuple(word for word in (born, name, phone) if word) if name and (born or phone) else ()


def _same_phone(one: str, other: str) -> bool:
    """With or without the country's number."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= SHORTEST_PHONE and longer.endswith(shorter)


def _born_words(one: date, other: date) -> str:
    if one == other:
        return "same birthday"
    return "birthday with day and month changed over" if _turned(one) == other else ""


def _turned(day: date) -> date | None:
    return day.replace(month=day.day, day=day.month) if _can_turn(day) else None


def _can_turn(day: date) -> bool:
    return day.day <= 12 and day.day != day.month


def _name_words(one: Person, other: Person) -> str:
    given, family = _folded(one.given_name), _folded(one.family_name)
    others = _folded(other.given_name), _folded(other.family_name)
    if (given, family) == others:
        return "same name"
    if (family, given) == others:
        return "given and family name changed over"
    called = _folded(one.preferred_name), _folded(other.preferred_name)
    given_alike = (
        _alike(given, others[0]) or _alike(called[0], others[0]) or _alike(given, called[1])
    )
    turned_alike = _alike(family, others[0]) and _alike(given, others[1])
    if turned_alike or (given_alike and _alike(family, others[1])):
        return "similar name"
    if family == others[1]:
        return "same family name"
    return "same given name" if given == others[0] else ""


def _folded(name: str) -> str:
    return "".join(words_of(name))


def _alike(one: str, other: str) -> bool:
    """The same but for a letter or two, or one the beginning of the other (Kat, M., double names)."""
    if not one or not other:
        return False
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) or SequenceMatcher(None, one, other).ratio() >= ALIKE
