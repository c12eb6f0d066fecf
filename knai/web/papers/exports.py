"""Archives: of one patient's chart, and of the whole clinic."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import Refused
from knai.kit import audit
from knai.practice import export_list, exports
from knai.practice.actions import exports as actions
from knai.web.chart.tabs import frame
from knai.web.papers.forms import ClinicExportForm, ExportForm

AT_ONCE_S = 3.0  # a small chart is ready before the page comes back


@require_http_methods(["GET", "POST"])
def of_patient(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Make an archive of one chart."""
    request.actor.must("release_records")
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        export = actions.ask_for_chart(
            by=request.actor, patient_id=patient_id, substance_use=values["substance_use"],
            key=values["key"],
        )  # fmt: skip
        exports.advance(export.pk, AT_ONCE_S)
        return redirect("papers:archive", slug=slug, export_id=export.pk)
    context = frame(request, patient_id, "papers:patient") | {"form": form}
    context["exports"] = export_list.list_exports(by=request.actor, patient_id=patient_id)
    audit.record("exports.viewed", by=request.actor, patient_id=patient_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "papers/export.html", context, status=status)


@require_http_methods(["GET", "POST"])
def of_clinic(request: HttpRequest, slug: str) -> HttpResponse:
    """Make an archive of every chart; the rounds of the server work on it."""
    request.actor.must("manage_clinic")
    form = ClinicExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            export = actions.ask_for_clinic(
                by=request.actor, compartments=tuple(values["compartments"]), key=values["key"]
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return redirect("papers:archive", slug=slug, export_id=export.pk)
    context = {"form": form, "exports": export_list.list_exports(by=request.actor, patient_id=None)}
    audit.record("exports.viewed", by=request.actor)
    status = 422 if request.method == "POST" else 200
    return render(request, "papers/clinic_export.html", context, status=status)


@require_GET
def one(request: HttpRequest, slug: str, export_id: UUID) -> HttpResponse:
    """How far an archive is, what it hashes to, and where to fetch it."""
    row = export_list.get_export(by=request.actor, export_id=export_id)
    audit.record("export.viewed", by=request.actor, patient_id=row.patient_id)
    return render(request, "papers/archive.html", {"row": row})


@require_GET
def download(request: HttpRequest, slug: str, export_id: UUID) -> HttpResponseBase:
    export, found = actions.open_archive(by=request.actor, export_id=export_id)
    what = "chart" if export.patient_id else "clinic"
    name = f"{what}-{export.asked_at:%Y-%m-%d}.zip"
    if isinstance(found, Path):
        answer: HttpResponseBase = FileResponse(
            found.open("rb"), content_type="application/zip", as_attachment=True, filename=name
        )
    else:
        answer = HttpResponse(found, content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def remove(request: HttpRequest, slug: str, export_id: UUID) -> HttpResponse:
    actions.remove(by=request.actor, export_id=export_id)
    messages.success(request, "Archive removed.")
    return redirect("papers:clinic-export", slug=slug)
