"""How one kind of monitor is to be read, as configuration: stored with the device, edited by a person.

The shipped dialects are a start. What a mapping does not say is not charted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property, reduce
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Self
from zoneinfo import ZoneInfo

from knai.core.errors import Malformed
from knai.core.vitals import VITALS
from knai.interop.hl7v2.headings import Headings, Judge
from knai.interop.hl7v2.parser import CHARSETS, read_path
from knai.interop.hl7v2.resolving import CodeRule, Resolver
from knai.interop.hl7v2.units import UCUM_KNOWN

DIALECTS = ("pcd01", "comen", "philips", "loinc")
# When was a cuff pressure measured? "" = nobody has said: it is quarantined.
CUFF_RULES = ("", "at_obx14", "at_obr7", "at_msh7", "on_change")
TIME_SOURCES = ("obx14", "obr7", "msh7")
KINDS = ("", "cuff", "invasive")
# HL7 table 0085. F final, R entered and not verified (what a monitor sends), C a correction; "" where a
# sender leaves OBX-11 empty, as some monitors do.
# Not charted: X could not be obtained (= not measured); D deleted, W posted wrongly; and what is no result
# yet or no result at all: I, N, O, P, S, U. Others are for a clinic to add.
STATUSES = ("F", "R", "C", "")
# Numbers by which monitors say "no value". None of them can be a vital sign.
SENTINELS = (
    -1.0,
    -10.0,
    -99.9,
    -100.0,
    -999.0,
    -999.9,
    -1000.0,
    -9999.0,
    -10000.0,
    32767.0,
    -32768.0,
)
SENTINELS += (65535.0, 8388607.0, -8388608.0, 2147483647.0, -2147483648.0)


@dataclass(frozen=True)
class DeviceMapping:
    """
    device_key           places whose texts, joined by "/", name the sender
    patient              place of the patient id
    time_from            first of these that is not empty dates a value
    cuff                 one of CUFF_RULES
    zone                 IANA zone of the device's clock, for times without an offset
    invasive             chart arterial-line pressures (as sbp, dbp, map with a sub-id that begins with "art")
    zero_counts          vitals for which 0 is a value; for the others it says "not measured"
    future_tolerance_s, oldest_min   how far from now a time may be
    charset              HL7 name of the set of a sender that fills no MSH-18
    codes, units         system → code → rule; system → unit code → UCUM ("" = no system given)
    """

    name: str
    device_key: tuple[str, ...]
    codes: Mapping[str, Mapping[str, CodeRule]] = field(repr=False)
    units: Mapping[str, Mapping[str, str]] = field(repr=False)
    patient: str = "PID-3.1"
    time_from: tuple[str, ...] = ("obx14", "obr7", "msh7")
    cuff: str = ""
    zone: str = ""
    invasive: bool = False
    statuses: tuple[str, ...] = STATUSES
    value_types: tuple[str, ...] = ("NM",)
    processing_ids: tuple[str, ...] = ("P", "")
    sentinels: tuple[float, ...] = SENTINELS
    zero_counts: tuple[str, ...] = ("o2_flow", "pain_nrs", "moaas")
    future_tolerance_s: int = 120
    oldest_min: int = 1440
    charset: str = "UNICODE UTF-8"

    @cached_property
    def resolver(self) -> Resolver:
        return Resolver(self.codes, self.units, self.zero_counts)

    @cached_property
    def headings(self) -> Headings:
        return Headings(Judge(self.resolver, self.statuses, self.value_types, self.invasive))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """From TOML or JSON. raises Malformed: names the key that is unknown, missing or of the wrong kind"""
        known = {f.name for f in fields(cls)}
        for key in data:
            if key not in known:
                raise Malformed("is not a key of a device mapping", key)
        values = {key: _tidy(key, value) for key, value in data.items()}
        for key in ("name", "device_key", "codes", "units"):
            if not values.get(key):
                raise Malformed("is missing", key)
        mapping = cls(**values)
        _check(mapping)
        return mapping

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON; from_dict gives the mapping back."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        plain = {k: list(v) if isinstance(v, tuple) else v for k, v in plain.items()}
        plain["units"] = {system: dict(units) for system, units in self.units.items()}
        plain["codes"] = {
            system: {code: _plain_rule(rule) for code, rule in rules.items()}
            for system, rules in self.codes.items()
        }
        return plain

    def changed(self, **values: Any) -> Self:
        """The same with other settings, checked."""
        mapping = replace(self, **values)
        _check(mapping)
        return mapping

    def with_code(self, system: str, code: str, rule: CodeRule) -> Self:
        """The same with one more code understood: what re-mapping from the quarantine page does."""
        rules = MappingProxyType({**self.codes.get(system, {}), code: rule})
        return self.changed(codes=MappingProxyType({**self.codes, system: rules}))

    def with_unit(self, system: str, code: str, ucum: str) -> Self:
        units = MappingProxyType({**self.units.get(system, {}), code: ucum})
        return self.changed(units=MappingProxyType({**self.units, system: units}))


def _plain_rule(rule: CodeRule) -> dict[str, str]:
    return {"vital": rule.vital, "kind": rule.kind, "channel": rule.channel}


# ---------------------------------------------------------------------------------------------- from a dict
def _tidy(key: str, value: Any) -> Any:
    if key == "codes":
        return _tables(key, value, _rule)
    if key == "units":
        return _tables(key, value, _ucum)
    wanted = _KINDS_OF_KEY[key]
    if wanted is tuple and isinstance(value, list | tuple):
        return _list(key, value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise Malformed(f"is {type(value).__name__}; wanted {wanted.__name__}", key)
    return value


_KINDS_OF_KEY: Mapping[str, type] = MappingProxyType(
    dict.fromkeys(("name", "patient", "cuff", "zone", "charset"), str)
    | {"invasive": bool, "future_tolerance_s": int, "oldest_min": int}
    | dict.fromkeys(("device_key", "time_from", "statuses", "value_types"), tuple)
    | dict.fromkeys(("processing_ids", "sentinels", "zero_counts"), tuple)
)


def _list(key: str, values: list[Any] | tuple[Any, ...]) -> tuple[Any, ...]:
    if key == "sentinels":
        if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            raise Malformed("holds something other than numbers", key)
        return tuple(float(v) for v in values)
    if not all(isinstance(v, str) for v in values):
        raise Malformed("holds something other than texts", key)
    return tuple(values)


def _tables(key: str, value: Any, read: Any) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(value, Mapping) or not all(isinstance(v, Mapping) for v in value.values()):
        raise Malformed("is not a table of tables", key)
    return MappingProxyType(
        {
            system: MappingProxyType(
                {code: read(f"{key}.{system}.{code}", entry) for code, entry in table.items()}
            )
            for system, table in value.items()
        }
    )


def _rule(where: str, entry: Any) -> CodeRule:
    """ "spo2", or {vital, kind, channel}."""
    given = {"vital": entry} if isinstance(entry, str) else entry
    keys = set(given) if isinstance(given, Mapping) else set()
    if "vital" not in keys or not keys <= {"vital", "kind", "channel"}:
        raise Malformed("wanted a vital, or a table of vital, kind and channel", where)
    rule = CodeRule(**given)
    if not all(isinstance(v, str) for v in given.values()):
        raise Malformed("holds something other than texts", where)
    return rule


def _ucum(where: str, entry: Any) -> str:
    if not isinstance(entry, str):
        raise Malformed("wanted a UCUM unit", where)
    return entry


# --------------------------------------------------------------------------------------------------- checks
def _check(mapping: DeviceMapping) -> None:
    for where in (*mapping.device_key, mapping.patient):
        read_path(where)
    _check_one_of("cuff", (mapping.cuff,), CUFF_RULES)
    _check_one_of("time_from", mapping.time_from, TIME_SOURCES)
    _check_one_of("charset", (mapping.charset.upper(),), tuple(CHARSETS))
    _check_one_of("zero_counts", mapping.zero_counts, tuple(VITALS))
    if mapping.future_tolerance_s < 0 or mapping.oldest_min <= 0:
        raise Malformed("future_tolerance_s is below 0 or oldest_min not above it", "oldest_min")
    _check_zone(mapping.zone)
    for system, rules in mapping.codes.items():
        for code, rule in rules.items():
            _check_rule(f"codes.{system}.{code}", rule)
    for system, units in mapping.units.items():
        for code, ucum in units.items():
            _check_one_of(f"units.{system}.{code}", (ucum,), tuple(sorted(UCUM_KNOWN)))


def _check_rule(where: str, rule: CodeRule) -> None:
    _check_one_of(f"{where}.vital", (rule.vital,), ("", *VITALS))
    _check_one_of(f"{where}.kind", (rule.kind,), KINDS)
    if rule.kind == "invasive" and not rule.channel.startswith("art"):
        raise Malformed("wanted a name that begins with art", f"{where}.channel")


def _check_one_of(key: str, found: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    for value in found:
        if value not in wanted:
            listed = ", ".join(w or '""' for w in wanted[:40])
            raise Malformed(f"{value[:40]!r} is not known; wanted one of {listed}", key)


def _check_zone(zone: str) -> None:
    if not zone:
        return
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise Malformed(
            f"{zone[:40]!r} is no time zone; wanted the like of Europe/Paris", "zone"
        ) from None


# ------------------------------------------------------------------------------------------ shipped dialects
@cache
def load_dialect(name: str) -> DeviceMapping:
    """A shipped dialect; the clinic adds zone and, where asked for, the cuff rule.

    raises  Malformed: no such dialect
    """
    if name not in DIALECTS:
        raise Malformed(f"{name[:40]!r} is not a dialect; wanted one of {', '.join(DIALECTS)}")
    return DeviceMapping.from_dict(_with_base(_data(name)))


def _data(name: str) -> dict[str, Any]:
    text = files("knai.interop.hl7v2").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _with_base(data: dict[str, Any]) -> dict[str, Any]:
    """Dialects of one nomenclature share its tables; MDIL writes the numbers of MDC in hexadecimal."""
    bases = [_data(name) for name in data.pop("base", [])]
    if data.pop("spelled", "") == "MDIL":
        bases = [{kind: {"MDIL": _in_mdil(t["MDC"])} for kind, t in b.items()} for b in bases]
    for kind in ("codes", "units"):
        data[kind] = reduce(_merged, (layer.get(kind, {}) for layer in (*bases, data)), {})
    return data


def _in_mdil(table: dict[str, Any]) -> dict[str, Any]:
    return {f"{int(c) >> 16:04x}-{int(c) & 0xFFFF:04x}": v for c, v in table.items()}


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    return {s: {**below.get(s, {}), **above.get(s, {})} for s in {**below, **above}}
