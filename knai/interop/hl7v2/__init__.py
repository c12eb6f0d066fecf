"""HL7 v2 from monitors: reading, answering, listening, and a simulator that sends it."""

from knai.interop.hl7v2.cuffs import CuffMemory
from knai.interop.hl7v2.header import Header, identify
from knai.interop.hl7v2.mapping import CUFF_RULES, DIALECTS, DeviceMapping, load_dialect
from knai.interop.hl7v2.parser import Message, escape, parse, unescape
from knai.interop.hl7v2.reading import device_key_of, read_batch
from knai.interop.hl7v2.resolving import CodeRule

__all__ = [
    "CUFF_RULES",
    "DIALECTS",
    "CodeRule",
    "CuffMemory",
    "DeviceMapping",
    "Header",
    "Message",
    "device_key_of",
    "escape",
    "identify",
    "load_dialect",
    "parse",
    "read_batch",
    "unescape",
]
