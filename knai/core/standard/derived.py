"""The derived facts: what the clauses compare. One flat row a session, at one gate and instant.

Instants (`_at`) are microseconds since 1970 UTC, days (`_on`) ordinals, depths 0 minimal, 1 moderate,
2 deep, 3 general anaesthesia. None is unknown. The same names and types are the columns of a registry.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from knai.core.standard.kleene import FALSE, TRUE, UNKNOWN, Maybe


class Derived(NamedTuple):
    gate: str
    now_at: int
    # scope, place, leaving
    purpose: str | None
    outside: bool  # known to be for another purpose: the Standard does not speak of it
    at_home: bool  # or in a hotel
    departure: str  # discharged when nothing else is recorded
    left_at: int  # now when nothing else is recorded
    # before treatment
    prior_sessions: int
    screened: bool | None
    screened_on: int | None
    diagnosis_recorded: bool
    condition_found: bool | None
    diagnosis_provisional: bool | None
    other_without_rationale: bool | None
    history_on: int | None
    history_in_chart: bool | None
    covers_psychiatric: bool | None
    covers_substance_use: bool | None
    physical_on: int | None
    physical_in_chart: bool | None
    medications_status: str | None
    medications_on: int | None
    allergies_status: str | None
    allergies_on: int | None
    reviewed_on: int | None
    unresolved_serious: bool | None
    hypersensitive: bool
    signed_at: int | None
    signed_by: str | None
    refused: bool
    withdrawn_at: int | None  # None: never
    expires_at: int | None  # None: never
    off_label: bool | None
    covers_off_label: bool | None
    protocol_public: bool | None
    ingredients_disclosed: bool | None
    # doses
    dosed: bool
    undosed_at_leaving: bool  # nobody who was not dosed is held at discharge, or judged after
    due_at: int | None  # the first dose; before any dose, now
    due_on: int | None
    first_dose_at: int | None
    given_after_withdrawal: bool | None  # begun then or later, or an infusion that ran beyond
    end_before_start: bool  # of an infusion: it counts as not ended
    window_end_at: int | None  # None while an infusion runs
    window_closed: bool | None
    bar_ends_at: int | None
    earliest_bar_end_at: int | None  # the same, or as much as the known doses tell of it
    any_parenteral: bool | None  # planned or given
    plan_parenteral: bool
    # dose and depth
    expected_depth: int | None
    privilege_depth: int | None
    capability_depth: int | None
    fraction_over: bool | None  # the fractions of the ceilings add up to more than 1
    rate_over: bool | None
    ceiling_percent: float | None  # rounded up, for the sentence alone, as is rate_percent
    rate_percent: float | None
    lowest_moaas: int | None
    observed_depth: int | None
    sedation_unplaced: bool  # a reading without its time or score
    # vital signs
    has_baseline: bool | None
    base_at: int | None
    base_sbp: int | None
    base_dbp: int | None
    base_hr: int | None
    base_spo2: int | None
    fresh_at: int | None
    fresh_sbp: int | None
    fresh_dbp: int | None
    fresh_hr: int | None
    fresh_spo2: int | None
    longest_gap_us: int | None
    allowed_gap_us: int | None
    gap_might_close: bool | None  # by complete sets without their time
    vitals_unplaced: bool  # there are such sets
    # people
    presence_recorded: bool
    qualified_now: bool | None
    cover_broken: bool | None  # an instant that nobody who might qualify covers
    cover_unsure: bool | None  # an instant that nobody known to qualify covers
    provider_qualifies: bool | None  # whatever the time and mode
    given_unsupervised: bool | None  # a parenteral dose
    supervision: str | None
    # going home
    transport_planned: str | None
    transport_actual: str | None
    instructed_at: int | None
    acknowledged: bool | None
    asked_at: int | None
    drove_at: int | None  # None: none reported
    # product
    offers_every_route: bool | None
    # the clinic's figures that clauses compare with
    above_percent: int
    below_percent: int
    spo2_drop: int
    sbp_ge: int
    sbp_lt: int
    dbp_ge: int
    hr_ge: int
    hr_lt: int
    spo2_lt: int


_TRUTHS = (FALSE, TRUE)


class Row:
    """A Derived whose values may be unknown scalars: what an Ibis table is to many of them."""

    def __init__(self, derived: Derived) -> None:
        values = [
            UNKNOWN if value is None else _TRUTHS[value] if type(value) is bool else Maybe(value)
            for value in derived
        ]
        self.__dict__.update(zip(Derived._fields, values, strict=True))


# Written once for a Row and for an Ibis table; a type checker cannot say "either".
Question = Any
Truth = Any
