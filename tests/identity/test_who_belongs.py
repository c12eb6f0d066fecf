"""Changing roles and leaving: one open role a person, one owner at least, log-ins that end at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.identity import members
from knai.identity.actions.members import change_role, end_membership, record_review
from knai.identity.actors import get_actor, list_hats
from knai.identity.models import Membership
from knai.kit.clock import now, set_to
from knai.kit.models import AuditEntry

pytestmark = pytest.mark.django_db


def today(cast) -> date:
    return members.today_of(cast.clinic)


def verbs() -> list[str]:
    return list(AuditEntry.objects.values_list("verb", flat=True))


def test_a_new_role_holds_at_once_and_the_old_one_stays_readable(cast):
    change_role(by=cast.actor("olga"), user_id=cast.nadia.pk, role="prescriber")
    assert cast.actor("nadia").role == "prescriber"
    rows = Membership.objects.filter(user=cast.nadia).order_by("id")
    assert [(row.role, row.is_current(today(cast))) for row in rows] == [
        ("nurse", False),
        ("prescriber", True),
    ]
    assert verbs() == ["member.role_changed"]


def test_the_same_role_again_changes_nothing(cast):
    change_role(by=cast.actor("olga"), user_id=cast.nadia.pk, role="nurse")
    assert Membership.objects.filter(user=cast.nadia).count() == 1
    assert verbs() == []


def test_a_role_may_change_twice_on_one_day(cast):
    for role in ("therapist", "nurse", "read_only"):
        change_role(by=cast.actor("olga"), user_id=cast.nadia.pk, role=role)
    assert cast.actor("nadia").role == "read_only"
    assert [hat.role for hat in list_hats(cast.nadia)] == ["read_only"]


def test_a_last_day_that_was_set_survives_a_change_of_role(cast):
    last_day = today(cast) + timedelta(days=10)
    end_membership(by=cast.actor("olga"), user_id=cast.nadia.pk, last_day=last_day)
    after = change_role(by=cast.actor("olga"), user_id=cast.nadia.pk, role="therapist")
    assert after.ends_on == last_day


@pytest.mark.parametrize(
    "days, works", [(0, True), (1, False)]
)  # the last day counts; the day after does not
def test_somebody_works_until_the_end_of_their_last_day(cast, days, works):
    last_day = today(cast)
    end_membership(by=cast.actor("olga"), user_id=cast.nadia.pk, last_day=last_day)
    with set_to(now() + timedelta(days=days)):
        if works:
            assert cast.actor("nadia").role == "nurse"
        else:
            with pytest.raises(Missing):
                cast.actor("nadia")


def test_leaving_at_once_ends_every_log_in_and_nobody_elses(cast):
    tablet, phone, nils = Client(), Client(), Client()
    tablet.force_login(cast.nadia)
    phone.force_login(cast.nadia)
    nils.force_login(cast.nils)
    end_membership(by=cast.actor("olga"), user_id=cast.nadia.pk, last_day=today(cast), at_once=True)
    for client in (tablet, phone):
        assert "/accounts/login/" in client.get("/clinic/harbour/board/")["Location"]
    assert nils.get("/clinic/harbour/board/").status_code == 200
    with pytest.raises(Missing):
        cast.actor("nadia")


def test_whoever_leaves_one_clinic_keeps_working_in_another(cast):
    Membership.objects.create(
        user=cast.nadia, clinic=cast.other_clinic, role="nurse", starts_on=date(2024, 1, 1)
    )
    end_membership(by=cast.actor("olga"), user_id=cast.nadia.pk, last_day=today(cast), at_once=True)
    assert get_actor(cast.nadia, "hill").role == "nurse"
    assert [hat.clinic.slug for hat in list_hats(cast.nadia)] == ["hill"]


@pytest.mark.parametrize(
    "act",
    [
        lambda by, user_id, day: end_membership(by=by, user_id=user_id, last_day=day),
        lambda by, user_id, day: end_membership(by=by, user_id=user_id, last_day=day, at_once=True),
        lambda by, user_id, day: change_role(by=by, user_id=user_id, role="nurse"),
    ],
)
def test_the_last_owner_neither_leaves_nor_loses_the_role(cast, act):
    with pytest.raises(Refused, match="last owner"):
        act(cast.actor("olga"), cast.olga.pk, today(cast))
    change_role(by=cast.actor("olga"), user_id=cast.ruth.pk, role="owner")
    act(cast.actor("olga"), cast.olga.pk, today(cast))


def test_an_owner_whose_last_day_is_set_is_no_other_owner(cast):
    change_role(by=cast.actor("olga"), user_id=cast.ruth.pk, role="owner")
    end_membership(by=cast.actor("olga"), user_id=cast.ruth.pk, last_day=today(cast))
    with pytest.raises(Refused, match="last owner"):
        end_membership(by=cast.actor("olga"), user_id=cast.olga.pk, last_day=today(cast))


def test_a_last_day_in_the_past_is_asked_again(cast):
    with pytest.raises(Malformed, match="past"):
        end_membership(
            by=cast.actor("olga"), user_id=cast.nadia.pk, last_day=today(cast) - timedelta(days=1)
        )


def test_another_clinics_people_are_not_found(cast):
    with pytest.raises(Missing):
        change_role(by=cast.actor("olga"), user_id=cast.otto.pk, role="nurse")


@pytest.mark.parametrize("nick", ["okafor", "nadia", "ruth", "ines"])
def test_only_an_owner_changes_roles(cast, nick):
    with pytest.raises(Forbidden):
        change_role(by=cast.actor(nick), user_id=cast.nils.pk, role="owner")


def test_the_page_of_rights_shows_everybody_in_a_handful_of_queries(
    cast, django_assert_max_num_queries
):
    by = cast.actor("olga")
    with django_assert_max_num_queries(7):
        found = members.list_members(by=by)
    by_name = {member.name: member for member in found}
    assert set(by_name) == {
        "Olga Brandt", "Chidi Okafor", "Nadia Petrov", "Nils Berg", "Thea Lund", "Fred Amsel",
        "Ruth Klein", "Ines Dahl",
    }  # fmt: skip
    assert by_name["Chidi Okafor"].credentials.words == "2 hold"
    assert by_name["Nadia Petrov"].credentials.words == "none on file"
    assert not by_name["Nadia Petrov"].has_second_factor


def test_a_review_is_dated_and_audited(cast):
    clinic = record_review(by=cast.actor("olga"))
    assert clinic.rights_reviewed_by == cast.olga
    assert clinic.rights_reviewed_at is not None
    assert verbs() == ["rights.reviewed"]
