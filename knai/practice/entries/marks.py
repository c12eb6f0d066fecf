"""Marks on another entry, its target."""

from __future__ import annotations

from typing import ClassVar

from knai.practice.entries.base import Body


class Void(Body, frozen=True):
    """The entry's target no longer counts. It stays readable, struck through."""

    kind: ClassVar[str] = "void"
    reason: str


class Acceptance(Body, frozen=True):
    """A person looked at the target, a device's set, and took it."""

    kind: ClassVar[str] = "acceptance"
