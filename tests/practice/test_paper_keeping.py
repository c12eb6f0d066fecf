"""Issuing papers: kept once, proved by their hash, opened by who may, checked by anybody."""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage

from knai.core.errors import Forbidden, Malformed, Missing, Refused, Unavailable
from knai.kit.clock import set_to
from knai.kit.models import AuditEntry, KeptFile
from knai.practice import paper_list, paper_settings
from knai.practice.actions import papers
from knai.practice.models import Paper
from tests.practice import papers_world as pw
from tests.practice import world
from tests.practice.world import minutes


@pytest.fixture
def session(cast):
    return world.going_home(cast)


def issue(cast, kind, subject_id, nick="okafor", **more):
    with set_to(minutes(80)):
        return papers.issue(
            by=cast.actor(nick), kind=kind, subject_id=subject_id, origin=pw.ORIGIN, **more
        )


def test_a_paper_is_kept_with_its_hash_and_audited(cast, session):
    paper = issue(cast, "session_record", session.pk)
    found, _, data = papers.open_paper(by=cast.actor("nadia"), paper_id=paper.pk)
    assert found == paper
    assert hashlib.sha256(data).hexdigest() == paper.sha256
    assert paper.patient_id == cast.patient.pk and paper.session_id == session.pk
    issued = AuditEntry.objects.get(verb="paper.issued")
    assert issued.patient_id == cast.patient.pk
    assert issued.detail == {"kind": "session_record", "sha256": paper.sha256}
    assert AuditEntry.objects.get(verb="paper.opened").subject_id == str(paper.pk)


def test_a_form_sent_twice_makes_one_paper(cast, session):
    key = uuid4()
    first = issue(cast, "after_visit", session.pk, key=key)
    assert issue(cast, "after_visit", session.pk, key=key) == first
    assert Paper.objects.count() == 1 and KeptFile.objects.count() == 1


def test_somebody_elses_key_makes_nothing(cast, session):
    key = uuid4()
    issue(cast, "after_visit", session.pk, key=key)
    with pytest.raises(Refused):
        issue(cast, "after_visit", session.pk, nick="nadia", key=key)


def test_a_refused_paper_leaves_nothing(cast, session):
    with pytest.raises(Refused):
        issue(cast, "conformance", session.pk)
    assert not Paper.objects.exists() and not KeptFile.objects.exists()


def test_a_conformance_paper_is_audited_as_such_and_not_for_everybody(cast, session):
    paper = issue(cast, "conformance", session.pk, confirmed=True)
    assert AuditEntry.objects.get(verb="paper.issued").detail["kind"] == "conformance"
    with pytest.raises(Forbidden):
        papers.open_paper(by=cast.actor("nadia"), paper_id=paper.pk)
    rows = paper_list.list_papers_of_session(by=cast.actor("nadia"), session_id=session.pk)
    assert [(row.kind, row.may_open) for row in rows] == [("conformance", False)]


def test_another_clinic_opens_no_paper(cast, session):
    paper = issue(cast, "after_visit", session.pk)
    with pytest.raises(Missing):
        papers.open_paper(by=cast.actor("otto"), paper_id=paper.pk)


@pytest.mark.parametrize("typed", [str, str.lower, lambda code: code.replace("-", " ")])
def test_a_code_is_found_however_it_is_typed(cast, session, typed):
    paper = issue(cast, "after_visit", session.pk)
    issued = paper_list.find_issued(typed(paper.code))
    assert issued is not None
    assert (issued.title, issued.clinic, issued.sha256) == (
        "After your visit", "Harbour (invented)", paper.sha256,
    )  # fmt: skip


@pytest.mark.parametrize("code", ["", "AAAA-BBBB-CCCC-DDDD", "%", "x" * 60, "دوا"])
def test_an_unknown_code_finds_nothing(cast, session, code):
    issue(cast, "after_visit", session.pk)
    assert paper_list.find_issued(code) is None


def test_one_changed_byte_is_another_file(cast, session):
    paper = issue(cast, "after_visit", session.pk)
    _, _, data = papers.open_paper(by=cast.actor("okafor"), paper_id=paper.pk)
    issued = paper_list.find_issued(paper.code)
    changed = data[:-1] + bytes([data[-1] ^ 1])
    assert paper_list.is_same(issued, hashlib.sha256(data).hexdigest())
    assert not paper_list.is_same(issued, hashlib.sha256(changed).hexdigest())


# ------------------------------------------------------------------------------------------ settings
def change(cast, nick="olga", **fields):
    values = {
        "billing_codes": "99213 Visit",
        "retention_years": 10,
        "request_days": 30,
        "revision": 0,
    }
    return papers.change_settings(by=cast.actor(nick), **(values | fields))


def test_a_clinic_begins_without_codes_and_with_thirty_days(cast):
    found = paper_settings.get_settings(by=cast.actor("olga"))
    assert (found.billing_codes, found.retention_years, found.request_days) == ((), None, 30)


def test_the_owner_writes_the_list_of_codes(cast):
    change(cast, billing_codes="99213 Office visit\n\n J3490  Unclassified drug \n")
    found = paper_settings.get_settings(by=cast.actor("nadia"))
    assert found.billing_codes == (
        {"code": "99213", "words": "Office visit"},
        {"code": "J3490", "words": "Unclassified drug"},
    )
    with pytest.raises(Forbidden):
        change(cast, nick="okafor", revision=1)


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"billing_codes": "99213"}, "billing_codes"),  # no words
        ({"billing_codes": "99213 A\n99213 B"}, "billing_codes"),
        ({"billing_codes": f"{'9' * 21} too long a code"}, "billing_codes"),
        ({"billing_codes": "\n".join(f"{n} x" for n in range(201))}, "billing_codes"),
        ({"retention_years": 0}, "retention_years"),
        ({"retention_years": 101}, "retention_years"),
        ({"request_days": 0}, "request_days"),
        ({"request_days": 366}, "request_days"),
    ],
)
def test_what_cannot_be_meant_is_refused_beside_its_field(cast, fields, field):
    with pytest.raises(Malformed) as error:
        change(cast, **fields)
    assert error.value.field == field


def test_the_second_of_two_owners_is_told(cast):
    change(cast)
    with pytest.raises(Refused, match="meanwhile"):
        change(cast, request_days=20)
    assert paper_settings.get_settings(by=cast.actor("olga")).request_days == 30


def test_a_consent_of_another_page_is_checked_like_any_paper(cast):
    scan = papers.files.keep(
        b"\x89PNG\r\n\x1a\n-", name="s.png", media_type="image/png", by=cast.actor("nadia")
    )
    paper = Paper.objects.create(
        clinic=cast.clinic, patient=cast.patient, kind="consent_scan", code="AAAA-2222-BBBB-3333",
        title="Consent", file_id=scan.pk, sha256=scan.sha256, made_at=minutes(0),
    )  # fmt: skip
    assert paper_list.find_issued("aaaa2222bbbb3333").title == "Consent on paper, scanned"
    _, kept, _ = papers.open_paper(by=cast.actor("nadia"), paper_id=paper.pk)
    assert kept.media_type == "image/png"


def test_a_paper_whose_bytes_were_changed_is_not_opened(cast, session):
    paper = issue(cast, "after_visit", session.pk)
    path = default_storage.path(f"{paper.sha256[:2]}/{paper.sha256}")
    before = Path(path).read_bytes()
    try:
        Path(path).write_bytes(before.replace(b"%%EOF", b"%%EOG"))
        with pytest.raises(Unavailable):
            papers.open_paper(by=cast.actor("nadia"), paper_id=paper.pk)
    finally:
        Path(path).write_bytes(before)
