"""Signs as messages, in each dialect that is shipped. Names and numbers are invented."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from knai.interop.hl7v2.parser import Delimiters, escape
from knai.interop.hl7v2.simulator.patient import Signs

_D = Delimiters()
# A monitor that can say when its cuff ended repeats the pressure for a while, in case a message was lost.
CUFF_SHOWN_S = 30.0
_CUFF_SIGNS = ("sbp", "dbp", "map", "cuff_pulse")


@dataclass(frozen=True, slots=True)
class Chair:
    """One monitor and the invented person in front of it."""

    bed: str
    device: str = "SIM-1"
    dialect: str = "pcd01"
    patient_ref: str = "INV-1"
    patient_name: str = "Invented^Person"
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class _Row:
    sign: str
    code: str
    unit: str
    sub_id: str = ""


_MDC = (
    ("hr", 147842, "MDC_ECG_HEART_RATE", "beat", "1.7.4"),
    ("pulse", 149530, "MDC_PULS_OXIM_PULS_RATE", "beat", "1.3.1"),
    ("spo2", 150456, "MDC_PULS_OXIM_SAT_O2", "percent", "1.3.1"),
    ("rr", 151562, "MDC_RESP_RATE", "breath", "1.14.1"),
    ("etco2", 151728, "MDC_AWAY_CO2_ET", "mmhg", "1.11.1"),
    ("temp", 150344, "MDC_TEMP", "cel", "1.2.1"),
    ("sbp", 150021, "MDC_PRESS_BLD_NONINV_SYS", "mmhg", "1.1.9"),
    ("dbp", 150022, "MDC_PRESS_BLD_NONINV_DIA", "mmhg", "1.1.9"),
    ("map", 150023, "MDC_PRESS_BLD_NONINV_MEAN", "mmhg", "1.1.9"),
    ("cuff_pulse", 149546, "MDC_PULS_RATE_NON_INV", "beat", "1.1.9"),
)
_UCUM_UNITS = {
    "beat": "{beat}/min",
    "breath": "{breath}/min",
    "percent": "%",
    "mmhg": "mm[Hg]",
    "cel": "Cel",
}
_MDC_UNITS = {
    "beat": (264864, "MDC_DIM_BEAT_PER_MIN"),
    "breath": (264928, "MDC_DIM_RESP_PER_MIN"),
    "percent": (262688, "MDC_DIM_PERCENT"),
    "mmhg": (266016, "MDC_DIM_MMHG"),
    "cel": (268192, "MDC_DIM_DEGC"),
}
_LOINC = {
    "hr": "8867-4^Heart rate",
    "pulse": "8889-8^Heart rate by oximetry",
    "spo2": "59408-5^Oxygen saturation",
    "rr": "9279-1^Respiratory rate",
    "temp": "8310-5^Body temperature",
    "sbp": "8480-6^Systolic pressure",
    "dbp": "8462-4^Diastolic pressure",
    "map": "8478-0^Mean pressure",
}


def _hex(number: int) -> str:
    return f"{number >> 16:04x}-{number & 0xFFFF:04x}"


def _ucum(unit: str) -> str:
    return f"{_UCUM_UNITS[unit]}^{_UCUM_UNITS[unit]}^UCUM"


def _mdc_unit(unit: str) -> str:
    number, name = _MDC_UNITS[unit]
    return f"{number}^{name}^MDC"


def _rows() -> dict[str, tuple[_Row, ...]]:
    return {
        "pcd01": tuple(
            _Row(s, f"{n}^{name}^MDC", _ucum(u), f"{sub}.{n}") for s, n, name, u, sub in _MDC
        ),
        "comen": tuple(
            _Row(s, f"{n}^{name}^MDC", _mdc_unit(u), f"{sub}.{n}") for s, n, name, u, sub in _MDC
        ),
        "philips": tuple(
            _Row(s, f"{_hex(n)}^{s}^MDIL", f"{_hex(_MDC_UNITS[u][0])}^{u}^MDIL", "0")
            for s, n, _, u, _ in _MDC
        ),
        "loinc": tuple(
            _Row(s, f"{_LOINC[s]}^LN", _ucum(u), "1") for s, _, _, u, _ in _MDC if s in _LOINC
        ),
    }


_ROWS = _rows()


def build_message(
    chair: Chair, signs: Signs, *, at: datetime, control_id: str, cuff_at: datetime | None = None
) -> bytes:
    """One ORU^R01 of this chair's monitor, unframed.

    at        aware; the monitor's clock, shown in the chair's zone where the dialect sends local times
    cuff_at   when the last cuff ended
    """
    build = _BUILDERS[chair.dialect]
    return build(chair, _shown(signs, at, cuff_at, chair.dialect), at, control_id, cuff_at)


def _shown(signs: Signs, at: datetime, cuff_at: datetime | None, dialect: str) -> Signs:
    """The dialects that date their cuff send it when it is new, the others always."""
    if dialect in ("comen", "philips"):
        return signs
    if cuff_at is not None and (at - cuff_at).total_seconds() <= CUFF_SHOWN_S:
        return signs
    return {name: value for name, value in signs.items() if name not in _CUFF_SIGNS}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S") + "+0000"


def _number(value: float) -> str:
    return f"{value:g}"


def _head(chair: Chair, at: str, control_id: str, version: str, tail: str) -> list[str]:
    ref, bed = escape(chair.patient_ref, _D), escape(chair.bed, _D)
    sender = f"KNAI_SIM|{escape(chair.device, _D)}"
    return [
        f"MSH|^~\\&|{sender}|||{at}||ORU^R01^ORU_R01|{control_id}|P|{version}{tail}",
        f"PID|||{ref}^^^SIM||{chair.patient_name}",
        f"PV1||O|^^{bed}",
    ]


def _bytes(lines: Iterable[str]) -> bytes:
    return ("\r".join(lines) + "\r").encode()


def _dated(
    chair: Chair, signs: Signs, at: datetime, control_id: str, cuff_at: datetime | None
) -> bytes:
    """pcd01, loinc: each value has its time; what was not measured has status X and no value."""
    now, cuff = _stamp(at), _stamp(cuff_at) if cuff_at else ""
    lines = _head(chair, now, control_id, "2.6", "|||AL|NE||UNICODE UTF-8")
    lines.append(f"OBR|1|||182777000^monitoring of patient^SCT|||{now}")
    for row in _ROWS[chair.dialect]:
        if row.sign not in signs:
            continue
        value = signs[row.sign]
        time = cuff if row.sign in _CUFF_SIGNS else now
        number, status = ("", "X") if value is None else (_number(value), "R")
        place = f"{len(lines) - 3}|NM|{row.code}|{row.sub_id}"
        lines.append(f"OBX|{place}|{number}|{row.unit}|||||{status}|||{time}")
    return _bytes(lines)


def _repeating(
    chair: Chair, signs: Signs, at: datetime, control_id: str, cuff_at: datetime | None
) -> bytes:
    """comen: everything in every message, at the message's own time; not measured is an empty value."""
    now = _stamp(at)
    lines = _head(chair, now, control_id, "2.6", "||||||UNICODE UTF-8")
    lines[2] = f"PV1||O|^^&{escape(chair.bed, _D)}"
    lines.append(f"OBR||||1^SIM_PARAM^99SIM|||{now}")
    for row in _ROWS["comen"]:
        value = signs.get(row.sign)
        number = "" if value is None else _number(value)
        lines.append(f"OBX||NM|{row.code}|{row.sub_id}|{number}|{row.unit}|||||F|||{now}")
    return _bytes(lines)


def _undated(
    chair: Chair, signs: Signs, at: datetime, control_id: str, cuff_at: datetime | None
) -> bytes:
    """philips: one local time in OBR-7; what was not measured is left out."""
    local = at.astimezone(ZoneInfo(chair.zone)).strftime("%Y%m%d%H%M%S")
    lines = _head(chair, "", control_id, "2.3", "||||||8859/1")
    lines.append(f"OBR|||||||{local}")
    for row in _ROWS["philips"]:
        value = signs.get(row.sign)
        if value is not None:
            lines.append(f"OBX||NM|{row.code}|{row.sub_id}|{_number(value)}|{row.unit}|||||F")
    return ("\r".join(lines) + "\r").encode("latin-1")


_BUILDERS: dict[str, Callable[[Chair, Signs, datetime, str, datetime | None], bytes]] = {
    "pcd01": _dated,
    "loinc": _dated,
    "comen": _repeating,
    "philips": _undated,
}


def build_dense(chair: Chair, *, at: datetime, control_id: str, values: int = 12) -> bytes:
    """A pcd01 message of so many chartable values, each its own channel: for load, not for looks."""
    now = _stamp(at)
    lines = _head(chair, now, control_id, "2.6", "|||AL|NE||UNICODE UTF-8")
    lines.append(f"OBR|1|||182777000^monitoring of patient^SCT|||{now}")
    usual = {"hr": 72, "pulse": 72, "spo2": 97, "rr": 14, "etco2": 38, "temp": 36.6}
    rows = [row for row in _ROWS["pcd01"] if row.sign in usual]
    for number in range(values):
        row = rows[number % len(rows)]
        shown = _number(usual[row.sign] + (int(at.timestamp()) + number) % 3)
        place = f"{number + 1}|NM|{row.code}|{row.sub_id}.{number // len(rows)}"
        lines.append(f"OBX|{place}|{shown}|{row.unit}|||||R|||{now}")
    return _bytes(lines)
