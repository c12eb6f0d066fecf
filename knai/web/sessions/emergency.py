"""The buttons of an emergency, and the sheet for the ambulance."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from knai.kit import audit
from knai.practice import chips
from knai.practice.actions import emergency
from knai.practice.ambulance import get_ambulance_sheet
from knai.web.sessions.answers import EXPECTED, done, refused
from knai.web.sessions.charting import posting_of


@require_POST
def step(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """start, end, or one of the steps of the list. One tap each."""
    name = request.POST.get("step", "")
    try:
        _take(request, session_id, name)
    except EXPECTED as error:
        return refused(request, session_id, error)
    return done(request, session_id, chips.emergency_words().get(name, "Emergency started"))


def _take(request: HttpRequest, session_id: UUID, name: str) -> None:
    given = {"by": request.actor, "session_id": session_id, "posting": posting_of(request)}
    if name == "start":
        emergency.start_emergency(**given)
    elif name == "end":
        emergency.end_emergency(**given, text=request.POST.get("text", "")[:500])
    else:
        emergency.record_emergency_step(**given, step=name)


@require_GET
def ambulance(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Everything a crew wants to know, on paper."""
    sheet = get_ambulance_sheet(by=request.actor, session_id=session_id)
    audit.record(
        "ambulance_sheet.viewed",
        by=request.actor,
        patient_id=sheet.patient_id,
        session_id=session_id,
    )
    return render(request, "sessions/ambulance.html", {"sheet": sheet})
