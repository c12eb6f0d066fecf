"""The shapes of the session screen: frozen, ready for the page, free of records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from knai.core.standard import Finding
from knai.practice.session_chart import SessionChart


@dataclass(frozen=True, slots=True)
class Identity:
    """The strip over every page of a session."""

    name: str
    born_on: date
    mrn: str
    weight_kg: str
    allergies: tuple[str, ...]
    allergies_known: bool
    consent: str
    consent_ok: bool
    escort: str
    escort_ok: bool
    chair: str
    phase: str
    medications: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """What a later entry did to one."""

    id: UUID
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of the timeline."""

    id: UUID
    kind: str
    icon: str
    what: str
    effective_at: datetime
    recorded_at: datetime
    by: str
    source: str
    device: str
    late: bool
    is_private: bool
    voided: Mark | None
    amended_by: Mark | None
    amends: UUID | None
    amended_because: str
    accepted: Mark | None
    waits: bool  # a device's set that nobody has accepted yet
    may_amend: bool
    may_void: bool
    may_pin: bool

    def __hash__(self) -> int:
        """Quick, as each page looks up its rows; equality still asks about every field."""
        return self.id.int & 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One cause that calls for somebody."""

    id: UUID
    level: str
    title: str
    at: datetime
    acknowledged_by: str
    escalations: int


@dataclass(frozen=True, slots=True)
class MonitorRow:
    """The monitor on this patient."""

    id: UUID
    attachment_id: UUID
    name: str
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class WaitingSet:
    """A device's set that nobody has accepted yet."""

    id: UUID
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something to do now that is no finding. key: stop_drug, call_provider, off_monitor, accept."""

    key: str
    text: str
    entry_id: UUID | None = None
    at: datetime | None = None
    others: tuple[WaitingSet, ...] = ()  # accept: the older sets that wait as well


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest set, with what changed from the baseline."""

    at: datetime
    sbp: int | None
    dbp: int | None
    hr: int | None
    spo2: int | None
    rr: int | None
    deltas: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class StandardPanel:
    """Findings that need somebody first, then what cannot be told yet; the others folded."""

    edition: str
    needing: tuple[Finding, ...]
    waiting: tuple[Finding, ...]
    settled: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency under way, its steps newest first."""

    since: datetime | None
    steps: tuple[EntryRow, ...]
    done: frozenset[str]


@dataclass(frozen=True, slots=True)
class Screen:
    """All that the page of one session shows."""

    id: UUID
    patient_id: UUID
    revision: int
    state: str
    state_word: str
    state_since: datetime
    is_open: bool
    is_emergency: bool
    identity: Identity
    chart: SessionChart
    standard: StandardPanel
    entries: tuple[EntryRow, ...]
    older: int
    alerts: tuple[AlertRow, ...]
    monitor: MonitorRow | None
    prompts: tuple[Prompt, ...]
    latest: Latest | None
    next_vitals_at: datetime | None
    overdue_vitals_at: datetime | None
    dose: str
    running: tuple[str, ...]
    sedation_last: str
    provider: str
    provider_on_site: bool
    medically_ready_at: datetime | None
    emergency: Emergency | None
    read_only: str  # why nothing can be charted here; "" when it can
    judged_at: datetime
