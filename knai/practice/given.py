"""What was given, out of the log: each dose with its start, its end and how much really went in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from knai.core.dose import HYDROCHLORIDE_TO_BASE
from knai.core.driving import DoseSpan
from knai.core.numbers import to_decimal
from knai.core.standard import Policy
from knai.practice.entries import Bolus, InfusionChange, InfusionStart
from knai.practice.log import Line, Log

DOSE_KINDS = ("bolus", "infusion_start")
PLACES = 4
_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Given:
    """One dose.

    ended_at    an infusion's end; None: it still runs, or it is no infusion
    mg_base     what went in, as base: charted at the stop, else rate × time, else as ordered
    is_paused   it runs no drug now and may be resumed
    """

    line: Line
    route: str
    substance: str
    started_at: datetime
    ended_at: datetime | None
    is_infusion: bool
    is_paused: bool
    mg_base: Decimal
    mg_per_kg: Decimal | None
    rate_ml_per_h: Decimal | None = None

    @property
    def is_running(self) -> bool:
        """Started and not stopped; a pause does not end it."""
        return self.is_infusion and self.ended_at is None

    def as_fact(self) -> dict[str, object]:
        fact = {"route": self.route, "start": self.started_at, "mg_per_kg": self.mg_per_kg}
        if self.ended_at is not None:
            fact["end"] = self.ended_at
        return fact


def doses_given(log: Log, weight_kg: Decimal | None) -> list[Given]:
    """Every dose that counts, by its start."""
    changes = _changes_by_dose(log)
    doses = [_given(line, changes.get(line.id, []), weight_kg) for line in log.of(*DOSE_KINDS)]
    return sorted(doses, key=lambda dose: dose.started_at)


def running(doses: Iterable[Given]) -> list[Given]:
    return [dose for dose in doses if dose.is_running]


def spans(doses: Iterable[Given]) -> list[DoseSpan]:
    """The doses as the driving rule wants them."""
    return [DoseSpan(d.started_at, d.ended_at, d.is_infusion) for d in doses]


def routes_given(doses: Iterable[Given]) -> list[str]:
    return sorted({dose.route for dose in doses})


def is_infusion_route(route: str) -> bool:
    return route in Policy.default().infusion_routes


def current_id(log: Log, entry_id: UUID) -> UUID:
    """The entry that stands for this one now: the last in the chain of amendments."""
    line = log.by_id.get(entry_id)
    while line is not None and line.amended_by is not None:
        entry_id = line.amended_by.id
        line = log.by_id.get(entry_id)
    return entry_id


def standing_line(log: Log, entry_id: UUID) -> Line | None:
    """The line that stands for this entry now; None: it was voided, or is not in the log."""
    line = log.by_id.get(current_id(log, entry_id))
    return line if line is not None and line.counts else None


def _changes_by_dose(log: Log) -> dict[UUID, list[Line]]:
    """Infusion → its changes by time. A change made before the start was amended follows the amendment."""
    found: dict[UUID, list[Line]] = {}
    for line in log.of("infusion_change"):
        if line.entry.target_id is not None:
            found.setdefault(current_id(log, line.entry.target_id), []).append(line)
    return found


def _given(line: Line, changes: list[Line], weight_kg: Decimal | None) -> Given:
    if isinstance(line.body, Bolus):
        return _given_at_once(line, line.body, weight_kg)
    return _given_over_time(line, line.body, changes, weight_kg)


def _given_at_once(line: Line, body: Bolus, weight_kg: Decimal | None) -> Given:
    return Given(
        line=line,
        route=body.route,
        substance=body.substance,
        started_at=line.at,
        ended_at=None,
        is_infusion=False,
        is_paused=False,
        mg_base=_as_base(body.mg, body.basis),
        mg_per_kg=_per_kg(body.mg, body.mg_per_kg, body.basis, weight_kg),
    )


def _given_over_time(
    line: Line, body: InfusionStart, changes: list[Line], weight_kg: Decimal | None
) -> Given:
    stop = next((c for c in changes if c.body.change == "stop"), None)
    before = [c for c in changes if stop is None or c.at <= stop.at]
    mg, mg_per_kg = body.mg, body.mg_per_kg
    if stop is not None:
        mg, mg_per_kg = _until_stop(line, body, before, stop)
    pauses = [c.body.change for c in before if c.body.change in ("pause", "resume")]
    rates = [c.body.rate_ml_per_h for c in before if c.body.rate_ml_per_h is not None]
    return Given(
        line=line,
        route=body.route,
        substance=body.substance,
        started_at=line.at,
        ended_at=stop.at if stop else None,
        is_infusion=True,
        is_paused=stop is None and pauses[-1:] == ["pause"],
        mg_base=_as_base(mg, body.basis),
        mg_per_kg=_per_kg(mg, mg_per_kg, body.basis, weight_kg),
        rate_ml_per_h=rates[-1] if rates else body.rate_ml_per_h,
    )


def _until_stop(
    line: Line, body: InfusionStart, changes: list[Line], stop: Line
) -> tuple[Decimal, Decimal | None]:
    """mg and mg/kg that went in by the stop; mg/kg None where it follows from the mg."""
    charted: InfusionChange = stop.body
    share = _share_charted(body, charted)
    if share is None:
        share = _share_by_rate(line, body, changes, stop.at)
    if share is None:
        return body.mg, body.mg_per_kg
    mg = charted.mg_given if charted.mg_given is not None else _times(body.mg, share)
    if charted.mg_per_kg_given is not None:
        return mg, charted.mg_per_kg_given
    return mg, _times(body.mg_per_kg, share) if body.mg_per_kg is not None else None


def _share_charted(body: InfusionStart, charted: InfusionChange) -> Fraction | None:
    """The share that somebody read off the pump. None: nobody did."""
    if charted.mg_given is not None and body.mg:
        return Fraction(charted.mg_given) / Fraction(body.mg)
    if charted.mg_per_kg_given is not None and body.mg_per_kg:
        return Fraction(charted.mg_per_kg_given) / Fraction(body.mg_per_kg)
    return None


def _share_by_rate(
    line: Line, body: InfusionStart, changes: list[Line], stopped_at: datetime
) -> Fraction | None:
    """Which share of the order ran in, by rate × time. None: a rate is not known.

    Never more than the whole: an empty syringe gives nothing.
    """
    hours = Fraction(body.duration_min) / 60
    if hours <= 0:
        return None
    total = Fraction(0)
    for seconds, rate in _segments(line, body, changes, stopped_at):
        if rate is None:
            return None
        total += Fraction(seconds) / _HOUR_S * rate
    return min(total / hours, Fraction(1))


def _segments(
    line: Line, body: InfusionStart, changes: list[Line], stopped_at: datetime
) -> Iterator[tuple[Fraction, Fraction | None]]:
    """Seconds at each rate; the rate as a multiple of the one ordered, None where it is not known."""
    since, rate, is_paused = line.at, Fraction(1), False
    for change in [*changes, None]:
        until = stopped_at if change is None else min(change.at, stopped_at)
        if until > since:
            yield _seconds(until - since), Fraction(0) if is_paused else rate
        since = max(since, until)
        if change is None:
            return
        is_paused = {"pause": True, "resume": False}.get(change.body.change, is_paused)
        if change.body.change == "rate" or change.body.rate_ml_per_h is not None:
            rate = _relative(change.body.rate_ml_per_h, body)


def _relative(rate_ml_per_h: Decimal | None, body: InfusionStart) -> Fraction | None:
    ordered = body.rate_ml_per_h
    if ordered is None and body.ml is not None:
        ordered = to_decimal(Fraction(body.ml) * 60 / Fraction(body.duration_min), PLACES)
    if rate_ml_per_h is None or not ordered:
        return None
    return Fraction(rate_ml_per_h) / Fraction(ordered)


def _seconds(span) -> Fraction:
    return Fraction(span.days * 86400 + span.seconds) + Fraction(span.microseconds, 1_000_000)


def _times(amount: Decimal, share: Fraction) -> Decimal:
    return to_decimal(Fraction(amount) * share, PLACES)


def _as_base(mg: Decimal, basis: str) -> Decimal:
    return _times(mg, Fraction(HYDROCHLORIDE_TO_BASE)) if basis == "hydrochloride" else mg


def _per_kg(
    mg: Decimal, mg_per_kg: Decimal | None, basis: str, weight_kg: Decimal | None
) -> Decimal | None:
    """mg/kg as base. None: neither charted nor to be worked out without a weight."""
    if mg_per_kg is None:
        if not weight_kg:
            return None
        mg_per_kg = to_decimal(Fraction(mg) / Fraction(weight_kg), PLACES)
    return _as_base(mg_per_kg, basis)
