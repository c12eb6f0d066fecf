"""A prepared query answers as the query it was made of, and reads anew each time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from knai.identity.models import Membership
from knai.kit.db.prepared import Prepared
from knai.practice.models import TreatmentSession


def _sessions(clinic_id: UUID):
    rows = TreatmentSession.objects.filter(clinic_id=clinic_id)
    return rows.select_related("patient", "chair", "provider", "clinic")


@pytest.fixture
def sessions(cast) -> Prepared:
    assert cast.session.clinic_id == cast.clinic.pk
    return Prepared(_sessions, clinic_id=UUID)


def test_it_gives_the_same_instances_with_those_they_refer_to(
    cast, sessions, django_assert_num_queries
):
    plain = list(_sessions(cast.clinic.pk))
    with django_assert_num_queries(1):
        found = sessions(clinic_id=cast.clinic.pk)
        names = [(s.patient.name, s.clinic.slug, s.chair and s.chair.name) for s in found]
    assert found == plain
    assert names == [(s.patient.name, s.clinic.slug, s.chair and s.chair.name) for s in plain]
    fields = [f.attname for f in TreatmentSession._meta.concrete_fields]
    for made, wanted in zip(found, plain, strict=True):
        assert [getattr(made, f) for f in fields] == [getattr(wanted, f) for f in fields]


def test_a_change_shows_at_once(cast, sessions):
    before = sessions.first(clinic_id=cast.clinic.pk)
    TreatmentSession.objects.filter(pk=before.pk).update(revision=41)
    assert sessions.first(clinic_id=cast.clinic.pk).revision == 41


def test_another_value_asks_another_question(cast, sessions):
    """A clinic whose question was asked first does not answer for the next."""
    assert sessions(clinic_id=cast.clinic.pk)
    assert sessions(clinic_id=uuid4()) == []
    assert sessions.first(clinic_id=uuid4()) is None


@pytest.mark.parametrize("minutes, found", [(-1, 0), (0, 1), (1, 1)])
def test_instants_and_words_are_given_as_the_database_takes_them(cast, minutes, found):
    at = datetime(2026, 11, 23, 9, 0, 0, 250_000, tzinfo=UTC)
    TreatmentSession.objects.filter(pk=cast.session.pk).update(booked_for_at=at, state="booked")

    def build(until: datetime, state: str):
        rows = TreatmentSession.objects.filter(booked_for_at__lte=until, state=state)
        return rows.values_list("id", "booked_for_at")

    ask = Prepared(build, until=datetime, state=str)
    rows = ask(until=at + timedelta(minutes=minutes), state="booked")
    assert rows == [(cast.session.pk, at)][:found]


def test_each_thread_makes_its_own(cast, sessions):
    sessions(clinic_id=cast.clinic.pk)
    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.append(vars(sessions._local).copy()))
    thread.start()
    thread.join()
    assert seen == [{}] and connection.vendor in vars(sessions._local)


@pytest.mark.parametrize("value", [None, "a name", 7])
def test_a_value_of_another_type_is_refused_rather_than_answered(cast, sessions, value):
    with pytest.raises(TypeError, match=r"clinic_id: found \w+, wanted UUID"):
        sessions(clinic_id=value)


def test_a_name_the_query_does_not_ask_about_is_refused(cast):
    ask = Prepared(lambda clinic_id, role: Membership.objects.filter(role=role),
                   clinic_id=UUID, role=str)  # fmt: skip
    with pytest.raises(LookupError, match="clinic_id"):
        ask(clinic_id=cast.clinic.pk, role="nurse")
