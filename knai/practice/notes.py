"""A session's note, drafted from its facts: plain sentences, each with the entries it was read from.

The same entries give the same words. Nothing is concluded, nothing filled in; what nobody charted is either
left out or said to be not charted. Notes and whatever is not of the clinical compartment are never quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from knai.core.numbers import show
from knai.core.substances import get_substance
from knai.practice import chips
from knai.practice.consent_standing import that_count
from knai.practice.entry_words import event_words, vitals_words, words_of
from knai.practice.facts import Known
from knai.practice.given import Given
from knai.practice.live.chart import ROUTE_WORDS
from knai.practice.log import Line
from knai.practice.models import Compartment
from knai.practice.papers.times import clock, moment

SPANS = (("sbp", "systolic", "mmHg"), ("dbp", "diastolic", "mmHg"), ("hr", "heart rate", "/min"))
DEPARTED = {
    "discharged": "Discharged",
    "left_against_advice": "Left against advice",
    "eloped": "Left without telling",
    "transferred": "Transferred",
    "admitted": "Admitted",
    "died": "Died",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """sources: the entries that it was read from; none where it says that nothing was charted."""

    text: str
    sources: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    title: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return f"{self.title}. " + " ".join(sentence.text for sentence in self.sentences)


def draft(known: Known) -> tuple[Paragraph, ...]:
    """What the chart says of this session, by part; parts of which nothing is charted are left out."""
    parts = (
        ("Before", before(known)),
        ("Given", given(known)),
        ("Course", course(known)),
        ("Events", events(known)),
        ("Leaving", leaving(known)),
    )
    found = ((title, tuple(sentences)) for title, sentences in parts)
    return tuple(Paragraph(title, sentences) for title, sentences in found if sentences)


def draft_text(known: Known) -> str:
    return "\n\n".join(paragraph.text for paragraph in draft(known))


# ------------------------------------------------------------------------------------------ the parts
def before(known: Known) -> Iterator[Sentence]:
    yield _consent(known)
    weight = known.log.latest("weight")
    if weight is not None:
        yield Sentence(f"Weight {show(weight.body.weight_kg)} kg.", (weight.id,))
    last = _last_set_before(known)
    if last is not None:
        yield Sentence(f"Last set before the first dose: {_set(known, last)}.", (last.id,))


def _consent(known: Known) -> Sentence:
    line = (that_count(known.work_up.of("consent")) or [None])[-1]
    if line is None or not line.body.is_evidenced or line.body.refused:
        return Sentence("No signed consent is charted.")
    version = f" version {line.body.form_version}" if line.body.form_version else ""
    signed_at = _moment(known, datetime.fromisoformat(line.body.signed_at))
    return Sentence(f"Consent{version}, signed {signed_at}.", (line.id,))


def _last_set_before(known: Known) -> Line | None:
    first = known.first_dose_at
    sets = [line for line in _of(known, "vitals") if first is None or line.at <= first]
    return sets[-1] if sets else None


def given(known: Known) -> Iterator[Sentence]:
    if not known.doses:
        yield Sentence("No dose is charted.")
    for dose in known.doses:
        yield Sentence(f"{_dose(known, dose)}.", (dose.line.id,))
    for line in _of(known, "medicine"):
        yield Sentence(f"{words_of(line.body)}, {_clock(known, line.at)}.", (line.id,))


def _dose(known: Known, dose: Given) -> str:
    """Substance, amount and route, from when to when; the amount is what went in, as base."""
    per_kg = f" ({show(dose.mg_per_kg)} mg/kg)" if dose.mg_per_kg is not None else ""
    route = ROUTE_WORDS.get(dose.route, dose.route.replace("_", " "))
    until = ""
    if dose.is_infusion:
        until = f" to {_clock(known, dose.ended_at)}" if dose.ended_at else ", no end charted"
    name, mg = get_substance(dose.substance).name, show(dose.mg_base)
    return f"{name} {mg} mg{per_kg} {route}, {_clock(known, dose.started_at)}{until}"


def course(known: Known) -> Iterator[Sentence]:
    sets = _after_dose(known, "vitals")
    if sets:
        yield _sets(known, sets)
    yield from _lowest(known, sets, "spo2", "Lowest SpO₂ {} %")
    yield from _lowest(known, _after_dose(known, "sedation"), "moaas", "Lowest MOAA/S {}")
    yield from _effects(known)
    for line in _of(known, "support"):
        yield Sentence(f"Support: {line.body.what}, {_clock(known, line.at)}.", (line.id,))


def _after_dose(known: Known, kind: str) -> list[Line]:
    """Lines of this kind since the first dose."""
    first = known.first_dose_at
    return [line for line in _of(known, kind) if first is not None and line.at > first]


def _sets(known: Known, sets: list[Line]) -> Sentence:
    """How many, over what time, and between which values."""
    spans = [words for each in SPANS if (words := _span(sets, *each))]
    times = f"{_clock(known, sets[0].at)} to {_clock(known, sets[-1].at)}"
    many = "1 set" if len(sets) == 1 else f"{len(sets)} sets"
    head = f"{many} of vital signs after the first dose, {times}"
    return Sentence(f"{': '.join([head, *([', '.join(spans)] if spans else [])])}.", _ids(sets))


def _span(sets: list[Line], sign: str, name: str, unit: str) -> str:
    values = [value for line in sets if (value := getattr(line.body, sign)) is not None]
    if not values:
        return ""
    low, high = min(values), max(values)
    return f"{name} {low} {unit}" if low == high else f"{name} {low} to {high} {unit}"


def _lowest(known: Known, lines: list[Line], name: str, words: str) -> Iterator[Sentence]:
    """The lowest value and when it was first seen."""
    known_ones = [line for line in lines if getattr(line.body, name) is not None]
    if known_ones:
        line = min(known_ones, key=lambda each: (getattr(each.body, name), each.at))
        value = words.format(getattr(line.body, name))
        yield Sentence(f"{value}, {_clock(known, line.at)}.", (line.id,))


def _effects(known: Known) -> Iterator[Sentence]:
    """Each effect at its strongest, when it was first so strong."""
    strongest: dict[str, Line] = {}
    for line in _of(known, "effect"):
        seen = strongest.get(line.body.effect)
        if seen is None or line.body.degree > seen.body.degree:
            strongest[line.body.effect] = line
    degrees = chips.words("effect", "degrees")
    for effect, line in strongest.items():
        name = chips.effects().get(effect, effect.replace("_", " "))
        degree = degrees[line.body.degree].lower()
        yield Sentence(f"{name}, at most {degree}, {_clock(known, line.at)}.", (line.id,))


def events(known: Known) -> Iterator[Sentence]:
    adverse = list(_of(known, "adverse_event"))
    if not adverse:
        yield Sentence("No adverse event is charted.")
    for line in adverse:
        yield Sentence(f"{event_words(line.body)}, {_clock(known, line.at)}.", (line.id,))
    for line in _of(known, "emergency", "consent_withdrawn", "off_monitor", "already_happened"):
        yield Sentence(f"{_event(line)}, {_clock(known, line.at)}.", (line.id,))
    for line in _of(known, "override"):
        yield Sentence(f"{words_of(line.body)}, {_clock(known, line.at)}.", (line.id,))


def _event(line: Line) -> str:
    if line.kind == "already_happened":
        return f"Charted as it had happened already: {line.body.what.replace('_', ' ')}"
    return words_of(line.body)


def leaving(known: Known) -> Iterator[Sentence]:
    after = _after_dose(known, "vitals")
    if after:
        yield Sentence(f"Last set: {_set(known, after[-1])}.", (after[-1].id,))
    for line in _of(known, "medically_ready"):
        yield Sentence(f"Medically ready, {_clock(known, line.at)}.", (line.id,))
    for line in _of(known, "driving_instruction"):
        yield _driving(known, line)
    actual = [line for line in _of(known, "transport") if line.body.stage == "actual"]
    if actual:
        yield Sentence(f"{words_of(actual[-1].body)}.", (actual[-1].id,))
    for line in _of(known, "departure"):
        why = f": {line.body.reason}" if line.body.reason else ""
        words = DEPARTED.get(line.body.type, line.body.type.replace("_", " "))
        yield Sentence(f"{words} {_clock(known, line.at)}{why}.", (line.id,))


def _driving(known: Known, line: Line) -> Sentence:
    until = _moment(known, datetime.fromisoformat(line.body.barred_until))
    how = "acknowledged" if line.body.acknowledged else "not acknowledged"
    return Sentence(f"Told not to drive until {until}; {how}.", (line.id,))


# ------------------------------------------------------------------------------------------ words of it
def _of(known: Known, *kinds: str) -> Iterator[Line]:
    """Lines of these kinds that count, of the clinical compartment alone."""
    return (line for line in known.log.of(*kinds) if line.entry.compartment == Compartment.CLINICAL)


def _set(known: Known, line: Line) -> str:
    return f"{vitals_words(line.body)}, {_clock(known, line.at)}"


def _ids(lines: Iterable[Line]) -> tuple[UUID, ...]:
    return tuple(line.id for line in lines)


def _clock(known: Known, at: datetime) -> str:
    """The clock time; with its day when that is not the session's."""
    tz = ZoneInfo(known.tz)
    return clock(at, tz, known.session.booked_for_at.astimezone(tz).date())


def _moment(known: Known, at: datetime) -> str:
    return moment(at, ZoneInfo(known.tz))
