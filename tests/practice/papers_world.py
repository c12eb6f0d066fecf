"""Sessions with everything a paper may have to show. Everybody in them is invented."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pypdf
from django.db import transaction

from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice.actions import infusions
from knai.practice.actions.write import append
from knai.practice.models import Alert
from knai.practice.papers import making
from knai.practice.papers.kinds import get_kind
from tests.practice import world
from tests.practice.world import NOON, minutes

ORIGIN = "https://knai.example"
LETTER = {
    "to": "Dr Anna Wolff\nQuay 3",
    "text": "Thank you for seeing this patient.\n\nBest wishes",
}


def eventful(cast):
    """Going home, with an event, a medicine, a note that was voided and a set that was amended."""
    session = world.going_home(cast)
    write = lambda body, at, **more: world.write(  # noqa: E731
        cast, body, at=minutes(at), session=session, **more
    )
    write(e.AdverseEvent(code="vomiting", grade=2, action=("drug_given",), text="once"), 30)
    write(e.Medicine(name="ondansetron", dose="4", unit="mg", route="iv"), 32)
    write(e.Sedation(moaas=4), 20)
    note = write(e.Note(text="Wrong patient’s note"), 25)
    write(e.Void(reason="Written into the wrong chart"), 27, target=note)
    first = session.entries.filter(kind="vitals").order_by("effective_at")[2]
    body = e.Vitals(sbp=141, dbp=88, hr=80, spo2=97, rr=15, amended_because="Digits swapped")
    write(body, 20, amends=first)
    write(e.PsychotherapyNote(text="Private words"), 35, compartment="psychotherapy", nick="thea")
    write(e.Note(text="Programme words"), 36, compartment="substance_use")
    write(
        e.Override(
            clause="KNAI-23",
            gate="start",
            reason="Chair is next to the door",
            facts={},
            provider_id=cast.okafor.pk,
            provider_name="Chidi Okafor",
            by_telephone=True,
        ),
        -2,
    )
    Alert.objects.create(
        clinic=cast.clinic, session=session, cause="high_blood_pressure", level="alert", key="x",
        raised_at=minutes(12), acknowledged_at=minutes(13), acknowledged_by=cast.nadia,
        cleared_at=minutes(20),
    )  # fmt: skip
    return world.fresh(cast)


def long_session(cast, hours=4):
    """A set each minute for so many hours, dosed for the first 40 minutes."""
    from knai.identity.actors import system_actor

    session = world.ready(cast)
    world.give(cast)
    by = system_actor(cast.clinic)
    with transaction.atomic(), set_to(minutes(hours * 60)):
        for minute in range(1, hours * 60):
            body = e.Vitals(sbp=118 + minute % 23, dbp=70 + minute % 11, hr=66 + minute % 17,
                            spo2=95 + minute % 5, rr=12 + minute % 5)  # fmt: skip
            append(by=by, body=body, patient=session.patient, session=session,
                   effective_at=minutes(minute), source="device", device=cast.monitor)  # fmt: skip
    with set_to(minutes(40)):
        infusions.stop_all(by=cast.actor("nadia"), session_id=session.pk)
    return world.fresh(cast)


ESKETAMINE = e.Bolus(route="intranasal", substance="esketamine", mg=Decimal(84))


def made(cast, kind, subject_id, nick="okafor", at=None, **more):
    """The paper, and what its pages say."""
    at = at or NOON + timedelta(minutes=75)
    with set_to(at):
        found = making.make(
            by=cast.actor(nick), kind=get_kind(kind), subject_id=subject_id, at=at,
            origin=ORIGIN, **more,
        )  # fmt: skip
    return found, pypdf.PdfReader(io.BytesIO(found.data))


def words(reader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)
