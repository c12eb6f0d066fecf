"""The only door from the core to package data: its own tables, and the names of the time zones."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """The table `name` (without .toml), read once. Callers must not change what they get."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def zone_names() -> frozenset[str]:
    """The IANA names, as the tzdata package lists them: the same on every computer."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
