"""A merge is a link: both records are read as one, and an undo brings each back whole."""

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.models import AuditEntry
from knai.practice import entries as e
from knai.practice import facts, queries
from knai.practice.actions.arriving import Arrival, check_in
from knai.practice.actions.links import link_patients, undo_link
from knai.practice.actions.record import record_of_patient
from knai.practice.linked import list_together
from knai.practice.models import ChartEntry, PatientLink
from knai.practice.patient_record import get_head
from knai.practice.search import find_patients
from tests.practice.world import NOON, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(cast):
    return cast.make_patient("Mara", "Rozen", "H-9")


def link(cast, duplicate, kept, nick="nadia", reason="same card"):
    return link_patients(
        by=cast.actor(nick), duplicate_id=duplicate.pk, kept_id=kept.pk, reason=reason
    )


def allergic(cast, patient, *items, status="listed"):
    body = e.Allergies(status=status, recorded_on="2026-11-01", items=items)
    return record_of_patient(by=cast.actor("nadia"), patient_id=patient.pk, body=body)


def head(cast, patient):
    return get_head(by=cast.actor("nadia"), patient_id=patient.pk)


def known_facts(cast, session):
    return facts.know(by=cast.actor("nadia"), session=session, now=NOON.replace(year=2100)).facts


def test_an_allergy_of_the_duplicate_is_seen_in_the_kept_record_and_at_its_gates(cast, twin):
    body = e.Allergies(
        status="listed",
        recorded_on="2026-11-01",
        items=("penicillin",),
        ketamine_hypersensitivity=True,
    )
    record_of_patient(by=cast.actor("nadia"), patient_id=twin.pk, body=body)
    allergic(cast, cast.patient, status="none_known")  # said later, in the other record
    assert head(cast, cast.patient).allergies.words == ()
    assert known_facts(cast, cast.session)["allergies"]["status"] == "none_known"
    made = link(cast, twin, cast.patient)
    assert head(cast, cast.patient).allergies.words == ("penicillin", "ketamine")
    found = known_facts(cast, cast.session)["allergies"]
    assert (found["status"], found["ketamine_hypersensitivity"]) == ("listed", True)
    undo_link(by=cast.actor("nadia"), link_id=made.pk, reason="two people")
    assert head(cast, cast.patient).allergies.words == ()
    assert head(cast, twin).allergies.words == ("penicillin", "ketamine")


def test_a_list_made_with_both_in_view_takes_up_the_other(cast, twin):
    allergic(cast, twin, "penicillin")
    link(cast, twin, cast.patient)
    allergic(cast, cast.patient, "latex")  # gone through: penicillin was a mistake
    assert head(cast, cast.patient).allergies.words == ("latex",)
    allergic(cast, cast.patient, "latex", "nickel")
    assert head(cast, cast.patient).allergies.words == ("latex", "nickel")


def test_the_work_up_of_both_is_read_from_either(cast, twin):
    other = cast.make_patient("Ada", "Berg", "H-10")
    for patient in (twin, cast.patient, other):
        body = e.Diagnosis(category="ptsd", status="confirmed", text=patient.mrn)
        record_of_patient(by=cast.actor("nadia"), patient_id=patient.pk, body=body)
    link(cast, twin, cast.patient)
    for patient in (twin, cast.patient):
        for by in (cast.actor("nadia"), facts.system_actor(cast.clinic)):
            log = queries.load_work_up(by=by, patient_id=patient.pk)
            assert {line.body.text for line in log.of("diagnosis")} == {"H-9", "H-1001"}
    log = queries.load_work_up(by=cast.actor("nadia"), patient_id=other.pk)
    assert [line.body.text for line in log.of("diagnosis")] == ["H-10"]


def test_two_duplicates_of_one_record_are_read_together(cast, twin):
    third = cast.make_patient("Mara", "R", "H-11")
    link(cast, twin, cast.patient)
    link(cast, third, cast.patient)
    everybody = {cast.patient.pk, twin.pk, third.pk}
    for patient in (cast.patient, twin, third):
        ids = list_together(cast.clinic.pk, patient.pk)
        assert (ids[0], set(ids)) == (cast.patient.pk, everybody)
    allergic(cast, cast.patient, "latex")
    assert head(cast, third).allergies.words == ("latex",)
    assert queries.load_work_up(by=cast.actor("nadia"), patient_id=third.pk).latest("allergies")


def test_doses_of_the_duplicate_count_as_prior_administrations(cast, twin):
    earlier = cast.make_session(twin, state="discharged", chair=None)
    body = e.Bolus(route="iv_push", substance="racemic_ketamine", mg=35)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(cast), "patient", twin)
        write(cast, body, session=earlier)
    assert known_facts(cast, cast.make_session(cast.make_patient("A", "B", "H-12"), chair=None))[
        "course"
    ] == {"prior_administrations": 0}


def test_search_leads_from_the_duplicate_to_the_kept(cast, twin):
    link(cast, twin, cast.patient)
    rows, _ = find_patients(by=cast.actor("fred"), search="rozen")
    assert [(row.id, row.linked) for row in rows] == [(cast.patient.pk, ("H-9",))]
    both, _ = find_patients(by=cast.actor("fred"), search="mara")
    assert [row.id for row in both] == [cast.patient.pk]


def test_no_chains_and_no_circles(cast, twin):
    third = cast.make_patient("Mara", "R", "H-11")
    link(cast, twin, cast.patient)
    for duplicate, kept in (
        (twin, third),  # linked already
        (third, twin),  # kept would be a duplicate
        (cast.patient, third),  # others hang on it
        (cast.patient, twin),  # a circle
        (third, third),
    ):
        with pytest.raises((Refused, Missing)):
            link(cast, duplicate, kept)
    assert PatientLink.objects.count() == 1


def test_two_sessions_under_way_are_not_linked_and_not_begun(cast, twin):
    first = cast.make_session(cast.patient, state="dosing")
    second = cast.make_session(twin, state="checked_in", chair=None)
    with pytest.raises(Refused, match="session under way"):
        link(cast, twin, cast.patient)
    second.state = "booked"
    second.save()
    link(cast, twin, cast.patient)
    with pytest.raises(Refused, match="linked record"):
        check_in(by=cast.actor("fred"), session_id=second.pk, arrival=Arrival())
    assert first.state == "dosing"


def test_a_duplicate_is_charted_in_no_more_until_the_link_is_undone(cast, twin):
    made = link(cast, twin, cast.patient)
    with pytest.raises(Refused, match="Chart in that one"):
        allergic(cast, twin, "latex")
    undo_link(by=cast.actor("nadia"), link_id=made.pk, reason="two people")
    assert allergic(cast, twin, "latex").patient_id == twin.pk


def test_a_wrong_merge_is_undone_with_nothing_lost_and_can_be_made_again(cast, twin):
    allergic(cast, twin, "penicillin")
    before = list(ChartEntry.objects.values())
    made = link(cast, twin, cast.patient)
    undo_link(by=cast.actor("nadia"), link_id=made.pk, reason="two people")
    assert list(ChartEntry.objects.values()) == before
    with pytest.raises(Refused, match="undone already"):
        undo_link(by=cast.actor("nadia"), link_id=made.pk, reason="again")
    link(cast, cast.patient, twin)  # the other way round
    assert head(cast, cast.patient).kept.mrn == "H-9"


def test_who_may_link_and_that_it_is_told(cast, twin):
    with pytest.raises(Forbidden):
        link(cast, twin, cast.patient, nick="fred")
    with pytest.raises(Missing):
        link(cast, twin, cast.make_patient("X", "Y", "X-1", clinic=cast.other_clinic))
    with pytest.raises(Malformed):
        link(cast, twin, cast.patient, reason=" ")
    link(cast, twin, cast.patient)
    seen = AuditEntry.objects.filter(verb="patient.linked").values_list("patient_id", flat=True)
    assert set(seen) == {twin.pk, cast.patient.pk}
