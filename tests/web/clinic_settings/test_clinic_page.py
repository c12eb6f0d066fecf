"""The clinic's page and its policy: what is wrong stands beside its field, and nothing typed is lost."""

from __future__ import annotations

import pytest

from knai.core.standard import tighter_ways
from knai.kit.models import AuditEntry
from knai.practice.models import Chair
from knai.web.clinic_settings.policy_form import TITLES

pytestmark = pytest.mark.django_db
CLINIC = "/clinic/harbour/clinic/"


@pytest.fixture
def olga(client, cast):
    client.force_login(cast.olga)
    return client


def form_of(page) -> dict[str, str]:
    values = {field.html_name: field.value() for field in page.context["form"]}
    return {name: "" if value is None else value for name, value in values.items()}


def test_what_was_saved_stands_on_the_page(olga, cast):
    data = form_of(olga.get(CLINIC)) | {"phone": "555 0199", "hours_1": "08:00-17:00"}
    assert olga.post(f"{CLINIC}particulars/", data).status_code == 302
    page = olga.get(CLINIC).content.decode()
    assert "555 0199" in page and "08:00-17:00" in page


def test_hours_that_cannot_be_read_are_said_beside_the_day(olga):
    data = form_of(olga.get(CLINIC)) | {"hours_2": "nine to five"}
    answer = olga.post(f"{CLINIC}particulars/", data)
    assert answer.status_code == 422
    assert "hours_2" in answer.context["form"].errors
    assert "nine to five" in answer.content.decode()


def test_the_second_of_two_tabs_is_told_and_keeps_what_was_typed(olga):
    data = form_of(olga.get(CLINIC))
    olga.post(f"{CLINIC}particulars/", data | {"phone": "1"})
    answer = olga.post(f"{CLINIC}particulars/", data | {"address": "9 Pier"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody changed the clinic" in page and "9 Pier" in page
    again = form_of(answer)
    assert olga.post(f"{CLINIC}particulars/", again).status_code == 302


def test_every_key_of_the_policy_has_words():
    assert set(TITLES) == set(tighter_ways())


def typed(page) -> dict:
    rows = [row for row in page.context["rows"] if not row.is_fixed]
    plain = {row.name: row.value for row in rows if not row.choices}
    lists = {row.name: [c.value for c in row.choices if c.is_on] for row in rows if row.choices}
    return plain | lists | {"revision": page.context["revision"]}


def test_the_policy_as_shown_changes_nothing(olga, cast):
    olga.post(f"{CLINIC}policy/save/", typed(olga.get(f"{CLINIC}policy/")))
    cast.clinic.refresh_from_db()
    assert (cast.clinic.policy, cast.clinic.revision) == ({}, 0)


@pytest.mark.parametrize(
    "name, value, kept",
    [
        ("charting_grace_min", "2", {"charting_grace_min": 2}),
        ("driving_restriction_hours", "24", {"driving_restriction_hours": 24}),
        ("medical_roles", ["physician", "crna"], {"medical_roles": ["physician", "crna"]}),
        ("return_tolerance_above_percent", "12.5", {"return_tolerance_above_percent": "12.5"}),
    ],
)
def test_a_tighter_value_is_kept(olga, cast, name, value, kept):
    data = typed(olga.get(f"{CLINIC}policy/")) | {name: value}
    assert olga.post(f"{CLINIC}policy/save/", data).status_code == 302
    cast.clinic.refresh_from_db()
    assert cast.clinic.policy == kept
    assert "tighter than the Standard" in olga.get(f"{CLINIC}policy/").content.decode()


def test_one_part_of_a_table_is_tightened(olga, cast):
    data = typed(olga.get(f"{CLINIC}policy/")) | {"observation_min.im": "90"}
    olga.post(f"{CLINIC}policy/save/", data)
    cast.clinic.refresh_from_db()
    assert cast.clinic.policy["observation_min"]["im"] == 90


@pytest.mark.parametrize(
    "name, value, status",
    [
        ("charting_grace_min", "4", 409),
        ("absolute_discharge_limits.sbp_ge", "190", 409),
        ("charting_grace_min", "two", 422),
        ("charting_grace_min", "0,5", 422),
        ("charting_grace_min", "-1", 422),
    ],
)
def test_a_looser_or_unreadable_value_is_said_by_its_key(olga, cast, name, value, status):
    data = typed(olga.get(f"{CLINIC}policy/")) | {name: value}
    answer = olga.post(f"{CLINIC}policy/save/", data)
    assert answer.status_code == status
    [row] = [row for row in answer.context["rows"] if row.error]
    assert (row.name, row.value) == (name, value)
    cast.clinic.refresh_from_db()
    assert cast.clinic.policy == {}


def test_a_change_of_policy_is_audited_with_what_it_was(olga, cast):
    data = typed(olga.get(f"{CLINIC}policy/")) | {"charting_grace_min": "2"}
    olga.post(f"{CLINIC}policy/save/", data)
    entry = AuditEntry.objects.get(verb="clinic.policy_changed")
    assert entry.detail == {"before": {}, "after": {"charting_grace_min": 2}}


def test_chairs_are_added_renamed_moved_and_closed(olga, cast):
    olga.post(f"{CLINIC}chairs/", {"name": "Window"})
    olga.post(f"{CLINIC}chairs/", {"name": "Door"})
    door = Chair.objects.get(name="Door")
    where = f"{CLINIC}chairs/{door.pk}/"
    olga.post(where, {"name": "Door", "do": "up"})
    assert [c.name for c in Chair.objects.all()] == ["Door", "Window"]
    olga.post(where, {"name": "Garden"})
    olga.post(where, {"name": "Garden", "do": "close"})
    door.refresh_from_db()
    assert (door.name, door.closed_on is not None) == ("Garden", True)


def test_a_name_that_is_taken_is_said(olga):
    olga.post(f"{CLINIC}chairs/", {"name": "Window"})
    answer = olga.post(f"{CLINIC}chairs/", {"name": "Window"})
    assert answer.status_code == 409
    assert "already" in answer.content.decode()
