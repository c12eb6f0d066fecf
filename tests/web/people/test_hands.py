"""Changing hands on a shared tablet: by PIN, within a log-in two factors proved, to chart in one clinic."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator

from knai.identity import pins
from knai.identity.models import Membership
from knai.kit.clock import now, set_to
from knai.kit.models import AuditEntry

pytestmark = pytest.mark.django_db
SWITCH = "/clinic/harbour/switch/"
PATIENTS = "/clinic/harbour/patients/"


@pytest.fixture
def tablet(client, cast, settings):
    """Nadia's log-in, proved by a second factor; Nils and Olga have PINs."""
    settings.MFA_REQUIRED = True
    Authenticator.objects.create(user=cast.nadia, type=Authenticator.Type.TOTP, data={})
    for nick in ("nils", "olga"):
        pins.set_pin(by=cast.actor(nick), user=getattr(cast, nick), code="4826")
    client.force_login(cast.nadia)
    assert client.get(PATIENTS).status_code == 200
    return client


def switch(client, user, code="4826", **more):
    return client.post(SWITCH, {"person": str(user.pk), "code": code} | more)


def who(client) -> str:
    return str(client.get(PATIENTS).context["actor"].name)


def test_a_colleague_goes_on_by_their_pin_where_it_was(tablet, cast):
    answer = switch(tablet, cast.nils, next=PATIENTS)
    assert answer["Location"] == PATIENTS
    assert who(tablet) == "Nils Berg"
    entry = AuditEntry.objects.get(verb="hands.changed")
    assert (entry.actor_name, entry.detail["to_name"]) == ("Nadia Petrov", "Nils Berg")


def test_a_wrong_pin_changes_nothing_and_is_audited(tablet, cast):
    answer = switch(tablet, cast.nils, "4827")
    assert answer.status_code == 422
    assert "not the PIN" in answer.content.decode()
    assert "4827" not in answer.content.decode()
    assert who(tablet) == "Nadia Petrov"
    assert AuditEntry.objects.filter(verb="hands.missed").count() == 1


def test_five_misses_lock_and_say_so(tablet, cast):
    for _ in range(5):
        switch(tablet, cast.nils, "4827")
    answer = switch(tablet, cast.nils)
    assert answer.status_code == 422
    assert "15 min" in answer.content.decode()
    assert who(tablet) == "Nadia Petrov"


@pytest.mark.parametrize("nick", ["thea", "otto", "ines"])
def test_nobody_goes_on_without_a_pin_here(tablet, cast, nick):
    if nick != "thea":
        pins.set_pin(by=cast.actor("nils"), user=getattr(cast, nick), code="4826")
    assert switch(tablet, getattr(cast, nick)).status_code == 422
    assert who(tablet) == "Nadia Petrov"


def test_without_a_second_factor_on_the_device_no_hand_is_changed(client, cast):
    pins.set_pin(by=cast.actor("nils"), user=cast.nils, code="4826")
    client.force_login(cast.nadia)
    assert client.get(SWITCH).status_code == 403
    assert switch(client, cast.nils).status_code == 403
    assert "Switch" not in client.get(PATIENTS).content.decode()


def test_a_demonstration_needs_none(client, cast, settings):
    settings.DEMO = True
    pins.set_pin(by=cast.actor("nils"), user=cast.nils, code="4826")
    client.force_login(cast.nadia)
    assert f'href="{SWITCH}?next=' in client.get(PATIENTS).content.decode()
    switch(client, cast.nils)
    assert who(client) == "Nils Berg"


def test_the_twelve_hours_of_the_log_in_are_not_begun_anew(client, cast, settings):
    settings.DEMO = True
    pins.set_pin(by=cast.actor("nils"), user=cast.nils, code="4826")
    client.force_login(cast.nadia)
    start = now()
    for minutes in range(0, 12 * 60, 30):
        with set_to(start + timedelta(minutes=minutes)):
            assert client.get(PATIENTS).status_code == 200
            if minutes == 11 * 60:
                switch(client, cast.nils)
    with set_to(start + timedelta(hours=12, minutes=1)):
        assert client.get(PATIENTS).status_code == 302


def test_a_pin_opens_the_clinic_it_was_typed_in_alone(tablet, cast):
    from knai.web.live.stream import admit

    Membership.objects.create(
        user=cast.nils, clinic=cast.other_clinic, role="nurse", starts_on=date(2024, 1, 1)
    )
    switch(tablet, cast.nils)
    assert tablet.get(PATIENTS).status_code == 200
    answer = tablet.get("/clinic/hill/patients/")
    assert answer.status_code == 403
    assert "PIN" in answer.content.decode()
    assert admit(tablet.session.session_key, "hill") == 403


@pytest.mark.parametrize("page", ["people/", "people/invite/", "clinic/", "clinic/policy/"])
def test_a_pin_manages_no_clinic(tablet, cast, page):
    switch(tablet, cast.olga)
    answer = tablet.get(f"/clinic/harbour/{page}")
    assert answer.status_code == 403
    assert "password" in answer.content.decode()


def test_a_pin_changes_no_way_of_logging_in(tablet, cast):
    cast.nils.set_password("a sentence of twelve")
    cast.nils.save()
    switch(tablet, cast.nils)
    answer = tablet.get("/accounts/2fa/totp/activate/")
    assert "/accounts/reauthenticate/" in answer["Location"]


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example/", "/clinic/hill/board/", SWITCH]
)
def test_it_goes_on_nowhere_else(tablet, cast, wanted):
    assert switch(tablet, cast.nils, next=wanted)["Location"] == "/"


def test_everybody_on_one_device_shares_its_name_for_kept_words(tablet, cast):
    def hands(page):
        return tablet.get(page).content.decode().split('data-hands="')[1].split('"')[0]

    before = hands(PATIENTS)
    assert before.isdigit()
    assert hands(SWITCH) == before  # the page in between forgets nothing either
    switch(tablet, cast.nils)
    assert hands(PATIENTS) == before


# ------------------------------------------------------------------------------------------ one's own
@pytest.fixture
def nadia(client, cast):
    cast.nadia.set_password("a sentence of twelve")
    cast.nadia.save()
    client.force_login(cast.nadia)
    return client


GOOD = {"password": "a sentence of twelve", "code": "9173", "again": "9173"}


@pytest.mark.parametrize(
    "change, status",
    [
        ({}, 302),
        ({"password": "another sentence"}, 422),
        ({"again": "9174"}, 422),
        ({"code": "1234", "again": "1234"}, 422),
        ({"code": "", "again": ""}, 422),
    ],
)
def test_ones_own_pin_wants_ones_own_password(nadia, cast, change, status):
    assert nadia.post("/clinic/harbour/pin/", GOOD | change).status_code == status
    assert pins.has_pin(cast.nadia.pk) is (status == 302)


def test_guessing_the_password_of_a_pin_is_stopped(nadia, cast):
    from django.core.cache import cache

    cache.clear()
    for _ in range(12):
        nadia.post("/clinic/harbour/pin/", GOOD | {"password": "a wrong sentence"})
    answer = nadia.post("/clinic/harbour/pin/", GOOD)
    assert answer.status_code == 422
    assert "Too many tries" in answer.content.decode()
    cache.clear()
