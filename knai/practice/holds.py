"""Legal holds and how long charts are kept. Nothing here deletes anything: see docs/adr/0020."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import DateTimeField, Exists, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import linked, paper_settings
from knai.practice.models import ChartEntry, LegalHold, Patient, TreatmentSession

PAGE = 50


@dataclass(frozen=True, slots=True)
class HoldRow:
    id: UUID
    reason: str
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None
    lifted_by: str
    lifted_because: str


@dataclass(frozen=True, slots=True)
class OldChart:
    """A chart whose time is over and that nothing holds."""

    patient_id: UUID
    name: str
    mrn: str
    last_at: datetime


def is_held(*, by: Actor, patient_id: UUID) -> bool:
    """Whether any record of this person is on hold."""
    ids = linked.list_together(by.clinic_id, patient_id)
    return LegalHold.objects.filter(patient_id__in=ids, lifted_at__isnull=True).exists()


def list_holds(*, by: Actor, patient_id: UUID) -> list[HoldRow]:
    """Every hold there was, the standing one first."""
    by.must("read_chart")
    rows = LegalHold.objects.filter(clinic_id=by.clinic_id, patient_id=patient_id)
    rows = rows.select_related("placed_by", "lifted_by").order_by("-lifted_at", "-placed_at")
    found = [_row(row) for row in rows]
    return sorted(found, key=lambda row: row.lifted_at is not None)


def _row(row: LegalHold) -> HoldRow:
    return HoldRow(
        row.pk, row.reason, row.placed_at, row.placed_by.name, row.lifted_at,
        row.lifted_by.name if row.lifted_by else "", row.lifted_because,
    )  # fmt: skip


def kept_since(years: int, today: date) -> date:
    """Charts last touched before this day are older than the clinic keeps them."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February
        return today.replace(year=today.year - years, day=28)


def list_beyond_retention(*, by: Actor, offset: int = 0) -> list[OldChart]:
    """Charts whose last entry and session are older than the clinic's years, without those on hold.

    One more than a page. Empty while the clinic has named no years.
    """
    by.must("release_records")
    years = paper_settings.get_settings(by=by).retention_years
    if years is None:
        return []
    since = kept_since(years, now().astimezone(by.clinic.tz).date())
    midnight = datetime(since.year, since.month, since.day, tzinfo=by.clinic.tz)
    rows = _last_touched(by).filter(last_at__lt=midnight, held=False)
    rows = rows.order_by("last_at", "id")[offset:][: PAGE + 1]
    return [OldChart(row.pk, row.name, row.mrn, row.last_at) for row in rows]


def _last_touched(by: Actor):
    own = {"clinic_id": by.clinic_id, "patient_id": OuterRef("pk")}
    entry = ChartEntry.objects.filter(**own).order_by().values("patient_id")
    session = TreatmentSession.objects.filter(**own).order_by().values("patient_id")
    last_entry = Subquery(entry.annotate(at=Max("recorded_at")).values("at"))
    last_session = Subquery(session.annotate(at=Max("booked_for_at")).values("at"))
    made = DateTimeField()
    holds = LegalHold.objects.filter(patient_id=OuterRef("pk"), lifted_at__isnull=True)
    return Patient.objects.filter(clinic_id=by.clinic_id, withdrawn_at__isnull=True).annotate(
        last_at=Greatest(
            Coalesce(last_entry, "created_at", output_field=made),
            Coalesce(last_session, "created_at", output_field=made),
        ),
        held=Exists(holds),
    )
