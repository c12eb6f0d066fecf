"""What a monitor sends is kept once, whole, with its proof, or put aside with a reason."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from knai.kit.models import AuditEntry
from knai.practice.models import (
    ChartEntry,
    Device,
    DeviceAttachment,
    DeviceSample,
    QuarantineItem,
    RawMessage,
)
from tests.practice.live.harness import Bench, at, cuff, message, sample, withheld

pytestmark = pytest.mark.django_db


def test_a_value_is_read_back_as_it_was_sent(bench, cast):
    [outcome] = bench.send(message(sample("spo2", 97.5, 12.25), raw=b"MSH|^~\\&|\x00\xff"))
    assert (outcome.kind, outcome.values) == ("charted", 1)
    row = DeviceSample.objects.select_related("raw").get()
    assert (row.code, row.sub_id, row.at, row.value) == ("spo2", "1", at(12.25), 97.5)
    assert (row.clinic_id, row.session_id) == (cast.clinic.pk, cast.session.pk)
    assert row.device_id == cast.monitor.pk
    assert bytes(row.raw.body) == b"MSH|^~\\&|\x00\xff"
    assert row.raw.received_at == at(0)


def test_the_orm_finds_what_was_written_past_it(bench, cast):
    bench.send(message(sample("hr", 70, 3)))
    DeviceSample.objects.get(session=cast.session, at=at(3), code="hr")
    RawMessage.objects.get(device=cast.monitor, clinic=cast.clinic, received_at=at(0))
    AuditEntry.objects.get(patient_id=cast.patient.pk, session_id=cast.session.pk)


def test_a_value_sent_twice_is_charted_once(bench):
    again = message(sample("hr", 70, 1), sample("hr", 70, 1))
    bench.send(again, again)
    bench.send(again)
    assert DeviceSample.objects.count() == 1
    assert RawMessage.objects.count() == 3


def test_a_value_sent_again_after_a_restart_is_charted_once(bench):
    bench.send(message(sample("hr", 70, 1), *cuff(2)))
    bench.start()
    bench.send(message(sample("hr", 70, 1), *cuff(2)))
    assert DeviceSample.objects.count() == 3
    assert ChartEntry.objects.filter(kind="vitals").count() == 1


def test_two_values_of_one_time_that_differ_are_both_kept(bench):
    bench.send(message(sample("hr", 70, 1)), message(sample("hr", 71, 1)))
    assert sorted(DeviceSample.objects.values_list("value", flat=True)) == [70, 71]


def test_one_audit_entry_tells_of_one_devices_messages_in_a_commit(bench):
    bench.send(message(sample("hr", 70, 1), sample("rr", 12, 1)), message(sample("hr", 70, 2)))
    entry = AuditEntry.objects.get()
    assert entry.verb == "samples.kept"
    last = RawMessage.objects.order_by("id").last()
    assert entry.detail == {"messages": 2, "values": 3, "quarantined": 0, "last_raw": last.pk}


def test_a_differing_patient_id_puts_the_whole_message_aside(bench, cast):
    bench.send(message(sample("hr", 70, 1), ref="X-9"))
    assert not DeviceSample.objects.exists()
    item = QuarantineItem.objects.get()
    assert (item.reason, item.obx, item.clinic) == ("patient_differs", None, cast.clinic)
    assert "X-9" not in item.detail


@pytest.mark.parametrize("ref, kept", [("", 1), ("H-1001", 1), ("H-1002", 0), ("h-1001", 0)])
def test_the_monitors_patient_id_must_be_the_records_when_it_sends_one(bench, ref, kept):
    bench.send(message(sample("hr", 70, 1), ref=ref))
    assert DeviceSample.objects.count() == kept


def test_the_id_confirmed_when_attaching_counts_beside_the_records(bench):
    DeviceAttachment.objects.update(patient_ref="VISIT-7")
    bench.registry.reload()
    bench.send(
        message(sample("hr", 70, 1), ref="VISIT-7"), message(sample("hr", 71, 2), ref="H-1001")
    )
    assert DeviceSample.objects.count() == 2


def test_an_unknown_monitor_is_put_aside_for_nobodys_clinic_and_does_not_fill_the_disk(bench):
    for second in range(0, 50, 10):
        bench.send(message(sample("hr", 70, second), key="STRANGER"), seconds=second)
    item = QuarantineItem.objects.get()
    assert (item.reason, item.clinic, item.count) == ("unknown_device", None, 5)
    assert RawMessage.objects.count() == 1


def test_the_same_trouble_after_a_quiet_minute_is_listed_anew(bench):
    bench.send(message(key="STRANGER"), seconds=0)
    bench.send(message(key="STRANGER"), seconds=61)
    assert QuarantineItem.objects.count() == RawMessage.objects.count() == 2


def test_trouble_that_a_person_settled_is_listed_anew(bench, cast):
    for second in (0, 1, 2):
        bench.send(message(key="STRANGER"), seconds=second)
        QuarantineItem.objects.update(settled_at=at(second), settled_by=cast.nadia)
    # The second was only counted when its item turned out to be settled; the third is kept again.
    assert QuarantineItem.objects.count() == 2


def test_a_retired_monitor_is_put_aside(bench, cast):
    Device.objects.update(is_active=False)
    bench.registry.reload()
    bench.send(message(sample("hr", 70, 1)))
    assert QuarantineItem.objects.get().reason == "inactive_device"
    assert not DeviceSample.objects.exists()


def test_a_monitor_on_nobody_is_heard_and_nothing_of_it_is_kept(bench, cast):
    DeviceAttachment.objects.update(detached_at=at(1), detached_by=cast.nadia)
    bench.registry.reload()
    [outcome] = bench.send(message(sample("hr", 70, 2), ref="H-1001"), seconds=2)
    assert outcome.kind == "heard" and outcome.is_kept
    assert RawMessage.objects.count() == DeviceSample.objects.count() == 0
    words = bench.heard.last_words[cast.monitor.pk]
    assert (words.at, words.patient_ref, words.values) == (at(2), "H-1001", (("hr", 70.0),))
    bench.heard.write()
    assert Device.objects.get().last_heard_at == at(2)


def test_a_session_that_has_ended_takes_no_more_values(bench, cast):
    type(cast.session).objects.update(state="discharged")
    bench.registry.reload()
    assert bench.send(message(sample("hr", 70, 2)))[0].kind == "heard"


@pytest.mark.parametrize("seconds, kept", [(-61, 0), (-60, 1), (0, 1)])
def test_values_of_the_patient_before_are_not_this_ones(bench, seconds, kept):
    bench.send(message(sample("hr", 70, seconds)))
    assert DeviceSample.objects.count() == kept
    assert QuarantineItem.objects.filter(reason="before_attachment").count() == 1 - kept


def test_no_grace_reaches_back_into_another_patients_time(bench, cast):
    DeviceAttachment.objects.create(
        clinic=cast.clinic, device=cast.monitor, session=cast.session, attached_by=cast.nadia,
        attached_at=at(-900), detached_at=at(-20), detached_by=cast.nadia,
    )  # fmt: skip
    bench.registry.reload()
    bench.send(message(sample("hr", 70, -21), sample("hr", 71, -20)))
    assert DeviceSample.objects.get().value == 71


def test_withheld_values_stand_beside_the_charted_ones_and_are_counted(bench):
    batch = message(sample("hr", 70, 1), withheld=[withheld("unknown_code", "X^MDC", 2)])
    other = message(sample("hr", 70, 2), withheld=[withheld("unknown_code", "Y^MDC", 2)])
    bench.send(batch, batch)
    bench.send(other)
    found = QuarantineItem.objects.order_by("id").values_list("detail", "count", "obx")
    assert list(found) == [("X^MDC", 2, 2), ("Y^MDC", 1, 2)]


def test_a_time_that_differs_in_every_message_is_one_trouble(bench):
    for second in range(3):
        bench.send(message(withheld=[withheld("clock_off", f"2031010112000{second}")]))
    assert QuarantineItem.objects.get().count == 3


def test_an_unreadable_message_is_kept_for_a_look(bench):
    [outcome] = bench.send(message(key="", withheld=[withheld("unreadable", "no MSH", None)]))
    assert outcome.kind == "quarantined"
    assert QuarantineItem.objects.get().reason == "unreadable"


def test_one_bad_message_does_not_sink_the_others(bench, monkeypatch):
    insert = bench.writer.rows.insert_samples

    def refuses_one(rows):
        if any(row[6] == 666 for row in rows):
            raise ValueError("a row the database cannot take")
        return insert(rows)

    monkeypatch.setattr(bench.writer.rows, "insert_samples", refuses_one)
    outcomes = bench.send(
        message(sample("hr", 70, 1)), message(sample("hr", 666, 2)), message(sample("hr", 72, 3))
    )
    assert [o.kind for o in outcomes] == ["charted", "error", "charted"]
    assert sorted(DeviceSample.objects.values_list("value", flat=True)) == [70, 72]
    assert RawMessage.objects.count() == 2
    assert bench.state.signs["hr"].value == 72


def test_a_group_that_fails_leaves_nothing_in_memory(bench, monkeypatch):
    bench.send(message(sample("hr", 70, 1)))
    take = bench.writer._take

    def take_and_fail(jobs, states):
        take(jobs, states)
        raise OSError("the disk is full")

    monkeypatch.setattr(bench.writer, "_take", take_and_fail)
    assert bench.send(message(sample("hr", 90, 2)))[0].kind == "error"
    monkeypatch.undo()
    bench.send(message(sample("rr", 12, 3)))
    assert bench.state.signs["hr"].value == 70
    assert DeviceSample.objects.count() == 2


def test_what_the_database_itself_refuses_sinks_one_message_alone(bench):
    """Its audit entry cannot be written: neither may anything else of it be."""
    bench.send(message(sample("hr", 70, 1)))
    route = bench.registry.by_key["BED-1"]
    no_name = "x" * 1000 if connection.vendor == "postgresql" else None
    bench.registry.by_key = {**bench.registry.by_key, "BED-1": replace(route, name=no_name)}
    assert bench.send(message(sample("hr", 90, 2)))[0].kind == "error"
    bench.registry.by_key = {**bench.registry.by_key, "BED-1": route}
    assert bench.send(message(sample("hr", 71, 3)))[0].kind == "charted"
    assert sorted(DeviceSample.objects.values_list("value", flat=True)) == [70, 71]
    assert RawMessage.objects.count() == AuditEntry.objects.count() == 2
    assert bench.state.signs["hr"].value == 71


def test_text_that_means_something_to_a_database_stays_text(bench):
    nasty = "a\"b\\c',{}\t;--"
    bench.send(message(sample("hr", 70, 1, sub_id=nasty), key="BED-1"))
    assert DeviceSample.objects.get().sub_id == nasty


def test_a_message_of_ten_thousand_values_is_kept_whole(bench):
    values = [sample("hr", 70, n / 10, sub_id=str(n % 7)) for n in range(10_000)]
    assert bench.send(message(*values))[0].values == 10_000
    assert DeviceSample.objects.count() == 10_000


def test_another_clinics_monitor_writes_into_its_own_clinic_alone(bench, cast):
    theirs = Device.objects.create(clinic=cast.other_clinic, key="HILL-1", name="Hill 1")
    bench.registry.reload()
    bench.send(message(sample("hr", 70, 1), key=theirs.key))
    assert not DeviceSample.objects.exists()


def test_a_commit_waits_for_the_disk(bench):
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if is_sqlite else "SHOW synchronous_commit")
        assert cursor.fetchone() == ((2,) if is_sqlite else ("on",))


def test_the_bench_starts_clean(cast):
    assert Bench(cast).send(message())[0].kind == "charted"


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_a_sample(bench, change):
    bench.send(message(sample("hr", 70, 1)))
    rows = DeviceSample.objects.all()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(value=80) if change == "update" else rows._raw_delete(rows.db)
    assert DeviceSample.objects.get().value == 70
