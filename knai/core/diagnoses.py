"""Which group of the Standard a diagnosis code suggests. A help for the form, never a decision."""

from __future__ import annotations

from functools import cache

from knai.core.data import load

SEVEN = (
    "unipolar_major_depression", "bipolar_depression", "ptsd", "ocd", "fibromyalgia", "crps",
    "other_chronic_pain",
)  # fmt: skip


@cache
def _beginnings() -> tuple[tuple[str, str], ...]:
    """(how a code begins, group), the longest first."""
    groups: dict[str, list[str]] = load("diagnosis_groups")["groups"]
    pairs = [(begins, group) for group, codes in groups.items() for begins in codes]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))


def group_of(code: str) -> str:
    """The group that this code suggests; "other" when none does."""
    wanted = code.strip().upper()
    return next((group for begins, group in _beginnings() if wanted.startswith(begins)), "other")


def beginnings() -> tuple[str, ...]:
    """How the codes of the seven groups begin."""
    return tuple(begins for begins, _ in _beginnings())
