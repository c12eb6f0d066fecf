"""Whether vital signs are back (KNAI-20): the limits, the baseline, and which of two sets decides."""

from __future__ import annotations

from collections.abc import Sequence

from knai.core.standard.derived import Derived, Question, Row, Truth
from knai.core.standard.sets import VitalsSet
from knai.core.standard.vitals import columns


def beyond_limits(d: Question) -> Truth:
    """The fresh set reaches an absolute limit, whatever the baseline was."""
    pressure = (d.fresh_sbp >= d.sbp_ge) | (d.fresh_sbp < d.sbp_lt) | (d.fresh_dbp >= d.dbp_ge)
    pulse = (d.fresh_hr >= d.hr_ge) | (d.fresh_hr < d.hr_lt)
    return pressure | pulse | (d.fresh_spo2 < d.spo2_lt)


def away_from_baseline(d: Question) -> Truth:
    return (
        _is_away(d, d.fresh_sbp, d.base_sbp)
        | _is_away(d, d.fresh_dbp, d.base_dbp)
        | _is_away(d, d.fresh_hr, d.base_hr)
        | (d.base_spo2 - d.fresh_spo2 > d.spo2_drop)
    )


def _is_away(d: Question, fresh: Truth, base: Truth) -> Truth:
    above = 100 * (fresh - base) > d.above_percent * base
    return above | (100 * (base - fresh) > d.below_percent * base)


def with_fresh_set(derived: Derived, twins: Sequence[VitalsSet]) -> Derived:
    """The row with its fresh set. Of several of one instant the one that speaks against leaving: at an
    absolute limit, else away from the baseline."""
    told = [derived._replace(**columns("fresh", twin)) for twin in twins]
    if len(told) > 1:
        for speaks_against in (beyond_limits, away_from_baseline):
            for one in told:
                if speaks_against(Row(one)).value is True:
                    return one
    return told[0] if told else derived
