"""The envelope of a message: who sent what to whom, and which answer is wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knai.interop.hl7v2 import parser
from knai.interop.hl7v2.parser import CHARSETS, Delimiters, Path, text_at

_PV1_3 = Path("PV1", 3)


@dataclass(frozen=True, slots=True)
class Header:
    """MSH, and the bed of PV1-3, as text. Whole fields, components and all."""

    sending_app: str
    sending_facility: str
    receiving_app: str
    receiving_facility: str
    sent: str
    message_type: str
    trigger: str
    control_id: str
    processing_id: str
    version: str
    accept_ack: str
    application_ack: str
    charset: str
    bed: str
    delimiters: Delimiters


def identify(raw: bytes) -> Header:
    """Read the envelope alone, without judging the rest: enough to choose a mapping and to answer.

    raises  Malformed: no message at all (no MSH, no separators)
    """
    raw = parser.stripped(raw)
    delimiters = parser.read_delimiters(raw)
    charset = parser.charset_of(raw, delimiters)
    codec = CHARSETS.get(charset, "ascii")
    msh = parser.first_line(raw).decode(codec, "replace")
    fields = msh.split(delimiters.field)
    fields.insert(1, delimiters.field)
    return _header(fields, delimiters, charset, _bed(raw, codec, delimiters))


def _bed(raw: bytes, codec: str, delimiters: Delimiters) -> str:
    found = re.search(rb"[\r\n]PV1([^\r\n]{0,2000})", raw)
    if found is None:
        return ""
    segment = ("PV1" + found.group(1).decode(codec, "replace")).split(delimiters.field)
    return text_at(segment, _PV1_3, delimiters)


def _header(fields: list[str], delimiters: Delimiters, charset: str, bed: str) -> Header:
    def at(number: int) -> str:
        return fields[number] if number < len(fields) else ""

    kind = (at(9).split(delimiters.component) if delimiters.component else [at(9)]) + [""]
    return Header(
        sending_app=at(3),
        sending_facility=at(4),
        receiving_app=at(5),
        receiving_facility=at(6),
        sent=at(7),
        message_type=kind[0],
        trigger=kind[1],
        control_id=at(10),
        processing_id=at(11),
        version=at(12),
        accept_ack=at(15),
        application_ack=at(16),
        charset=charset,
        bed=bed,
        delimiters=delimiters,
    )
