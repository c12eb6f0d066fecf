"""What a clinic decided about its papers and records, or the defaults."""

from __future__ import annotations

from dataclasses import dataclass

from knai.identity.actors import Actor
from knai.practice.models import PaperSettings

REQUEST_DAYS = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """retention_years: None while the clinic has not said."""

    billing_codes: tuple[dict[str, str], ...]
    retention_years: int | None
    request_days: int
    revision: int


def get_settings(*, by: Actor) -> Settings:
    row = PaperSettings.objects.filter(clinic_id=by.clinic_id).first()
    if row is None:
        return Settings((), None, REQUEST_DAYS, 0)
    codes = tuple(row.billing_codes)
    return Settings(codes, row.retention_years, row.request_days, row.revision)
