"""One table of states: what may follow what, who may, and what is written."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction

from knai.core.errors import Forbidden, Refused
from knai.kit import bus
from knai.kit.models import AuditEntry
from knai.practice import states
from knai.practice.models import ChartEntry, State
from knai.practice.states import STEPS, move, step_between, why_not_move
from tests.practice.world import NOON

ROOT = Path(__file__).resolve().parents[2]
ALL = [state.value for state in State]


def moved(cast, to, nick="nadia", **more):
    with transaction.atomic():
        return move(cast.session, to, by=cast.actor(nick), **more)


def stand(cast, state):
    cast.session.state = state
    cast.session.save()


@pytest.mark.django_db
@pytest.mark.parametrize("before", ALL)
def test_only_steps_of_the_table_are_taken(cast, before):
    stand(cast, before)
    for after in ALL:
        if step_between(before, after) is None:
            with pytest.raises(Refused):
                moved(cast, after, nick="okafor")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "step, before",
    [pytest.param(s, b, id=f"{b}-{s.after}-{s.is_fact}") for s in STEPS for b in s.before],
)
def test_every_step_is_charted_audited_and_told_after_commit(
    cast, step, before, django_capture_on_commit_callbacks
):
    stand(cast, before)
    told = []
    end = bus.subscribe("sessions", told.append)
    with django_capture_on_commit_callbacks(execute=True):
        moved(cast, step.after, at=NOON)
    end()
    body = ChartEntry.objects.get(kind="transition").body
    assert (body["before"], body["after"]) == (before, step.after)
    assert AuditEntry.objects.filter(verb="session.moved").count() == 1
    assert [message["state"] for message in told] == [step.after]
    cast.session.refresh_from_db()
    assert (cast.session.state, cast.session.state_since) == (step.after, NOON)
    assert cast.session.departed_at == (NOON if step.after in states.DEPARTED else None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "nick, after, allowed",
    [
        ("fred", "checked_in", True),  # the desk checks in
        ("thea", "checked_in", False),
        ("ruth", "checked_in", False),
        ("olga", "checked_in", False),
        ("fred", "cancelled", True),
        ("ruth", "cancelled", False),
    ],
)
def test_who_may_take_a_step(cast, nick, after, allowed):
    if allowed:
        moved(cast, after, nick)
        return
    with pytest.raises(Forbidden):
        moved(cast, after, nick)


@pytest.mark.parametrize("state", states.OPEN)
@pytest.mark.parametrize("after", states.DEPARTED)
def test_leaving_is_possible_from_every_open_state(state, after):
    assert why_not_move(state, after) is None
    assert step_between(state, after).is_fact


def test_every_state_is_reached_and_every_end_is_an_end():
    assert {step.after for step in STEPS} | {"booked"} == set(ALL)
    assert {s for s in ALL if not list(states.steps_from(s))} == {"cancelled", "aborted"}


def test_every_step_is_drawn():
    drawn = states.mermaid()
    for step in STEPS:
        before = "open" if step.before == states.OPEN else step.before[0]
        assert f"{before} --> {step.after}: {step.words}" in drawn


def test_the_page_of_states_is_fresh():
    tool = [sys.executable, str(ROOT / "tools" / "docs_states.py"), "--check"]
    assert subprocess.run(tool, check=False).returncode == 0
