"""From a framed message to its answer: whose monitor, what it says, kept, and only then acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from knai.core.errors import Malformed
from knai.core.samples import DeviceBatch, Quarantined
from knai.interop.hl7v2 import ack
from knai.interop.hl7v2.cuffs import CuffMemory
from knai.interop.hl7v2.header import Header
from knai.interop.hl7v2.mapping import DeviceMapping, load_dialect
from knai.interop.hl7v2.reading import device_key_of, read_batch
from knai.kit.clock import now
from knai.practice.live.ingest import Ingest, Outcome
from knai.practice.live.registry import Route

_BIG = 100_000  # bytes; reading more than this would hold up every other monitor and page
_REMEMBERED = 1024
_ENVELOPE = ("MSH-3", "MSH-4", "PV1-3")  # places that `_envelope` sees
# Reasons for which sending the same message again will never help, as HL7 table 0357 numbers them.
_REJECTED = {"unreadable": 102, "not_an_observation": 200, "not_production": 202}


def mapping_from(stored: Mapping[str, Any]) -> DeviceMapping:
    """The mapping kept with a device: a whole one, or `dialect` and what differs from it.

    raises  Malformed: unknown dialect or key
    """
    if "dialect" not in stored:
        return DeviceMapping.from_dict(stored)
    own = {key: value for key, value in stored.items() if key != "dialect"}
    whole = load_dialect(stored["dialect"])
    if not own:
        return whole
    merged = whole.to_dict()
    for kind in ("codes", "units"):
        for system, table in own.pop(kind, {}).items():
            merged[kind][system] = {**merged[kind].get(system, {}), **table}
    return DeviceMapping.from_dict(merged | own)


class Mappings:
    """Finds a message's device among those registered. Remembers: a monitor says its name every second."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest
        self._made: dict[str, tuple[Mapping[str, Any], DeviceMapping]] = {}
        self._known: Mapping[str, Route] | None = None
        self._ways: list[DeviceMapping] = []
        self._is_seen = False  # whether the envelope alone decides on the key
        self._keys: dict[tuple[bytes, ...], str] = {}

    def find(self, raw: bytes) -> tuple[str, DeviceMapping | None]:
        """(device key, mapping); without a mapping the key is how the sender would most likely be called.

        raises  Malformed: not a message
        """
        self._look_for_changes()
        name = _envelope(raw) if self._is_seen else ()
        key = self._keys.get(name) if name else None
        if key is None:
            key = self._key(raw)
            if name and self._ingest.route(key):
                _remember(self._keys, name, key)
        route = self._ingest.route(key)
        return key, self._mapping(key, route) if route else None

    def _look_for_changes(self) -> None:
        """The registry is replaced as a whole whenever a device changes."""
        known = self._ingest.registry.by_key
        if known is self._known:
            return
        self._known, self._keys = known, {}
        ways: dict[tuple[tuple[str, ...], str], DeviceMapping] = {}
        for key, route in known.items():
            mapping = self._mapping(key, route)
            if mapping is not None:
                ways.setdefault((mapping.device_key, mapping.charset), mapping)
        self._ways = list(ways.values())
        places = {place for way in self._ways for place in way.device_key}
        self._is_seen = all(place.startswith(_ENVELOPE) for place in places)

    def _key(self, raw: bytes) -> str:
        keys = [device_key_of(raw, way) for way in self._ways or [load_dialect("pcd01")]]
        return next((key for key in keys if self._ingest.route(key)), keys[0])

    def _mapping(self, key: str, route: Route) -> DeviceMapping | None:
        made = self._made.get(key)
        if made is None or made[0] is not route.mapping:
            try:
                made = (route.mapping, mapping_from(route.mapping))
            except Malformed:
                return None  # quarantined as no_mapping, and the devices page says what is wrong with it
            self._made[key] = made
        return made[1]


def _envelope(raw: bytes) -> tuple[bytes, ...]:
    """The bytes that name sender and bed, () when they cannot be found at a glance."""
    separator = raw[3:4]
    if raw[:3] != b"MSH" or not separator:
        return ()
    if b"\n" in raw[:2000]:
        return ()  # segments that end in LF: the slow way finds their PV1
    head = raw[:2000].split(separator, 4)
    at = raw.find(b"\rPV1" + separator)
    bed = raw[at : at + 500].split(separator, 4)[3:4] if at >= 0 else [b""]
    return (raw[:9], *head[2:4], *bed) if len(head) == 5 and bed else ()


def _remember(memory: dict[Any, Any], key: Any, value: Any) -> None:
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[key] = value


class Receiver:
    """The handler of the MLLP listener."""

    def __init__(self, ingest: Ingest, clock: Callable[[], datetime] = now) -> None:
        self._ingest = ingest
        self._clock = clock
        self._mappings = Mappings(ingest)
        self._cuffs = CuffMemory()

    def __call__(self, raw: bytes, peer: str) -> Awaitable[bytes]:
        """The answer, once what can be kept is on the disk."""
        header = ack.header_of(raw)
        if len(raw) > _BIG:
            return self._take_big(raw, header, peer)
        batch = self.read(raw, header, self._cuffs)
        return self._ingest.accept(batch, peer, partial(self._answer, header, batch))

    async def _take_big(self, raw: bytes, header: Header, peer: str) -> bytes:
        # A memory of its own, since the shared one belongs to the event loop's thread.
        batch = await asyncio.to_thread(self.read, raw, header, CuffMemory())
        return await self._ingest.accept(batch, peer, partial(self._answer, header, batch))

    def read(self, raw: bytes, header: Header, cuffs: CuffMemory) -> DeviceBatch:
        """Never raises for a message's sake: what cannot be read is put aside with the reason."""
        try:
            key, mapping = self._mappings.find(raw)
            if mapping is None:
                return _put_aside(raw, header, "no_mapping", key)
            return read_batch(raw, mapping, now=self._clock(), cuffs=cuffs)
        except Malformed:
            return _put_aside(raw, header, "unreadable", "")

    def _answer(self, header: Header, batch: DeviceBatch, outcome: Outcome) -> bytes:
        at = self._clock()
        if not outcome.is_kept:
            return ack.fail(header, now=at)
        whole = next((q.reason for q in batch.quarantined if q.obx is None), "")
        if whole in _REJECTED:
            return ack.reject(header, now=at, error=_REJECTED[whole])
        return ack.accept(header, now=at)


def _put_aside(raw: bytes, header: Header, reason: str, key: str) -> DeviceBatch:
    return DeviceBatch(
        device_key=key[:120],
        control_id=header.control_id[:200],
        patient_ref="",
        sent_at=None,
        samples=(),
        quarantined=(Quarantined(reason, None, ""),),
        not_measured=0,
        raw=raw,
    )
