"""A monitor joins a session because a person says so, leaves with the patient, and belongs to one clinic."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.core.samples import DeviceBatch, Quarantined, Sample
from knai.kit.clock import now, set_to
from knai.kit.models import AuditEntry
from knai.practice.actions import devices, quarantine
from knai.practice.live import running
from knai.practice.models import (
    ChartEntry,
    Device,
    DeviceAttachment,
    DeviceSample,
    QuarantineItem,
    RawMessage,
    TreatmentSession,
)
from tests.practice.live.harness import Bench, at, message, sample, withheld

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(cast):
    TreatmentSession.objects.filter(pk=cast.session.pk).update(state="ready")
    assert cast.monitor.pk
    return cast


def attach(cast, nick="nadia", **more):
    return devices.attach(
        by=cast.actor(nick), device_id=cast.monitor.pk, session_id=cast.session.pk, **more
    )


def second_session(cast):
    patient = cast.make_patient("Jon", "Vale", "H-1002")
    return cast.make_session(patient, chair=None, state="ready")


def test_a_person_puts_a_monitor_on_a_patient(ready):
    made = attach(ready, patient_ref=" V-7 ")
    assert (made.session, made.device, made.attached_by) == (
        ready.session,
        ready.monitor,
        ready.nadia,
    )
    assert made.patient_ref == "V-7"
    assert AuditEntry.objects.get(verb="device.attached").patient_id == ready.patient.pk


def test_a_double_click_puts_it_on_once(ready):
    assert attach(ready).pk == attach(ready).pk


def test_a_monitor_is_on_one_patient(ready):
    attach(ready)
    with pytest.raises(Refused, match="another patient"):
        devices.attach(
            by=ready.actor("nadia"), device_id=ready.monitor.pk, session_id=second_session(ready).pk
        )


@pytest.mark.parametrize("state, ok", [
    ("booked", False), ("checked_in", True), ("dosing", True), ("recovery", True), ("discharged", False),
])  # fmt: skip
def test_it_joins_a_session_that_is_under_way(ready, state, ok):
    TreatmentSession.objects.update(state=state)
    if ok:
        assert attach(ready)
    else:
        with pytest.raises(Refused, match="under way"):
            attach(ready)


@pytest.mark.parametrize("nick", ["ruth", "thea", "fred", "olga"])
def test_who_may_not_put_it_on(ready, nick):
    with pytest.raises(Forbidden):
        attach(ready, nick)


def test_another_clinics_nurse_finds_neither_session_nor_monitor(ready):
    with pytest.raises(Missing):
        attach(ready, "otto")
    with pytest.raises(Missing):
        devices.detach(by=ready.actor("otto"), device_id=ready.monitor.pk)
    assert devices.list_devices(by=ready.actor("otto")) == []


def test_another_clinics_monitor_is_not_to_be_had(ready):
    theirs = Device.objects.create(clinic=ready.other_clinic, key="HILL-1", name="Hill 1")
    with pytest.raises(Missing):
        devices.attach(by=ready.actor("nadia"), device_id=theirs.pk, session_id=ready.session.pk)


def test_taken_off_it_can_go_to_the_next(ready):
    attach(ready)
    devices.detach(by=ready.actor("nils"), device_id=ready.monitor.pk)
    devices.detach(by=ready.actor("nils"), device_id=ready.monitor.pk)
    assert DeviceAttachment.objects.get().detached_by == ready.nils
    assert AuditEntry.objects.filter(verb="device.detached").count() == 1
    devices.attach(
        by=ready.actor("nadia"), device_id=ready.monitor.pk, session_id=second_session(ready).pk
    )


def test_all_monitors_leave_with_the_patient(ready):
    attach(ready)
    with transaction.atomic():
        devices.detach_all(session=ready.session, by=ready.actor("fred"))
    assert not DeviceAttachment.objects.filter(detached_at=None).exists()


@pytest.mark.parametrize("seconds, offered", [(119, True), (121, False)])
def test_a_monitor_heard_lately_is_offered(ready, seconds, offered):
    moment = now()
    Device.objects.update(last_heard_at=moment - timedelta(seconds=seconds))
    with set_to(moment):
        found = devices.list_candidates(by=ready.actor("nadia"), session_id=ready.session.pk)
    assert [c.name for c in found] == (["Monitor 1"] if offered else [])


def test_a_monitor_on_somebody_is_not_offered(ready):
    Device.objects.update(last_heard_at=now())
    attach(ready)
    assert devices.list_candidates(by=ready.actor("nadia"), session_id=ready.session.pk) == []


def test_the_monitor_that_names_the_patient_comes_first(ready, monkeypatch):
    moment = now()
    names = {"A silent": "", "B other": "H-9", "C ours": "H-1001"}
    Device.objects.all().delete()
    words = {}
    for name, ref in names.items():
        device = Device.objects.create(
            clinic=ready.clinic, key=name, name=name, last_heard_at=moment
        )
        words[device.pk] = type("Words", (), {"patient_ref": ref, "values": (("hr", 70.0),)})()
    monkeypatch.setattr(devices, "last_words", words.get)
    found = devices.list_candidates(by=ready.actor("nadia"), session_id=ready.session.pk)
    assert [(c.name, c.agrees) for c in found] == [
        ("C ours", True), ("A silent", None), ("B other", False),
    ]  # fmt: skip


def test_without_monitors_in_this_process_nothing_is_known_of_them(ready):
    assert running.last_words(ready.monitor.pk) is None


# ------------------------------------------------------------------------------------------ looking after
def test_a_monitor_is_made_known_once(ready):
    by = ready.actor("nadia")
    made = devices.add_device(by=by, key=" BED-2 ", name="Bed 2", mapping={"dialect": "loinc"})
    assert (made.key, made.clinic_id) == ("BED-2", ready.clinic.pk)
    with pytest.raises(Refused, match="known already"):
        devices.add_device(by=by, key="BED-2", name="Bed 2", mapping={})
    with pytest.raises(Malformed, match="key"):
        devices.add_device(by=by, key=" ", name="Bed 3", mapping={})


def test_a_changed_mapping_is_on_record_without_its_content(ready):
    devices.save_mapping(
        by=ready.actor("nadia"),
        device_id=ready.monitor.pk,
        mapping={"dialect": "loinc", "zone": "UTC"},
    )
    assert AuditEntry.objects.get(verb="device.mapping_changed").detail == {"keys": ["zone"]}


def test_a_monitor_on_a_patient_is_not_retired(ready):
    attach(ready)
    by = ready.actor("nadia")
    with pytest.raises(Refused, match="on a patient"):
        devices.set_active(by=by, device_id=ready.monitor.pk, is_active=False)
    devices.detach(by=by, device_id=ready.monitor.pk)
    devices.set_active(by=by, device_id=ready.monitor.pk, is_active=False)
    with pytest.raises(Refused, match="retired"):
        attach(ready)


# --------------------------------------------------------------------------------------------- quarantine
def read(raw: bytes, mapping, received_at) -> DeviceBatch:
    """A monitor of the tests: `hr 70 @12`, understood once the mapping has a word for hr."""
    word, value, second = raw.decode().split()
    if word not in mapping:
        return message(withheld=[withheld("unknown_code", word)], raw=raw)
    return message(Sample(mapping[word], "1", at(float(second)), float(value)), raw=raw)


@pytest.fixture
def bench(cast):
    return Bench(cast)


def put_aside(bench, *raws: bytes):
    for raw in raws:
        second = float(raw.split()[2])
        bench.send(read(raw, {}, None), seconds=second)
    return QuarantineItem.objects.order_by("-id").first()


def test_a_word_learned_charts_all_that_was_put_aside_for_it(bench, cast):
    item = put_aside(bench, b"PULSE 70 1", b"PULSE 71 2", b"PULSE 72 3")
    assert item.count == 3
    done = quarantine.replay(
        by=cast.actor("nadia"), item_ids=[item.pk], read=read, mapping={"PULSE": "hr"}
    )
    assert (done.messages, done.values, done.settled_items, done.open_items) == (3, 3, 1, 0)
    assert sorted(DeviceSample.objects.values_list("value", flat=True)) == [70, 71, 72]
    assert set(DeviceSample.objects.values_list("session_id", flat=True)) == {cast.session.pk}
    item.refresh_from_db()
    assert (item.settled_how, item.settled_by) == ("replayed", cast.nadia)
    cast.monitor.refresh_from_db()
    assert cast.monitor.mapping == {"PULSE": "hr"}


def test_reading_it_again_twice_charts_it_once(bench, cast):
    item = put_aside(bench, b"PULSE 70 1")
    for _ in range(2):
        QuarantineItem.objects.update(settled_at=None)
        quarantine.replay(
            by=cast.actor("nadia"), item_ids=[item.pk], read=read, mapping={"PULSE": "hr"}
        )
    assert DeviceSample.objects.count() == 1


def test_what_is_still_not_understood_stays(bench, cast):
    item = put_aside(bench, b"PULSE 70 1")
    done = quarantine.replay(by=cast.actor("nadia"), item_ids=[item.pk], read=read)
    assert (done.values, done.settled_items, done.open_items) == (0, 0, 1)
    assert [row.id for row in quarantine.list_open(by=cast.actor("nadia"))] == [item.pk]


def test_a_value_goes_to_whom_the_monitor_was_on_then(bench, cast):
    item = put_aside(bench, b"PULSE 70 1")
    DeviceAttachment.objects.update(detached_at=at(100), detached_by=cast.nadia)
    other = second_session(cast)
    DeviceAttachment.objects.create(
        clinic=cast.clinic, device=cast.monitor, session=other, attached_at=at(200), attached_by=cast.nadia
    )  # fmt: skip
    quarantine.replay(
        by=cast.actor("nadia"), item_ids=[item.pk], read=read, mapping={"PULSE": "hr"}
    )
    assert DeviceSample.objects.get().session_id == cast.session.pk


def test_a_value_of_nobodys_time_stays_put_aside(bench, cast):
    item = put_aside(bench, b"PULSE 70 1")
    DeviceAttachment.objects.update(attached_at=at(500))
    done = quarantine.replay(
        by=cast.actor("nadia"), item_ids=[item.pk], read=read, mapping={"PULSE": "hr"}
    )
    assert (done.values, done.open_items) == (0, 1)


@pytest.mark.parametrize("vouched, values", [("", 0), ("X-9", 1), ("X-8", 0)])
def test_another_patients_id_needs_a_person_who_vouches_for_it(bench, cast, vouched, values):
    foreign = message(sample("hr", 70, 1), ref="X-9")
    bench.send(foreign)
    item = QuarantineItem.objects.get()
    done = quarantine.replay(
        by=cast.actor("nadia"), item_ids=[item.pk], read=lambda *_: foreign, patient_ref=vouched
    )
    assert (done.values, done.settled_items) == (values, values)


def test_a_replayed_cuff_pressure_makes_its_set_once(bench, cast):
    both = message(sample("sbp", 120, 30), sample("dbp", 80, 30), sample("hr", 70, 29))
    bench.send(message(withheld=[withheld("no_cuff_rule", "sbp")]))
    item = QuarantineItem.objects.get()
    for _ in range(2):
        QuarantineItem.objects.update(settled_at=None)
        quarantine.replay(by=cast.actor("nadia"), item_ids=[item.pk], read=lambda *_: both)
    assert ChartEntry.objects.get().body == {"sbp": 120, "dbp": 80, "hr": 70}


def test_a_stranger_made_known_is_read_from_its_kept_message(bench, cast):
    raw = b"hr 70 1"
    bench.send(message(key="BED-9", raw=raw, withheld=[Quarantined("no_mapping", None, "")]))
    item = QuarantineItem.objects.get()
    assert item.reason == "unknown_device"
    done = quarantine.replay(by=cast.actor("nadia"), item_ids=[item.pk], read=read)
    assert (
        done.messages == 0
    )  # two clinics share this installation: a stranger's message is nobody's


def test_letting_go_keeps_the_message(bench, cast):
    item = put_aside(bench, b"PULSE 70 1")
    assert quarantine.count_open(by=cast.actor("ruth")) == 1
    assert quarantine.discard(by=cast.actor("nadia"), item_ids=[item.pk]) == 1
    assert quarantine.discard(by=cast.actor("nadia"), item_ids=[item.pk]) == 0
    assert quarantine.list_open(by=cast.actor("nadia")) == []
    assert RawMessage.objects.count() == 1


def test_looking_at_a_message_is_on_record(bench, cast):
    item = put_aside(bench, b"PULSE 70 1")
    assert quarantine.read_raw(by=cast.actor("nadia"), item_id=item.pk) == b"PULSE 70 1"
    assert AuditEntry.objects.filter(verb="quarantine.read").count() == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda by, item: quarantine.read_raw(by=by, item_id=item.pk),
        lambda by, item: quarantine.discard(by=by, item_ids=[item.pk]),
        lambda by, item: quarantine.replay(by=by, item_ids=[item.pk], read=read),
    ],
)
def test_who_may_not_settle_it(bench, cast, act):
    item = put_aside(bench, b"PULSE 70 1")
    with pytest.raises(Forbidden):
        act(cast.actor("ruth"), item)
    with suppress(Missing):
        act(cast.actor("otto"), item)
    item.refresh_from_db()
    assert item.settled_at is None
