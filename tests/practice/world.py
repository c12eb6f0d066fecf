"""A session that is fully worked up, for the tests of gates. Everybody in it is invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction

from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice.actions.write import append
from knai.practice.models import RosterStay

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

PLAN = {
    "route": "iv_infusion",
    "mg_per_kg": "0.5",
    "duration_min": "40",
    "expected_sedation": "minimal",
    "supervision": "in_person",
}


def write(cast, body, *, at=NOON, nick="nadia", session=None, **more):
    """One entry at a time, as somebody charts it then."""
    with transaction.atomic(), set_to(max(at, NOON)):
        return append(
            by=cast.actor(nick),
            body=body,
            patient=cast.patient,
            session=session,
            effective_at=at,
            **more,
        )


def vitals(cast, minutes, *, sbp=120, dbp=76, hr=70, spo2=98, rr=14):
    body = e.Vitals(sbp=sbp, dbp=dbp, hr=hr, spo2=spo2, rr=rr)
    return write(cast, body, at=NOON + timedelta(minutes=minutes), session=cast.session)


def on_site(cast, who="okafor", since=-60, until=None):
    return RosterStay.objects.create(
        clinic=cast.clinic,
        user=getattr(cast, who) if isinstance(who, str) else who,
        arrived_at=NOON + timedelta(minutes=since),
        left_at=NOON + timedelta(minutes=until) if until is not None else None,
        recorded_by=cast.nadia,
    )


def work_up(cast, without=()):
    """The patient's chart before the day: screened, diagnosed, examined, consented."""
    day, at = "2026-11-16", NOON - timedelta(days=7)
    bodies = {
        "screening": e.Screening(performed=True, performed_on=day),
        "diagnosis": e.Diagnosis(category="unipolar_major_depression", status="confirmed"),
        "history": e.History(
            completed_on=day, in_chart=True, covers_psychiatric=True, covers_substance_use=True
        ),
        "physical": e.Physical(completed_on=day, in_chart=True),
        "medications": e.Medications(status="listed", recorded_on=day, items=("sertraline",)),
        "allergies": e.Allergies(status="none_known", recorded_on=day),
        "interaction_review": e.InteractionReview(completed_on=day, unresolved_serious=False),
        "consent": e.Consent(
            signed_at=at.isoformat(),
            signed_by="patient",
            covers_off_label=True,
            form_version="3",
        ),
    }
    for name, body in bodies.items():
        if name not in without:
            write(cast, body, at=at)


def arrive(cast, *, checks=False, without=()):
    """Worked up, planned, checked in, baseline taken, provider on site, way home arranged."""
    work_up(cast, without)
    session = cast.session
    if not checks:
        session.protocol.document = session.protocol.document | {"checks": {}}
        session.protocol.save()
    session.plan, session.state = ({} if "plan" in without else PLAN), "checked_in"
    session.booked_for_at = session.state_since = NOON - timedelta(minutes=30)
    session.save()
    if "vitals" not in without:
        vitals(cast, -5)
    if "transport" not in without:
        write(cast, e.Transport(stage="planned", mode="escort"), at=NOON, session=session)
    if "provider" not in without:
        on_site(cast)
    session.refresh_from_db()
    return session
