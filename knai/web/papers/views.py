"""The papers of a patient, of a session, and one of them as a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from knai.kit import audit
from knai.practice import export_list, holds, paper_list
from knai.practice.actions import papers
from knai.practice.papers.kinds import list_kinds
from knai.practice.session_log import open_session
from knai.web.chart.tabs import frame
from knai.web.papers.forms import ReasonForm
from knai.web.papers.making import session_context


@require_GET
def of_patient(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Every paper of one patient; letters, archives and holds begin here."""
    context = patient_context(request, patient_id)
    audit.record("papers.viewed", by=request.actor, patient_id=patient_id)
    return render(request, "papers/patient.html", context)


def patient_context(request: HttpRequest, patient_id: UUID, **more: Any) -> dict[str, Any]:
    by = request.actor
    rows = paper_list.list_papers_of(by=by, patient_id=patient_id)
    may_release = by.may("release_records")
    return (
        frame(request, patient_id, "papers:patient")
        | {
            "rows": rows,
            "sessions": paper_list.list_sessions_of(by=by, patient_id=patient_id),
            "letters": [k for k in list_kinds(by=by, about="patient") if k.template == "letter"],
            "may_release": may_release,
            "exports": export_list.list_exports(by=by, patient_id=patient_id)
            if may_release
            else [],
            "holds": holds.list_holds(by=by, patient_id=patient_id),
            "hold_form": ReasonForm(prefix="hold"),
            "lift_form": ReasonForm(prefix="lift"),
        }
        | more
    )


@require_GET
def of_session(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """The papers of one session, and which can be made of it now."""
    opened = open_session(by=request.actor, session_id=session_id)
    audit.record(
        "papers.viewed", by=request.actor, session_id=session_id,
        patient_id=opened.session.patient_id,
    )  # fmt: skip
    return render(request, "papers/session.html", session_context(request, opened))


@require_GET
def download(request: HttpRequest, slug: str, paper_id: UUID) -> HttpResponse:
    """The very bytes that were issued."""
    paper, kept, data = papers.open_paper(by=request.actor, paper_id=paper_id)
    answer = HttpResponse(data, content_type=kept.media_type)
    name = (
        f"{paper.kind.replace('_', '-')}-{paper.made_at.astimezone(paper.clinic.tz):%Y-%m-%d}.pdf"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'  # no patient's name in it
    answer["Cache-Control"] = "private, no-store"
    return answer
