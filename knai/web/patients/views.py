"""The clinic's patients, and one patient."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from knai.core.errors import Malformed, Refused
from knai.kit import audit
from knai.practice import people
from knai.practice.actions.patients import add_patient
from knai.practice.duplicates import Alike, list_alike
from knai.practice.front import get_front
from knai.practice.search import PAGE, find_patients
from knai.web.chart.tabs import tabs_of
from knai.web.patients.identity_form import PatientForm, person_in


@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """The clinic's patients, found by name, number, birthday or telephone."""
    search = request.GET.get("q", "").strip()[:80]
    page = request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1
    number = max(number, 1)
    rows, has_more = find_patients(by=request.actor, search=search, offset=(number - 1) * PAGE)
    audit.record("patients.searched", by=request.actor, found=len(rows))
    context = {
        "search": search,
        "rows": rows,
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
    front = get_front(by=request.actor, patient_id=patient_id)
    context = {
        "front": front,
        "head": front.head,
        "tabs": tabs_of(request, patient_id, "patients:one"),
        "visits": people.list_visits_of(by=request.actor, patient_id=patient_id),
        "may_book": request.actor.may("check_in"),
        "may_read_chart": request.actor.may("read_chart"),
    }
    audit.record("patient.viewed", by=request.actor, patient_id=patient_id)
    return render(request, "patients/one.html", context)
