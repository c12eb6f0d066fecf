"""An OBX without its number and its time, judged once: a monitor repeats all the rest to the letter."""

from __future__ import annotations

from dataclasses import dataclass, field

from knai.interop.hl7v2.parser import Message, unescape
from knai.interop.hl7v2.resolving import Ignored, Meaning, Resolver, Unknown, remember

# Value type, code, sub-id, unit and status: all that a heading hangs on.
Key = tuple[str, str, str, str, str]
_WRITTEN = 16  # ways of writing: separators and character sets
Why = tuple[str, str]  # reason of the quarantine, detail
_NONE = Meaning("", "", "", 1.0, 0.0, 0.0, 0.0, False, "")


@dataclass(frozen=True, slots=True)
class Heading:
    """What is known of a value before its number is read.

    is_ignored      the mapping knows the code and uses it for nothing
    is_typed        OBX-2 is filled; without it an empty row only names a device or channel
    is_absent       the monitor says that it could not measure
    is_cuff         dated by the cuff rule
    why_not         why no number can stand under it
    why_no_number   why a number under it is put aside; one that says "none" is still not measured
    charted         text → value in the chart's unit, of numbers that have passed all this; not of a cuff
    """

    vital: str
    sub_id: str
    factor: float
    offset: float
    low: float
    high: float
    zero_counts: bool
    detail: str
    is_ignored: bool
    is_typed: bool
    is_absent: bool
    is_cuff: bool
    why_not: Why | None
    why_no_number: Why | None
    charted: dict[str, float] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Judge:
    """How one mapping judges headings."""

    resolver: Resolver
    statuses: tuple[str, ...]
    value_types: tuple[str, ...]
    invasive: bool

    def heading(self, key: Key, message: Message) -> Heading:
        value_type, code, sub_id, unit, status = key
        found = self.resolver.meaning(code, unit, message)
        known = found if isinstance(found, Meaning) else _NONE
        is_ignored = isinstance(found, Ignored)
        return Heading(
            vital=known.vital,
            sub_id=_sub_id(sub_id, known.channel, message),
            factor=known.factor,
            offset=known.offset,
            low=known.low,
            high=known.high,
            zero_counts=not is_ignored and found.zero_counts,
            detail="" if is_ignored else found.detail,
            is_ignored=is_ignored,
            is_typed=bool(value_type),
            is_absent=status == "X",
            is_cuff=known.kind == "cuff",
            why_not=None if is_ignored else self._why_not(found, value_type, status),
            why_no_number=self._why_no_number(found),
        )

    def _why_not(self, meaning: Meaning | Unknown, value_type: str, status: str) -> Why | None:
        """An unknown code first, then a status that does not count, then what is no number."""
        if isinstance(meaning, Unknown) and meaning.reason == "unknown_code":
            return meaning.reason, meaning.detail
        if status not in self.statuses:
            return "withdrawn" if status in ("D", "W") else "status", status[:8]
        if value_type not in self.value_types:
            return "not_a_number", f"{meaning.detail} as {value_type[:8]}"
        return None

    def _why_no_number(self, meaning: Meaning | Unknown | Ignored) -> Why | None:
        if isinstance(meaning, Unknown):
            return meaning.reason, meaning.detail
        if isinstance(meaning, Meaning) and meaning.kind == "invasive" and not self.invasive:
            return "invasive", meaning.detail
        return None


def _sub_id(text: str, channel: str, message: Message) -> str:
    text = unescape(text, message.delimiters, message.charset)
    return f"{channel}:{text}" if channel else text


class Headings:
    """What one mapping made of the headings it has met."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._met: dict[tuple[str, str], dict[Key, Heading]] = {}

    def of(self, message: Message) -> dict[Key, Heading]:
        """Those of messages written like this one; what is not there, `learn`."""
        written = (message.delimiters.encoding, message.charset)
        found = self._met.get(written)
        if found is None:
            found = {}
            remember(self._met, written, found, most=_WRITTEN)
        return found

    def learn(self, key: Key, message: Message) -> Heading:
        found = self._judge.heading(key, message)
        remember(self.of(message), key, found)
        return found
