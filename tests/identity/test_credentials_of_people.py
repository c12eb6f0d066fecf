"""Credentials: checked by another, holding on their last day, reminded of three times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.identity import credentials
from knai.identity.actions.credentials import (
    Wanted,
    add_credential,
    check_credential,
    withdraw_credential,
)
from knai.identity.models import Credential
from knai.kit.clock import set_to
from knai.kit.models import AuditEntry, OutgoingMail

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LICENCE = Wanted("licence", date(2026, 1, 1), date(2027, 1, 1), "Berlin", "B-77")


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON):
        yield


def add(cast, wanted=LICENCE, by="olga", to="nadia") -> Credential:
    return add_credential(by=cast.actor(by), user_id=getattr(cast, to).pk, wanted=wanted)


def test_a_credential_counts_once_another_person_has_checked_it(cast):
    row = add(cast, by="nadia")
    assert not row.holds(TODAY)
    check_credential(by=cast.actor("okafor"), credential_id=row.pk)
    row.refresh_from_db()
    assert row.holds(TODAY)
    assert (row.checked_by, row.checked_on) == (cast.okafor, TODAY)


@pytest.mark.parametrize("nick", ["okafor", "olga"])
def test_nobody_checks_their_own(cast, nick):
    row = add(cast, to=nick)
    with pytest.raises(Forbidden, match="of their own"):
        check_credential(by=cast.actor(nick), credential_id=row.pk)


@pytest.mark.parametrize("nick", ["nils", "thea", "fred", "ruth"])
def test_only_owners_and_prescribers_check(cast, nick):
    row = add(cast)
    with pytest.raises(Forbidden):
        check_credential(by=cast.actor(nick), credential_id=row.pk)


def test_the_first_check_stands(cast):
    row = add(cast)
    check_credential(by=cast.actor("okafor"), credential_id=row.pk)
    check_credential(by=cast.actor("olga"), credential_id=row.pk)
    row.refresh_from_db()
    assert row.checked_by == cast.okafor
    assert AuditEntry.objects.filter(verb="credential.checked").count() == 1


def test_two_clicks_add_one(cast):
    assert add(cast).pk == add(cast).pk


@pytest.mark.parametrize(
    "wanted, field",
    [
        (Wanted("licence", TODAY, number="1"), "jurisdiction"),
        (Wanted("licence", TODAY, jurisdiction="Berlin"), "number"),
        (Wanted("dea", TODAY), "number"),
        (Wanted("sedation", TODAY), "level"),
        (Wanted("sedation", TODAY, level="very"), "level"),
        (Wanted("acls", TODAY, level="deep"), "level"),
        (Wanted("acls", TODAY, TODAY - timedelta(days=1)), "expires_on"),
        (Wanted("charm", TODAY), "kind"),
    ],
)
def test_what_a_paper_must_say_is_asked_for(cast, wanted, field):
    with pytest.raises(Malformed) as error:
        add(cast, wanted)
    assert error.value.field == field


def test_it_is_added_by_its_holder_or_an_owner(cast):
    with pytest.raises(Forbidden):
        add(cast, by="nils", to="nadia")
    with pytest.raises(Missing):
        add(cast, to="otto")


def test_withdrawn_it_counts_no_more_from_today_and_before_it_did(cast):
    row = add(cast)
    check_credential(by=cast.actor("okafor"), credential_id=row.pk)
    withdraw_credential(by=cast.actor("olga"), credential_id=row.pk, reason="entered wrongly")
    row.refresh_from_db()
    assert (row.holds(TODAY), row.holds(TODAY - timedelta(days=1))) == (False, True)
    with pytest.raises(Refused):
        check_credential(by=cast.actor("olga"), credential_id=row.pk)


@pytest.mark.parametrize(
    "expires_on, checked, state",
    [
        (TODAY - timedelta(days=1), True, "expired"),
        (TODAY, True, "expires"),  # today it still holds
        (TODAY + timedelta(days=90), True, "expires"),
        (TODAY + timedelta(days=91), True, "holds"),
        (None, True, "holds"),
        (None, False, "unchecked"),
        (TODAY - timedelta(days=1), False, "expired"),
    ],
)
def test_each_has_a_state_that_says_what_is_to_be_done(expires_on, checked, state):
    row = Credential(
        kind="acls", starts_on=date(2020, 1, 1), expires_on=expires_on,
        checked_on=TODAY if checked else None,
    )  # fmt: skip
    assert credentials.state_of(row, TODAY) == state


# ------------------------------------------------------------------------------------------ reminders
def letters() -> list[tuple[str, str]]:
    rows = OutgoingMail.objects.order_by("pk").values_list("key", "to")
    return [(key.split("/")[2], to.split("@")[0]) for key, to in rows]


def remind_at(cast, days_before: int) -> int:
    row = Credential.objects.filter(kind="licence", user=cast.nadia).earliest("starts_on")
    day = row.expires_on - timedelta(days=days_before)
    return credentials.remind(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


@pytest.fixture
def licence(cast):
    return cast.credential(cast.nadia, "licence", expires_on=date(2027, 6, 30))


@pytest.mark.parametrize(
    "days_before, reached",
    [
        (91, None), (90, "90"), (31, "90"), (30, "30"), (8, "30"), (7, "7"), (0, "7"),
        (-1, None),  # it has run out: that is a to-do, no reminder
    ],
)  # fmt: skip
def test_holder_and_owner_are_reminded_at_ninety_thirty_and_seven_days(
    cast, licence, days_before, reached
):
    remind_at(cast, days_before)
    assert letters() == ([(reached, "nadia"), (reached, "olga")] if reached else [])


def test_each_reminder_comes_once_however_often_it_is_looked_for(cast, licence):
    for days in range(95, -3, -1):
        remind_at(cast, days)
        remind_at(cast, days)
    assert sorted(letters()) == sorted(
        (days, who) for days in ("90", "30", "7") for who in ("nadia", "olga")
    )


def test_one_that_was_renewed_is_not_reminded_of_once_the_new_one_is_checked(cast, licence):
    renewed = cast.credential(
        cast.nadia, "licence", starts_on=date(2027, 7, 1), expires_on=date(2029, 6, 30),
        checked_on=None, checked_by=None,
    )  # fmt: skip
    assert credentials.remind(datetime(2027, 6, 1, 12, tzinfo=UTC)) == 2
    renewed.checked_on, renewed.checked_by = date(2027, 6, 2), cast.olga
    renewed.save()
    assert credentials.remind(datetime(2027, 6, 25, 12, tzinfo=UTC)) == 0


def test_a_gap_between_the_old_and_the_new_one_is_reminded_of(cast, licence):
    cast.credential(cast.nadia, "licence", starts_on=date(2027, 7, 2))
    assert remind_at(cast, 7) == 2


def test_whoever_has_left_is_not_reminded(cast, licence):
    cast.nadia.memberships.update(ends_on=date(2026, 12, 1))
    assert remind_at(cast, 30) == 0


def test_an_owner_reads_of_their_own_once(cast):
    cast.credential(cast.olga, "licence", expires_on=TODAY)
    assert credentials.remind(NOON) == 1
