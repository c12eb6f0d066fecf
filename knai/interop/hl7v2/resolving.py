"""What OBX-3 and OBX-6 of a device mean, looked up once and remembered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from knai.core.vitals import VITALS
from knai.interop.hl7v2.parser import Message, unescape
from knai.interop.hl7v2.units import conversion

_REMEMBERED = 4096
_NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{0,9})?|\.\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class CodeRule:
    """What one code of the device means.

    vital     id in core/data/monitoring.toml; "" = known and not used (signal quality, height ...)
    kind      "cuff": dated by the cuff rule; "invasive": charted only where the mapping says so
    channel   put before the device's sub-id, so that two sources of one vital stay two series
    """

    vital: str
    kind: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that is needed to chart a number under this code and unit."""

    vital: str
    kind: str
    channel: str
    factor: float
    offset: float
    low: float
    high: float
    zero_counts: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """`reason` is "unknown_code" or "unknown_unit"."""

    reason: str
    detail: str
    zero_counts: bool = False


@dataclass(frozen=True, slots=True)
class Ignored:
    """The mapping knows the code and uses it for nothing."""


IGNORED = Ignored()


class Resolver:
    """Lookups of one mapping. Keyed by raw texts, which a monitor repeats to the letter."""

    def __init__(
        self,
        codes: Mapping[str, Mapping[str, CodeRule]],
        units: Mapping[str, Mapping[str, str]],
        zero_counts: tuple[str, ...],
    ) -> None:
        self._codes, self._units = codes, units
        self._zero_counts = frozenset(zero_counts)
        self._meanings: dict[tuple[str, str, str], Meaning | Unknown | Ignored] = {}
        self._rules: dict[tuple[str, str], CodeRule | Unknown] = {}

    def meaning(self, code: str, unit: str, message: Message) -> Meaning | Unknown | Ignored:
        key = (code, unit, message.delimiters.encoding)
        found = self._meanings.get(key)
        if found is None:
            found = self._resolve(code, unit, message)
            remember(self._meanings, key, found)
        return found

    def code(self, text: str, message: Message) -> CodeRule | Unknown:
        key = (text, message.delimiters.encoding)
        found = self._rules.get(key)
        if found is None:
            found = self._rule(text, message)
            remember(self._rules, key, found)
        return found

    def _rule(self, text: str, message: Message) -> CodeRule | Unknown:
        shown = ""
        for code, system in _coded(text, message):
            rule = self._codes.get(system, {}).get(code)
            if rule is not None:
                return rule
            shown = shown or f"{code[:40]} {system[:20]}".strip()
        return Unknown("unknown_code", shown)

    def _resolve(self, code: str, unit: str, message: Message) -> Meaning | Unknown | Ignored:
        rule = self.code(code, message)
        if isinstance(rule, Unknown):
            return rule
        if not rule.vital:
            return IGNORED
        shown = ""
        for given, system in _coded(unit, message):
            ucum = self._units.get(system, {}).get(given, "")
            change = conversion(ucum, VITALS[rule.vital].unit)
            if change is not None:
                return self._meaning(rule, *change)
            shown = shown or f"{given[:30]} {system[:20]}".strip()
        zero_counts = rule.vital in self._zero_counts
        return Unknown("unknown_unit", f"{rule.vital}: {shown or 'no unit'}", zero_counts)

    def _meaning(self, rule: CodeRule, factor: float, offset: float) -> Meaning:
        vital = VITALS[rule.vital]
        low, high = vital.ask_outside
        return Meaning(
            vital=rule.vital,
            kind=rule.kind,
            channel=rule.channel,
            factor=factor,
            offset=offset,
            low=low,
            high=high,
            zero_counts=rule.vital in self._zero_counts,
            detail=f"{rule.vital} {vital.unit}",
        )


def _coded(text: str, message: Message) -> Iterator[tuple[str, str]]:
    """(code, system) of a coded element: the first, then the alternate."""
    d = message.delimiters
    whole = text.split(d.repetition)[0] if d.repetition else text
    parts = whole.split(d.component) if d.component else [whole]
    for first in (0, 3):
        if len(parts) > first and parts[first]:
            system = parts[first + 2] if len(parts) > first + 2 else ""
            yield (
                unescape(parts[first], d, message.charset),
                unescape(system, d, message.charset),
            )


def remember(memory: dict[Any, Any], key: Any, value: Any, most: int = _REMEMBERED) -> None:
    """Keep what was looked up. A sender of ever new texts must not fill the memory: then all is forgotten."""
    if len(memory) >= most:
        memory.clear()
    memory[key] = value


@lru_cache(maxsize=8192)
def read_number(text: str) -> float | None:
    """An HL7 NM exactly: sign, digits, point. No exponent, no comma, no words; None otherwise."""
    return float(text) if _NUMBER.fullmatch(text.strip(" ")) else None
