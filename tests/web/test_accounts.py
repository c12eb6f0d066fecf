"""Logging in: nobody signs up alone, staff need two factors, and a log-in ends when nobody is there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from knai.kit.clock import now, set_to

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def nadia(cast):
    cast.nadia.set_password(PASSWORD)
    cast.nadia.save()
    return cast.nadia


def log_in(client, email="nadia@example.org", password=PASSWORD):
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_the_right_password_opens_the_way(client, nadia):
    assert log_in(client)["Location"] == "/"


def test_a_wrong_one_says_no_more_than_for_a_stranger(client, nadia):
    def alert(answer):
        return answer.content.decode().split('role="alert"')[1].split("</div>")[0]

    mine = log_in(client, password="wrong wrong wrong")
    stranger = log_in(client, email="nobody@example.org")
    assert mine.status_code == stranger.status_code == 200
    assert alert(mine) == alert(stranger)


def test_guessing_is_stopped(client, nadia, settings):
    from django.core.cache import cache

    cache.clear()
    for _ in range(12):
        log_in(client, password="wrong wrong wrong")
    assert "_auth_user_id" not in log_in(client) and "_auth_user_id" not in client.session
    cache.clear()


def test_nobody_signs_up_by_themselves(client):
    assert client.get("/accounts/signup/").status_code == 404


@pytest.fixture
def strict(settings):
    settings.MFA_REQUIRED = True


def test_without_a_second_factor_every_page_leads_to_setting_one_up(client, cast, strict):
    client.force_login(cast.nadia)
    answer = client.get("/clinic/harbour/patients/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    assert client.get("/accounts/2fa/").status_code == 200


def test_with_a_second_factor_the_pages_open(client, cast, strict):
    Authenticator.objects.create(user=cast.nadia, type=Authenticator.Type.TOTP, data={})
    client.force_login(cast.nadia)
    assert client.get("/clinic/harbour/patients/").status_code == 200


def test_without_a_second_factor_the_stream_is_shut_too(client, cast, strict):
    from knai.web.live.stream import admit

    client.force_login(cast.nadia)
    assert admit(client.session.session_key, "harbour") == 403


@pytest.mark.parametrize("minutes, is_in", [(59, True), (62, False)])
def test_a_log_in_ends_an_hour_after_the_last_click(client, cast, minutes, is_in):
    client.force_login(cast.nadia)
    start = now()
    with set_to(start):
        assert client.get("/clinic/harbour/patients/").status_code == 200
    with set_to(start + timedelta(minutes=minutes)):
        answer = client.get("/clinic/harbour/patients/")
    assert answer.status_code == (200 if is_in else 302)


def test_a_log_in_ends_after_twelve_hours_however_busy(client, cast):
    client.force_login(cast.nadia)
    start = now()
    for minutes in range(0, 12 * 60 + 1, 30):
        with set_to(start + timedelta(minutes=minutes)):
            assert client.get("/clinic/harbour/patients/").status_code == 200
    with set_to(start + timedelta(hours=12, minutes=2)):
        assert client.get("/clinic/harbour/patients/").status_code == 302


def test_somebody_with_two_clinics_chooses(client, cast):
    from knai.identity.models import Membership

    Membership.objects.create(
        user=cast.nadia, clinic=cast.other_clinic, role="nurse", starts_on=now().date()
    )
    client.force_login(cast.nadia)
    page = client.get("/").content.decode()
    assert "/clinic/harbour/board/" in page and "/clinic/hill/board/" in page


def test_somebody_with_one_clinic_goes_straight_to_its_board(client, cast):
    client.force_login(cast.nadia)
    assert client.get("/")["Location"] == "/clinic/harbour/board/"


def test_a_form_from_elsewhere_is_refused_with_words():
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "load it anew" in answer.content.decode()
