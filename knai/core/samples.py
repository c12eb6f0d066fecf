"""What a monitor said, after its message was read and before anything was decided about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Sample(NamedTuple):
    """One numeric value of one sign. A tuple, since thousands a second are made of them.

    code    id of a vital in core/data/monitoring.toml ("sbp", "spo2" ...)
    sub_id  the device's own channel, so that two probes are two series
    at      aware instant at which the device measured it (a cuff pressure: when the cuff finished)
    value   in the unit of the vital (UCUM), already converted
    """

    code: str
    sub_id: str
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A value, or a whole message (obx = None), that must not be charted, and why.

    reason  key of a catalogue: "unknown_code", "unknown_unit", "no_time", "not_a_number", "implausible",
            "clock_off", "no_mapping", "no_cuff_rule", "unreadable", "not_an_observation" ...
    detail  the offending code, unit or time; never a patient's name
    """

    reason: str
    obx: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class DeviceBatch:
    """All that one message of a monitor carried.

    device_key   how the sender names itself, by its mapping; finds the Device record
    patient_ref  the patient id the monitor sent, "" when none; compared, never trusted
    raw          the message as received, kept for replay
    """

    device_key: str
    control_id: str
    patient_ref: str
    sent_at: datetime | None
    samples: tuple[Sample, ...]
    quarantined: tuple[Quarantined, ...]
    not_measured: int
    raw: bytes = field(repr=False)
