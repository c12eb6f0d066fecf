"""The demonstration's register: sixty invented people whose courses hold together."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from knai.core.standard import Verdict
from knai.identity.actors import get_actor
from knai.identity.models import User
from knai.kit.clock import set_to
from knai.practice import queries
from knai.practice.demo import ensure_clinics, fill_register
from knai.practice.demo.register import stories
from knai.practice.gates import findings_at
from knai.practice.models import ChartEntry, Patient, TakenSlot, TreatmentCourse, TreatmentSession

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 24, 14, tzinfo=UTC)

SETTLED = {Verdict.MET, Verdict.NOT_APPLICABLE}


@pytest.fixture(scope="module")
def seaside(django_db_setup, django_db_blocker):
    """One register for the whole file: it takes seconds."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic(), set_to(MORNING):
        clinic = ensure_clinics()["seaside"]
        fill_register(clinic)
        yield clinic
        transaction.set_rollback(True)


def test_nobody_is_told_twice_and_all_are_marked_as_invented():
    told = stories()
    assert len(told) == 53
    names = Counter((story.person.given_name, story.person.family_name) for story in told)
    assert names.most_common(1)[0][1] == 1
    assert all(story.person.family_name.endswith("Invented") for story in told)
    assert told == stories()


def test_the_register_fills_the_clinic(seaside):
    assert Patient.objects.filter(clinic=seaside).count() == 53
    done = TreatmentSession.objects.filter(clinic=seaside, state="discharged")
    assert done.count() > 200
    assert TreatmentCourse.objects.filter(clinic=seaside).exclude(outcome="").count() == 20
    ahead = TreatmentSession.objects.filter(clinic=seaside, state="booked")
    assert ahead.count() == 22
    assert TakenSlot.objects.filter(session__in=ahead).exists()


def test_no_entry_lies_in_the_future_and_no_body_is_of_another_shape(seaside):
    from knai.practice.entries import from_json

    rows = ChartEntry.objects.filter(clinic=seaside, effective_at__gt=MORNING + timedelta(days=1))
    assert not rows.exists()
    for kind, body in ChartEntry.objects.filter(clinic=seaside).values_list("kind", "body"):
        from_json(kind, body)


def test_a_past_visit_keeps_to_the_standard(seaside):
    by = get_actor(User.objects.get(email="prescriber@demo.knai.example"), "seaside")
    sessions = TreatmentSession.objects.filter(clinic=seaside, state="discharged")
    for row in sessions.order_by("booked_for_at")[::40]:
        session = queries.get_session(by=by, session_id=row.pk)
        with set_to(row.departed_at):
            view = findings_at(by=by, session=session, gate="discharge")
        unsettled = {f.clause for f in view.findings if f.verdict not in SETTLED}
        assert unsettled <= {"KNAI-26"}  # whether they drove is only asked the next day


def test_filled_again_it_adds_nobody(seaside):
    before = Patient.objects.count(), TreatmentSession.objects.count()
    with set_to(MORNING + timedelta(hours=1)):
        fill_register(seaside)
    assert (Patient.objects.count(), TreatmentSession.objects.count()) == before
