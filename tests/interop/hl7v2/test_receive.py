"""From a framed message to its answer: whose monitor, kept first, acknowledged after."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest

from knai.core.errors import Malformed
from knai.interop.hl7v2.mapping import load_dialect
from knai.interop.hl7v2.receive import Receiver, mapping_from
from knai.interop.hl7v2.simulator import Chair, SimulatedPatient
from knai.interop.hl7v2.simulator.messages import build_message
from knai.practice.live.registry import Route
from knai.practice.live.writer import Outcome

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Desk:
    """Stands in for the live ingest: knows some devices, and keeps what it is given or fails to."""

    def __init__(self, devices, outcome=None):
        self.kept, self.outcome = [], outcome or Outcome("charted", 1)
        self.registry = SimpleNamespace(by_key=devices)

    def route(self, key):
        return self.registry.by_key.get(key)

    async def accept(self, batch, peer, answer):
        self.kept.append(batch)
        return answer(self.outcome)


def route(key, mapping):
    ids = {"device_id": uuid4(), "clinic_id": uuid4(), "device_db": "", "clinic_db": ""}
    return Route(key=key, name="", is_active=True, mapping=mapping, attachment=None, **ids)


def devices(**mappings):
    keys = {f"KNAI_SIM/{name}/^^1": mapping for name, mapping in mappings.items()}
    return {key: route(key, mapping) for key, mapping in keys.items()}


def message(device="A", dialect="pcd01"):
    signs = SimulatedPatient(1, artefacts=False).at(100)
    return build_message(Chair("1", device, dialect), signs, at=NOW, control_id="7", cuff_at=NOW)


def ask(desk, raw, times=1):
    receiver = Receiver(desk, clock=lambda: NOW)
    answers = [asyncio.run(receiver(raw, "127.0.0.1")) for _ in range(times)]
    code = answers[-1].decode("latin-1").split("\rMSA|")[1][:2]
    return code.replace("C", "A")  # enhanced mode says CA, CE, CR for the same


def test_a_known_monitor_is_read_by_its_mapping_and_acknowledged():
    desk = Desk(devices(A={"dialect": "pcd01"}))
    assert ask(desk, message()) == "AA"
    (batch,) = desk.kept
    assert batch.device_key == "KNAI_SIM/A/^^1"
    assert {s.code for s in batch.samples} >= {"hr", "spo2", "sbp", "dbp"}
    assert batch.quarantined == ()


def test_each_monitor_is_read_in_its_own_dialect():
    desk = Desk(devices(A={"dialect": "pcd01"}, B={"dialect": "loinc"}))
    for name, dialect in (("A", "pcd01"), ("B", "loinc"), ("A", "pcd01")):
        assert ask(desk, message(name, dialect)) == "AA"
    assert [b.device_key[9] for b in desk.kept] == ["A", "B", "A"]
    assert all(not b.quarantined for b in desk.kept)


def test_what_is_not_on_the_disk_is_not_acknowledged():
    desk = Desk(devices(A={"dialect": "pcd01"}), Outcome("error"))
    assert ask(desk, message()) == "AE"


@pytest.mark.parametrize(
    "raw, reason, answer",
    [
        (b"MSH|^~\\&|X|Y|||||ADT^A01|1|P|2.6\rPID|||1", "not_an_observation", "AR"),
        (b"MSH|^~\\&|X|Y|||20261124093000||ORU^R01|1|P|2.6\r\x00\xff|nonsense", "unreadable", "AR"),
    ],
)
def test_what_will_never_be_read_is_kept_and_rejected(raw, reason, answer):
    desk = Desk({"X/Y/": route("X/Y/", {"dialect": "pcd01"})})
    assert ask(desk, raw) == answer
    (batch,) = desk.kept
    assert (batch.quarantined[0].reason, batch.raw) == (reason, raw)


def test_a_strangers_message_is_kept_and_charted_nowhere():
    desk = Desk({})
    assert ask(desk, message()) == "AA"
    (batch,) = desk.kept
    assert (batch.samples, batch.quarantined[0].reason) == ((), "no_mapping")


def test_a_mapping_that_cannot_be_read_charts_nothing():
    desk = Desk(devices(A={"dialect": "klingon"}))
    assert ask(desk, message()) == "AA"
    assert desk.kept[0].samples == ()


def test_a_mapping_that_changed_counts_from_the_next_message():
    desk = Desk(devices(A={"dialect": "comen"}))
    receiver = Receiver(desk, clock=lambda: NOW)
    desk.registry.by_key = devices(A={"dialect": "pcd01"})
    asyncio.run(receiver(message(), "127.0.0.1"))
    desk.registry.by_key = devices(A={"dialect": "pcd01", "zero_counts": ["hr"]})
    asyncio.run(receiver(message(), "127.0.0.1"))
    desk.registry.by_key = {}
    asyncio.run(receiver(message(), "127.0.0.1"))
    assert [bool(batch.samples) for batch in desk.kept] == [True, True, False]


def test_a_stored_mapping_is_a_dialect_and_what_differs_from_it():
    own = {"dialect": "comen", "cuff": "on_change", "codes": {"MDC": {"999": "spo2"}}}
    made = mapping_from(own)
    assert (made.cuff, made.codes["MDC"]["999"].vital) == ("on_change", "spo2")
    assert len(made.codes["MDC"]) == len(load_dialect("comen").codes["MDC"]) + 1


def test_a_whole_mapping_may_be_stored_as_well():
    whole = load_dialect("loinc")
    assert mapping_from(whole.to_dict()) == whole


@pytest.mark.parametrize("stored", [{"dialect": "klingon"}, {"dialect": "loinc", "cuf": ""}, {}])
def test_a_mapping_that_is_none_is_said(stored):
    with pytest.raises(Malformed):
        mapping_from(stored)
