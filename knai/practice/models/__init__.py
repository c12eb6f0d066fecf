"""Records of the practice. Only `knai.practice` imports them; faces use actions and queries."""

from knai.practice.models.care import BrokenGlass, CareTeamMember, PatientLink
from knai.practice.models.chart import ChartEntry, Compartment, Patient, Source
from knai.practice.models.clinic import Chair, RosterStay, TreatmentProtocol
from knai.practice.models.courses import TreatmentCourse
from knai.practice.models.day import CalendarFeed, NoteDraft, TakenSlot, WaitingListItem, WorkItem
from knai.practice.models.devices import (
    Device,
    DeviceAttachment,
    DeviceSample,
    QuarantineItem,
    RawMessage,
)
from knai.practice.models.elsewhere import DiagnosisCode, ImportedRow, ImportRun
from knai.practice.models.papers import (
    ConsentForm,
    Export,
    LegalHold,
    Paper,
    PaperSettings,
    RecordsRequest,
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
    "BrokenGlass",
    "CalendarFeed",
    "CareTeamMember",
    "Chair",
    "ChartEntry",
    "Compartment",
    "ConsentForm",
    "Device",
    "DeviceAttachment",
    "DeviceSample",
    "DiagnosisCode",
    "Export",
    "ImportRun",
    "ImportedRow",
    "LegalHold",
    "NoteDraft",
    "Paper",
    "PaperSettings",
    "Patient",
    "PatientLink",
    "QuarantineItem",
    "RawMessage",
    "RecordsRequest",
    "RosterStay",
    "SafetyEvent",
    "Source",
    "State",
    "TakenSlot",
    "TreatmentCourse",
    "TreatmentProtocol",
    "TreatmentSession",
    "WaitingListItem",
    "WorkItem",
]
