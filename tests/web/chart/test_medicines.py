"""Medicines and allergies: lists, statements, going through them, and the review of interactions."""

import pytest

from knai.core.cautions import contraindications, interactions, pairs_for
from knai.practice import entries as e
from knai.practice.actions.record import record_of_patient
from knai.practice.medicines import get_medicines
from knai.practice.models import ChartEntry

pytestmark = pytest.mark.django_db


def post(client, chart, page, **form):
    return client.post(chart(f"medicines/{page}/"), form)


def found(cast):
    return get_medicines(by=cast.actor("nadia"), patient_id=cast.patient.pk)


def lines(cast):
    return [item.words for item in found(cast).medications.items]


@pytest.fixture
def listed(client, cast, chart):
    client.force_login(cast.nadia)
    post(
        client,
        chart,
        "list",
        name=["sertraline", "lorazepam"],
        dose=["50 mg", "1 mg"],
        code=["RxNorm 36437", ""],
    )
    return client


def test_a_row_is_coded_or_marked_as_free_text(cast, chart, listed):
    one, two = found(cast).medications.items
    assert (one.words, one.system, one.code) == ("sertraline 50 mg", "rxnorm", "36437")
    assert not two.is_coded
    page = listed.get(chart("medicines/")).content.decode()
    assert "rxnorm 36437" in page and page.count("free text") == 1


def test_a_list_of_plain_lines_from_before_is_still_read(cast):
    body = e.Medications(status="listed", recorded_on="2026-01-01", items=("lithium 900 mg",))
    record_of_patient(by=cast.actor("nadia"), patient_id=cast.patient.pk, body=body)
    assert lines(cast) == ["lithium 900 mg"]


@pytest.mark.parametrize(
    "page, form, status",
    [
        ("list", {"none": "on"}, 302),
        ("list", {}, 422),  # an empty list is no statement
        ("list", {"none": "on", "name": ["x"]}, 422),
        ("list", {"name": [""], "dose": ["5 mg"]}, 422),
        ("list", {"name": ["x"], "code": ["Rx 1"]}, 422),
        ("list", {"name": ["x"], "code": ["SNOMED CT 372767007"]}, 302),
        ("allergies", {"none": "on"}, 302),
        ("allergies", {}, 422),
        ("allergies", {"hyper": "on"}, 302),
        ("allergies", {"hyper": "on", "none": "on"}, 422),
        ("allergies", {"name": ["latex"], "text": ["rash"]}, 302),
    ],
)
def test_what_a_list_may_say(client, cast, chart, page, form, status):
    client.force_login(cast.nadia)
    assert post(client, chart, page, **form).status_code == status
    assert ChartEntry.objects.count() == int(status == 302)


def going_through(client, chart, **form):
    shown = client.get(chart("medicines/reconcile/")).context["list"]
    return post(client, chart, "reconcile", **{"list": shown} | form)


def test_one_tap_when_nothing_changed_and_the_review_stays(cast, chart, listed):
    review = {"pair-0": "settled", "pair-1": "settled", "unresolved_serious": "no"}
    assert post(listed, chart, "interactions", **review).status_code == 302
    assert going_through(listed, chart, do="same").status_code == 302
    assert ChartEntry.objects.filter(kind="medications").count() == 2
    assert lines(cast) == ["sertraline 50 mg", "lorazepam 1 mg"]
    assert found(cast).medications.items[0].code == "36437"
    assert not found(cast).review.is_outdated


def test_still_changed_stopped_and_new(cast, chart, listed):
    form = {
        "said-0": "changed",
        "new-0": "sertraline 100 mg",
        "said-1": "stopped",
        "more": "lithium\n\n",
    }
    assert going_through(listed, chart, do="list", **form).status_code == 302
    assert lines(cast) == ["sertraline 100 mg", "lithium"]
    assert (
        going_through(
            listed, chart, do="list", **{"said-0": "stopped", "said-1": "stopped"}
        ).status_code
        == 302
    )
    assert found(cast).medications.status == "none"


@pytest.mark.parametrize(
    "form, status",
    [
        ({"said-0": "still"}, 422),  # nothing said of the second
        ({"said-0": "still", "said-1": "changed"}, 422),  # not how
        ({"said-0": "still", "said-1": "still", "list": "older"}, 409),  # somebody was quicker
    ],
)
def test_every_medicine_is_asked_about(cast, chart, listed, form, status):
    assert going_through(listed, chart, do="list", **form).status_code == status
    assert ChartEntry.objects.count() == 1


def test_a_list_nobody_wrote_cannot_be_gone_through(client, cast, chart):
    client.force_login(cast.nadia)
    assert going_through(client, chart, do="same").status_code == 409


def test_the_review_wants_every_pair_and_a_grave_open_one_is_unresolved(cast, chart, listed):
    assert [pair.medicine for pair in found(cast).pairs] == [
        "lorazepam",
        "sertraline",
    ]  # gravest first
    assert post(listed, chart, "interactions", unresolved_serious="no").status_code == 422
    form = {"pair-0": "open", "pair-1": "settled", "unresolved_serious": "no"}
    assert post(listed, chart, "interactions", **form).status_code == 302
    assert found(cast).review.unresolved_serious is True
    post(listed, chart, "list", name=["lithium"])
    assert found(cast).review.is_outdated


def test_names_are_found_as_words_and_what_nobody_verified_says_so():
    assert [p.interaction.id for p in pairs_for(["St John's wort 300 mg"])] == ["st_johns_wort"]
    assert pairs_for(["notdiazepamish"]) == ()
    assert {row.severity for row in interactions()} >= {"major", "moderate", "minor"}
    unverified = {row.id for row in (*interactions(), *contraindications()) if not row.verified}
    assert {"nmda_antagonists", "airway_risk", "recent_mi"} <= unverified
    by_class, named = pairs_for(["lorazepam"])[0], pairs_for(["diazepam"])[0]
    assert not by_class.is_named_by_source and named.is_named_by_source
