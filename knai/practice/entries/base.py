"""The base of every body of a chart entry."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Body(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """Base of all bodies. `kind` is the word in the database, on the page and in exports.

    amended_because   why this entry stands in another's place; empty on a first entry
    """

    kind: ClassVar[str] = ""
    amended_because: str = ""
