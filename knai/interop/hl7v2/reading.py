"""A message and the mapping of its device → samples, and what must not be charted.

Nothing is charted whose code, unit, time and sender are not all known. Everything else is quarantined with
a reason, or, where the monitor itself says that it measured nothing, counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from knai.core.samples import DeviceBatch, Quarantined, Sample
from knai.interop.hl7v2.cuffs import CuffMemory, Undated
from knai.interop.hl7v2.headings import Heading
from knai.interop.hl7v2.mapping import DeviceMapping
from knai.interop.hl7v2.parser import Message, Path, parse, read_path, text_at
from knai.interop.hl7v2.resolving import Unknown, read_number, remember
from knai.interop.hl7v2.times import NoInstant, offset_of, read_instant
from knai.interop.hl7v2.units import convert

_OBSERVATIONS = ("", "R01")
_PATIENT_ID_MAX = 200
_BEFORE_TAIL = 6  # fields of an OBX up to its number
_BLANK = [""] * 15
_NUMBERS = 1024  # remembered under one heading
_EMPTY = ("", '""')


class Withheld(Exception):
    """This value is not charted. `reason` "" = it was never measured."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass(slots=True)
class _Cuff:
    """A cuff value that waits for its time."""

    obx: int
    vital: str
    sub_id: str
    value: float
    said_at: str
    order_at: str


@dataclass(slots=True)
class _Reading:
    """What is gathered while one message is read."""

    message: Message
    mapping: DeviceMapping
    now: datetime
    sent: str
    offset: str
    samples: list[Sample] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    withheld: list[Quarantined] = field(default_factory=list)
    cuffs: list[_Cuff] = field(default_factory=list)
    not_measured: int = 0
    cuff_times: tuple[str, str] | None = (
        None  # OBX-14 and OBR-7 of the first cuff row, filled or blank
    )
    times: dict[str, datetime | str] = field(default_factory=dict)
    obx: int = 0  # number of the row now read
    order_at: str = ""  # OBR-7 of the order now read
    said: dict[str, datetime] = field(default_factory=dict)  # OBX-14 under this order → instant

    def withhold(self, reason: str, obx: int | None, detail: str = "") -> None:
        if reason:
            self.withheld.append(Quarantined(reason, obx, detail[:80]))
        else:
            self.not_measured += 1

    def at(self, text: str) -> datetime:
        """raises  Withheld: no instant, or one too far from now"""
        found = self.times.get(text)
        if found is None:
            found = self.times[text] = self._instant(text)
        if isinstance(found, str):
            raise Withheld(found, text)
        return found

    def _instant(self, text: str) -> datetime | str:
        mapping = self.mapping
        try:
            at = read_instant(text, offset=self.offset, zone=mapping.zone, near=self.now)
        except NoInstant as error:
            return error.reason
        ahead = at - self.now
        if ahead > timedelta(seconds=mapping.future_tolerance_s):
            return "clock_off"
        return "clock_off" if -ahead > timedelta(minutes=mapping.oldest_min) else at


def read_batch(
    raw: bytes, mapping: DeviceMapping, *, now: datetime, cuffs: CuffMemory | None = None
) -> DeviceBatch:
    """Everything one message of a monitor carried.

    now      aware; when the message arrived (of a replayed one: when it first arrived)
    cuffs    needed by the cuff rule on_change; a replay brings a fresh one
    raises   Malformed: not a message
    obx      numbers of quarantined values count the OBX of the message from 1, whatever OBX-1 says
    """
    message = parse(raw, default_charset=mapping.charset)
    header = message.header
    sent = header[7] if len(header) > 7 else ""
    reading = _Reading(message, mapping, now, sent, offset_of(sent))
    device_key, patient_ref = _key(message, mapping), message.text(read_path(mapping.patient))
    why_not = _why_not(reading, device_key, patient_ref)
    if why_not:
        reading.withheld.append(why_not)
    else:
        _read_observations(reading)
        _date_cuffs(reading, device_key, cuffs)
        _part_collisions(reading)
    return _batch(raw, reading, device_key, patient_ref)


def _batch(raw: bytes, reading: _Reading, device_key: str, patient_ref: str) -> DeviceBatch:
    return DeviceBatch(
        device_key=device_key,
        control_id=reading.message.text(Path("MSH", 10)),
        patient_ref=patient_ref[:_PATIENT_ID_MAX],
        sent_at=_sent_at(reading),
        samples=tuple(reading.samples),
        quarantined=tuple(reading.withheld),
        not_measured=reading.not_measured,
        raw=raw,
    )


def device_key_of(raw: bytes, mapping: DeviceMapping) -> str:
    """The key under which this mapping would file the message. raises Malformed: not a message"""
    return _key(parse(raw, default_charset=mapping.charset), mapping)


def _key(message: Message, mapping: DeviceMapping) -> str:
    """Texts of the configured places, joined; "" when all are empty."""
    parts = [message.text(read_path(where)) for where in mapping.device_key]
    return "/".join(parts) if any(parts) else ""


def _sent_at(reading: _Reading) -> datetime | None:
    try:
        zone = reading.mapping.zone
        return read_instant(reading.sent, offset=reading.offset, zone=zone, near=reading.now)
    except NoInstant:
        return None


# ---------------------------------------------------------------------------------------- the whole message
def _why_not(reading: _Reading, device_key: str, patient_ref: str) -> Quarantined | None:
    """Why nothing of this message may be charted; None when its values are to be looked at."""
    message = reading.message
    kind = [message.text(Path("MSH", 9, n)) for n in (1, 2)]
    if kind[0] != "ORU" or kind[1] not in _OBSERVATIONS:
        return Quarantined("not_an_observation", None, "^".join(kind)[:40])
    return _why_nothing_is_known(reading) or _why_unfit(reading, device_key, patient_ref)


def _why_unfit(reading: _Reading, device_key: str, patient_ref: str) -> Quarantined | None:
    """Nobody's, two people's, or an exercise."""
    message, mapping = reading.message, reading.mapping
    processing = message.text(Path("MSH", 11, 1))
    if processing not in mapping.processing_ids:
        return Quarantined("not_production", None, processing[:8])
    if not device_key:
        return Quarantined("no_device", None, ", ".join(mapping.device_key))
    if _differ(message, read_path(mapping.patient)) or _differ(message, Path("PV1", 3)):
        return Quarantined("two_patients", None, "")
    if len(patient_ref) > _PATIENT_ID_MAX:
        return Quarantined("patient_id_too_long", None, str(len(patient_ref)))
    return None


def _differ(message: Message, path: Path) -> bool:
    """Do segments of this name disagree about who or where?"""
    found = message.all(path.segment)
    if len(found) < 2:
        return False
    return len({text_at(s, path, message.delimiters, message.charset) for s in found}) > 1


def _why_nothing_is_known(reading: _Reading) -> Quarantined | None:
    """A laboratory's report is valid and holds no vital at all: one entry, not fifty."""
    message, resolver, codes = reading.message, reading.mapping.resolver, []
    separator = message.delimiters.field
    for line in message.lines:
        if line.startswith("OBX"):
            start = line.split(separator, 4)
            if len(start) > 3:
                if not isinstance(resolver.code(start[3], message), Unknown):
                    return None
                codes.append(start[3])
    if not codes:
        return None
    shown = resolver.code(codes[0], message)
    return Quarantined("unknown_code", None, getattr(shown, "detail", "")[:80])


# -------------------------------------------------------------------------------------------- single values
def _read_observations(reading: _Reading) -> None:
    """The hot path: a heading, a number under it and a time that were met before cost a look-up each."""
    message, separator = reading.message, reading.message.delimiters.field
    headings, tails, said = reading.mapping.headings, _Tails(separator), reading.said
    known = headings.of(message)
    for line in message.lines:
        if line.startswith("OBX"):
            reading.obx += 1
            start = line.split(separator, _BEFORE_TAIL)
            if len(start) <= _BEFORE_TAIL:
                start += _BLANK[len(start) :]
            unit, status, observed = tails[start[6]]
            key = (start[2], start[3], start[4], unit, status)
            heading = known.get(key) or headings.learn(key, message)
            value, at = heading.charted.get(start[5]), said.get(observed)
            if value is None or at is None:
                _read_anew(reading, heading, start[5], observed)
            else:
                reading.samples.append(Sample(heading.vital, heading.sub_id, at, value))
                reading.places.append(reading.obx)
        elif line.startswith("OBR"):
            order = line.split(separator, 8)
            reading.order_at = order[7] if len(order) > 7 else ""
            said.clear()


def _read_anew(reading: _Reading, heading: Heading, text: str, observed: str) -> None:
    try:
        _read_one(reading, heading, text, observed)
    except Withheld as why:
        reading.withhold(why.reason, reading.obx, why.detail)


class _Tails(dict[str, tuple[str, str, str]]):
    """All of an OBX from its unit on → unit, status, time. One message has few of them."""

    def __init__(self, separator: str) -> None:
        self._separator = separator

    def __missing__(self, text: str) -> tuple[str, str, str]:
        fields = text.split(self._separator)
        fields += _BLANK[len(fields) :]
        found = self[text] = (fields[0], fields[5], fields[8])  # OBX-6, -11, -14
        return found


def _read_one(reading: _Reading, heading: Heading, text: str, observed: str) -> None:
    """One OBX. Order matters: what was never measured is no fault, whatever else is odd about it.

    raises  Withheld
    """
    if heading.is_ignored or (text in _EMPTY and not heading.is_typed):
        return  # known and unused; or a row that only names a device or channel
    if heading.is_cuff and reading.cuff_times is None:
        reading.cuff_times = (observed, reading.order_at)
    if text in _EMPTY or heading.is_absent:
        raise Withheld("")
    value = _value(reading, heading, text)
    vital, sub_id, order_at = heading.vital, heading.sub_id, reading.order_at
    if heading.is_cuff:
        reading.cuffs.append(_Cuff(reading.obx, vital, sub_id, value, observed, order_at))
        return
    remember(heading.charted, text, value, most=_NUMBERS)
    at = reading.at(_said_at(reading, observed, order_at))
    reading.said[observed] = at
    reading.samples.append(Sample(vital, sub_id, at, value))
    reading.places.append(reading.obx)


def _value(reading: _Reading, heading: Heading, text: str) -> float:
    """raises  Withheld: no number can stand here, it is none, it says "none", or nobody can have it"""
    if heading.why_not:
        raise Withheld(*heading.why_not)
    value = read_number(text)
    if value is None:
        raise Withheld("not_a_number", heading.detail)
    if value in reading.mapping.sentinels or (value == 0 and not heading.zero_counts):
        raise Withheld("")
    if heading.why_no_number:
        raise Withheld(*heading.why_no_number)
    value = convert(value, heading.factor, heading.offset)
    if not heading.low <= value <= heading.high:
        raise Withheld("implausible", f"{heading.detail} {value:g}")
    return value


def _said_at(reading: _Reading, observed: str, order_at: str) -> str:
    """The first time that is there, in the order the mapping names."""
    for source in reading.mapping.time_from:
        text = {"obx14": observed, "obr7": order_at, "msh7": reading.sent}[source]
        if text not in _EMPTY:
            return text
    raise Withheld("no_time")


# ---------------------------------------------------------------------------------------------------- cuffs
def _date_cuffs(reading: _Reading, device_key: str, memory: CuffMemory | None) -> None:
    _refuse_swapped(reading)
    if reading.mapping.cuff == "on_change":
        _date_by_change(reading, device_key, memory)
        return
    for cuff in reading.cuffs:
        try:
            at = reading.at(_cuff_time(reading, cuff))
        except Withheld as why:
            reading.withhold(why.reason, cuff.obx, why.detail)
        else:
            _add_cuff(reading, cuff, at)


def _cuff_time(reading: _Reading, cuff: _Cuff) -> str:
    """raises  Withheld: nobody said which time is the cuff's, or that one is empty"""
    rule = reading.mapping.cuff
    if not rule:
        raise Withheld("no_cuff_rule", cuff.vital)
    times = {"at_obx14": cuff.said_at, "at_obr7": cuff.order_at, "at_msh7": reading.sent}
    if times[rule] in _EMPTY:
        raise Withheld("no_cuff_time", f"{cuff.vital} {rule}")
    return times[rule]


def _date_by_change(reading: _Reading, device_key: str, memory: CuffMemory | None) -> None:
    if reading.cuff_times is None:
        return
    try:
        since = _since(reading, device_key, memory, reading.cuff_times)
    except Withheld as why:
        for cuff in reading.cuffs:
            reading.withhold(why.reason, cuff.obx, why.detail)
        return
    for cuff in reading.cuffs:
        if since is None or reading.now - since > timedelta(minutes=reading.mapping.oldest_min):
            reading.not_measured += 1
        else:
            _add_cuff(reading, cuff, since)


def _since(
    reading: _Reading, device_key: str, memory: CuffMemory | None, times: tuple[str, str]
) -> datetime | None:
    if memory is None:
        raise Withheld("no_cuff_rule", "on_change without a memory")
    figures = tuple(sorted((c.vital, c.sub_id, c.value) for c in reading.cuffs))
    at = reading.at(_said_at(reading, *times))
    try:
        return memory.date(device_key, figures, at)
    except Undated as error:
        raise Withheld(error.reason) from None


def _add_cuff(reading: _Reading, cuff: _Cuff, at: datetime) -> None:
    reading.samples.append(Sample(cuff.vital, cuff.sub_id, at, cuff.value))
    reading.places.append(cuff.obx)


def _refuse_swapped(reading: _Reading) -> None:
    """A diastolic not below its systolic: neither figure is to be believed."""
    high = [c.value for c in reading.cuffs if c.vital == "sbp"]
    low = [c.value for c in reading.cuffs if c.vital == "dbp"]
    if len(high) != 1 or len(low) != 1 or low[0] < high[0]:
        return
    for cuff in reading.cuffs:
        reading.withhold("implausible", cuff.obx, "diastolic not below systolic")
    reading.cuffs = []


# ----------------------------------------------------------------------------------------------- collisions
def _part_collisions(reading: _Reading) -> None:
    """Two values of one vital, channel and time: no telling which is which, so neither is charted."""
    samples = reading.samples
    if len({sample[:3] for sample in samples}) == len(samples):
        return
    distinct = dict(zip(samples, reading.places, strict=True))
    seen = Counter(key[:3] for key in distinct)
    reading.samples = []
    for sample, place in distinct.items():
        if seen[sample[:3]] > 1:
            reading.withhold("same_channel", place, f"{sample.code} {sample.sub_id}")
        else:
            reading.samples.append(sample)
