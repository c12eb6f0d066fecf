"""A death: recorded with all that follows, and taken back by a second person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.kit import audit
from knai.practice import deaths
from knai.practice.actions import death as actions
from knai.web.chart.answers import show, with_error
from knai.web.gates.forms import ActorForm, PostingForm
from knai.web.serving import download
from knai.web.sessions.answers import EXPECTED


class DeathForm(PostingForm):
    died_on = forms.DateField(
        label="Died on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    source = forms.CharField(
        label="Who or what told the clinic", max_length=200,
        help_text="A relative, a hospital, the register …",
    )  # fmt: skip
    circumstances = forms.CharField(
        label="What is known of it", required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class UndoForm(ActorForm):
    reason = forms.CharField(label="What was wrong", max_length=400)


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    if request.method == "GET":
        return _page(request, patient_id)
    request.actor.must("discharge")
    form = DeathForm(request.POST, by=request.actor)
    if not form.is_valid():
        return _page(request, patient_id, form=form, status=422)
    values = form.cleaned_data
    try:
        actions.record_death(
            by=request.actor, patient_id=patient_id, died_on=values["died_on"],
            source=values["source"], circumstances=values["circumstances"], posting=form.posting,
        )  # fmt: skip
    except EXPECTED as error:
        return _page(request, patient_id, form=form, status=with_error(form, error))
    messages.success(request, "Recorded. Everything that follows is listed below.")
    return redirect("death:page", slug=slug, patient_id=patient_id)


@require_POST
def undo(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Recorded in error."""
    request.actor.must("void")
    form = UndoForm(request.POST, by=request.actor)
    if not form.is_valid():
        return _page(request, patient_id, undoing=form, status=422)
    try:
        actions.undo_death(
            by=request.actor, patient_id=patient_id, reason=form.cleaned_data["reason"]
        )
    except EXPECTED as error:
        return _page(request, patient_id, undoing=form, status=with_error(form, error))
    messages.success(request, "Taken back. What was halted goes on; visits are booked anew.")
    return redirect("patients:one", slug=slug, patient_id=patient_id)


@require_GET
def copy(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """The chart as it stood then."""
    kept, data = deaths.read_copy(by=request.actor, patient_id=patient_id)
    audit.record("death.copy_read", by=request.actor, patient_id=patient_id, sha256=kept.sha256)
    return download(data, media_type=kept.media_type, name=kept.name)


def _page(request: HttpRequest, patient_id: UUID, status: int = 200, **given: Any) -> HttpResponse:
    by = request.actor
    context = {
        "recorded": deaths.get_death(by=by, patient_id=patient_id),
        "form": given.get("form") or DeathForm(by=by),
        "undoing": given.get("undoing") or UndoForm(by=by),
        "may_record": by.may("discharge"),
        "may_undo": by.may("void"),
        "may_release": by.may("release_records"),
    }
    return show(request, "death/page.html", patient_id, "", context, status)
