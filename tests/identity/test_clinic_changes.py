"""What an owner changes about the clinic: hours as people write them, a policy that only tightens."""

from __future__ import annotations

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.identity.actions.clinics import (
    Particulars,
    add_site,
    change_particulars,
    change_policy,
    close_site,
    hours_words,
    read_hours,
)
from knai.kit.models import AuditEntry

pytestmark = pytest.mark.django_db


def wanted(**change) -> Particulars:
    values = {
        "name": "Harbour (invented)", "time_zone": "Europe/Berlin", "phone": "555 0100",
        "address": "1 Quay", "sedation_capability": "minimal", "director_id": None,
        "hours": {"1": "8:00-12:00, 13:00-17:00"},
    }  # fmt: skip
    return Particulars(**values | change)


def test_particulars_are_kept_and_audited_by_what_changed(cast):
    clinic = change_particulars(by=cast.actor("olga"), wanted=wanted(), revision=0)
    assert clinic.hours == {"1": [["08:00", "12:00"], ["13:00", "17:00"]]}
    assert hours_words(clinic.hours, "1") == "08:00-12:00, 13:00-17:00"
    [entry] = AuditEntry.objects.all()
    assert (entry.verb, sorted(entry.detail["changed"])) == (
        "clinic.changed",
        ["address", "hours", "phone"],
    )


def test_the_second_of_two_who_save_is_told(cast):
    change_particulars(by=cast.actor("olga"), wanted=wanted(), revision=0)
    with pytest.raises(Refused, match="Somebody changed"):
        change_particulars(by=cast.actor("olga"), wanted=wanted(name="Other"), revision=0)


@pytest.mark.parametrize(
    "text, is_read",
    [
        ("08:00-17:00", True),
        ("8:00–17:00", True),
        ("08:00-24:00", True),
        ("17:00-08:00", False),
        ("08:00-08:00", False),
        ("08:00-25:00", False),
        ("08:60-09:00", False),
        ("8-17", False),
        ("08:00-12:00;13:00-17:00", False),
    ],
)
def test_hours_begin_before_they_end(text, is_read):
    if is_read:
        assert list(read_hours({"3": text})) == ["3"]
    else:
        with pytest.raises(Malformed, match="hours_3"):
            read_hours({"3": text})


@pytest.mark.parametrize(
    "change, field",
    [
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"name": " "}, "name"),
        ({"sedation_capability": "a lot"}, "sedation_capability"),
    ],
)
def test_what_cannot_be_is_said_by_its_field(cast, change, field):
    with pytest.raises(Malformed) as error:
        change_particulars(by=cast.actor("olga"), wanted=wanted(**change), revision=0)
    assert error.value.field == field


def test_a_director_is_somebody_of_the_clinic(cast):
    with pytest.raises(Malformed):
        change_particulars(
            by=cast.actor("olga"), wanted=wanted(director_id=cast.otto.pk), revision=0
        )
    clinic = change_particulars(
        by=cast.actor("olga"), wanted=wanted(director_id=cast.okafor.pk), revision=0
    )
    assert clinic.director == cast.okafor


def test_a_tighter_policy_is_kept_and_the_old_one_with_its_end(cast):
    by = cast.actor("olga")
    change_policy(by=by, changes={"charting_grace_min": 2}, revision=0)
    clinic = change_policy(by=by, changes={"charting_grace_min": 1}, revision=1)
    assert clinic.policy == {"charting_grace_min": 1}
    assert [past["policy"] for past in clinic.earlier_policies] == [{}, {"charting_grace_min": 2}]
    assert AuditEntry.objects.filter(verb="clinic.policy_changed").count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"charting_grace_min": 4},
        {"driving_restriction_hours": 11},
        {"infusion_routes": ["iv_infusion"]},  # fixed
        {"medical_roles": ["physician", "registered_nurse"]},
        {"absolute_discharge_limits": {"sbp_ge": 181}},
    ],
)
def test_a_looser_value_is_refused_by_its_name(cast, changes):
    with pytest.raises(Refused, match=next(iter(changes))):
        change_policy(by=cast.actor("olga"), changes=changes, revision=0)
    cast.clinic.refresh_from_db()
    assert (cast.clinic.policy, cast.clinic.earlier_policies) == ({}, [])


def test_the_standards_own_values_are_not_kept_as_the_clinics(cast):
    clinic = change_policy(by=cast.actor("olga"), changes={"charting_grace_min": 3}, revision=0)
    assert (clinic.policy, clinic.revision) == ({}, 0)


@pytest.mark.parametrize("nick", ["okafor", "nadia", "ruth"])
def test_only_an_owner_changes_the_policy(cast, nick):
    with pytest.raises(Forbidden):
        change_policy(by=cast.actor(nick), changes={}, revision=0)


def test_sites_have_one_name_and_close_on_a_day(cast):
    by = cast.actor("olga")
    site = add_site(by=by, name="North  wing")
    assert site.name == "North wing"
    with pytest.raises(Refused, match="already"):
        add_site(by=by, name="North wing")
    assert close_site(by=by, site_id=site.pk).closed_on is not None
    with pytest.raises(Missing):
        close_site(by=by, site_id=cast.clinic.pk)
