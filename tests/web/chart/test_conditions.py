"""Conditions by code or in words, their standing, and the way back to the gate that asked."""

import pytest

from knai.core.diagnoses import group_of
from knai.kit.clock import set_to
from knai.practice.conditions import latest_conditions
from knai.practice.diagnoses import conditions_in, find_codes
from knai.practice.entries import Diagnosis
from knai.practice.models import ChartEntry
from knai.practice.queries import load_work_up
from tests.practice.world import NOON, arrive

pytestmark = pytest.mark.django_db
GOOD = {"code": "F33.2", "status": "confirmed"}


@pytest.mark.parametrize(
    "search, first",
    [
        ("f33.2", "F33.2"),
        ("F332", "F33.2"),
        ("severe depress", "F33.2"),  # any order
        ("stress post", "F43.12"),
        ("pain", "G90.511"),  # one of the seven groups before symptoms
        ("chronic disorder", "F43.12"),
        ("fibro", "M79.7"),
        ("femur left", "S72.002A"),
        ("zebra", None),
        ("", None),
        ("%", None),
    ],
)
def test_a_code_is_found_by_itself_or_by_words_in_any_order(cast, codes, search, first):
    found = find_codes(by=cast.actor("nadia"), search=search)
    assert (found[0].code if found else None) == first


@pytest.mark.parametrize(
    "code, group",
    [
        ("F33.2", "unipolar_major_depression"),
        ("F31.4", "bipolar_depression"),
        ("F31.1", "other"),  # mania is no bipolar depression
        ("F43.12", "ptsd"),
        ("F43.0", "other"),
        ("G90.511", "crps"),
        ("G89.29", "other_chronic_pain"),
        ("S72.002A", "other"),
        ("", "other"),
    ],
)
def test_a_code_suggests_its_group(code, group):
    assert group_of(code) == group


@pytest.mark.parametrize(
    "form, status",
    [
        (GOOD, 302),
        (GOOD | {"code": "f33.2"}, 302),
        (GOOD | {"code": "F33"}, 422),  # a heading, not a code
        ({"status": "confirmed"}, 422),
        ({"status": "confirmed", "text": "sadness"}, 422),  # no group
        ({"status": "confirmed", "text": "sadness", "category": "other"}, 422),  # no rationale
        ({"status": "confirmed", "text": "sadness", "category": "other", "rationale": "x"}, 302),
        (GOOD | {"code": "F41.1"}, 422),  # outside the seven groups, no rationale
        (GOOD | {"code": "F41.1", "rationale": "resistant"}, 302),
        (GOOD | {"code": "F41.1", "status": "ruled_out"}, 302),
    ],
)
def test_what_is_wanted_of_a_condition(client, cast, chart, codes, form, status):
    client.force_login(cast.nadia)
    assert client.post(chart("conditions/"), form).status_code == status
    assert ChartEntry.objects.count() == int(status == 302)


def test_the_title_of_the_code_is_the_words(client, cast, chart, codes):
    client.force_login(cast.nadia)
    client.post(chart("conditions/"), GOOD)
    body = ChartEntry.objects.get().body
    assert body["text"].startswith("Major depressive disorder, recurrent")
    assert body["category"] == "unipolar_major_depression"


def test_the_part_that_is_searched_as_one_types_is_also_a_plain_form(client, cast, chart, codes):
    client.force_login(cast.ruth)
    part = client.get(chart("conditions/codes/"), {"q": "fibro"}, headers={"hx-request": "true"})
    assert "M79.7" in part.content.decode() and "<html" not in part.content.decode()
    assert client.get(chart("conditions/"), {"q": "fibro"}).status_code == 200
    client.force_login(cast.nadia)
    page = client.get(chart("conditions/"), {"q": "fibro"}).content.decode()
    assert "M79.7" in page
    chosen = client.get(chart("conditions/"), {"code": "M79.7"})
    assert chosen.context["form"].initial["text"] == "Fibromyalgia"


def test_a_changed_standing_is_the_word_that_counts_and_the_first_stays_readable(
    client, cast, chart, codes
):
    client.force_login(cast.nadia)
    client.post(chart("conditions/"), GOOD | {"status": "provisional"})
    first = ChartEntry.objects.get()
    answer = client.post(chart(f"conditions/{first.pk}/"), {"status": "confirmed"})
    assert answer.status_code == 302
    log = load_work_up(by=cast.actor("nadia"), patient_id=cast.patient.pk)
    assert [one.status for one in conditions_in(log)] == ["confirmed"]
    assert ChartEntry.objects.count() == 2
    # somebody who still has the old page open is told
    assert client.post(chart(f"conditions/{first.pk}/"), {"status": "ruled_out"}).status_code == 404


def test_two_conditions_of_one_group_stand_beside_each_other():
    class Line:
        def __init__(self, **fields):
            self.body = Diagnosis(category="unipolar_major_depression", **fields)

    mild = Line(status="ruled_out", code="F32.1")
    severe = Line(status="confirmed", code="F33.2")
    assert latest_conditions([severe, mild]) == [severe, mild]
    whole = Line(status="ruled_out")  # said of the group as such
    assert latest_conditions([severe, mild, whole]) == [whole]


def test_from_the_gate_to_the_whole_page_and_back(client, cast, chart, codes):
    arrive(cast, without=("diagnosis",))
    client.force_login(cast.nadia)
    gate = f"/clinic/harbour/sessions/{cast.session.pk}/start/"
    with set_to(NOON):
        quick = client.get(gate.replace("start/", "work-up/diagnosis/?gate=start"))
        whole = quick.context["whole"]
        assert gate in quick.content.decode()
        page = client.get(whole)
        assert f'href="{gate}"' in page.content.decode()
        here = {"session": str(cast.session.pk), "gate": "start"}
        answer = client.post(chart("conditions/"), GOOD | here)
        assert (answer.status_code, answer["Location"]) == (302, gate)
        assert client.get(gate).context["page"].is_open


def test_a_gate_of_another_clinic_is_no_way_back(client, cast, chart):
    other = cast.make_session(cast.make_patient("A", "B", "X-1", clinic=cast.other_clinic))
    client.force_login(cast.nadia)
    page = client.get(chart("conditions/"), {"session": str(other.pk), "gate": "start"})
    assert page.context["back"] is None
