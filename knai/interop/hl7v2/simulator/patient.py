"""A patient under ketamine as a monitor sees them: a pure function of time, repeatable by seed.

What is published (core/data/monitoring.toml, observed effects): pressures rise by 16 (SD 11) systolic and
11 (SD 8.5) diastolic at 40 minutes of 0.5 mg/kg, heart rate by a few, and are back within 90 minutes. The
rest (noise, artefacts, breathing, saturation) is our choice of what looks like a chair in a clinic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from knai.core.vitals import VITALS
from knai.interop.hl7v2.simulator.course import DoseCourse, standard_course
from knai.interop.hl7v2.simulator.noise import luck, normal, wander
from knai.interop.hl7v2.simulator.scripts import SCRIPTS, Script

Signs = dict[str, float | None]
CUFF_TAKES_S = 35.0
_SLOT_S = 60
# mean, deviation, lowest, highest of the resting value
_REST = {
    "sbp": (118.0, 9.0, 104.0, 136.0),
    "dbp": (74.0, 6.0, 62.0, 84.0),
    "hr": (70.0, 7.0, 57.0, 88.0),
    "spo2": (97.4, 0.6, 96.2, 98.8),
    "rr": (14.0, 1.4, 12.0, 17.0),
    "etco2": (37.0, 1.8, 33.0, 41.0),
    "temp": (36.6, 0.2, 36.1, 37.2),
}
# change at the end of 0.5 mg/kg over 40 minutes: mean, deviation
# (means a little above the published ones: the ceiling below takes some of the tail away again)
_RISE = {"sbp": (17.0, 11.2), "dbp": (11.6, 8.5), "hr": (3.5, 2.5)}
_FIXED_CHANGE = {"spo2": -0.4, "rr": -0.6, "etco2": 1.0, "temp": 0.0}
# nobody without a script is driven beyond these: a quiet session must be quiet
_CEILING = {"sbp": 166.0, "dbp": 101.0, "hr": 105.0}
# slow wander (deviation, period in s), then beat to beat
_UNREST = {
    "hr": (1.8, 45.0, 1.0),
    "spo2": (0.35, 30.0, 0.2),
    "rr": (0.9, 40.0, 0.4),
    "etco2": (0.8, 40.0, 0.4),
    "temp": (0.03, 600.0, 0.01),
    "sbp": (2.0, 120.0, 1.8),
    "dbp": (1.5, 120.0, 1.4),
}
_STREAMS = {name: number for number, name in enumerate(_REST, 1)}
_CUFF = 100
_ARTEFACT = 200


@dataclass(frozen=True, slots=True)
class Crossing:
    """The sign itself, without noise, stands beyond a limit from at_s until until_s."""

    vital: str
    level: str
    side: str
    at_s: float
    until_s: float


@dataclass(frozen=True)
class SimulatedPatient:
    """
    script       name in SCRIPTS, or a Script
    course       defaults to 0.5 mg/kg over 40 minutes, begun five minutes into monitoring
    artefacts    motion, probes and electrodes off, failed cuffs; in a crisis none that hides a sign
    """

    seed: int
    weight_kg: float = 75.0
    script: str | Script = "quiet"
    course: DoseCourse | None = None
    cuff_every_s: float = 300.0
    artefacts: bool = True
    _rest: dict[str, float] = field(init=False, repr=False, compare=False)
    _rise: dict[str, float] = field(init=False, repr=False, compare=False)
    _memory: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rest", {s: _resting(self.seed, s) for s in _REST})
        object.__setattr__(self, "_rise", _rises(self.seed, self._rest))
        if self.course is None:
            object.__setattr__(self, "course", standard_course(self.weight_kg))
        if isinstance(self.script, str):
            object.__setattr__(self, "script", SCRIPTS[self.script])

    def truth(self, sign: str, t_s: float) -> float:
        """The sign itself, before noise and artefacts."""
        assert isinstance(self.script, Script)  # set at creation
        change = self._rise.get(sign, _FIXED_CHANGE.get(sign, 0.0))
        value = self._rest[sign] + change * self._effect(t_s)
        for crisis in self.script.crises:
            if crisis.sign == sign:
                value += crisis.weight(t_s) * (crisis.target - value)
        return value

    def _effect(self, t_s: float) -> float:
        """All signs of one moment ask for the same effect."""
        memory = self._memory
        if memory.get("t_s") != t_s:
            assert self.course is not None  # set at creation
            memory["t_s"], memory["effect"] = t_s, self.course.effect(t_s, self.weight_kg)
        effect: float = memory["effect"]
        return effect

    def at(self, t_s: float) -> Signs:
        """What the monitor shows t_s seconds into monitoring; None where it measured nothing.

        pulse        the oximeter's own rate, hr the electrocardiogram's
        sbp ...      of the last cuff that ended, at cuff_at_s; None before the first and when it failed
        """
        signs: Signs = {name: self._noisy(name, t_s) for name in ("hr", "rr", "etco2", "spo2")}
        signs["temp"] = self._noisy("temp", t_s, digits=1)
        signs["pulse"] = self._noisy("hr", t_s - 2)  # an oximeter averages, and lags
        if self.artefacts:
            self._disturb(signs, t_s)
        return signs | self.cuff_at(t_s)

    def _noisy(self, sign: str, t_s: float, digits: int = 0) -> float:
        slow, period_s, quick = _UNREST[sign]
        stream = _STREAMS[sign] * 10
        value = self.truth(sign, t_s)
        value += slow * wander(self.seed, stream, t_s, period_s)
        value += quick * normal(self.seed, stream + 1, int(t_s))
        top = 100.0 if sign == "spo2" else 999.0
        return round(min(top, max(0.0, value)), digits)

    # ------------------------------------------------------------------------------------------------ cuff
    def cuff_at(self, t_s: float) -> Signs:
        """The last cuff that has ended by now."""
        if t_s < CUFF_TAKES_S:
            empty: Signs = dict.fromkeys(("sbp", "dbp", "map", "cuff_pulse", "cuff_at_s"))
            return empty
        number = int((t_s - CUFF_TAKES_S) // self.cuff_every_s)
        memory = self._memory
        if memory.get("cuff") != number:
            at_s = number * self.cuff_every_s + CUFF_TAKES_S
            memory["cuff"], memory["signs"] = (
                number,
                {**self._cuff(number, at_s), "cuff_at_s": at_s},
            )
        return dict(memory["signs"])

    def _cuff(self, number: int, at_s: float) -> Signs:
        drawn = luck(self.seed, _CUFF, number)
        if self.artefacts and drawn < 0.03 and not self._in_crisis(at_s):
            return dict.fromkeys(("sbp", "dbp", "map", "cuff_pulse"))
        sbp, dbp = self._noisy("sbp", at_s), self._noisy("dbp", at_s)
        if self.artefacts and drawn > 0.99:  # an arm that moved: one reading too high
            sbp, dbp = sbp + 24, dbp + 12
        dbp = min(dbp, sbp - 12)
        mean = float(round((sbp + 2 * dbp) / 3))
        return {"sbp": sbp, "dbp": dbp, "map": mean, "cuff_pulse": self._noisy("hr", at_s)}

    # ------------------------------------------------------------------------------------------- artefacts
    def _in_crisis(self, t_s: float) -> bool:
        assert isinstance(self.script, Script)
        begins, ends = self.script.onset_s, self.script.ends_s
        return begins is not None and ends is not None and begins - 60 <= t_s <= ends

    def _disturb(self, signs: Signs, t_s: float) -> None:
        slot = int(t_s // _SLOT_S)
        self._move(signs, t_s, slot)
        if self._in_crisis(t_s):
            return
        if self._within(t_s, slot, _ARTEFACT, 0.012, 12, 40):
            signs["spo2"] = signs["pulse"] = None
        if self._within(t_s, slot, _ARTEFACT + 5, 0.006, 8, 30):
            signs["hr"] = signs["rr"] = None

    def _move(self, signs: Signs, t_s: float, slot: int) -> None:
        """A hand that moves: saturation dips for seconds, never long enough to be believed."""
        share = self._within(t_s, slot, _ARTEFACT + 10, 0.05, 4, 9)
        spo2, pulse = signs["spo2"], signs["pulse"]
        if share and spo2 is not None and pulse is not None:
            depth = 5 + 9 * luck(self.seed, _ARTEFACT + 13, slot)
            signs["spo2"] = round(max(60.0, spo2 - depth * share))
            signs["pulse"] = round(pulse + 14 * share)
        rr = signs["rr"]
        if rr is not None and rr > 8 and self._within(t_s, slot, _ARTEFACT + 20, 0.04, 4, 12):
            signs["rr"] = rr + 8  # talking

    def _within(
        self, t_s: float, slot: int, stream: int, chance: float, least_s: float, most_s: float
    ) -> float:
        """0 outside; inside, a hump from 0 to 1 and back. Always inside its own slot."""
        if luck(self.seed, stream, slot) >= chance:
            return 0.0
        lasts_s = least_s + (most_s - least_s) * luck(self.seed, stream + 1, slot)
        begins_s = slot * _SLOT_S + (_SLOT_S - lasts_s) * luck(self.seed, stream + 2, slot)
        share = (t_s - begins_s) / lasts_s
        return 4 * share * (1 - share) if 0 < share < 1 else 0.0

    # -------------------------------------------------------------------------------------- ground truth
    def crossings(
        self, until_s: float, levels: tuple[str, ...] = ("alert", "critical")
    ) -> list[Crossing]:
        """When the signs themselves crossed the default limits, by the second: what alerts should find."""
        found = []
        for sign in ("sbp", "dbp", "hr", "spo2", "rr", "etco2"):
            values = [self.truth(sign, t) for t in range(int(until_s) + 1)]
            vital = VITALS[sign]
            for level in levels:
                for side, limits in (("high", vital.high), ("low", vital.low)):
                    if level in limits:
                        found += _spans(sign, level, side, limits[level], values)
        return sorted(found, key=lambda c: (c.at_s, c.vital, c.level))


def _spans(sign: str, level: str, side: str, limit: float, values: list[float]) -> list[Crossing]:
    beyond = [v >= limit if side == "high" else v <= limit for v in values] + [False]
    found, begun = [], None
    for t, is_beyond in enumerate(beyond):
        if is_beyond and begun is None:
            begun = t
        elif not is_beyond and begun is not None:
            found.append(Crossing(sign, level, side, float(begun), float(t)))
            begun = None
    return found


def _resting(seed: int, sign: str) -> float:
    mean, deviation, low, high = _REST[sign]
    return min(high, max(low, mean + deviation * normal(seed, _STREAMS[sign], 0)))


def _rises(seed: int, rest: dict[str, float]) -> dict[str, float]:
    """Systolic and diastolic rise together more often than not."""
    shared = normal(seed, 91, 0)
    rises = {}
    for number, (sign, (mean, deviation)) in enumerate(_RISE.items(), 92):
        own = normal(seed, number, 0)
        drawn = mean + deviation * (0.6**0.5 * shared + 0.4**0.5 * own)
        rises[sign] = min(drawn, _CEILING[sign] - rest[sign])
    # A falling pressure under ketamine is rare: keep the deviation, lose the far tail.
    return {s: max(v, _RISE[s][0] - 2 * _RISE[s][1]) for s, v in rises.items()}
