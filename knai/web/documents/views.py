"""The papers of a patient: listed, opened, brought in from elsewhere."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from knai.core.errors import Malformed
from knai.practice import documents
from knai.practice.actions.documents import add_document
from knai.web.chart.answers import done, show, with_error
from knai.web.documents.forms import DocumentForm
from knai.web.serving import download

HERE = "documents:list"


@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """All kept papers, and the form for one from elsewhere."""
    form = DocumentForm(request.POST or None, request.FILES or None, by=request.actor)
    status = 200
    if request.method == "POST":
        request.actor.must("chart")
        form = DocumentForm(request.POST, request.FILES, by=request.actor)
        status = _add(request, patient_id, form)
        if status == 302:
            return done(request, patient_id, HERE, "Kept.")
    found = documents.list_documents(by=request.actor, patient_id=patient_id)
    context = {"documents": found, "form": form, "may_add": request.actor.may("chart")}
    return show(request, "documents/list.html", patient_id, HERE, context, status)


def _add(request: HttpRequest, patient_id: UUID, form: DocumentForm) -> int:
    """The status to answer with."""
    if not form.is_valid():
        return 422
    values = dict(form.cleaned_data)
    file = values.pop("file")
    try:
        add_document(
            by=request.actor, patient_id=patient_id, data=file.read(), name=file.name, **values
        )
    except Malformed as error:
        return with_error(form, error)
    return 302


@require_GET
def one(request: HttpRequest, slug: str, patient_id: UUID, paper_id: UUID) -> HttpResponse:
    """The bytes of one paper, held against their hash, as a download."""
    document, data = documents.open_document(
        by=request.actor, patient_id=patient_id, paper_id=paper_id
    )
    return download(data, media_type=document.media_type, name=documents.file_name(document))
