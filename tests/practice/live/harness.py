"""A monitor's messages without the monitor, and a writer on the test's own thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from knai.core.samples import DeviceBatch, Quarantined, Sample
from knai.practice.live.heard import Heard
from knai.practice.live.live import Live
from knai.practice.live.registry import Registry
from knai.practice.live.rows import rows_for_database
from knai.practice.live.tile import tile_of
from knai.practice.live.writer import Job, Outcome, Writer
from knai.practice.models import DeviceAttachment, TreatmentSession

T0 = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def sample(code: str, value: float, seconds: float, sub_id: str = "1") -> Sample:
    return Sample(code, sub_id, at(seconds), float(value))


def message(
    *samples: Sample, key: str = "BED-1", ref: str = "", withheld=(), raw=b"MSH|^~\\&|"
) -> DeviceBatch:
    return DeviceBatch(key, "C1", ref, None, samples, tuple(withheld), 0, raw)


def withheld(reason: str, detail: str = "", obx: int | None = 1) -> Quarantined:
    return Quarantined(reason, obx, detail)


def cuff(seconds: float, sbp: float = 120, dbp: float = 80) -> tuple[Sample, Sample]:
    return sample("sbp", sbp, seconds), sample("dbp", dbp, seconds)


class Bench:
    """Mara's session in the chair, her monitor on her since ten o'clock."""

    def __init__(self, cast) -> None:
        self.cast = cast
        TreatmentSession.objects.filter(pk=cast.session.pk).update(state="ready")
        self.session_id = cast.session.pk
        self.attachment = DeviceAttachment.objects.create(
            clinic=cast.clinic, device=cast.monitor, session=cast.session,
            attached_at=T0, attached_by=cast.nadia,
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        """As after a restart: nothing is remembered."""
        rows = rows_for_database()
        self.registry, self.live, self.heard = Registry(rows), Live(), Heard()
        self.registry.reload()
        self.writer = Writer(rows, self.registry, self.live, self.heard)

    def send(self, *batches: DeviceBatch, seconds: float = 0) -> list[Outcome]:
        """One group commit."""
        return self.writer.store([Job(batch, "127.0.0.1", at(seconds)) for batch in batches])

    @property
    def state(self):
        return self.live.states[self.session_id]

    def tile(self, seconds: float = 0):
        return tile_of(self.state, at(seconds))
