"""What holds of the Standard whatever the facts: found by searching, not by example."""

from datetime import UTC, datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from knai.core.data import load
from knai.core.standard import CARE_CLAUSES, GATES, assess
from tests.spec.worked import load_examples

T0 = datetime(2026, 3, 2, 10, tzinfo=UTC)
LISTS = ("diagnoses", "doses", "vitals", "sedation", "presence", "plan.doses", "plan.routes")

# Names the table reads as something when they are missing (absent_means): telling them may turn a verdict.
READ_WHEN_MISSING = frozenset(load("standard")["absent_means"])

near = st.integers(-6, 10).map(lambda quarter: T0 + timedelta(minutes=15 * quarter))
later = st.integers(-4, 60).map(lambda quarter: T0 + timedelta(minutes=15 * quarter))
days = st.integers(-2, 2).map(lambda day: (T0 + timedelta(days=day)).date())
truths = st.booleans()
routes = st.sampled_from(["iv_infusion", "iv_bolus", "im", "intranasal", "oral", "other"])
depths = st.sampled_from(["minimal", "moderate", "deep", "general_anaesthesia"])
amounts = st.sampled_from(["0.1", "0.5", 1, 0.25, 0])
signs = {
    "sbp": st.sampled_from([89, 90, 120, 144, 145, 180]),
    "dbp": st.sampled_from([60, 80, 96, 120]),
    "hr": st.sampled_from([39, 70, 84, 130]),
    "spo2": st.sampled_from([89, 95, 96, 98]),
}


def some(**names):
    """An object of which any name may be missing."""
    return st.fixed_dictionaries({}, optional=names)


def few(**names):
    return st.lists(some(**names), max_size=4)


PRESENCE = {
    "role": st.sampled_from(["physician", "crna", "psychotherapist"]),
    "licensed": truths,
    "qualified": truths,
    "mode": st.sampled_from(["in_person", "remote"]),
    "from": near,
    "to": near,
}
DOSE = {"route": routes, "start": near, "end": near, "mg_per_kg": amounts}
WHOLE_DOSE = st.fixed_dictionaries(
    {"route": routes, "start": near}, optional={"end": near, "mg_per_kg": amounts}
)
ways = st.sampled_from(["escort", "stays", "self_driving"])

facts = some(
    **{
        "session.purpose": st.sampled_from(["knai", "knai", "knai", "anaesthesia"]),
        "session.setting": st.sampled_from(["clinic", "home", "hotel"]),
        "session.sedation_capability": depths,
        "course.prior_administrations": st.integers(0, 2),
        "screening.performed": truths,
        "screening.performed_on": days,
        "diagnoses": few(
            category=st.sampled_from(["ptsd", "other", "none"]),
            status=st.sampled_from(["provisional", "confirmed", "ruled_out"]),
            rationale_documented=truths,
        ),
        "history.completed_on": days,
        "history.in_chart": truths,
        "history.covers_psychiatric": truths,
        "history.covers_substance_use": truths,
        "physical.completed_on": days,
        "physical.in_chart": truths,
        "medications.status": st.sampled_from(["listed", "none"]),
        "medications.recorded_on": days,
        "allergies.status": st.sampled_from(["listed", "none_known"]),
        "allergies.recorded_on": days,
        "allergies.ketamine_hypersensitivity": truths,
        "interaction_review.completed_on": days,
        "interaction_review.unresolved_serious": truths,
        "consent.signed_at": near,
        "consent.signed_by": st.sampled_from(["patient", "legal_representative"]),
        "consent.refused": truths,
        "consent.covers_off_label": truths,
        "consent.withdrawn_at": near,
        "consent.expires_at": near,
        "product.substance": st.sampled_from(["racemic_ketamine", "esketamine", "other"]),
        "product.use_is_off_label": truths,
        "formulation.all_ingredients_disclosed": truths,
        "protocol.public": truths,
        "protocol.ceiling_mg_per_kg": st.dictionaries(routes, amounts, max_size=3),
        "protocol.ceiling_mg_per_kg_per_h": st.dictionaries(routes, amounts, max_size=2),
        "plan.routes": st.lists(routes, max_size=3),
        "plan.doses": few(route=routes, mg_per_kg=amounts, duration_min=amounts),
        "plan.expected_sedation": depths,
        "plan.provider_sedation_privilege": depths,
        "plan.supervision": st.sampled_from(["in_person", "remote", "none"]),
        "doses": few(**DOSE) | st.lists(WHOLE_DOSE, max_size=3),
        "vitals": st.lists(st.fixed_dictionaries({"at": later, **signs}), max_size=8)
        | few(at=near, **signs),
        "baseline.set_at": near,
        "sedation": few(at=near, moaas=st.integers(0, 5)),
        "presence": few(**PRESENCE),
        "transport.planned": ways,
        "transport.actual": ways,
        "driving.instructed_at": later,
        "driving.acknowledged": truths,
        "driving.asked_at": later,
        "driving.reported_driving_at": later,
        "departure.type": st.sampled_from(
            ["discharged", "left_against_advice", "eloped", "transferred"]
        ),
        "departure.at": later,
        "system.routes_offered": st.lists(routes, max_size=6),
    }
)
gates = st.sampled_from(GATES)


def answers(gate, now, known, tz="UTC"):
    return {
        each.clause: (each.verdict.value, each.effect.value, each.override_needs, each.because)
        for each in assess(gate, now, known, tz=tz)
    }


@settings(max_examples=400, deadline=None)
@given(gates, later, facts)
def test_nothing_of_the_right_shape_is_refused_or_fails(gate, now, known):
    findings = assess(gate, now, known)
    assert [each.clause for each in findings] == [clause.id for clause in CARE_CLAUSES]


@settings(max_examples=400, deadline=None)
@given(gates, later, facts, st.data())
def test_knowing_more_never_turns_a_settled_verdict(gate, now, known, data):
    tellable = sorted(known.keys() - READ_WHEN_MISSING)
    unknown = data.draw(st.sets(st.sampled_from(tellable)) if tellable else st.just(set()))
    less = {name: value for name, value in known.items() if name not in unknown}
    before, after = answers(gate, now, less), answers(gate, now, known)
    for clause, (verdict, *_) in before.items():
        if verdict != "cannot_tell_yet":
            assert after[clause][0] == verdict, clause


@settings(max_examples=200, deadline=None)
@given(gates, later, facts, st.randoms(use_true_random=False))
def test_the_order_of_a_list_changes_nothing(gate, now, known, rng):
    shuffled = {
        name: rng.sample(value, len(value)) if name in LISTS else value
        for name, value in known.items()
    }
    assert assess(gate, now, shuffled) == assess(gate, now, known)


@settings(max_examples=150, deadline=None)
@given(gates, later, facts, facts)
def test_a_finding_depends_on_no_fact_it_does_not_list(gate, now, known, other):
    findings = assess(gate, now, known)
    for clause in CARE_CLAUSES:
        mixed = {name: value for name, value in other.items() if not _reads(clause, name)} | {
            name: value for name, value in known.items() if _reads(clause, name)
        }
        one = next(each for each in assess(gate, now, mixed) if each.clause == clause.id)
        was = next(each for each in findings if each.clause == clause.id)
        assert (one.verdict, one.effect) == (was.verdict, was.effect), clause.id


def _reads(clause, name):
    return name == "session.purpose" or any(
        fact == name or fact.startswith(f"{name}.") for fact in clause.facts
    )


@settings(max_examples=200, deadline=None)
@given(gates, later, facts, st.sampled_from([-11, -5.5, 2, 14]))
def test_one_instant_written_in_two_zones_is_one_instant(gate, now, known, hours):
    assert answers(gate, _moved(now, hours), _moved(known, hours)) == answers(gate, now, known)


def _moved(value, hours):
    """The same instants, written as another zone's clocks show them."""
    if isinstance(value, datetime):
        shift = timedelta(hours=hours)
        local = (value + shift).replace(tzinfo=None).isoformat()
        sign = "-" if hours < 0 else "+"
        minutes = int(abs(hours) * 60)
        return f"{local}{sign}{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(value, list):
        return [_moved(part, hours) for part in value]
    if isinstance(value, dict):
        return {name: _moved(part, hours) for name, part in value.items()}
    return value


@cache
def examples_of_lists():
    return [each for each in load_examples() if any(name in LISTS for name in each.facts)]


def test_the_worked_examples_read_the_same_backwards():
    for example in examples_of_lists():
        backwards = {
            name: value[::-1] if name in LISTS else value for name, value in example.facts.items()
        }
        forwards = answers(example.gate, example.now, example.facts, example.tz)
        assert answers(example.gate, example.now, backwards, example.tz) == forwards
