"""Typed reading of the environment. What is missing or unreadable stops start-up by name."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def _bad(name: str, found: str, wanted: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is {found!r}; wanted {wanted}. See .env.example.")


def text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def boolean(name: str, default: bool) -> bool:
    found = os.environ.get(name)
    if found is None or found == "":
        return default
    if found.lower() in {"1", "true", "yes", "on"}:
        return True
    if found.lower() in {"0", "false", "no", "off"}:
        return False
    raise _bad(name, found, "true or false")


def integer(name: str, default: int, low: int, high: int) -> int:
    found = os.environ.get(name) or str(default)
    try:
        value = int(found)
    except ValueError:
        raise _bad(name, found, f"a whole number from {low} to {high}") from None
    if not low <= value <= high:
        raise _bad(name, found, f"a whole number from {low} to {high}")
    return value


def path(name: str, default: Path) -> Path:
    return Path(os.environ.get(name) or default).expanduser().resolve()


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    found = os.environ.get(name) or default
    if found not in allowed:
        raise _bad(name, found, " or ".join(allowed))
    return found


def words(name: str, default: str) -> list[str]:
    return [word for word in text(name, default).replace(",", " ").split() if word]
