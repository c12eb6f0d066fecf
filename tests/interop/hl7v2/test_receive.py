"""Whose monitor a message is from: looked up at a glance, and never another bed's."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from knai.interop.hl7v2.receive import Mappings


def message(bed: str, end: str) -> bytes:
    lines = [
        "MSH|^~\\&|GATE||KNAI||20261124080000+0000||ORU^R01|1|P|2.6",
        "PID|||1",
        f"PV1||I|^^{bed}",
        "OBR|1|||X|||20261124080000+0000",
        "OBX|1|NM|8867-4^HR^LN||71|/min^^UCUM|||||F",
    ]
    return end.join(lines).encode()


@pytest.fixture
def mappings():
    """Two beds behind one gateway, each with a mapping of its own."""
    routes = {
        f"GATE//^^{bed}": SimpleNamespace(
            key=f"GATE//^^{bed}", mapping={"dialect": "loinc", "zone": zone}
        )
        for bed, zone in (("1", "Europe/Berlin"), ("2", "America/New_York"))
    }
    registry = SimpleNamespace(by_key=routes)
    return Mappings(SimpleNamespace(registry=registry, route=routes.get))


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_each_bed_behind_a_gateway_is_read_by_its_own_mapping(mappings, end):
    found = [mappings.find(message(bed, end)) for bed in ("1", "2", "1", "2")]
    assert [key for key, _ in found] == ["GATE//^^1", "GATE//^^2"] * 2
    assert [m.zone for _, m in found] == ["Europe/Berlin", "America/New_York"] * 2
