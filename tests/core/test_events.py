"""What an adverse event demands at once."""

import itertools

import pytest

from knai.core.errors import Malformed
from knai.core.events import (
    ACTIONS,
    EVENTS,
    GRADES,
    OUTCOMES,
    REQUIRED,
    REQUIRED_TO_CLOSE,
    get_event,
    grade_counted,
    is_adverse,
    least_grade,
    what_event_demands,
)

STOP = {"stop_drug", "call_provider"}


@pytest.mark.parametrize(
    "code, grade, demands",
    [
        ("nausea", 2, set()),
        ("nausea", 3, STOP),
        ("nausea", 5, STOP),
        ("desaturation", 1, set()),
        ("desaturation", 2, STOP),
        ("seizure", 1, STOP),
        ("chest_pain", 1, STOP),
        ("suicidal_ideation", 1, {"call_provider"}),
        ("suicidal_ideation", 5, {"call_provider"}),  # never stops the drug by itself
        ("hypertension", 2, set()),
        ("hypertension", 3, STOP),
        ("dissociation", 2, set()),
        ("dissociation", 3, STOP),
    ],
)
def test_an_event_stops_the_drug_from_its_own_grade(code, grade, demands):
    assert what_event_demands(code, grade) == demands


@pytest.mark.parametrize(
    "code, grade, sedated, counted",
    [
        ("vomiting", 1, False, 1),
        ("vomiting", 1, True, 2),
        ("vomiting", 3, True, 3),
        ("nausea", 1, True, 1),
    ],
)
def test_vomiting_while_sedated_counts_at_least_two(code, grade, sedated, counted):
    assert grade_counted(code, grade, sedated=sedated) == counted
    assert least_grade(code, sedated=sedated) == min(
        counted, 2 if code == "vomiting" and sedated else 1
    )


def test_vomiting_while_sedated_stops_the_drug_at_its_own_grade():
    assert what_event_demands("vomiting", 1, sedated=True) == set()
    assert what_event_demands("vomiting", 3, sedated=True) == STOP


@pytest.mark.parametrize("grade", [0, 6])
def test_a_grade_off_the_ladder_is_refused(grade):
    with pytest.raises(Malformed, match="grade: is not a grade"):
        what_event_demands("nausea", grade)


def test_an_unknown_event_is_refused():
    with pytest.raises(Malformed, match="code: is not in the catalogue"):
        get_event("boredom")


def test_dissociation_is_an_effect_until_it_distresses():
    assert not is_adverse("dissociation")
    assert is_adverse("dissociation", condition_holds=True)
    assert is_adverse("nausea")
    assert [e.code for e in EVENTS.values() if e.lane == "expected_effect"] == ["dissociation"]


def test_every_event_asks_for_something_at_its_worst():
    for code in EVENTS:
        assert "call_provider" in what_event_demands(code, 5)


@pytest.mark.parametrize("code", EVENTS)
@pytest.mark.parametrize("sedated", [False, True])
def test_a_graver_event_never_demands_less(code, sedated):
    demands = [what_event_demands(code, grade, sedated) for grade in GRADES]
    assert all(a <= b for a, b in itertools.pairwise(demands))


def test_what_is_asked_at_onset_and_at_closing():
    assert [*GRADES] == [1, 2, 3, 4, 5]
    assert REQUIRED == ("code", "grade", "onset_at", "action")
    assert REQUIRED_TO_CLOSE == ("outcome",)
    assert {"resolved", "unknown", "fatal"} <= {*OUTCOMES}
    assert {"none", "dose_stopped", "emergency_call"} <= {*ACTIONS}
    assert len(EVENTS) == 35
    assert all(event.label and event.system for event in EVENTS.values())
