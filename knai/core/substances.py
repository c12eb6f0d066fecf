"""Substances and modalities as data: what a protocol can be written for, without code for each.

An id that is in no table is still a substance: it is called by its own name, is off-label, and the Standard
reads it as `other`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from knai.core.data import load
from knai.core.standard import Policy

OTHER = "other"
_STANDARD_WORDS = ("racemic_ketamine", "esketamine", OTHER)


@dataclass(frozen=True, slots=True)
class Form:
    """What is in the vial, and what share of it by mass is base."""

    id: str
    name: str
    base_factor: Decimal
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class OnLabel:
    """What a product label covers; a group of conditions is wider than a label."""

    routes: tuple[str, ...]
    indications: tuple[str, ...]
    text: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """The least minutes after the last dose by one of these routes."""

    minutes: int
    routes: tuple[str, ...]
    title: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Substance:
    """standard: the word that the Standard's facts have for it."""

    id: str
    name: str
    standard: str
    routes: tuple[str, ...]
    text: str = ""
    forms: tuple[Form, ...] = ()
    on_label: tuple[OnLabel, ...] = ()
    observation: Observation | None = None
    next_day_driving: bool = False

    def observation_min(self, route: str) -> int:
        """Minutes to stay after the last dose by this route; 0: its label names none."""
        watched = self.observation
        return watched.minutes if watched is not None and route in watched.routes else 0

    def is_off_label(self, route: str, indications: Collection[str] = ()) -> bool | None:
        """For these groups of conditions by this route. None: a label may cover it, the prescriber says."""
        rows = [row for row in self.on_label if route in row.routes]
        if not rows:
            return True
        covered = {each for row in rows for each in row.indications}
        return True if indications and not covered & set(indications) else None


@dataclass(frozen=True, slots=True)
class Modality:
    id: str
    name: str
    text: str


@cache
def substances() -> Mapping[str, Substance]:
    """Those that come with the software, by id."""
    return {key: read_substance(key, row) for key, row in load("substances")["substance"].items()}


@cache
def modalities() -> Mapping[str, Modality]:
    rows = load("substances")["modality"]
    return {key: Modality(key, row["name"], row.get("text", "")) for key, row in rows.items()}


def get_substance(key: str) -> Substance:
    """One substance; of an id that is in no table, what can be said of any."""
    return substances().get(key) or unlisted(key)


def get_modality(key: str) -> Modality:
    return modalities().get(key) or Modality(key, _as_name(key), "")


def unlisted(key: str, name: str = "") -> Substance:
    return Substance(key, name or _as_name(key), OTHER, Policy.default().all_routes)


def read_substance(key: str, row: Mapping[str, Any]) -> Substance:
    """One table of the data."""
    word = row.get("standard", OTHER)
    watched = row.get("observation")
    return Substance(
        id=key,
        name=row["name"],
        standard=word if word in _STANDARD_WORDS else OTHER,
        routes=tuple(row["routes"]),
        text=row.get("text", ""),
        forms=tuple(_form(each) for each in row.get("forms", ())),
        on_label=tuple(_on_label(each) for each in row.get("on_label", ())),
        observation=_observation(watched) if watched else None,
        next_day_driving=row.get("next_day_driving", False),
    )


def _form(row: Mapping[str, Any]) -> Form:
    factor = Decimal(row["base_factor"])
    return Form(row["id"], row["name"], factor, row["source"], row["verified"])


def _on_label(row: Mapping[str, Any]) -> OnLabel:
    routes, indications = tuple(row["routes"]), tuple(row["indications"])
    return OnLabel(routes, indications, row["text"], row["source"], row["verified"])


def _observation(row: Mapping[str, Any]) -> Observation:
    routes = tuple(row["routes"])
    return Observation(row["minutes"], routes, row["title"], row["source"], row["verified"])


def _as_name(key: str) -> str:
    return key.replace("_", " ").capitalize()
