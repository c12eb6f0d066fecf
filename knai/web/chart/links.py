"""Two records of one person: side by side, linked, and taken apart again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from knai.core.errors import Malformed, Refused
from knai.practice.actions.links import link_patients, undo_link
from knai.practice.compare import get_card, get_link, list_candidates, list_written_while_linked
from knai.practice.search import find_patients
from knai.web.chart.answers import show, with_error
from knai.web.chart.identity_forms import LinkForm, ReasonForm

TAB = "chart:identity"


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Choose the other record, see both, say which is kept and why."""
    request.actor.must("merge_patients")
    if request.method == "POST":
        return _post(request, patient_id)
    other = _other(request.GET.get("with", ""))
    if other is not None:
        return _side_by_side(request, patient_id, other, LinkForm(by=request.actor))
    search = request.GET.get("q", "").strip()[:80]
    found = find_patients(by=request.actor, search=search)[0] if search else []
    context = {
        "search": search,
        "found": [row for row in found if row.id != patient_id][:20],
        "alike": list_candidates(by=request.actor, patient_id=patient_id),
    }
    return show(request, "chart/link_choose.html", patient_id, TAB, context)


def _other(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _post(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    form = LinkForm(request.POST, by=request.actor)
    other = _other(request.POST.get("other", ""))
    if other is None:
        raise Malformed("found no other record; wanted the one to link", "other")
    if not form.is_valid():
        return _side_by_side(request, patient_id, other, form, 422)
    kept = form.cleaned_data["kept"]
    if kept not in (patient_id, other):
        form.add_error("kept", "Choose one of the two.")
        return _side_by_side(request, patient_id, other, form, 422)
    duplicate = other if kept == patient_id else patient_id
    reason = form.cleaned_data["reason"]
    try:
        link_patients(by=request.actor, duplicate_id=duplicate, kept_id=kept, reason=reason)
    except (Malformed, Refused) as error:
        return _side_by_side(request, patient_id, other, form, with_error(form, error))
    messages.success(request, "Linked. Both are read as one; it can be undone.")
    return redirect("patients:one", slug=request.actor.clinic.slug, patient_id=kept)


def _side_by_side(
    request: HttpRequest, patient_id: UUID, other: UUID, form: LinkForm, status: int = 200
) -> HttpResponse:
    one, two = (get_card(by=request.actor, patient_id=pk) for pk in (patient_id, other))
    rows = [
        (label, mine, theirs, mine == theirs)
        for (label, mine), (_, theirs) in zip(one.rows, two.rows, strict=True)
    ]
    chosen = request.POST.get("kept", "")
    context = {"form": form, "one": one, "two": two, "rows": rows, "chosen": chosen}
    return show(request, "chart/link.html", patient_id, TAB, context, status)


@require_http_methods(["GET", "POST"])
def unlink(request: HttpRequest, slug: str, patient_id: UUID, link_id: UUID) -> HttpResponse:
    """Two people after all."""
    request.actor.must("merge_patients")
    link_row = get_link(by=request.actor, patient_id=patient_id, link_id=link_id)
    form = ReasonForm(request.POST if request.method == "POST" else None, by=request.actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                undo_link(by=request.actor, link_id=link_id, reason=form.cleaned_data["reason"])
            except (Malformed, Refused) as error:
                status = with_error(form, error)
            else:
                messages.success(request, "Undone. Each record reads what was written in it.")
                return redirect("chart:identity", slug=slug, patient_id=patient_id)
    written = list_written_while_linked(by=request.actor, link_id=link_id)
    context = {"form": form, "link": link_row, "written": written}
    return show(request, "chart/unlink.html", patient_id, TAB, context, status)
