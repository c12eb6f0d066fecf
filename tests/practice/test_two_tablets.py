"""Two tablets at once: one first dose, one chair."""

import threading

import pytest
from django.db import connection

from knai.core.errors import Refused
from knai.kit.ids import uuid7
from knai.practice.actions import arriving
from knai.practice.actions.arriving import Arrival
from knai.practice.actions.charting import Posting
from knai.practice.models import ChartEntry, TreatmentSession
from tests.practice.world import NOON, fresh, give, ready

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions):
    """Run them on threads of their own, all off at one signal; what each gave or raised."""
    start, results = threading.Barrier(len(actions)), [None] * len(actions)

    def run(index, action):
        start.wait()
        try:
            results[index] = action()
        except Refused as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_two_nurses_starting_the_first_dose_start_one(cast):
    """Both doses together would keep the ceiling; the second nurse meant a first one all the same."""
    cast.protocol.document = cast.protocol.document | {"ceiling_mg_per_kg_per_h": {}}
    cast.protocol.save()
    ready(cast)
    results = at_once(*[lambda n=n: give(cast, nick=n, gate="start") for n in ("nadia", "nils")])
    assert sorted(type(each).__name__ for each in results) == ["ChartEntry", "Refused"]
    assert ChartEntry.objects.filter(kind="infusion_start").count() == 1
    assert TreatmentSession.objects.get().state == "dosing"


def test_one_form_sent_by_two_taps_gives_one_dose(cast):
    ready(cast)
    posting = Posting(effective_at=NOON, idempotency_key=uuid7())
    results = at_once(*[lambda: give(cast, posting=posting)] * 2)
    assert len({entry.pk for entry in results}) == 1
    assert fresh(cast).first_dose_at == NOON


def test_two_patients_checked_in_to_one_chair_seat_one(cast):
    other = cast.make_session(cast.make_patient("Otis", "Kern", "H-1002"))
    ids = [cast.session.pk, other.pk]
    by = cast.actor("fred")
    results = at_once(
        *[lambda pk=pk: arriving.check_in(by=by, session_id=pk, arrival=Arrival()) for pk in ids]
    )
    assert sorted(type(each).__name__ for each in results) == ["Refused", "TreatmentSession"]
    assert TreatmentSession.objects.filter(state="checked_in").count() == 1
