"""An override lets a step go on and never changes a verdict."""

from datetime import date

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.core.standard import Verdict
from knai.kit.clock import set_to
from knai.kit.ids import uuid7
from knai.practice import entries as e
from knai.practice.actions import overrides
from knai.practice.actions.charting import Posting
from knai.practice.actions.overrides import Who
from knai.practice.gates import findings_at
from knai.practice.models import ChartEntry
from tests.practice.world import (
    NOON,
    arrive,
    fresh,
    give,
    going_home,
    minutes,
    on_site,
    vitals,
    write,
)

pytestmark = pytest.mark.django_db
REASON = "Escort is on the way, seen by me"


def override(cast, clause, *, nick="okafor", gate="start", at=0, reason=REASON, **more):
    with set_to(minutes(at)):
        return overrides.override_finding(
            by=cast.actor(nick),
            session_id=cast.session.pk,
            gate=gate,
            clause=clause,
            reason=reason,
            **more,
        )


def view(cast, gate="start", at=0):
    return findings_at(by=cast.actor("nadia"), session=fresh(cast), gate=gate, at=minutes(at))


def test_an_override_moves_the_work_on_and_leaves_the_verdict(cast):
    arrive(cast, without=("transport",))
    assert view(cast).held_by == ("KNAI-23",)
    override(cast, "KNAI-23")
    item = view(cast).find("KNAI-23")
    assert view(cast).is_open
    assert item.finding.verdict is Verdict.CANNOT_TELL_YET
    assert (item.override.provider_name, item.override.reason) == ("Chidi Okafor", REASON)
    body = ChartEntry.objects.get(kind="override").body
    assert body["facts"]["transport.planned"] is None


def test_an_override_lapses_when_its_facts_change(cast):
    arrive(cast, without=("transport",))
    override(cast, "KNAI-23")
    write(cast, e.Transport(stage="planned", mode="self_driving"), session=cast.session)
    item = view(cast).find("KNAI-23")
    assert (item.holds, item.override, item.lapsed.reason) == (True, None, REASON)


@pytest.mark.parametrize(
    "clause, error", [("KNAI-18", Refused), ("KNAI-2", Refused), ("KNAI-20", Missing)]
)
def test_only_what_is_overridable_at_this_gate_is_overridden(cast, clause, error):
    arrive(cast, without=("vitals",))
    with pytest.raises(error):
        override(cast, clause)
    assert not ChartEntry.objects.filter(kind="override").exists()


@pytest.mark.parametrize(
    "reason, accepted",
    [("x" * 14, False), ("x" * 15, True), (" " * 20 + "short", False), ("", False)],
)
def test_a_reason_has_at_least_15_characters(cast, reason, accepted):
    arrive(cast, without=("transport",))
    if accepted:
        override(cast, "KNAI-23", reason=reason)
        return
    with pytest.raises(Malformed):
        override(cast, "KNAI-23", reason=reason)


@pytest.mark.parametrize("nick", ["nadia", "thea", "fred", "olga", "ruth"])
def test_who_is_no_medical_provider_overrides_nothing(cast, nick):
    arrive(cast, without=("transport",))
    with pytest.raises(Forbidden):
        override(cast, "KNAI-23", nick=nick)


@pytest.mark.parametrize(
    "kind, expires_on, allowed",
    [
        ("licence", date(2026, 11, 22), False),
        ("licence", date(2026, 11, 23), True),  # the last day holds
        ("acls", date(2026, 11, 22), False),
    ],
)
def test_a_provider_whose_papers_ran_out_overrides_nothing(cast, kind, expires_on, allowed):
    arrive(cast, without=("transport",))
    cast.okafor.credentials.filter(kind=kind).update(expires_on=expires_on)
    if allowed:
        override(cast, "KNAI-23")
        return
    with pytest.raises(Forbidden):
        override(cast, "KNAI-23")


def test_by_telephone_a_nurse_on_site_reads_it_back_and_both_names_stay(cast):
    arrive(cast, without=("transport",))
    who = Who(provider_id=cast.okafor.pk)
    with pytest.raises(Refused, match="on site"):
        override(cast, "KNAI-23", nick="nadia", who=who)
    on_site(cast, "nadia")
    override(cast, "KNAI-23", nick="nadia", who=who)
    body = ChartEntry.objects.get(kind="override").body
    assert body["by_telephone"] is True
    assert body["read_back_by"] == str(cast.nadia.pk)
    assert body["provider_id"] == str(cast.okafor.pk)
    assert view(cast).find("KNAI-23").override.recorded_by_name == "Nadia Petrov"


def test_by_telephone_too_the_provider_has_to_qualify(cast):
    arrive(cast, without=("transport",))
    on_site(cast, "nadia")
    with pytest.raises(Forbidden):
        override(cast, "KNAI-23", nick="nadia", who=Who(provider_id=cast.nils.pk))


def test_an_override_sent_twice_is_one(cast):
    arrive(cast, without=("transport",))
    posting = Posting(idempotency_key=uuid7())
    assert override(cast, "KNAI-23", posting=posting) == override(cast, "KNAI-23", posting=posting)


def test_another_clinics_people_find_no_session(cast):
    arrive(cast, without=("transport",))
    with pytest.raises(Missing):
        override(cast, "KNAI-23", nick="otto")


def test_an_override_of_the_start_lets_the_dose_be_given(cast):
    from knai.practice.actions.gates import pass_first_walk

    arrive(cast, without=("transport",))
    override(cast, "KNAI-23")
    with set_to(NOON):
        pass_first_walk(by=cast.actor("nadia"), session_id=cast.session.pk)
    give(cast)
    passed = ChartEntry.objects.filter(kind="gate_passed").order_by("id")
    for entry in passed:
        [finding] = [f for f in entry.body["findings"] if f["clause"] == "KNAI-23"]
        assert finding["verdict"] == "cannot_tell_yet"
        assert finding["overridden_by"] is not None


@pytest.mark.parametrize("witness, accepted", [("", False), ("  ", False), ("Nils Berg", True)])
def test_a_refused_driving_rule_wants_a_witness(cast, witness, accepted):
    from knai.practice.actions.leaving import instruct_driving

    going_home(cast)
    with set_to(minutes(73)):
        instruct_driving(
            by=cast.actor("nadia"), session_id=cast.session.pk, acknowledged=False, witness="Nils"
        )
    reason = "Does not want to sign, has heard it"
    more = {"gate": "discharge", "at": 74, "reason": reason, "who": Who(witness=witness)}
    assert [item.id for item in view(cast, "discharge", 74).overridable] == ["KNAI-25"]
    if not accepted:
        with pytest.raises(Malformed, match="witness"):
            override(cast, "KNAI-25", **more)
        return
    override(cast, "KNAI-25", **more)
    assert view(cast, "discharge", 74).is_open


def test_an_absolute_limit_is_never_overridden_a_band_is(cast):
    going_home(cast)
    vitals(cast, 74, sbp=185)
    with pytest.raises(Refused):
        override(cast, "KNAI-20", gate="discharge", at=75)
    vitals(cast, 76, sbp=160)
    override(cast, "KNAI-20", gate="discharge", at=77)
    assert view(cast, "discharge", 77).is_open


def test_a_clinic_check_is_overridden_by_whom_it_names(cast):
    arrive(cast, checks=True)
    args = {"session_id": cast.session.pk, "gate": "start", "reason": "Had a biscuit two hours ago"}
    with set_to(NOON):
        with pytest.raises(Forbidden):
            overrides.override_check(by=cast.actor("nadia"), check="last_food", **args)
        with pytest.raises(Refused, match="cannot be overridden"):
            overrides.override_check(by=cast.actor("okafor"), check="two_identifiers", **args)
        with pytest.raises(Missing):
            overrides.override_check(by=cast.actor("okafor"), check="no_such_check", **args)
        overrides.override_check(by=cast.actor("okafor"), check="last_food", **args)
    assert view(cast).find_check("last_food").override is not None
    assert "last_food" not in view(cast).held_by
