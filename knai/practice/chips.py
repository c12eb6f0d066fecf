"""What the session screen offers to tap: medicines with their usual units, steps, places, words."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class MedicineChip:
    """A medicine that is often at hand. `unit` is how it is usually charted; no amount is suggested."""

    name: str
    unit: str
    routes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmergencyStep:
    """One big button of an emergency. stops_drug: it also charts running infusions as stopped."""

    step: str
    label: str
    icon: str
    stops_drug: bool = False


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("chips.toml").read_text(encoding="utf-8"))


@cache
def medicines() -> tuple[MedicineChip, ...]:
    return tuple(
        MedicineChip(row["name"], row["unit"], tuple(row["routes"])) for row in _table()["medicine"]
    )


@cache
def emergency_steps() -> tuple[EmergencyStep, ...]:
    return tuple(EmergencyStep(**row) for row in _table()["emergency"])


@cache
def emergency_words() -> dict[str, str]:
    """Every step's words, those that no button offers too."""
    offered = {chip.step: chip.label for chip in emergency_steps()}
    return {"started": "Emergency started", "ended": "Emergency over"} | offered


def words(group: str, field: str) -> tuple[str, ...]:
    """A list of ready words, such as words("iv", "site")."""
    return tuple(_table()[group][field])


@cache
def effects() -> dict[str, str]:
    """The expected effects that are charted, with their labels."""
    return {name: text for name, text in _table()["effect"].items() if name != "degrees"}
