"""The pages of people: rights on one page, invitations, roles, leaving, credentials with a scan."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from knai.identity.models import Credential, Invitation, Membership, User
from knai.kit.files import MOST_UPLOAD_BYTES
from knai.kit.models import AuditEntry

pytestmark = pytest.mark.django_db
PEOPLE = "/clinic/harbour/people/"


@pytest.fixture
def olga(client, cast):
    client.force_login(cast.olga)
    return client


def test_everybodys_rights_stand_on_one_page(olga, cast):
    page = olga.get(PEOPLE).content.decode()
    for name in (
        "Nadia Petrov",
        "Ines Dahl",
        "Outside therapist",
        "2 hold",
        "none on file",
        "never",
    ):
        assert name in page
    assert "never reviewed" in page
    olga.post(f"{PEOPLE}reviewed/")
    assert "last reviewed" in olga.get(PEOPLE).content.decode()
    assert AuditEntry.objects.filter(verb="rights.reviewed").exists()


def link_in(answer) -> str:
    return re.search(
        r'value="http://testserver(/accounts/invitation/[^"]+)"', answer.content.decode()
    )[1]


NOVA = {
    "name": "Nova Lind",
    "email": "nova@example.org",
    "role": "nurse",
    "profession": "registered_nurse",
}


def test_an_invitation_is_shown_once_and_brings_somebody_in(olga, cast, client):
    answer = olga.post(f"{PEOPLE}invite/", NOVA)
    assert answer["Cache-Control"] == "no-store"
    link = link_in(answer)
    page = olga.get(PEOPLE).content.decode()
    assert "Nova Lind" in page and link not in page
    client.logout()
    assert "Welcome to Harbour" in client.get(link).content.decode()
    come = {
        "name": "Nova Lind",
        "password": "a sentence of twelve",
        "again": "a sentence of twelve",
    }
    assert client.post(link, come)["Location"] == "/"
    assert client.get("/clinic/harbour/board/").status_code == 200
    assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"password": "short", "again": "short"}, {"again": "something else"}, {"name": ""},
     {"password": "password1234", "again": "password1234"}],
)  # fmt: skip
def test_a_weak_or_mistyped_password_makes_nobody(olga, client, change):
    link = link_in(olga.post(f"{PEOPLE}invite/", NOVA))
    client.logout()
    come = {"name": "Nova", "password": "a sentence of twelve", "again": "a sentence of twelve"}
    assert client.post(link, come | change).status_code == 422
    assert not User.objects.filter(email="nova@example.org").exists()


def test_a_new_person_sets_up_a_second_factor_first(olga, client, settings):
    settings.MFA_REQUIRED = True
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(
        user=User.objects.get(email="olga@example.org"), type=Authenticator.Type.TOTP, data={}
    )
    link = link_in(olga.post(f"{PEOPLE}invite/", NOVA))
    client.logout()
    come = {"name": "Nova", "password": "a sentence of twelve", "again": "a sentence of twelve"}
    client.post(link, come)
    assert client.get("/clinic/harbour/board/")["Location"] == "/accounts/2fa/"


def test_somebody_known_logs_in_and_joins(olga, cast, client):
    link = link_in(olga.post(f"{PEOPLE}invite/", NOVA | {"email": "otto@example.org"}))
    client.logout()
    assert "Log in, then join" in client.get(link).content.decode()
    assert client.post(link, {}).status_code == 409
    client.force_login(cast.nadia)
    assert "another address" in client.get(link).content.decode()
    assert client.post(link).status_code == 409
    client.force_login(cast.otto)
    assert client.post(link)["Location"] == "/"
    assert Membership.objects.filter(user=cast.otto).count() == 2


def test_who_is_here_already_is_told_beside_the_form(olga):
    answer = olga.post(f"{PEOPLE}invite/", NOVA | {"email": "nadia@example.org"})
    assert answer.status_code == 422
    assert "belongs to the clinic already" in answer.content.decode()
    assert Invitation.objects.count() == 0


def test_the_last_owner_is_kept_with_words(olga, cast):
    answer = olga.post(f"{PEOPLE}{cast.olga.pk}/role/", {"role": "nurse"})
    assert answer.status_code == 409
    assert "last owner" in answer.content.decode()


def test_somebody_leaves_from_their_page(olga, cast):
    where = f"{PEOPLE}{cast.nils.pk}/"
    assert "Nothing of theirs is open" in olga.get(where).content.decode()
    day = olga.get(where).context["leave_form"]["last_day"].value()
    assert olga.post(f"{where}leave/", {"last_day": day, "at_once": "on"}).status_code == 302
    page = olga.get(PEOPLE).content.decode()
    assert "Before" in page
    assert olga.get(where).status_code == 404


def test_another_clinics_person_is_not_found(olga, cast):
    assert olga.get(f"{PEOPLE}{cast.otto.pk}/").status_code == 404
    assert olga.get(f"{PEOPLE}{cast.otto.pk}/credentials/").status_code == 404


# ---------------------------------------------------------------------------------------- credentials
LICENCE = {"kind": "licence", "jurisdiction": "Berlin", "number": "B-7", "starts_on": "2026-01-01"}


def scan(size: int = 100) -> SimpleUploadedFile:
    return SimpleUploadedFile("licence.pdf", b"%PDF-1.7\n" + b"x" * (size - 9), "application/pdf")


def test_a_credential_comes_with_its_scan_and_is_checked_by_another(client, cast):
    where = f"{PEOPLE}{cast.nadia.pk}/credentials/"
    client.force_login(cast.nadia)
    assert client.post(where, LICENCE | {"file": scan()}).status_code == 302
    row = Credential.objects.get(user=cast.nadia)
    assert client.post(f"{PEOPLE}credentials/{row.pk}/check/").status_code == 403
    client.force_login(cast.okafor)
    page = client.get(where).content.decode()
    assert "nobody has checked it" in page
    file = client.get(f"{PEOPLE}credentials/{row.pk}/scan/")
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert file["Content-Disposition"] == 'attachment; filename="licence.pdf"'
    client.post(f"{PEOPLE}credentials/{row.pk}/check/")
    assert "by Chidi Okafor" in client.get(where).content.decode()


def test_a_scan_of_thirty_megabytes_is_kept_and_one_beyond_is_said(olga, cast):
    where = f"{PEOPLE}{cast.nadia.pk}/credentials/"
    answer = olga.post(where, LICENCE | {"file": scan(MOST_UPLOAD_BYTES + 1)})
    assert answer.status_code == 422
    assert "at most 30 MB" in answer.content.decode()
    assert Credential.objects.filter(user=cast.nadia).count() == 0
    assert olga.post(where, LICENCE | {"file": scan(MOST_UPLOAD_BYTES)}).status_code == 302


def test_a_file_that_is_no_scan_is_refused_with_words(olga, cast):
    program = SimpleUploadedFile("licence.pdf", b"MZ\x00\x01", "application/pdf")
    answer = olga.post(f"{PEOPLE}{cast.nadia.pk}/credentials/", LICENCE | {"file": program})
    assert answer.status_code == 422
    assert "Wanted a PDF" in answer.content.decode()


def test_a_renewal_begins_with_what_the_old_one_says(olga, cast):
    row = cast.credential(cast.nadia, "licence", number="B-7", jurisdiction="Berlin")
    page = olga.get(f"{PEOPLE}{cast.nadia.pk}/credentials/?renews={row.pk}").content.decode()
    assert 'value="B-7"' in page and 'value="Berlin"' in page
    for renews in ("nonsense", str(cast.clinic.pk)):
        where = f"{PEOPLE}{cast.nadia.pk}/credentials/?renews={renews}"
        assert olga.get(where).status_code == 200


def test_what_is_withdrawn_says_why(olga, cast):
    row = cast.credential(cast.nadia, "acls")
    assert olga.post(f"{PEOPLE}credentials/{row.pk}/withdraw/", {"reason": ""}).status_code == 422
    olga.post(f"{PEOPLE}credentials/{row.pk}/withdraw/", {"reason": "entered for another"})
    page = olga.get(f"{PEOPLE}{cast.nadia.pk}/credentials/").content.decode()
    assert "entered for another" in page


def test_a_second_signature_wants_the_pin_of_whoever_has_one(client, cast):
    from knai.identity import pins
    from knai.practice.models import ChartEntry
    from tests.practice.charting_world import in_state

    session = in_state(cast, "dosing")
    pins.set_pin(by=cast.actor("nils"), user=cast.nils, code="4826")
    client.force_login(cast.nadia)
    where = f"/clinic/harbour/sessions/{session.pk}/chart/pump_settings/"
    data = {
        "concentration_mg_per_ml": "1", "rate_ml_per_h": "58.5", "volume_ml": "39",
        "second_by": str(cast.nils.pk),
    }  # fmt: skip
    for code, words in (("", "types their PIN"), ("4827", "not the second")):
        answer = client.post(where, data | {"second_code": code})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not ChartEntry.objects.filter(kind="pump_settings").exists()
    client.post(where, data | {"second_code": "4826"})
    entry = ChartEntry.objects.get(kind="pump_settings")
    assert entry.body["second_name"] == "Nils Berg"
    assert "4826" not in str(entry.body)
