"""Requests for records, legal holds, how long charts are kept, and what the clinic decides about all that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import Malformed, Refused
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import export_list, holds, paper_settings, records_requests
from knai.practice.actions import holds as hold_actions
from knai.practice.actions import papers
from knai.practice.actions import records as actions
from knai.web.chart.tabs import frame
from knai.web.papers.forms import ReasonForm, RequestForm, SettingsForm, SettleForm


def beside(form, error: Malformed) -> None:
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error).removeprefix(f"{error.field}: "))


@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Who asked for records: open ones by when they are due, then those that were settled."""
    by = request.actor
    context = {
        "open": records_requests.list_requests(by=by),
        "settled": records_requests.list_requests(by=by, settled=True),
        "may_export": by.may("manage_clinic"),
    }
    audit.record("records_requests.viewed", by=by, open=len(context["open"]))
    return render(request, "papers/records.html", context)


@require_http_methods(["GET", "POST"])
def take_down(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Write down that somebody asked for this patient's records."""
    request.actor.must("release_records")
    today = now().astimezone(request.actor.clinic.tz).date()
    form = RequestForm(request.POST or None, initial={"received_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_down(by=request.actor, patient_id=patient_id, **_values(form))
        except Malformed as error:
            beside(form, error)
        else:
            messages.success(request, "Request taken down.")
            return redirect("papers:records", slug=slug)
    context = frame(request, patient_id, "papers:patient") | {"form": form}
    context["days"] = paper_settings.get_settings(by=request.actor).request_days
    return render(request, "papers/request.html", context, status=_status(request))


def _values(form: RequestForm) -> dict[str, Any]:
    values = dict(form.cleaned_data)
    return values | {"compartments": tuple(values["compartments"])}


@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, slug: str, request_id: UUID) -> HttpResponse:
    """One request, and what came of it."""
    by = request.actor
    row = records_requests.get_request(by=by, request_id=request_id)
    exports = export_list.list_exports(by=by, patient_id=row.patient_id) if row.patient_id else []
    form = SettleForm(request.POST or None, exports=exports, tz=by.clinic.tz)
    if request.method == "POST" and form.is_valid() and _settle(request, form, request_id):
        return redirect("papers:records", slug=slug)
    audit.record("records_request.viewed", by=by, patient_id=row.patient_id)
    context = {"row": row, "form": form}
    return render(request, "papers/record.html", context, status=_status(request))


def _settle(request: HttpRequest, form: SettleForm, request_id: UUID) -> bool:
    values = form.cleaned_data
    export_id = UUID(values["export"]) if values["export"] else None
    try:
        actions.settle(
            by=request.actor, request_id=request_id, outcome=values["outcome"],
            text=values["text"], export_id=export_id,
        )  # fmt: skip
    except Malformed as error:
        beside(form, error)
        return False
    messages.success(request, "Request settled.")
    return True


@require_POST
def hold(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    return _hold(request, slug, patient_id, "hold", hold_actions.place_hold)


@require_POST
def lift(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    return _hold(request, slug, patient_id, "lift", hold_actions.lift_hold)


def _hold(request: HttpRequest, slug: str, patient_id: UUID, which: str, action) -> HttpResponse:
    from knai.web.papers.views import patient_context

    request.actor.must("release_records")
    form = ReasonForm(request.POST, prefix=which)
    if form.is_valid():
        action(by=request.actor, patient_id=patient_id, reason=form.cleaned_data["reason"])
        messages.success(request, "Hold placed." if which == "hold" else "Hold lifted.")
        return redirect("papers:patient", slug=slug, patient_id=patient_id)
    context = patient_context(request, patient_id, **{f"{which}_form": form})
    return render(request, "papers/patient.html", context, status=422)


@require_GET
def retention(request: HttpRequest, slug: str) -> HttpResponse:
    """Charts older than the clinic keeps them, without those on hold. Nothing can be deleted here."""
    by = request.actor
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 6 else 1
    rows = holds.list_beyond_retention(by=by, offset=(max(page, 1) - 1) * holds.PAGE)
    audit.record("retention.viewed", by=by, found=len(rows))
    context = {
        "years": paper_settings.get_settings(by=by).retention_years,
        "rows": rows[: holds.PAGE],
        "next_page": page + 1 if len(rows) > holds.PAGE else None,
        "may_change": by.may("manage_clinic"),
    }
    return render(request, "papers/retention.html", context)


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Codes of services, days to answer, years to keep."""
    request.actor.must("manage_clinic")
    stood = paper_settings.get_settings(by=request.actor)
    lines = "\n".join(f"{row['code']} {row['words']}" for row in stood.billing_codes)
    initial = {
        "billing_codes": lines, "request_days": stood.request_days,
        "retention_years": stood.retention_years, "revision": stood.revision,
    }  # fmt: skip
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            papers.change_settings(by=request.actor, **form.cleaned_data)
        except (Malformed, Refused) as error:
            _show(form, error, stood)
        else:
            messages.success(request, "Settings kept.")
            return redirect("papers:settings", slug=slug)
    return render(request, "papers/settings.html", {"form": form}, status=_status(request))


def _show(form: SettingsForm, error: Malformed | Refused, stood) -> None:
    """What was typed stays; the next try is against what stands now, which is named."""
    if isinstance(error, Malformed):
        beside(form, error)
        return
    form.data = form.data.copy()
    form.data["revision"] = str(stood.revision)
    form.add_error(
        None,
        f"{error} Now they are: {len(stood.billing_codes)} codes, {stood.request_days} days, "
        f"{stood.retention_years or 'no'} years. Sending again puts yours in their place.",
    )


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
