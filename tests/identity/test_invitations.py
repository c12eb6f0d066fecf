"""An invitation works once, for seven days, for the address it was made for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.identity.actions import invitations
from knai.identity.actors import get_actor
from knai.identity.models import Invitation, User
from knai.kit.clock import now, set_to
from knai.kit.models import AuditEntry, OutgoingMail

pytestmark = pytest.mark.django_db
PASSWORD = "a sentence of twelve"


def invite(cast, **change) -> str:
    wanted = {"email": "Nova@example.org", "name": "Nova Lind", "role": "nurse"} | change
    _, link = invitations.invite(by=cast.actor("olga"), link_of="https://k/{}".format, **wanted)
    return link.removeprefix("https://k/")


def come_in(token: str) -> User:
    return invitations.accept_as_new(token=token, name="Nova Lind", password=PASSWORD)


def test_somebody_new_comes_in_with_the_role_they_were_offered(cast):
    user = come_in(invite(cast, profession="registered_nurse"))
    assert get_actor(user, "harbour").role == "nurse"
    assert (user.email, user.profession) == ("nova@example.org", "registered_nurse")
    assert user.check_password(PASSWORD)


def test_only_the_hash_of_a_link_is_kept(cast):
    token = invite(cast)
    row = Invitation.objects.get()
    assert token not in str(row.__dict__)
    assert row.token_hash == invitations.hashed(token)
    told = str(list(AuditEntry.objects.values()))
    assert token not in told


def test_the_link_goes_by_mail_once(cast):
    token = invite(cast)
    [letter] = OutgoingMail.objects.all()
    assert letter.to == "nova@example.org"
    assert f"https://k/{token}" in letter.text


def test_a_link_works_once(cast):
    token = invite(cast)
    come_in(token)
    with pytest.raises(Missing):
        come_in(token)


@pytest.mark.parametrize(
    "after, works",
    [(timedelta(days=7) - timedelta(seconds=1), True), (timedelta(days=7), False)],
)
def test_a_link_works_for_seven_days(cast, after, works):
    start = now()
    with set_to(start):
        token = invite(cast)
    with set_to(start + after):
        if works:
            assert invitations.get_offer(token).name == "Nova Lind"
        else:
            with pytest.raises(Missing):
                invitations.get_offer(token)


def test_a_revoked_link_works_no_more(cast):
    token = invite(cast)
    invitations.revoke(by=cast.actor("olga"), invitation_id=Invitation.objects.get().pk)
    with pytest.raises(Missing):
        invitations.get_offer(token)


def test_a_second_invitation_replaces_the_first(cast):
    first, second = invite(cast), invite(cast)
    with pytest.raises(Missing):
        invitations.get_offer(first)
    assert invitations.get_offer(second).email == "nova@example.org"
    assert len(invitations.list_open(by=cast.actor("olga"))) == 1


def test_an_accepted_one_cannot_be_revoked(cast):
    come_in(invite(cast))
    with pytest.raises(Refused, match="accepted"):
        invitations.revoke(by=cast.actor("olga"), invitation_id=Invitation.objects.get().pk)


def test_somebody_known_joins_with_the_log_in_they_have(cast):
    token = invite(cast, email="otto@example.org", name="Otto Hill", role="therapist")
    assert invitations.get_offer(token).knows
    with pytest.raises(Refused, match="log-in"):
        come_in(token)
    invitations.accept_as(token=token, user=cast.otto)
    assert get_actor(cast.otto, "harbour").role == "therapist"
    assert get_actor(cast.otto, "hill").role == "nurse"


def test_a_link_for_another_address_is_refused(cast):
    with pytest.raises(Refused, match="another"):
        invitations.accept_as(token=invite(cast), user=cast.otto)


def test_who_works_here_is_not_invited_again(cast):
    with pytest.raises(Refused, match="already"):
        invite(cast, email="NADIA@example.org")


@pytest.mark.parametrize(
    "change", [{"email": "no address"}, {"role": "king"}, {"name": " "}, {"profession": "wizard"}]
)
def test_what_cannot_be_read_is_asked_again(cast, change):
    with pytest.raises(Malformed):
        invite(cast, **change)


def test_another_clinics_invitation_is_not_found(cast):
    invite(cast)
    other = cast.person("hanna", "Hanna Hill", "owner", "other", cast.other_clinic)
    with pytest.raises(Missing):
        invitations.revoke(by=get_actor(other, "hill"), invitation_id=Invitation.objects.get().pk)


@pytest.mark.parametrize("nick", ["okafor", "nadia", "fred"])
def test_only_an_owner_invites(cast, nick):
    with pytest.raises(Forbidden):
        invitations.invite(
            by=cast.actor(nick), email="a@example.org", name="A", role="nurse", link_of=str
        )
