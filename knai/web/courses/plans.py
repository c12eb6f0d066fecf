"""Plans that wait for a prescriber: read, and confirmed with one tap."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from knai.core.errors import KnaiError, Malformed, Refused
from knai.kit import audit
from knai.kit.ids import uuid7
from knai.practice import planning
from knai.practice.actions import planning as actions
from knai.web.gates.answering import posting_of
from knai.web.sessions.answers import status_of


@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    return _shown(request)


def _shown(request: HttpRequest, error: KnaiError | None = None) -> HttpResponse:
    rows = planning.list_to_confirm(by=request.actor)
    context = {
        "rows": [(row, uuid7()) for row in rows],
        "may_confirm": request.actor.may("prescribe"),
        "error": str(error) if error else "",
    }
    for row in rows:
        audit.record(
            "plan_draft.viewed",
            by=request.actor,
            patient_id=row.patient_id,
            session_id=row.session_id,
        )
    return render(request, "courses/plans.html", context, status=status_of(error) if error else 200)


@require_POST
def confirm(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    request.actor.must("prescribe")
    try:
        actions.confirm(
            by=request.actor, session_id=session_id, seen=request.POST.get("seen", ""),
            posting=posting_of(request),
        )  # fmt: skip
    except (Malformed, Refused) as error:
        return _shown(request, error)
    messages.success(request, "Planned, in your name.")
    if request.POST.get("to") == "gate":
        return redirect("gates:start", slug=slug, session_id=session_id)
    return redirect("courses:plans", slug=slug)
