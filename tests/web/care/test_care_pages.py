"""The care team's page, the page that breaks the glass, and what outside therapists are shown."""

from __future__ import annotations

from datetime import date

import pytest

from knai.kit.models import AuditEntry
from knai.practice.actions.care_team import add_to_team, restrict
from knai.practice.models import BrokenGlass, CareTeamMember

pytestmark = pytest.mark.django_db


def url(cast, page="") -> str:
    return f"/clinic/harbour/patients/{cast.patient.pk}/{page}"


@pytest.fixture
def restricted(cast):
    by = cast.actor("okafor")
    add_to_team(by=by, patient_id=cast.patient.pk, user_id=cast.okafor.pk, part="prescriber")
    restrict(by=by, patient_id=cast.patient.pk, restricted=True)


def test_a_prescriber_keeps_the_team(client, cast):
    client.force_login(cast.okafor)
    assert "Nobody is named yet" in client.get(url(cast, "team/")).content.decode()
    data = {"person": str(cast.nadia.pk), "part": "monitor"}
    assert client.post(url(cast, "team/"), data).status_code == 302
    assert "Nadia Petrov" in client.get(url(cast, "team/")).content.decode()
    row = CareTeamMember.objects.get()
    client.post(url(cast, f"team/{row.pk}/end/"))
    assert "ended by Chidi Okafor" in client.get(url(cast, "team/")).content.decode()


def test_what_an_outside_therapist_lacks_is_said_beside_the_field(client, cast):
    client.force_login(cast.okafor)
    data = {"person": str(cast.ines.pk), "part": "therapist", "shares": ["notes"]}
    answer = client.post(url(cast, "team/"), data)
    assert answer.status_code == 422
    assert "day the patient agreed" in answer.content.decode()


@pytest.mark.parametrize("nick", ["nadia", "nils"])
@pytest.mark.parametrize("page", ["", "team/"])
def test_a_restricted_chart_leads_to_the_page_that_asks_why(client, cast, restricted, nick, page):
    client.force_login(getattr(cast, nick))
    answer = client.get(url(cast, page))
    assert answer.status_code == 302
    assert answer["Location"].startswith(url(cast, "open/?next="))


@pytest.mark.parametrize("nick", ["thea", "fred", "ruth", "olga"])
def test_who_may_not_break_it_is_told_whom_to_ask(client, cast, restricted, nick):
    client.force_login(getattr(cast, nick))
    answer = client.get(url(cast))
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "care team" in page and "owner" in page
    assert "Mara" not in page and "Rosen" not in page


def test_a_part_that_htmx_asks_for_is_refused_and_leads_nowhere(client, cast, restricted):
    client.force_login(cast.nadia)
    answer = client.get(url(cast), headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "Mara" not in answer.content.decode()


def test_a_reason_opens_it_and_goes_where_one_was_going(client, cast, restricted):
    client.force_login(cast.nadia)
    where = client.get(url(cast))["Location"]
    page = client.get(where).content.decode()
    assert "Mara" not in page and "Rosen" not in page
    answer = client.post(where, {"reason": "too short", "next": url(cast)})
    assert answer.status_code == 422
    assert BrokenGlass.objects.count() == 0
    answer = client.post(where, {"reason": "Called by the pharmacy", "next": url(cast)})
    assert answer["Location"] == url(cast)
    assert "Mara Rosen" in client.get(url(cast)).content.decode()


def test_the_owner_sees_it_and_marks_it(client, cast, restricted):
    client.force_login(cast.nadia)
    client.post(url(cast, "open/"), {"reason": "Called by the pharmacy"})
    client.force_login(cast.olga)
    page = client.get("/clinic/harbour/clinic/").content.decode()
    assert "Nadia Petrov" in page and "M.R." in page and "Called by the pharmacy" in page
    assert "Mara" not in page
    row = BrokenGlass.objects.get()
    client.post(f"/clinic/harbour/clinic/opened/{row.pk}/")
    assert "Looked into on" in client.get("/clinic/harbour/clinic/").content.decode()


def test_an_owner_keeps_the_team_of_a_chart_closed_to_them(client, cast, restricted):
    client.force_login(cast.olga)
    page = client.get(url(cast, "team/")).content.decode()
    assert "M.R." in page and "Mara" not in page
    assert client.post(url(cast, "team/restrict/"), {"restricted": "no"}).status_code == 302
    cast.patient.refresh_from_db()
    assert not cast.patient.is_restricted


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "/clinic/hill/board/", "//x"])
def test_breaking_the_glass_leads_to_no_other_place(client, cast, restricted, wanted):
    client.force_login(cast.nadia)
    data = {"reason": "Called by the pharmacy", "next": wanted}
    assert client.post(url(cast, "open/"), data)["Location"] == url(cast)


def test_an_outside_therapist_begins_with_who_shares(client, cast):
    client.force_login(cast.ines)
    assert client.get("/")["Location"] == "/clinic/harbour/shared/"
    assert "Nobody shares" in client.get("/clinic/harbour/shared/").content.decode()
    add_to_team(
        by=cast.actor("okafor"), patient_id=cast.patient.pk, user_id=cast.ines.pk,
        part="therapist", shares=["sessions"], agreed_on=date(2026, 1, 5),
    )  # fmt: skip
    page = client.get("/clinic/harbour/shared/").content.decode()
    assert "Mara Rosen" in page
    page = client.get(f"/clinic/harbour/shared/{cast.patient.pk}/").content.decode()
    assert "Sessions" in page and "<h2>Notes</h2>" not in page
    entry = AuditEntry.objects.get(verb="shared.viewed")
    assert entry.patient_id == cast.patient.pk
