"""HL7 v2 from bytes to fields: only what a monitor's message needs, and fast.

Fields stay escaped until somebody asks for their text: codes and numbers almost never hold an escape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from knai.core.errors import Malformed

MAX_BYTES = 2_000_000
BOM = b"\xef\xbb\xbf"
# NUL and its kin never belong in a message, and no database column wants them.
_CONTROLS = bytes(c for c in range(32) if c not in (9, 10, 13))
_CONTROLS_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
# HL7 table 0211 → Python. What is absent (UTF-16, ISO 2022 sets) cannot be framed byte by byte.
CHARSETS = {
    "": "utf-8",
    "ASCII": "ascii",
    "ISO IR6": "ascii",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "GB 18030-2000": "gb18030",
    **{f"8859/{n}": f"iso-8859-{n}" for n in range(1, 10)},
    "8859/15": "iso-8859-15",
}


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The separators a message names in its own first line; "" where it names none."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @property
    def encoding(self) -> str:
        """MSH-2."""
        return self.component + self.repetition + self.escape + self.subcomponent


@dataclass(frozen=True, slots=True)
class Path:
    """Where a text stands: segment, field, and, counted from 1, component and subcomponent (0: the whole)."""

    segment: str
    field: int
    component: int = 0
    subcomponent: int = 0


@dataclass(slots=True)
class Message:
    """A message as its lines, split to fields on demand: `segment[n]` is field n, in MSH too.

    A line begins with the three letters of its segment.
    """

    lines: list[str]
    delimiters: Delimiters
    charset: str
    _split: dict[str, list[list[str]]] = field(default_factory=dict, repr=False)

    @property
    def header(self) -> list[str]:
        return self.all("MSH")[0]

    @property
    def segments(self) -> list[list[str]]:
        return [self._fields(line) for line in self.lines]

    def first(self, name: str) -> list[str] | None:
        found = self.all(name)
        return found[0] if found else None

    def all(self, name: str) -> list[list[str]]:
        found = self._split.get(name)
        if found is None:
            found = [self._fields(line) for line in self.lines if line.startswith(name)]
            self._split[name] = found
        return found

    def _fields(self, line: str) -> list[str]:
        fields = line.split(self.delimiters.field)
        if line.startswith("MSH"):
            fields.insert(1, self.delimiters.field)
        return fields

    def text(self, path: Path) -> str:
        """Unescaped text at a path, of the first such segment and the first repetition; "" where absent."""
        segment = self.first(path.segment)
        return "" if segment is None else text_at(segment, path, self.delimiters, self.charset)


@lru_cache(maxsize=512)
def read_path(text: str) -> Path:
    """ "PV1-3.3.2" → Path. raises Malformed: not of that shape"""
    match = re.fullmatch(r"([A-Z][A-Z0-9]{2})-([1-9]\d?)(?:\.([1-9]\d?))?(?:\.([1-9]\d?))?", text)
    if match is None:
        raise Malformed(f"{text!r} is no place in a message; wanted the like of PV1-3.3")
    name, *numbers = match.groups()
    return Path(name, *(int(n or 0) for n in numbers))


def text_at(segment: list[str], path: Path, delimiters: Delimiters, charset: str = "utf-8") -> str:
    if path.field >= len(segment):
        return ""
    text = segment[path.field]
    if segment[0] == "MSH" and path.field <= 2:
        return text
    if delimiters.repetition:
        text = text.split(delimiters.repetition, 1)[0]
    if path.component:
        text = _part(text, delimiters.component, path.component)
    if path.subcomponent:
        text = _part(text, delimiters.subcomponent, path.subcomponent)
    return unescape(text, delimiters, charset) if delimiters.escape in text else text


def _part(text: str, separator: str, number: int) -> str:
    """The part counted from 1."""
    parts = text.split(separator) if separator else [text]
    return parts[number - 1] if number <= len(parts) else ""


def parse(raw: bytes, *, default_charset: str = "UNICODE UTF-8") -> Message:
    """Split a message.

    default_charset   HL7 name of the character set of a sender that names none in MSH-18
    raises            Malformed: not a message, another or broken character set, control characters, too large
    """
    raw = stripped(raw)
    delimiters = read_delimiters(raw)
    charset = charset_of(raw, delimiters) or default_charset
    lines = [line for line in _lines(_decode(raw, charset)) if line]
    _check_names(lines, delimiters.field)
    return Message(lines, delimiters, charset)


def stripped(raw: bytes) -> bytes:
    if len(raw) > MAX_BYTES:
        raise Malformed(f"message of {len(raw)} bytes; at most {MAX_BYTES} are read")
    raw = raw.removeprefix(BOM).strip(b"\r\n \t")
    if not raw.startswith(b"MSH"):
        raise Malformed("message does not begin with MSH; batches (FHS, BHS) are not read")
    return raw


def read_delimiters(raw: bytes) -> Delimiters:
    """From the first line. raises Malformed: two the same, a letter or digit among them, none at all"""
    return _delimiters(raw[3:12])


@lru_cache(maxsize=64)
def _delimiters(start: bytes) -> Delimiters:
    field, rest = start[:1].decode("latin-1"), start[1:].decode("latin-1")
    encoding = re.split(rf"[\r\n{re.escape(field)}]", rest, maxsplit=1)[0]
    marks = field + encoding
    if not 2 <= len(marks) <= 6 or len(set(marks)) != len(marks) or not _are_marks(marks):
        raise Malformed("MSH-1 and MSH-2 name no usable separators; wanted the like of |^~\\&")
    return Delimiters(*(marks[n : n + 1] for n in range(5)))


def _are_marks(marks: str) -> bool:
    return (
        marks.isascii() and marks.isprintable() and not any(c.isalnum() or c == " " for c in marks)
    )


def first_line(raw: bytes) -> bytes:
    head = raw[:8192].split(b"\r", 1)[0]
    return head.split(b"\n", 1)[0]


def charset_of(raw: bytes, delimiters: Delimiters) -> str:
    """MSH-18 in capitals, its first repetition; "" when the sender names none."""
    fields = first_line(raw).split(delimiters.field.encode(), 18)
    if len(fields) < 18:
        return ""
    name = fields[17].decode("ascii", "replace")
    if delimiters.repetition:
        name = name.split(delimiters.repetition)[0]
    return name.strip().upper()


def _decode(raw: bytes, charset: str) -> str:
    codec = CHARSETS.get(charset.upper())
    if codec is None:
        raise Malformed(f"character set {charset[:20]!r} is not read", "MSH-18")
    if len(raw.translate(None, _CONTROLS)) != len(raw):
        raise Malformed("message holds control characters; only CR and LF may end its lines")
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not {codec}; the sender must name its set in MSH-18"
        raise Malformed(found, "MSH-18") from None


def _lines(text: str) -> list[str]:
    # str.splitlines would also cut at characters that are ordinary text here (U+0085, U+2028).
    if "\n" in text:
        text = text.replace("\r\n", "\r").replace("\n", "\r")
    return text.split("\r")


def _check_names(lines: list[str], separator: str) -> None:
    if {line[:4] for line in lines[1:]} <= _usual(separator):
        return
    for number, line in enumerate(lines, 1):
        name = line.split(separator, 1)[0]
        if not _NAME.fullmatch(name):
            raise Malformed(f"line {number} does not begin with a segment name")
        if name == "MSH" and number > 1:
            raise Malformed(f"line {number} begins a second message; wanted one message a frame")


@lru_cache(maxsize=64)
def _usual(separator: str) -> frozenset[str]:
    return frozenset(name + separator for name in ("OBX", "OBR", "PID", "PV1", "NTE"))


# ------------------------------------------------------------------------------------------------- escapes
_HEX = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")
_NOT_TEXT = {"H": "", "N": "", ".br": "\n", ".sp": "\n", ".ce": "\n", ".fi": "", ".nf": ""}


def unescape(text: str, delimiters: Delimiters, charset: str = "utf-8") -> str:
    """Escape sequences read; one that is unknown, or would bring a control character, stays as it came."""
    mark = delimiters.escape
    if not mark or mark not in text:
        return text
    quoted = re.escape(mark)
    return re.sub(
        f"{quoted}([^{quoted}]{{1,64}}){quoted}",
        lambda found: _unescaped(found.group(1), found.group(0), delimiters, charset),
        text,
    )


def _unescaped(name: str, whole: str, delimiters: Delimiters, charset: str) -> str:
    plain = _standing_for(delimiters).get(name, _NOT_TEXT.get(name))
    if plain is not None:
        return plain
    digits = _HEX.fullmatch(name)
    if digits is None:
        return whole
    codec = CHARSETS.get(charset.upper(), "utf-8")
    decoded = bytes.fromhex(digits.group(1)).decode(codec, "replace")
    return whole if _CONTROLS_IN_TEXT.search(decoded) or "�" in decoded else decoded


@lru_cache(maxsize=64)
def _standing_for(delimiters: Delimiters) -> dict[str, str]:
    return {
        "F": delimiters.field,
        "S": delimiters.component,
        "R": delimiters.repetition,
        "E": delimiters.escape,
        "T": delimiters.subcomponent,
    }


def escape(text: str, delimiters: Delimiters) -> str:
    """Text made fit to stand in a field. Lossless: unescape gives it back.

    raises  Malformed: the text needs an escape and the message has no escape character
    """
    mark = delimiters.escape
    letters = {char: name for name, char in _standing_for(delimiters).items() if char}
    needed = {c for c in text if c in letters or c in "\r\n"}
    if needed and not mark:
        raise Malformed("text holds a separator and MSH-2 names no escape character")
    table = {ord(c): f"{mark}{letters.get(c) or f'X{ord(c):02X}'}{mark}" for c in needed}
    return text.translate(table)
