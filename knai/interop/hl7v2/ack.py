"""Answers to a sender. They say what became of its message and never what was in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from knai.core.errors import Malformed
from knai.interop.hl7v2.header import Header, identify
from knai.interop.hl7v2.parser import CHARSETS, Delimiters, escape

Outcome = Literal["AA", "AE", "AR"]
# AA kept, AE not kept and worth sending again, AR not kept and never will be as it is.
_COMMIT = {"AA": "CA", "AE": "CE", "AR": "CR"}
# HL7 table 0357
ERRORS = {
    100: "Segment sequence error",
    101: "Required field missing",
    102: "Data type error",
    103: "Table value not found",
    200: "Unsupported message type",
    202: "Unsupported processing id",
    204: "Unknown key identifier",
    207: "Application internal error",
}
NOBODY = Header(*[""] * 14, delimiters=Delimiters())


def header_of(raw: bytes) -> Header:
    """The envelope, or an empty one when there is none to read."""
    try:
        return identify(raw)
    except Malformed:
        return NOBODY


def accept(header: Header, *, now: datetime) -> bytes:
    """To be called after the commit, never before."""
    return build_ack(header, "AA", now=now)


def fail(header: Header, *, now: datetime, error: int = 207, text: str = "") -> bytes:
    """Not kept for a reason of ours: the sender should try again."""
    return build_ack(header, "AE", now=now, error=error, text=text)


def reject(header: Header, *, now: datetime, error: int = 102, text: str = "") -> bytes:
    """Not kept because of the message itself: sending it again will not help."""
    return build_ack(header, "AR", now=now, error=error, text=text)


def build_ack(
    header: Header, outcome: Outcome, *, now: datetime, error: int = 0, text: str = ""
) -> bytes:
    """The answer, unframed; b"" when the sender asked for none.

    error   key of ERRORS, 0 when there is none
    text    what was wrong, for the sender's log: no patient data
    """
    code = _code(header, outcome)
    if not code:
        return b""
    segments = [_msh(header, now), _msa(header, code)]
    if outcome != "AA":
        segments.append(_err(header, error or 207, text))
    codec = CHARSETS.get(header.charset, "ascii")
    return ("\r".join(segments) + "\r").encode(codec, "replace")


def _code(header: Header, outcome: Outcome) -> str:
    """Original mode: AA, AE, AR. Enhanced mode: the one answer the sender wants.

    We judge and store in one step, so there is never a second answer to send: a sender that wants
    the application's answer gets that, one that wants only the receipt gets CA, CE or CR.
    """
    if not header.accept_ack and not header.application_ack:
        return outcome
    if _wants(header.application_ack, outcome):
        return outcome
    return _COMMIT[outcome] if _wants(header.accept_ack, outcome) else ""


def _wants(condition: str, outcome: Outcome) -> bool:
    """HL7 table 0155: always, never, on error, on success."""
    good = outcome == "AA"
    return condition == "AL" or (condition == "SU" and good) or (condition == "ER" and not good)


def _msh(header: Header, now: datetime) -> str:
    """Receiver and sender change places; version, processing id and character set are the sender's."""
    d = header.delimiters
    at = now.astimezone(UTC).strftime("%Y%m%d%H%M%S.%f")[:-2]
    own_id = f"K{at.replace('.', '')}"
    kind = d.component.join(part for part in ("ACK", header.trigger) if part)
    receiver = header.receiving_app or "KNAI"
    ours = [receiver, header.receiving_facility, header.sending_app, header.sending_facility]
    rest = [f"{at}+0000", "", kind, own_id, header.processing_id or "P", header.version or "2.6"]
    tail = ["", "", "", "", "", header.charset] if header.charset else []
    return "MSH" + d.field + d.field.join([d.encoding, *ours, *rest, *tail])


def _msa(header: Header, code: str) -> str:
    return header.delimiters.field.join(("MSA", code, header.control_id))


def _err(header: Header, error: int, text: str) -> str:
    """Version 2.5 moved the code from ERR-1 to ERR-3."""
    d = header.delimiters
    words = ERRORS.get(error, ERRORS[207])
    if header.version in ("2.1", "2.2", "2.3", "2.3.1", "2.4"):
        coded = d.subcomponent.join((str(error), words, "HL70357"))
        return d.field.join(("ERR", d.component * 3 + coded))
    coded = d.component.join((str(error), words, "HL70357"))
    return d.field.join(("ERR", "", "", coded, "E", "", "", "", _fit(text, d)))


def _fit(text: str, delimiters: Delimiters) -> str:
    try:
        return escape(text[:250], delimiters)
    except Malformed:
        return ""
