"""The 28 care clauses as predicates over derived facts.

Each answers with a truth that may be unknown. What holds for all clauses (the record is outside the
Standard, nobody was dosed, not met goes before met) stands in judge.py; here is each clause's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from knai.core.standard.derive import BEFORE_A_DOSE
from knai.core.standard.derived import Question, Truth
from knai.core.standard.returned import away_from_baseline, beyond_limits

Predicate = Callable[[Question], Truth]


def never(d: Question) -> Truth:
    return d.gate.isnull()  # every question names its gate


@dataclass(frozen=True, slots=True)
class Predicates:
    """not_met: a known fact speaks against it.

    met             what has to be known besides: it counts only where not_met is known not to hold
    not_applicable  neither of the others counts where it may hold
    """

    not_met: Predicate
    met: Predicate | None = None
    not_applicable: Predicate | None = None


# -- circumstances that several clauses share


def at_home_without_parenteral(d: Question) -> Truth:
    return d.at_home & ~d.any_parenteral


def in_other_care(d: Question) -> Truth:
    return d.departure.isin(("transferred", "admitted", "died"))


def before_a_dose(d: Question) -> Truth:
    return d.gate.isin(BEFORE_A_DOSE)


# -- selection and work-up


def knai1_not_met(d: Question) -> Truth:
    return d.purpose != "knai"


def knai2_not_met(d: Question) -> Truth:
    return ~d.screened | (d.screened_on > d.due_on)


def knai3_met(d: Question) -> Truth:
    return d.condition_found


def knai3_not_met(d: Question) -> Truth:
    return d.diagnosis_recorded & ~d.condition_found & ~d.diagnosis_provisional


def knai4_not_met(d: Question) -> Truth:
    return ~d.history_in_chart | (d.history_on > d.due_on)


def knai5_not_met(d: Question) -> Truth:
    return ~d.physical_in_chart | (d.physical_on > d.due_on)


def knai6_not_met(d: Question) -> Truth:
    return ~d.covers_psychiatric


def knai7_not_met(d: Question) -> Truth:
    return ~d.covers_substance_use


def knai8_met(d: Question) -> Truth:
    return d.medications_status.notnull()


def knai8_not_met(d: Question) -> Truth:
    return d.medications_status.notnull() & (d.medications_on > d.due_on)


def knai9_met(d: Question) -> Truth:
    return d.allergies_status.notnull()


def knai9_not_met(d: Question) -> Truth:
    return d.allergies_status.notnull() & (d.allergies_on > d.due_on)


def knai10_not_met(d: Question) -> Truth:
    return d.hypersensitive | (d.reviewed_on > d.due_on) | d.unresolved_serious


# -- consent


def knai11_met(d: Question) -> Truth:
    return d.signed_by.notnull()


def knai11_not_met(d: Question) -> Truth:
    return d.refused | (d.signed_at > d.due_at)


def knai12_met(d: Question) -> Truth:
    return d.signed_at.notnull() & d.covers_off_label


def knai12_not_met(d: Question) -> Truth:
    return d.signed_at.notnull() & ~d.covers_off_label


def knai12_not_applicable(d: Question) -> Truth:
    return ~d.off_label


def knai13_met(d: Question) -> Truth:
    return d.signed_at.notnull()


def knai13_not_met(d: Question) -> Truth:
    return d.signed_at.notnull() & (consent_expired(d) | consent_overrun(d) | withdrawn_at_gate(d))


def consent_expired(d: Question) -> Truth:
    return d.expires_at.notnull() & (d.expires_at < d.due_at)


def consent_overrun(d: Question) -> Truth:
    return d.withdrawn_at.notnull() & d.given_after_withdrawal


def withdrawn_at_gate(d: Question) -> Truth:
    return before_a_dose(d) & d.withdrawn_at.notnull() & (d.withdrawn_at <= d.now_at)


# -- transparency


def knai14_not_met(d: Question) -> Truth:
    return ~d.protocol_public


def knai15_not_met(d: Question) -> Truth:
    return ~d.ingredients_disclosed


# -- dose and depth


def minimal_expected(d: Question) -> Truth:
    return d.expected_depth == 0


def over_a_ceiling(d: Question) -> Truth:
    return d.fraction_over | d.rate_over


def knai16_not_met(d: Question) -> Truth:
    short = (d.privilege_depth < d.expected_depth) | (d.capability_depth < d.expected_depth)
    return (minimal_expected(d) & over_a_ceiling(d)) | (~minimal_expected(d) & short)


def knai17_met(d: Question) -> Truth:
    return d.window_closed & ~d.sedation_unplaced


def knai17_not_met(d: Question) -> Truth:
    deeper_than_provider = d.observed_depth > d.privilege_depth.fill_null(0)
    return deeper_than_provider | (d.observed_depth > d.capability_depth.fill_null(0))


# -- vital signs


def knai18_met(d: Question) -> Truth:
    return d.has_baseline


def knai18_not_met(d: Question) -> Truth:
    return d.dosed & ~d.has_baseline


def knai19_met(d: Question) -> Truth:
    return d.window_closed & ~d.gap_might_close


def knai19_not_met(d: Question) -> Truth:
    return (d.longest_gap_us > d.allowed_gap_us) & ~d.gap_might_close


def knai20_met(d: Question) -> Truth:
    return ~d.vitals_unplaced


def knai20_not_met(d: Question) -> Truth:
    return beyond_limits(d) | away_from_baseline(d)


def knai20_not_applicable(d: Question) -> Truth:
    return in_other_care(d) | at_home_without_parenteral(d)


# -- people


def knai21_met(d: Question) -> Truth:
    before = ~d.dosed & d.qualified_now
    return before | (d.dosed & d.presence_recorded & d.window_closed & ~d.cover_unsure)


def knai21_not_met(d: Question) -> Truth:
    unplanned = ~d.presence_recorded & d.supervision.isin(("remote", "none"))
    before = ~d.dosed & (~d.qualified_now | unplanned)
    about_to_dose = d.gate.isin(("start", "redose"))
    afterwards = d.presence_recorded & (d.cover_broken | (about_to_dose & ~d.qualified_now))
    return before | (d.dosed & afterwards)


def knai22_not_met(d: Question) -> Truth:
    return ~d.provider_qualifies


def knai27_not_met(d: Question) -> Truth:
    planned = before_a_dose(d) & d.plan_parenteral & (d.supervision != "in_person")
    return d.given_unsupervised | planned


def knai27_not_applicable(d: Question) -> Truth:
    return ~d.any_parenteral


# -- leaving


def knai23_not_met(d: Question) -> Truth:
    return d.transport_planned == "self_driving"


def knai24_not_met(d: Question) -> Truth:
    return d.transport_actual == "self_driving"


def told_too_late(d: Question) -> Truth:
    return d.instructed_at > d.left_at


def knai25_not_met(d: Question) -> Truth:
    return ~d.acknowledged | told_too_late(d)


def knai26_met(d: Question) -> Truth:
    return d.dosed & (d.asked_at >= d.bar_ends_at) & (d.asked_at <= d.now_at)


def knai26_not_met(d: Question) -> Truth:
    too_early = (d.drove_at < d.earliest_bar_end_at) & (d.drove_at <= d.now_at)
    return d.dosed & d.drove_at.notnull() & too_early


# -- the product


def knai28_not_met(d: Question) -> Truth:
    return ~d.offers_every_route


PREDICATES: Mapping[str, Predicates] = {
    "KNAI-1": Predicates(knai1_not_met),
    "KNAI-2": Predicates(knai2_not_met),
    "KNAI-3": Predicates(knai3_not_met, met=knai3_met),
    "KNAI-4": Predicates(knai4_not_met),
    "KNAI-5": Predicates(knai5_not_met),
    "KNAI-6": Predicates(knai6_not_met),
    "KNAI-7": Predicates(knai7_not_met),
    "KNAI-8": Predicates(knai8_not_met, met=knai8_met),
    "KNAI-9": Predicates(knai9_not_met, met=knai9_met),
    "KNAI-10": Predicates(knai10_not_met),
    "KNAI-11": Predicates(knai11_not_met, met=knai11_met),
    "KNAI-12": Predicates(knai12_not_met, met=knai12_met, not_applicable=knai12_not_applicable),
    "KNAI-13": Predicates(knai13_not_met, met=knai13_met),
    "KNAI-14": Predicates(knai14_not_met),
    "KNAI-15": Predicates(knai15_not_met),
    "KNAI-16": Predicates(knai16_not_met),
    "KNAI-17": Predicates(knai17_not_met, met=knai17_met),
    "KNAI-18": Predicates(knai18_not_met, met=knai18_met),
    "KNAI-19": Predicates(knai19_not_met, met=knai19_met),
    "KNAI-20": Predicates(knai20_not_met, met=knai20_met, not_applicable=knai20_not_applicable),
    "KNAI-21": Predicates(knai21_not_met, met=knai21_met),
    "KNAI-22": Predicates(knai22_not_met),
    "KNAI-23": Predicates(knai23_not_met, not_applicable=at_home_without_parenteral),
    "KNAI-24": Predicates(knai24_not_met, not_applicable=knai20_not_applicable),
    "KNAI-25": Predicates(knai25_not_met, not_applicable=in_other_care),
    "KNAI-26": Predicates(knai26_not_met, met=knai26_met),
    "KNAI-27": Predicates(knai27_not_met, not_applicable=knai27_not_applicable),
    "KNAI-28": Predicates(knai28_not_met),
}
