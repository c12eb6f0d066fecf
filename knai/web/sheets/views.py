"""Downtime sheets of a day, to print each morning."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from knai.core.errors import Malformed
from knai.kit import audit
from knai.practice.sheets import list_sheets

COLUMNS = ("Time", "BP", "HR", "SpO₂", "RR", "MOAA/S", "Doses, events, who")


@require_GET
def day(request: HttpRequest, slug: str, on: str) -> HttpResponse:
    """One page a booked session: who, what to check, and a grid to write in."""
    shown = _read_day(on)
    sheets = list_sheets(by=request.actor, on=shown)
    for sheet in sheets:
        audit.record(
            "downtime_sheet.viewed", by=request.actor, patient_id=sheet.patient_id,
            session_id=sheet.session_id,
        )  # fmt: skip
    context = {"on": shown, "sheets": sheets, "columns": COLUMNS}
    return render(request, "sheets/day.html", context)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed("found no day; wanted one like 2026-11-23", "day") from None
