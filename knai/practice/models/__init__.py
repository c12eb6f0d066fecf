"""Records of the practice. Only `knai.practice` imports them; faces use actions and queries."""

from knai.practice.models.chart import ChartEntry, Compartment, Patient, Source
from knai.practice.models.clinic import Chair, RosterStay, TreatmentProtocol
from knai.practice.models.devices import (
    Device,
    DeviceAttachment,
    DeviceSample,
    QuarantineItem,
    RawMessage,
)
from knai.practice.models.sessions import (
    OPEN_STATES,
    Alert,
    SafetyEvent,
    State,
    TreatmentSession,
)

__all__ = [
    "OPEN_STATES",
    "Alert",
    "Chair",
    "ChartEntry",
    "Compartment",
    "Device",
    "DeviceAttachment",
    "DeviceSample",
    "Patient",
    "QuarantineItem",
    "RawMessage",
    "RosterStay",
    "SafetyEvent",
    "Source",
    "State",
    "TreatmentProtocol",
    "TreatmentSession",
]
