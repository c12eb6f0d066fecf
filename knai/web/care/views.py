"""The care team of a patient, opening a restricted chart, and what outside therapists see."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import Malformed, Refused
from knai.kit import audit
from knai.practice.actions import care_team as actions
from knai.practice.actions.glass import break_glass
from knai.practice.care_team import get_team, list_candidates, may_keep
from knai.practice.shared import get_shared, list_shared
from knai.web.care.forms import GlassForm, TeamForm
from knai.web.chart.tabs import frame

EXPECTED = (Malformed, Refused)


@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Who cares for this patient; owners and prescribers add to it."""
    by = request.actor
    shown = get_team(by=by, patient_id=patient_id)
    keeps = may_keep(by)
    form = TeamForm(request.POST or None, candidates=list_candidates(by) if keeps else ())
    if request.method == "POST":
        actions.must_keep(by)
        if form.is_valid():
            try:
                _add(request, patient_id, form)
            except EXPECTED as error:
                form.refuse(error)
            else:
                return redirect("care:team", slug=slug, patient_id=patient_id)
    return _shown(request, shown, form, keeps)


def _add(request: HttpRequest, patient_id: UUID, form: TeamForm) -> None:
    values = form.values
    actions.add_to_team(
        by=request.actor,
        patient_id=patient_id,
        user_id=values["user_id"],
        part=values["part"],
        shares=values["shares"],
        agreed_on=values["agreed_on"],
    )
    messages.success(request, "Added to the care team.")


def _shown(request: HttpRequest, shown, form: TeamForm, keeps: bool) -> HttpResponse:
    chart = {} if shown.is_closed else frame(request, shown.patient_id, "care:team")
    context = {"team": shown, "form": form, "may_keep": keeps} | chart
    audit.record("care_team.viewed", by=request.actor, patient_id=shown.patient_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "care/team.html", context, status=status)


@require_POST
def end(request: HttpRequest, slug: str, patient_id: UUID, member_id: UUID) -> HttpResponse:
    actions.end_part(by=request.actor, patient_id=patient_id, member_id=member_id)
    messages.success(request, "Their part ended.")
    return redirect("care:team", slug=slug, patient_id=patient_id)


@require_POST
def restrict(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    wanted = request.POST.get("restricted") == "yes"
    try:
        actions.restrict(by=request.actor, patient_id=patient_id, restricted=wanted)
    except Refused as error:
        messages.error(request, str(error))
    else:
        said = "Restricted to the care team." if wanted else "Open to the clinic again."
        messages.success(request, said)
    return redirect("care:team", slug=slug, patient_id=patient_id)


@require_http_methods(["GET", "POST"])
def glass(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Ask why, then open for an hour."""
    request.actor.must("break_glass")
    form = GlassForm(request.POST or None)
    where = _where(request, patient_id)
    if request.method == "POST" and form.is_valid():
        try:
            row = break_glass(
                by=request.actor, patient_id=patient_id, reason=form.cleaned_data["reason"]
            )
        except Malformed as error:
            form.refuse(error)
        else:
            if row is not None:
                messages.warning(request, "Open for 60 minutes. The clinic's owner has been told.")
            return redirect(where)
    status = 422 if request.method == "POST" else 200
    return render(request, "care/glass.html", {"form": form, "next": where}, status=status)


def _where(request: HttpRequest, patient_id: UUID) -> str:
    """Where the chart was to be opened; else the patient's page."""
    slug = request.actor.clinic.slug
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    if is_ours and wanted.startswith(f"/clinic/{slug}/"):
        return wanted
    return reverse("patients:one", args=[slug, patient_id])


@require_GET
def shared(request: HttpRequest, slug: str) -> HttpResponse:
    """The patients who share something with this outside therapist."""
    found = list_shared(by=request.actor)
    audit.record("shared.listed", by=request.actor, patients=len(found))
    return render(request, "care/shared.html", {"patients": found})


@require_GET
def shared_patient(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Exactly the parts one patient agreed to."""
    found = get_shared(by=request.actor, patient_id=patient_id)
    audit.record(
        "shared.viewed", by=request.actor, patient_id=patient_id, parts=list(found.patient.parts)
    )
    return render(request, "care/shared_patient.html", {"shared": found})
