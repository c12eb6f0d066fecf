"""Requests, holds, retention, settings and archives on their pages."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from knai.practice import exports
from knai.practice.models import Export, LegalHold, RecordsRequest
from tests.practice import world

REQUEST = {
    "asked_by": "Mara Rosen",
    "authority": "The patient's own",
    "wanted": "All",
    "received_on": "2026-11-20",
    "compartments": ["clinical"],
}
SETTINGS = {
    "billing_codes": "99213 Visit",
    "request_days": "20",
    "retention_years": "7",
    "revision": "0",
}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def url(name: str, **kwargs) -> str:
    return reverse(f"papers:{name}", kwargs={"slug": "harbour"} | kwargs)


@pytest.fixture
def olga(client, cast):
    client.force_login(cast.olga)
    return client


def test_a_request_is_taken_down_and_settled(olga, cast):
    assert olga.post(url("request", patient_id=cast.patient.pk), REQUEST).status_code == 302
    row = RecordsRequest.objects.get()
    where = url("record", request_id=row.pk)
    assert "Mara Rosen" in olga.get(url("records")).content.decode()
    assert olga.post(where, {"outcome": "refused", "text": ""}).status_code == 422
    assert olga.post(where, {"outcome": "refused", "text": "No authority"}).status_code == 302
    assert "No authority" in olga.get(url("records")).content.decode()
    assert olga.post(where, {"outcome": "refused", "text": "Again"}).status_code == 409


def test_what_is_missing_stands_beside_its_field(olga, cast):
    data = REQUEST | {"received_on": "2999-01-01"}
    answer = olga.post(url("request", patient_id=cast.patient.pk), data)
    assert answer.status_code == 422
    assert "The day lies in the future." in answer.content.decode()


def test_a_hold_is_placed_with_a_reason_shown_and_lifted(olga, cast):
    patient_id = cast.patient.pk
    assert olga.post(url("hold", patient_id=patient_id), {"hold-reason": ""}).status_code == 422
    olga.post(url("hold", patient_id=patient_id), {"hold-reason": "Letter of a lawyer"})
    page = olga.get(url("patient", patient_id=patient_id)).content.decode()
    assert "Legal hold" in page and "Letter of a lawyer" in page
    chart = olga.get(reverse("patients:one", kwargs={"slug": "harbour", "patient_id": patient_id}))
    assert "legal hold" in chart.content.decode()
    olga.post(url("lift", patient_id=patient_id), {"lift-reason": "Case is closed"})
    assert LegalHold.objects.get().lifted_because == "Case is closed"


def test_the_second_owner_sees_what_changed_and_keeps_what_was_typed(olga, cast):
    assert olga.post(url("settings"), SETTINGS).status_code == 302
    answer = olga.post(url("settings"), SETTINGS | {"request_days": "44"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "20 days, 7 years" in page and 'value="44"' in page
    assert (
        olga.post(url("settings"), SETTINGS | {"request_days": "44", "revision": "1"}).status_code
        == 302
    )


def test_a_small_chart_is_ready_when_the_page_comes_back(olga, cast):
    world.arrive(cast)
    answer = olga.post(url("export", patient_id=cast.patient.pk), {"key": uuid4()}, follow=True)
    export = Export.objects.get()
    assert export.state == "done"
    assert export.sha256 in answer.content.decode().replace("<wbr>", "")
    file = olga.get(url("archive-file", export_id=export.pk))
    assert file["Content-Type"] == "application/zip" and file.content.startswith(b"PK")
    assert "Rosen" not in file["Content-Disposition"]


def test_the_owner_may_not_tick_what_she_may_not_read(olga, cast):
    where = url("export", patient_id=cast.patient.pk)
    assert olga.post(where, {"key": uuid4(), "substance_use": "on"}).status_code == 403


def test_the_clinics_archive_shows_how_far_it_is_and_is_fetched_and_removed(olga, cast):
    world.arrive(cast)
    answer = olga.post(url("clinic-export"), {"key": uuid4()}, follow=True)
    export = Export.objects.get()
    assert f"0 of {export.total}" in answer.content.decode()
    assert olga.get(url("archive-file", export_id=export.pk)).status_code == 409
    exports.advance(export.pk)
    file = olga.get(url("archive-file", export_id=export.pk))
    assert b"".join(file.streaming_content).startswith(b"PK")
    assert olga.post(url("archive-remove", export_id=export.pk)).status_code == 302
    assert olga.get(url("archive-file", export_id=export.pk)).status_code == 409


def test_a_second_export_of_the_clinic_waits_for_the_first(olga, cast):
    assert cast.patient.pk
    olga.post(url("clinic-export"), {"key": uuid4()})
    answer = olga.post(url("clinic-export"), {"key": uuid4()})
    assert answer.status_code == 422 and "under way" in answer.content.decode()
