"""Bringing tables in: choose, map, try, take, undo."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from knai.core.errors import Malformed
from knai.kit import audit
from knai.practice.actions import imports as actions
from knai.practice.imports import shown
from knai.practice.imports.kinds import KINDS
from knai.web.imports.forms import BringForm, MappingForm


@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """What was brought in before, and the way to bring more."""
    request.actor.must("manage_clinic")
    posted = request.method == "POST"
    form = BringForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        run_id = _bring(request, form)
        if run_id is not None:
            return redirect("imports:one", slug=slug, run_id=run_id)
    context = {
        "form": form,
        "imports": shown.list_imports(by=request.actor),
        "kinds": KINDS.values(),
    }
    return render(request, "imports/list.html", context, status=422 if posted else 200)


def _bring(request: HttpRequest, form: BringForm) -> UUID | None:
    values = form.cleaned_data
    try:
        run = actions.bring(
            by=request.actor, kind=values["kind"], data=values["file"].read(),
            name=values["file"].name, run_id=values["key"],
        )  # fmt: skip
    except Malformed as error:
        form.add_error("file", str(error).removeprefix(f"{error.field}: "))
        return None
    return run.pk


@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, slug: str, run_id: UUID) -> HttpResponse:
    """Where an import stands; its columns while nothing is brought in. A POST tries it."""
    row = shown.get_import(by=request.actor, run_id=run_id)
    context = {"row": row, "kind": KINDS[row.kind]}
    if row.state in ("new", "tried", "failed", "undone"):
        columns, context["sample"] = shown.get_sample(by=request.actor, run_id=run_id)
        context["columns"] = columns
        mapping = shown.get_mapping(by=request.actor, run_id=run_id)
        data = request.POST if request.method == "POST" else None
        form = context["form"] = MappingForm(data, kind=row.kind, columns=columns, mapping=mapping)
        if data is not None and form.is_valid():
            actions.try_out(
                by=request.actor,
                run_id=run_id,
                columns=form.columns,
                order=form.cleaned_data["order"],
            )
            return redirect("imports:one", slug=slug, run_id=run_id)
    audit.record("import.viewed", by=request.actor, state=row.state)
    status = 422 if request.method == "POST" else 200
    return render(request, "imports/one.html", context, status=status)


@require_POST
def take(request: HttpRequest, slug: str, run_id: UUID) -> HttpResponse:
    """Bring it in."""
    leave_out = request.POST.get("leave_out") == "on"
    actions.take(by=request.actor, run_id=run_id, leave_out=leave_out)
    return redirect("imports:one", slug=slug, run_id=run_id)


@require_POST
def undo(request: HttpRequest, slug: str, run_id: UUID) -> HttpResponse:
    """Take it back."""
    actions.undo(by=request.actor, run_id=run_id)
    return redirect("imports:one", slug=slug, run_id=run_id)
