"""Every chart entry goes through one writer: audited, never changed, posted once."""

import pytest
from django.db import DatabaseError, transaction

from knai.core.errors import Malformed, Refused
from knai.kit.ids import uuid7
from knai.kit.models import AuditEntry
from knai.practice import queries
from knai.practice.actions.write import append
from knai.practice.entries import Note, Void
from knai.practice.models import ChartEntry

pytestmark = pytest.mark.django_db


def note(cast, text="quiet", **more):
    with transaction.atomic():
        return append(
            by=cast.actor("nadia"),
            body=Note(text),
            patient=cast.patient,
            session=cast.session,
            **more,
        )


def test_an_entry_and_its_audit_are_written_together(cast):
    entry = note(cast)
    audit = AuditEntry.objects.get()
    assert (audit.verb, audit.subject_id, audit.patient_id) == (
        "note.recorded",
        str(entry.pk),
        cast.patient.pk,
    )


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_an_entry(cast, change):
    entry = note(cast)
    rows = ChartEntry.objects.filter(pk=entry.pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(kind="other") if change == "update" else rows._raw_delete(rows.db)
    assert ChartEntry.objects.get().kind == "note"


def test_the_same_form_sent_twice_makes_one_entry(cast):
    key = uuid7()
    first, second = note(cast, idempotency_key=key), note(cast, idempotency_key=key)
    assert first.pk == second.pk
    assert ChartEntry.objects.count() == AuditEntry.objects.count() == 1


def test_a_used_key_with_another_kind_of_entry_is_refused(cast):
    key = uuid7()
    entry = note(cast, idempotency_key=key)
    with pytest.raises(Refused), transaction.atomic():
        append(
            by=cast.actor("nadia"),
            body=Void("wrong patient"),
            patient=cast.patient,
            target=entry,
            idempotency_key=key,
        )


def test_an_entry_is_amended_once_and_the_amendment_counts(cast):
    first = note(cast, "left arm")
    note(cast, "right arm", amends=first)
    with pytest.raises(Refused):
        note(cast, "both arms", amends=first)
    log = queries.load_log(by=cast.actor("nadia"), session=cast.session)
    assert [line.body.text for line in log.of("note")] == ["right arm"]


def test_a_time_in_the_future_is_malformed(cast):
    from datetime import timedelta

    from knai.kit.clock import now

    with pytest.raises(Malformed):
        note(cast, effective_at=now() + timedelta(minutes=3))


def test_a_psychotherapy_note_is_its_authors_alone(cast):
    with transaction.atomic():
        append(
            by=cast.actor("thea"),
            body=Note("private"),
            patient=cast.patient,
            session=cast.session,
            compartment="psychotherapy",
        )
    sees = {
        nick: queries.visible_entries(cast.actor(nick)).count()
        for nick in ("thea", "okafor", "nadia", "olga", "ruth", "otto")
    }
    assert sees == {"thea": 1, "okafor": 0, "nadia": 0, "olga": 0, "ruth": 0, "otto": 0}
