"""Checking in, planning and working up: what settles the start."""

from decimal import Decimal

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.ids import uuid7
from knai.practice import entries as e
from knai.practice.actions import arriving, work_up
from knai.practice.actions.arriving import Arrival
from knai.practice.actions.charting import Posting
from knai.practice.models import Chair, ChartEntry
from tests.practice.world import dosing, fresh

pytestmark = pytest.mark.django_db


def check_in(cast, nick="fred", session=None, **fields):
    by = cast.actor(nick)
    arrival = Arrival(**fields)
    return arriving.check_in(by=by, session_id=(session or cast.session).pk, arrival=arrival)


def test_the_desk_checks_in_with_chair_weight_and_way_home(cast):
    way = e.Transport(stage="planned", mode="escort", escort_name="Ines")
    check_in(cast, chair_id=cast.chair.pk, weight_kg=Decimal("79.5"), transport=way)
    session = fresh(cast)
    assert (session.state, session.weight_kg) == ("checked_in", Decimal("79.5"))
    kinds = set(ChartEntry.objects.values_list("kind", flat=True))
    assert kinds == {"transition", "weight", "transport"}


def test_nobody_sits_in_a_chair_that_is_taken(cast):
    check_in(cast, chair_id=cast.chair.pk)
    other = cast.make_session(cast.make_patient("Otis", "Kern", "H-1002"), chair=None)
    with pytest.raises(Refused, match="in that chair"):
        check_in(cast, session=other, chair_id=cast.chair.pk)
    other.refresh_from_db()
    assert (other.state, other.chair_id) == ("booked", None)


def test_a_chair_taken_meanwhile_is_a_clear_no(cast):
    """Both were booked into the same chair."""
    check_in(cast)
    other = cast.make_session(cast.make_patient("Otis", "Kern", "H-1002"))
    with pytest.raises(Refused, match="in that chair"):
        check_in(cast, session=other)


def test_a_patient_has_one_open_session(cast):
    check_in(cast)
    second = cast.make_session(cast.patient, chair=None)
    with pytest.raises(Refused, match="already has an open session"):
        check_in(cast, session=second)


def test_checking_in_twice_is_once(cast):
    posting = Posting(idempotency_key=uuid7())
    for _ in range(2):
        arriving.check_in(
            by=cast.actor("fred"), session_id=cast.session.pk, arrival=Arrival(), posting=posting
        )
    assert ChartEntry.objects.filter(kind="transition").count() == 1


@pytest.mark.parametrize(
    "nick, error", [("ruth", Forbidden), ("thea", Forbidden), ("otto", Missing)]
)
def test_who_may_not_check_in_does_not(cast, nick, error):
    with pytest.raises(error):
        check_in(cast, nick=nick)


@pytest.mark.parametrize(
    "kg, accepted", [("19.9", False), ("20", True), ("350", True), ("351", False)]
)
def test_a_weight_that_cannot_be_is_asked_again(cast, kg, accepted):
    if accepted:
        check_in(cast, weight_kg=Decimal(kg))
        return
    with pytest.raises(Malformed, match="weight_kg"):
        check_in(cast, weight_kg=Decimal(kg))


def test_another_clinics_chair_is_absent(cast):
    chair = Chair.objects.create(clinic=cast.other_clinic, name="Chair 9")
    with pytest.raises(Missing):
        check_in(cast, chair_id=chair.pk)


def test_a_session_is_cancelled_with_a_reason(cast):
    with pytest.raises(Malformed):
        arriving.cancel(by=cast.actor("fred"), session_id=cast.session.pk, reason=" ")
    arriving.cancel(by=cast.actor("fred"), session_id=cast.session.pk, reason="Has a cold")
    assert fresh(cast).state == "cancelled"


def test_a_visit_is_called_off_only_without_a_dose(cast):
    dosing(cast)
    with pytest.raises(Refused, match="dose was given"):
        arriving.call_off(by=cast.actor("nadia"), session_id=cast.session.pk, reason="Changed mind")


def test_a_visit_without_a_dose_is_called_off(cast):
    check_in(cast)
    arriving.call_off(by=cast.actor("nadia"), session_id=cast.session.pk, reason="Changed mind")
    assert fresh(cast).state == "aborted"


PLAN = e.Plan(route="iv_infusion", mg_per_kg=Decimal("0.5"), duration_min=Decimal(40))


def test_a_prescriber_plans_and_nobody_else(cast):
    arriving.set_plan(by=cast.actor("okafor"), session_id=cast.session.pk, plan=PLAN)
    assert fresh(cast).plan["mg_per_kg"] == "0.5"
    with pytest.raises(Forbidden):
        arriving.set_plan(by=cast.actor("nadia"), session_id=cast.session.pk, plan=PLAN)


def test_the_purpose_is_set_before_the_first_dose(cast):
    by = cast.actor("okafor")
    arriving.set_purpose(by=by, session_id=cast.session.pk, purpose="procedural_sedation")
    assert fresh(cast).purpose == "procedural_sedation"
    with pytest.raises(Malformed):
        arriving.set_purpose(by=by, session_id=cast.session.pk, purpose="fun")


DAY = "2026-01-05"
PARTS = [
    e.Screening(performed=True, performed_on=DAY),
    e.Diagnosis(category="ptsd", status="confirmed"),
    e.History(completed_on=DAY, in_chart=True, covers_psychiatric=True, covers_substance_use=True),
    e.Physical(completed_on=DAY, in_chart=True),
    e.Medications(status="none", recorded_on=DAY),
    e.Allergies(status="listed", recorded_on=DAY, items=("penicillin",)),
    e.InteractionReview(completed_on=DAY, unresolved_serious=False),
]


def record(cast, body, nick="nadia"):
    return work_up.record_work_up(by=cast.actor(nick), session_id=cast.session.pk, body=body)


@pytest.mark.parametrize("body", PARTS, ids=lambda body: body.kind)
def test_each_part_of_the_work_up_goes_into_the_patients_chart(cast, body):
    entry = record(cast, body)
    assert (entry.kind, entry.patient_id, entry.session_id) == (body.kind, cast.patient.pk, None)


@pytest.mark.parametrize(
    "nick, error", [("fred", Forbidden), ("thea", Forbidden), ("otto", Missing)]
)
def test_who_may_not_work_up_does_not(cast, nick, error):
    with pytest.raises(error):
        record(cast, PARTS[0], nick=nick)


@pytest.mark.parametrize(
    "body, field",
    [
        (e.Screening(performed=True, performed_on="2999-01-01"), "performed_on"),
        (e.Screening(performed=True, performed_on="yesterday"), "performed_on"),
        (e.Diagnosis(category="sadness", status="confirmed"), "category"),
        (e.Diagnosis(category="ptsd", status="sure"), "status"),
        (e.Medications(status="listed", recorded_on=DAY), "items"),
        (e.Medications(status="none", recorded_on=DAY, items=("a",)), "items"),
        (e.Allergies(status="listed", recorded_on=DAY), "items"),
    ],
)
def test_what_cannot_be_is_named_by_its_field(cast, body, field):
    with pytest.raises(Malformed, match=field):
        record(cast, body)


UNSIGNED = e.Consent(
    signed_at="2026-01-05T10:00:00+01:00",
    signed_by="patient",
    covers_off_label=True,
    form_version="3",
)


@pytest.mark.parametrize("body", [e.Note(text="x"), UNSIGNED], ids=lambda body: body.kind)
def test_a_note_is_no_work_up_nor_a_consent_that_nothing_shows(cast, body):
    with pytest.raises(Refused):
        record(cast, body)
