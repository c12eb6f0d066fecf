"""A session that is fully worked up, for the tests of gates. Everybody in it is invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice import queries
from knai.practice.actions import doses, gates, infusions, leaving
from knai.practice.actions.charting import Posting
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
            paper_id="invented",
            sha256="invented",
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


INFUSION = e.InfusionStart(
    route="iv_infusion",
    substance="racemic_ketamine",
    mg=Decimal(39),
    duration_min=Decimal(40),
    mg_per_kg=Decimal("0.5"),
    ml=Decimal(50),
    rate_ml_per_h=Decimal(75),
)


def minutes(count):
    return NOON + timedelta(minutes=count)


def ready(cast, **more):
    """Through the first walk; next is giving."""
    arrive(cast, **more)
    with set_to(NOON):
        gates.pass_first_walk(by=cast.actor("nadia"), session_id=cast.session.pk)
    return fresh(cast)


def give(cast, at=0, dose=INFUSION, nick="nadia", now=None, **more):
    """Start an infusion or a bolus at a minute."""
    start = doses.start_infusion if isinstance(dose, e.InfusionStart) else doses.start_bolus
    with set_to(minutes(at if now is None else now)):
        posting = more.pop("posting", Posting(effective_at=minutes(at)))
        by = cast.actor(nick)
        return start(by=by, session_id=cast.session.pk, dose=dose, posting=posting, **more)


def dosing(cast, **more):
    """An infusion runs since noon."""
    ready(cast, **more)
    return give(cast)


def recovering(cast, **more):
    """The infusion ran to its end at 12:40; sets were charted every 10 minutes until 13:10."""
    dosing(cast, **more)
    for minute in (10, 20, 30, 40, 50, 60, 70):
        vitals(cast, minute)
    with set_to(minutes(40)):
        infusions.stop_all(by=cast.actor("nadia"), session_id=cast.session.pk)
    return fresh(cast)


def going_home(cast, **more):
    """13:12, everything settled for the way home."""
    recovering(cast, **more)
    by, session_id = cast.actor("nadia"), cast.session.pk
    with set_to(minutes(72)):
        transport = e.Transport(stage="actual", mode="escort")
        leaving.record_transport(by=by, session_id=session_id, transport=transport)
        leaving.instruct_driving(by=by, session_id=session_id, acknowledged=True)
    return fresh(cast)


def fresh(cast):
    return queries.get_session(by=cast.actor("nadia"), session_id=cast.session.pk)
