"""Typed reading of the environment. What is missing or unreadable stops start-up by name.

Every name that is read is remembered with its type and default: the reference of settings is made from it.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Read:
    """A setting as the program asks for it. kind: what it wants, in words."""

    name: str
    kind: str
    default: str


READ: dict[str, Read] = {}


def _note(name: str, kind: str, default: object) -> str:
    """The value found, "" when there is none."""
    READ[name] = Read(name, kind, str(default))
    return os.environ.get(name, "")


def _bad(name: str, found: str, wanted: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is {found!r}; wanted {wanted}. See .env.example.")


def text(name: str, default: str) -> str:
    return _note(name, "text", default) or default


def boolean(name: str, default: bool) -> bool:
    found = _note(name, "true or false", str(default).lower())
    if found == "":
        return default
    if found.lower() in {"1", "true", "yes", "on"}:
        return True
    if found.lower() in {"0", "false", "no", "off"}:
        return False
    raise _bad(name, found, "true or false")


def integer(name: str, default: int, low: int, high: int) -> int:
    wanted = f"a whole number from {low} to {high}"
    found = _note(name, wanted, default) or str(default)
    try:
        value = int(found)
    except ValueError:
        raise _bad(name, found, wanted) from None
    if not low <= value <= high:
        raise _bad(name, found, wanted)
    return value


def path(name: str, default: Path, shown: str) -> Path:
    """shown  the default as the reference prints it, the same on every machine"""
    return Path(_note(name, "a folder", shown) or default).expanduser().resolve()


def words(name: str, default: str) -> list[str]:
    found = _note(name, "words, by spaces or commas", default) or default
    return [word for word in found.replace(",", " ").split() if word]


def choice(name: str, default: str, allowed: tuple[str, ...], shown: str = "") -> str:
    found = _note(name, " or ".join(allowed), shown or default) or default
    if found not in allowed:
        raise _bad(name, found, " or ".join(allowed))
    return found
