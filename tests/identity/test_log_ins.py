"""Log-ins are read as Django reads them: gone when they are over, and never another's."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from knai.identity.log_ins import SessionStore

pytestmark = pytest.mark.django_db


def kept(**values) -> str:
    store = SessionStore()
    store.update(values)
    store.save()
    return store.session_key


def test_a_log_in_of_before_this_store_still_stands_and_the_other_way_round():
    before = db.SessionStore()
    before["who"] = "nadia"
    before.save()
    assert SessionStore(before.session_key)["who"] == "nadia"
    assert db.SessionStore(kept(who="nils"))["who"] == "nils"


def test_each_key_has_its_own():
    nadia, nils = kept(who="nadia"), kept(who="nils")
    assert [SessionStore(key)["who"] for key in (nadia, nils, nadia)] == ["nadia", "nils", "nadia"]


@pytest.mark.parametrize("seconds, stands", [(30, True), (-1, False)])
def test_a_log_in_that_is_over_is_none(seconds, stands):
    key = kept(who="nadia")
    until = timezone.now() + timedelta(seconds=seconds)
    Session.objects.filter(session_key=key).update(expire_date=until)
    store = SessionStore(key)
    assert store.get("who") == ("nadia" if stands else None)
    assert (store.session_key == key) is stands


def test_a_log_out_ends_it_at_once():
    key = kept(who="nadia")
    assert SessionStore(key).get("who") == "nadia"
    SessionStore(key).flush()
    assert SessionStore(key).get("who") is None


@pytest.mark.parametrize("key", [None, "", "no-such-key-anywhere-at-all-0000"])
def test_a_key_nobody_has_opens_nothing(key):
    store = SessionStore(key)
    assert dict(store.items()) == {} and store.session_key is None
