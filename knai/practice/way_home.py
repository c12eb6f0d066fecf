"""The way home of a visit: planned, and as it was. The front desk arranges it, so it reads it too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from knai.identity.actors import Actor
from knai.practice.entries import Transport
from knai.practice.log import fold
from knai.practice.models import ChartEntry


@dataclass(frozen=True, slots=True)
class WayHome:
    """planned: the latest arrangement; actual: how they went. None: nobody has said."""

    planned: Transport | None = None
    actual: Transport | None = None

    @property
    def latest(self) -> Transport | None:
        return self.actual or self.planned

    @property
    def is_settled(self) -> bool:
        """Somebody or something brings them; not they themselves."""
        return self.latest is not None and self.latest.mode != "self_driving"

    @property
    def words(self) -> str:
        return words_of(self.latest) if self.latest else "not arranged"

    @property
    def planned_words(self) -> str:
        return words_of(self.planned) if self.planned else ""

    @property
    def actual_words(self) -> str:
        """With who has signed, and whether it was an adult."""
        if self.actual is None:
            return ""
        adult = "an adult" if self.actual.escort_is_adult else ""
        signed = f"signed by {self.actual.signed_name}" if self.actual.signed_name else ""
        return ", ".join(part for part in (words_of(self.actual), adult, signed) if part)

    @property
    def changed(self) -> bool:
        """They went another way than was arranged, or with somebody else."""
        if self.planned is None or self.actual is None:
            return False
        was, is_now = self.planned, self.actual
        return was.mode != is_now.mode or (
            bool(was.escort_name and is_now.escort_name)
            and was.escort_name.casefold() != is_now.escort_name.casefold()
        )


def words_of(body: Transport) -> str:
    """with Emil Rosen; ride service; public transport, with Emil Rosen."""
    mode = "" if body.mode == "escort" and body.escort_name else body.mode.replace("_", " ")
    company = f"with {body.escort_name}" if body.escort_name else ""
    return ", ".join(part for part in (mode, company) if part)


def get_way_home(*, by: Actor, session_id: UUID) -> WayHome:
    return list_ways_home(by=by, session_ids=[session_id])[session_id]


def list_ways_home(*, by: Actor, session_ids: Iterable[UUID]) -> dict[UUID, WayHome]:
    """Of each of these visits of the clinic. One query; nothing else of the chart is read."""
    by.must("read_schedule")
    wanted = list(session_ids)
    is_transport = Q(kind=Transport.kind) | Q(kind="void", target__kind=Transport.kind)
    rows = ChartEntry.objects.filter(
        is_transport, clinic_id=by.clinic_id, session_id__in=wanted
    ).select_related("recorded_by")
    by_session: dict[UUID, list[ChartEntry]] = {pk: [] for pk in wanted}
    for row in rows:
        by_session[row.session_id].append(row)
    return {pk: of_lines(fold(entries).of(Transport.kind)) for pk, entries in by_session.items()}


def of_lines(lines) -> WayHome:
    """From the transport lines of a log, oldest first."""
    stages = {line.body.stage: line.body for line in lines}
    return WayHome(stages.get("planned"), stages.get("actual"))
