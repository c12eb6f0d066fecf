"""Who is on site, in two taps; and the sheets for the day when KNAI is away."""

import pytest

from knai.kit.clock import set_to
from knai.kit.models import AuditEntry
from knai.practice.models import RosterStay
from tests.practice.charting_world import NOON, in_state

pytestmark = pytest.mark.django_db
PAGE = "/clinic/harbour/roster/"


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON):
        yield


@pytest.mark.parametrize(
    "who, status",
    [("nadia", 200), ("okafor", 200), ("olga", 200), ("thea", 200), ("fred", 200), ("ruth", 403),
     ("otto", 404)],
)  # fmt: skip
def test_who_keeps_the_roster(client, cast, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(PAGE).status_code == status
    posted = client.post(PAGE, {"here": cast.okafor.pk}).status_code
    assert posted == (302 if status == 200 else status)
    assert RosterStay.objects.count() == (status == 200)


def test_here_and_gone(client, cast):
    client.force_login(cast.nadia)
    assert "Nobody is on site" in client.get(PAGE).content.decode()
    client.post(PAGE, {"here": cast.okafor.pk, "at": "12:30"})
    assert "since 12:30" in client.get(PAGE).content.decode()
    client.post(PAGE, {"gone": cast.okafor.pk})
    assert RosterStay.objects.get().left_at == NOON


@pytest.mark.parametrize(
    "data, status, words",
    [
        ({}, 422, "Tap a person of the list"),
        ({"here": "nobody"}, 422, "Tap a person of the list"),
        ({"here": "0192f0c1-0000-7000-8000-000000000000"}, 422, "Wanted a person of this clinic"),
        ({"here": "okafor", "at": "half past"}, 422, "Wanted a time such as 14:05"),
        ({"gone": "okafor", "at": "09:00"}, 409, "They arrived after that time"),
    ],
)
def test_what_cannot_be_is_said(client, cast, data, status, words):
    client.force_login(cast.nadia)
    client.post(PAGE, {"here": cast.okafor.pk, "at": "12:30"})
    data = {k: cast.okafor.pk if v == "okafor" else v for k, v in data.items()}
    answer = client.post(PAGE, data)
    assert answer.status_code == status
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    "who, status",
    [("nadia", 200), ("ruth", 200), ("olga", 200), ("fred", 403), ("otto", 404)],
)
def test_who_prints_the_sheets(client, cast, who, status):
    client.force_login(getattr(cast, who))
    assert client.get("/clinic/harbour/sheets/2026-11-23/").status_code == status


def test_a_sheet_holds_who_what_to_check_and_a_grid(client, cast):
    in_state(cast, "booked", booked_for_at=NOON)
    client.force_login(cast.nadia)
    html = client.get("/clinic/harbour/sheets/2026-11-23/").content.decode()
    for words in ("Mara Rosen", "H-1001", "Allergies not asked", "at least every 15 min",
                  "Two identifiers", "120 min"):  # fmt: skip
        assert words in html
    assert AuditEntry.objects.get(verb="downtime_sheet.viewed").patient_id == cast.patient.pk


def test_cancelled_sessions_and_other_days_have_none(client, cast):
    in_state(cast, "cancelled", booked_for_at=NOON)
    client.force_login(cast.nadia)
    for day in ("2026-11-23", "2026-11-24"):
        html = client.get(f"/clinic/harbour/sheets/{day}/").content.decode()
        assert "No sessions on this day" in html


def test_a_day_that_is_none_is_said(client, cast):
    client.force_login(cast.nadia)
    assert client.get("/clinic/harbour/sheets/yesterday/").status_code == 422
