"""The day, the clinic's patients, and one patient."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from knai.core.errors import KnaiError, Malformed, Refused
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import people
from knai.practice.actions.patients import add_patient, book_session
from knai.practice.duplicates import Alike, list_alike
from knai.practice.search import PAGE, find_patients
from knai.web.chart.tabs import frame
from knai.web.patients.forms import BookingForm
from knai.web.patients.identity_form import PatientForm, person_in


@require_GET
def day(request: HttpRequest, slug: str, on: str = "") -> HttpResponse:
    """All visits of one day; today when none is named."""
    today = now().astimezone(request.actor.clinic.tz).date()
    shown = _read_day(on) if on else today
    context = {
        "on": shown,
        "is_today": shown == today,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1),
        "visits": people.list_day(by=request.actor, on=shown),
        "may_book": request.actor.may("check_in"),
        "may_read_chart": request.actor.may("read_chart"),
    }
    audit.record("day.viewed", by=request.actor, on=shown.isoformat())
    return render(request, "patients/day.html", context)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed("found no day; wanted one like 2026-11-23", "day") from None


@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """The clinic's patients, searched by the beginnings of name or number."""
    search = request.GET.get("q", "").strip()[:80]
    page = request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1
    number = max(number, 1)
    rows, has_more = find_patients(by=request.actor, search=search, offset=(number - 1) * PAGE)
    audit.record("patients.searched", by=request.actor, found=len(rows))
    context = {
        "search": search,
        "rows": rows[: people.PAGE],
        "page": number,
        "next_page": number + 1 if has_more else None,
        "may_add": request.actor.may("check_in"),
    }
    return render(request, "patients/list.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a patient; somebody alike is shown first and has to be told apart."""
    request.actor.must("check_in")
    form = PatientForm(request.POST if request.method == "POST" else None)
    alike: list[Alike] = []
    if request.method == "POST" and form.is_valid():
        values, told_apart = form.identity, form.cleaned_data["another_person"]
        alike = [] if told_apart else list_alike(by=request.actor, person=person_in(values))
        if not alike:
            patient = _add(request, form, values)
            if patient is not None:
                return redirect("patients:one", slug=slug, patient_id=patient.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "patients/new.html", {"form": form, "alike": alike}, status=status)


def _add(request: HttpRequest, form: PatientForm, values: dict):
    try:
        return add_patient(by=request.actor, **values)
    except Malformed as error:
        form.add_error(error.field or None, str(error).removeprefix(f"{error.field}: "))
    except Refused as error:
        form.add_error("mrn", str(error))
    return None


@require_GET
def one(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """One patient: who they are, and their sessions."""
    context = frame(request, patient_id, "patients:one") | {
        "visits": people.list_visits_of(by=request.actor, patient_id=patient_id),
        "may_book": request.actor.may("check_in"),
        "may_read_chart": request.actor.may("read_chart"),
    }
    audit.record("patient.viewed", by=request.actor, patient_id=patient_id)
    return render(request, "patients/one.html", context)


@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Book a session for one patient."""
    request.actor.must("check_in")
    patient = people.get_patient(by=request.actor, patient_id=patient_id)
    soon = now().astimezone(request.actor.clinic.tz)
    initial = {"on": soon.date(), "at": soon.strftime("%H:%M")}
    form = BookingForm(request.POST or None, by=request.actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            _book(request, form, patient_id)
        except KnaiError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Session booked.")
            return redirect("patients:one", slug=slug, patient_id=patient_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "patients/book.html", {"form": form, "patient": patient}, status=status)


def _book(request: HttpRequest, form: BookingForm, patient_id: UUID) -> None:
    values = form.cleaned_data
    book_session(
        by=request.actor,
        patient_id=patient_id,
        starts_at=form.starts_at,
        protocol_id=UUID(values["protocol"]),
        chair_id=UUID(values["chair"]) if values["chair"] else None,
    )
