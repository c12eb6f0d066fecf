"""What a list of doses says: first and last, the time they act in, and how far they use up the ceilings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from knai.core.standard.numbers import MIN_US, Exact, Number, hours_us, minutes_us
from knai.core.standard.policy import Policy
from knai.core.standard.reading import Item


class Window(NamedTuple):
    """The time that counts as "during administration" (KNAI-19).

    start, end  None: no dose, or one whose route or start is not known; end also None while running
    running     an infusion has no end yet, or one that cannot be
    """

    start: int | None
    end: Exact | None
    running: bool

    def closed(self, now: int) -> bool | None:
        if self.running:
            return False
        return None if self.end is None else now >= self.end

    def seen_until(self, now: int) -> Exact | None:
        """The earlier of now and the window's end."""
        if self.running:
            return now
        return None if self.end is None else min(now, self.end)


NOTHING, ALL_AND_MORE = Fraction(0), Fraction(2)  # shares of a ceiling that is zero
NO_WINDOW = Window(None, None, False)


def is_infusion(dose: Item, policy: Policy) -> bool:
    return dose.get("route") in policy.infusion_routes


def ends_before_start(dose: Item, policy: Policy) -> bool:
    """An infusion's end that cannot be: its true end is not known."""
    return is_infusion(dose, policy) and _is_backwards(dose)


def _is_backwards(dose: Item) -> bool:
    return "start" in dose and "end" in dose and bool(dose["end"] < dose["start"])


def is_running(dose: Item, policy: Policy) -> bool:
    return is_infusion(dose, policy) and ("end" not in dose or _is_backwards(dose))


def is_placed(dose: Item) -> bool:
    return "start" in dose and "route" in dose


# -- the driving bar (KNAI-26)


def bar_facts(doses: Sequence[Item], now: int, policy: Policy) -> dict[str, Any]:
    """When driving is barred until; at the earliest, where a dose leaves that open."""
    over = [at for dose in doses if (at := _earliest_over(dose, policy, now)) is not None]
    ends_at = max(over) + hours_us(policy.driving_restriction_hours) if over else None
    settled = all(is_placed(dose) and not ends_before_start(dose, policy) for dose in doses)
    return {"bar_ends_at": ends_at if settled else None, "earliest_bar_end_at": ends_at}


def _earliest_over(dose: Item, policy: Policy, now: int) -> int | None:
    """When the giving was over: an infusion's end (now while it runs), else the start, which is the
    least that can be said of a dose of unknown route too. None: not even that is known."""
    if is_infusion(dose, policy) and not _is_backwards(dose):
        ended: int = dose.get("end", now)
        return ended
    return dose.get("start")


# -- consent withdrawn (KNAI-13)


def given_after(dose: Item, instant: int, policy: Policy, now: int) -> bool | None:
    """Whether a dose began at this instant or later, or ran beyond it as an infusion."""
    start = dose.get("start")
    if start is not None and start >= instant:
        return True
    if "route" in dose and not is_infusion(dose, policy):
        return None if start is None else False
    if _is_backwards(dose):
        return None
    if dose.get("end", now) > instant:
        return True if "route" in dose else None
    return None if start is None else False


# -- the time observed (KNAI-19)


def window_of(doses: Sequence[Item], policy: Policy, esketamine: bool) -> Window:
    if not doses or not all(map(is_placed, doses)):
        return NO_WINDOW
    start = min(dose["start"] for dose in doses)
    if any(is_running(dose, policy) for dose in doses):
        return Window(start, None, True)
    return Window(start, max(_observed_until(dose, policy, esketamine) for dose in doses), False)


def _observed_until(dose: Item, policy: Policy, esketamine: bool) -> Exact:
    infusion = is_infusion(dose, policy)
    if esketamine and not infusion:
        minutes = policy.esketamine_observation_min
    else:
        minutes = policy.observation_min[dose["route"]]
    until: Exact = (dose["end"] if infusion else dose["start"]) + minutes_us(minutes)
    return until


# -- ceilings (KNAI-16), in exact fractions


class Considered(NamedTuple):
    """A dose given or planned, as far as the ceilings look at it. minutes None: not known."""

    route: str | None
    mg_per_kg: Number | None
    minutes: Fraction | None


def given_doses(doses: Iterable[Item]) -> list[Considered]:
    return [
        Considered(dose.get("route"), dose.get("mg_per_kg"), _minutes_given(dose)) for dose in doses
    ]


def planned_doses(doses: Iterable[Item]) -> list[Considered]:
    return [
        Considered(dose.get("route"), dose.get("mg_per_kg"), _exact(dose.get("duration_min")))
        for dose in doses
    ]


def _minutes_given(dose: Item) -> Fraction | None:
    if "end" not in dose or "start" not in dose:
        return None
    return Fraction(dose["end"] - dose["start"], MIN_US)


def _exact(number: Number | None) -> Fraction | None:
    return None if number is None else Fraction(number)


def ceiling_fraction(
    doses: Sequence[Considered], ceilings: Mapping[str, Number]
) -> Fraction | None:
    """F: the sum of each dose over its route's ceiling. None when one cannot be told.

    A ceiling of zero allows nothing: any dose above zero then counts as the whole ceiling and more.
    """
    shares = []
    for dose in doses:
        if dose.mg_per_kg is None or dose.route is None or dose.route not in ceilings:
            return None
        shares.append(_share(dose.mg_per_kg, ceilings[dose.route]))
    return sum(shares[1:], shares[0]) if shares else NOTHING


def _share(dose: Number | Fraction, ceiling: Number) -> Fraction:
    if not ceiling:
        return ALL_AND_MORE if dose else NOTHING
    above, below = dose.as_integer_ratio()
    each, parts = ceiling.as_integer_ratio()
    # One Fraction of whole numbers: to make and divide two takes three times as long.
    return Fraction(above * parts, below * each)


def rates(
    doses: Sequence[Considered], ceilings: Mapping[str, Number], policy: Policy
) -> list[Fraction | None]:
    """Of each infusion whose route has a ceiling per hour: its rate over that; None when not known."""
    return [
        _rate(dose, ceilings[dose.route])
        for dose in doses
        if dose.route in policy.infusion_routes and dose.route in ceilings
    ]


def _rate(dose: Considered, ceiling: Number) -> Fraction | None:
    if dose.mg_per_kg is None or dose.minutes is None or dose.minutes.numerator <= 0:
        return None
    above, below = dose.mg_per_kg.as_integer_ratio()
    an_hour = Fraction(60 * above * dose.minutes.denominator, below * dose.minutes.numerator)
    return _share(an_hour, ceiling)


def is_over(share: Fraction | None) -> bool | None:
    """More than the whole of a ceiling; exactly the whole is within."""
    return None if share is None else share.numerator > share.denominator


def percent(share: Fraction | None) -> float | None:
    """For reading: tenths of a percent, rounded up so that what is over never reads as 100."""
    if share is None:
        return None
    return min(-(-1000 * share.numerator // share.denominator), 10**9) / 10


def any_of(answers: Iterable[Any]) -> bool | None:
    """Kleene's "any": true when one is, else unknown when one is, else false."""
    open_ = False
    for answer in answers:
        if answer is True:
            return True
        open_ = open_ or answer is None
    return None if open_ else False
