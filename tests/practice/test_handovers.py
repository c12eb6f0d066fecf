"""A session that was handed over is the first thing its new owner sees, until it is over or handed on."""

import pytest

from knai.practice.actions import handover
from knai.practice.handovers import list_handed_to
from knai.practice.models import TreatmentSession
from tests.practice.charting_world import at, in_state

pytestmark = pytest.mark.django_db


def handed(cast, nick):
    return list_handed_to(by=cast.actor(nick))


@pytest.fixture
def session(cast):
    with at(0):
        found = in_state(cast, "recovery")
        handover.hand_over(
            by=cast.actor("nadia"), session_id=found.pk, to_id=cast.nils.pk,
            open_items=("Next vitals 13:10",),
        )  # fmt: skip
        yield found


def test_whom_it_was_handed_to_sees_it_with_what_is_open(cast, session):
    (found,) = handed(cast, "nils")
    assert (found.session_id, found.from_name) == (session.pk, "Nadia Petrov")
    assert (found.open_items, found.initials) == (("Next vitals 13:10",), "M.R.")
    assert handed(cast, "nadia") == handed(cast, "okafor") == ()


def test_handed_on_it_is_the_next_ones(cast, session):
    with at(5):
        handover.hand_over(by=cast.actor("nils"), session_id=session.pk, to_id=cast.okafor.pk)
    assert handed(cast, "nils") == ()
    assert [each.from_name for each in handed(cast, "okafor")] == ["Nils Berg"]


def test_a_session_that_is_over_is_nobodys(cast, session):
    TreatmentSession.objects.filter(pk=session.pk).update(state="discharged")
    assert handed(cast, "nils") == ()


@pytest.mark.parametrize("where", ["board/", "day/"])
def test_it_stands_on_the_page_they_start_from(client, cast, session, where):
    client.force_login(cast.nils)
    page = client.get(f"/clinic/harbour/{where}").content.decode()
    assert "Handed to you" in page and "Next vitals 13:10" in page
    client.force_login(cast.nadia)
    assert "Handed to you" not in client.get(f"/clinic/harbour/{where}").content.decode()
