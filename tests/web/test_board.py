"""The chair board: who sees it, what it shows, and in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from knai.kit.clock import now, set_to
from knai.kit.models import AuditEntry
from knai.practice.actions.write import append
from knai.practice.entries import Vitals
from knai.practice.models import Chair
from knai.web.kept import KEY

pytestmark = pytest.mark.django_db
URL = "/clinic/harbour/board/"


@pytest.fixture
def dosing(cast):
    session = cast.make_session(cast.patient, state="dosing", first_dose_at=now())
    with transaction.atomic():
        append(
            by=cast.actor("nadia"),
            body=Vitals(sbp=131, dbp=87, hr=71, spo2=96),
            patient=cast.patient,
            session=session,
            effective_at=now() - timedelta(minutes=1),
        )
    return session


@pytest.mark.parametrize(
    "who, status", [("nadia", 200), ("fred", 200), ("ruth", 200), ("thea", 200), ("otto", 404)]
)
def test_who_sees_the_board(client, cast, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(URL).status_code == status
    assert client.post(URL).status_code == (405 if status == 200 else 404)


def test_a_visitor_is_sent_to_log_in(client, cast):
    assert client.get(URL)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("who, figures", [("nadia", True), ("fred", False)])
def test_figures_only_for_who_may_read_the_chart(client, cast, dosing, who, figures):
    client.force_login(getattr(cast, who))
    page = client.get(URL).content.decode()
    assert "M.R." in page and "Dosing" in page
    assert ("131/87" in page) is figures
    assert "Rosen" not in page  # a wall shows initials, never names


def test_a_chair_nobody_sits_in_is_shown_as_free(client, cast, dosing):
    Chair.objects.create(clinic=cast.clinic, name="Chair 2", position=2)
    client.force_login(cast.nadia)
    assert "<strong>Chair 2</strong> · free" in client.get(URL).content.decode()


def test_the_most_urgent_chair_comes_first(client, cast, dosing):
    quiet = Chair.objects.create(clinic=cast.clinic, name="Chair 0", position=0)
    ben = cast.make_patient("Ben", "Quiet", "H-2")
    cast.make_session(ben, chair=quiet, state="recovery")
    client.force_login(cast.nadia)
    page = client.get(URL).content.decode()
    assert page.index("M.R.") < page.index("B.Q.")  # dosing before recovery, whatever the chair


def test_looking_at_the_board_stands_in_the_audit(client, cast, dosing):
    client.force_login(cast.ruth)
    client.get(URL)
    assert AuditEntry.objects.get(verb="board.viewed").detail == {"sessions": [str(dosing.pk)]}


def test_another_clinics_sessions_are_not_on_the_board(client, cast, dosing):
    client.force_login(cast.otto)
    assert "M.R." not in client.get("/clinic/hill/board/").content.decode()


def test_a_kept_tile_shows_no_more_to_the_next_who_looks(client, cast, dosing):
    for nick, figures in (("nadia", True), ("fred", False), ("nadia", True)):
        client.force_login(getattr(cast, nick))
        page = client.get(URL).content.decode()
        assert ("131/87" in page) is figures
        assert (f"/sessions/{dosing.pk}/" in page) is figures
        assert KEY not in page


def test_a_kept_tile_tells_the_time_that_has_passed(client, cast, dosing):
    client.force_login(cast.nadia)
    begun = dosing.first_dose_at
    for seconds, words in ((65, "00:01:05"), (66, "00:01:06"), (1805, "00:30:05")):
        with set_to(begun + timedelta(seconds=seconds)):
            assert f'data-field="elapsed">{words}<' in client.get(URL).content.decode()


def test_a_new_figure_is_on_the_next_board(client, cast, dosing):
    client.force_login(cast.nadia)
    assert "131/87" in client.get(URL).content.decode()
    with transaction.atomic():
        append(by=cast.actor("nadia"), body=Vitals(sbp=99, dbp=60, hr=71, spo2=96),
               patient=cast.patient, session=dosing)  # fmt: skip
    page = client.get(URL).content.decode()
    assert "99/60" in page and "131/87" not in page
