"""What is observed in a session."""

from __future__ import annotations

from typing import ClassVar

from knai.practice.entries.base import Body


class Vitals(Body, frozen=True):
    """One set. Complete with sbp, dbp, hr and spo2; an incomplete one is kept and does not count."""

    kind: ClassVar[str] = "vitals"
    sbp: int | None = None
    dbp: int | None = None
    hr: int | None = None
    spo2: int | None = None
    rr: int | None = None
    map: int | None = None
    temp: float | None = None
    etco2: int | None = None
    o2_flow: float | None = None
    pain_nrs: int | None = None
    confirmed: tuple[str, ...] = ()  # implausible values a person confirmed by entering them twice

    @property
    def is_complete(self) -> bool:
        return None not in (self.sbp, self.dbp, self.hr, self.spo2)


class Sedation(Body, frozen=True):
    kind: ClassVar[str] = "sedation"
    moaas: int | None = None
    rass: int | None = None
    resting: bool = False  # eyes shut, breathing easy: not woken for a score


class Effect(Body, frozen=True):
    """An expected effect: dissociation or anxiety, 0 none to 4 overwhelming, as the person says."""

    kind: ClassVar[str] = "effect"
    effect: str
    degree: int


class Support(Body, frozen=True):
    kind: ClassVar[str] = "support"
    what: str  # reassurance, hand held, music changed, lights lowered ...


class AdverseEvent(Body, frozen=True):
    kind: ClassVar[str] = "adverse_event"
    code: str
    grade: int
    action: tuple[str, ...]
    outcome: str = ""
    relatedness: str = ""
    text: str = ""
    charted_grade: int | None = None  # what was tapped, where it counts as more


class OffMonitor(Body, frozen=True):
    """Off the monitor and accompanied: to the toilet, say."""

    kind: ClassVar[str] = "off_monitor"
    why: str
    accompanied_by: str = ""
    back: bool = False


class Note(Body, frozen=True):
    kind: ClassVar[str] = "note"
    text: str


class PsychotherapyNote(Body, frozen=True):
    kind: ClassVar[str] = "psychotherapy_note"
    text: str


class BaselinePin(Body, frozen=True):
    """Makes one set of vitals (the entry's target) the baseline."""

    kind: ClassVar[str] = "baseline_pin"
