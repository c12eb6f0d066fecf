"""Who a patient is: every change says what was before, and the second of two people loses nothing."""

from datetime import date

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.models import AuditEntry
from knai.practice import entries as e
from knai.practice import who
from knai.practice.actions.identity import ChangedMeanwhile, change_identity
from knai.practice.actions.record import add_addendum, record_of_patient, void_of_patient
from knai.practice.models import ChartEntry

pytestmark = pytest.mark.django_db


def identity(cast, **changed):
    kept = who.get_identity(by=cast.actor("fred"), patient_id=cast.patient.pk)
    kept.pop("revision")
    return kept | changed


def change(cast, nick="fred", revision=0, **changed):
    return change_identity(
        by=cast.actor(nick), patient_id=cast.patient.pk, revision=revision,
        identity=identity(cast, **changed),
    )  # fmt: skip


def test_a_change_is_an_entry_that_says_what_was_before(cast):
    change(cast, preferred_name="Mo", born_on=date(1985, 4, 3))
    entry = ChartEntry.objects.get(kind="identity_change")
    assert entry.body["changes"] == {
        "preferred_name": ["", "Mo"], "born_on": ["1985-04-02", "1985-04-03"],
    }  # fmt: skip
    audited = AuditEntry.objects.get(verb="patient.changed")
    assert audited.detail["fields"] == ["born_on", "preferred_name"]
    assert "Mo" not in str(audited.detail)


def test_nothing_changed_is_nothing_written(cast):
    assert change(cast).revision == 0
    assert not ChartEntry.objects.exists()


def test_the_second_of_two_is_told_and_nothing_is_overwritten(cast):
    change(cast, phone="1")
    with pytest.raises(ChangedMeanwhile):
        change(cast, nick="nadia", phone="2")
    cast.patient.refresh_from_db()
    assert cast.patient.phone == "1"


def test_what_the_second_typed_stays_and_what_the_first_changed_stands(cast):
    change(cast, phone="1", preferred_name="Mo")
    changes = who.list_changes(by=cast.actor("nadia"), patient_id=cast.patient.pk, since=0)
    kept = who.get_identity(by=cast.actor("nadia"), patient_id=cast.patient.pk)
    typed = {name: who._text(value) for name, value in kept.items()}
    typed |= {
        "phone": "",
        "preferred_name": "Mona",
        "address": "Quay 1",
    }  # the phone as it was opened
    meant = who.merge_typed(kept, typed, changes)
    assert (meant["phone"], meant["preferred_name"], meant["address"]) == ("1", "Mona", "Quay 1")
    assert {c.by for c in changes} == {"Fred Amsel"}


@pytest.mark.parametrize(
    "changed, error",
    [
        ({"born_on": date(2999, 1, 1)}, Malformed),
        ({"born_on": date(1850, 1, 1)}, Malformed),
        ({"mrn": "H-2"}, Refused),  # taken
    ],
)
def test_what_cannot_be_is_refused(cast, changed, error):
    cast.make_patient("Ada", "Berg", "H-2")
    with pytest.raises(error):
        change(cast, **changed)


def test_who_only_reads_changes_nothing(cast):
    with pytest.raises(Forbidden):
        change(cast, nick="ruth", phone="1")
    with pytest.raises(Missing):
        change_identity(
            by=cast.actor("otto"), patient_id=cast.patient.pk, revision=0, identity=identity(cast)
        )


# -------------------------------------------------------------------------------- measures and contacts
def record(cast, body, nick="nadia", **more):
    return record_of_patient(by=cast.actor(nick), patient_id=cast.patient.pk, body=body, **more)


@pytest.mark.parametrize(
    "body, nick, error",
    [
        (e.Weight(weight_kg=20), "fred", None),
        (e.Weight(weight_kg=19), "fred", Malformed),
        (e.Height(height_cm=250), "fred", None),
        (e.Height(height_cm=251), "fred", Malformed),
        (e.Pregnancy(status="possible"), "nadia", None),
        (e.Pregnancy(status="possible"), "fred", Forbidden),  # clinical
        (e.Pregnancy(status="maybe"), "nadia", Malformed),
        (e.Contact(name="Ida", is_emergency=True), "fred", Malformed),  # nobody can be called
        (e.Contact(name="Ida", is_emergency=True, phone="1"), "fred", None),
        (e.Note(text="x"), "nadia", Refused),  # belongs to a session
        (e.Diagnosis(category="other", status="confirmed", text="x"), "nadia", Malformed),
        (e.Diagnosis(category="other", status="confirmed", rationale="why"), "nadia", None),
        (e.Diagnosis(category="other", status="ruled_out"), "nadia", None),
    ],
)
def test_what_may_be_recorded_by_whom(cast, body, nick, error):
    if error is None:
        assert record(cast, body, nick).kind == body.kind
        return
    with pytest.raises(error):
        record(cast, body, nick)
    assert not ChartEntry.objects.exists()


def test_a_changed_contact_takes_the_place_of_the_first_and_a_struck_one_is_gone(cast):
    first = record(cast, e.Contact(name="Ida", phone="1"))
    second = record(cast, e.Contact(name="Ida", phone="2"), amends_id=first.pk)
    by = cast.actor("fred")
    rows = who.list_contacts(by=by, patient_id=cast.patient.pk)
    assert [row.phone for row in rows] == ["2"]
    with pytest.raises(Refused):
        record(cast, e.Contact(name="Ida", phone="3"), amends_id=first.pk)  # somebody was quicker
    void_of_patient(
        by=cast.actor("nadia"), patient_id=cast.patient.pk, entry_id=second.pk, reason="moved away"
    )
    assert who.list_contacts(by=by, patient_id=cast.patient.pk) == []


def test_an_addendum_leaves_what_was_signed(cast):
    signed = record(cast, e.History(completed_on="2026-11-01", in_chart=True, text="as told"))
    add_addendum(
        by=cast.actor("nadia"), patient_id=cast.patient.pk, entry_id=signed.pk, text="and this"
    )
    entry = ChartEntry.objects.get(kind="addendum")
    assert (entry.target_id, ChartEntry.objects.get(pk=signed.pk).body["text"]) == (
        signed.pk,
        "as told",
    )
