"""Who the patient is: changed with its history, contacts, measures."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from knai.core.errors import Malformed, Missing, Refused
from knai.practice import linked, who
from knai.practice.actions.identity import ChangedMeanwhile, change_identity
from knai.practice.actions.record import record_of_patient, void_of_patient
from knai.practice.duplicates import list_alike
from knai.web.chart.answers import done, show, with_error
from knai.web.chart.identity_forms import MEASURES, ContactForm, ReasonForm
from knai.web.patients.identity_form import LABELS, PatientForm, person_in
from knai.web.sessions.answers import status_of
from knai.web.sessions.forms import plain

HERE = "chart:identity"


@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """The patient's identity; saved with the revision it was read at."""
    kept = who.get_identity(by=request.actor, patient_id=patient_id)
    if request.method == "GET":
        return _page(request, patient_id, PatientForm(initial=kept))
    request.actor.must("check_in")
    form = PatientForm(request.POST)
    if not form.is_valid():
        return _page(request, patient_id, form, status=422)
    alike = _alike(request, patient_id, form)
    if alike:
        return _page(request, patient_id, form, alike=alike, status=422)
    try:
        change_identity(
            by=request.actor, patient_id=patient_id, identity=form.identity,
            revision=form.cleaned_data["revision"] or 0,
        )  # fmt: skip
    except ChangedMeanwhile as error:
        return _second(request, patient_id, form, error)
    except (Malformed, Refused) as error:
        field = error.field if isinstance(error, Malformed) else "mrn"
        form.add_error(field or None, plain(error) if isinstance(error, Malformed) else str(error))
        return _page(request, patient_id, form, status=status_of(error))
    return done(request, patient_id, HERE, "Saved.")


def _alike(request: HttpRequest, patient_id: UUID, form: PatientForm) -> list:
    """Somebody else who may be the same, unless nothing that tells people apart was changed."""
    compared = {"given_name", "family_name", "born_on", "phone", "preferred_name"}
    kept = who.get_identity(by=request.actor, patient_id=patient_id)
    values = form.identity
    same = all(values[name] == kept[name] for name in compared)
    if same or form.cleaned_data["another_person"]:
        return []
    but = linked.list_together(request.actor.clinic_id, patient_id)
    return list_alike(by=request.actor, person=person_in(values), but=but)


def _second(
    request: HttpRequest, patient_id: UUID, form: PatientForm, error: Refused
) -> HttpResponse:
    """Somebody was quicker: what they changed and who they are; what was typed here stays."""
    kept = who.get_identity(by=request.actor, patient_id=patient_id)
    since = form.cleaned_data["revision"] or 0
    changes = who.list_changes(by=request.actor, patient_id=patient_id, since=since)
    typed = {name: form.data.get(name, "") for name in form.fields}
    meant = typed | who.merge_typed(kept, typed, changes) | {"revision": kept["revision"]}
    again = PatientForm(meant)
    again.add_error(None, str(error))
    return _page(request, patient_id, again, meanwhile=changes, status=409)


def _page(
    request: HttpRequest, patient_id: UUID, form: PatientForm, status: int = 200, **more: object
) -> HttpResponse:
    actor = request.actor
    changes = who.list_changes(by=actor, patient_id=patient_id)
    context = {
        "form": form,
        "labels": LABELS,
        "changes": [(LABELS.get(c.field, c.field), c) for c in reversed(changes)],
        "contacts": who.list_contacts(by=actor, patient_id=patient_id),
        "links": who.list_links(by=actor, patient_id=patient_id),
        "measures": who.list_measures(by=actor, patient_id=patient_id)
        if actor.may("read_chart")
        else [],
        "measure_forms": [
            form_class(by=actor) for kind, form_class in MEASURES.items() if _may(request, kind)
        ],
        "may_edit": actor.may("check_in"),
        "may_link": actor.may("merge_patients"),
    }
    meanwhile = more.pop("meanwhile", [])
    context["meanwhile"] = [(LABELS.get(c.field, c.field), c) for c in meanwhile]
    return show(request, "chart/identity.html", patient_id, HERE, context | more, status)


def _may(request: HttpRequest, kind: str) -> bool:
    return request.actor.may("work_up" if kind == "pregnancy" else "check_in")


@require_http_methods(["GET", "POST"])
def measure(request: HttpRequest, slug: str, patient_id: UUID, kind: str) -> HttpResponse:
    """One measure: weight, height or pregnancy status."""
    if kind not in MEASURES:
        raise Missing("There is no such measure.")
    request.actor.must("work_up" if kind == "pregnancy" else "check_in")
    form = MEASURES[kind](request.POST if request.method == "POST" else None, by=request.actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                record_of_patient(
                    by=request.actor, patient_id=patient_id, body=form.body(), posting=form.posting
                )
            except (Malformed, Refused) as error:
                status = with_error(form, error)
            else:
                return done(request, patient_id, HERE, f"{form.title}: recorded.")
    context = {"form": form, "title": form.title}
    return show(request, "chart/one_form.html", patient_id, HERE, context, status)


@require_http_methods(["GET", "POST"])
def contact(
    request: HttpRequest, slug: str, patient_id: UUID, entry_id: UUID | None = None
) -> HttpResponse:
    """Add somebody to call, or change who is there."""
    request.actor.must("check_in")
    rows = who.list_contacts(by=request.actor, patient_id=patient_id)
    there = next((row for row in rows if row.entry_id == entry_id), None)
    if entry_id is not None and there is None:
        raise Missing("There is no such contact; somebody may have changed it meanwhile.")
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        by=request.actor,
        initial=_initial(there),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                record_of_patient(
                    by=request.actor, patient_id=patient_id, body=form.body(),
                    posting=form.posting, amends_id=entry_id,
                )  # fmt: skip
            except (Malformed, Refused) as error:
                status = with_error(form, error)
            else:
                return done(request, patient_id, HERE, "Contact saved.")
    context = {"form": form, "title": "Somebody to call"}
    return show(request, "chart/one_form.html", patient_id, HERE, context, status)


def _initial(row: who.ContactRow | None) -> dict:
    if row is None:
        return {}
    told = {True: "yes", False: "no", None: ""}[row.may_be_told]
    return {
        "name": row.name, "relation": row.relation, "phone": row.phone, "text": row.text,
        "is_emergency": row.is_emergency, "may_be_told": told,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, slug: str, patient_id: UUID, entry_id: UUID) -> HttpResponse:
    """Strike an entry of the chart out, with the reason."""
    request.actor.must("read_chart")
    form = ReasonForm(request.POST if request.method == "POST" else None, by=request.actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                void_of_patient(
                    by=request.actor, patient_id=patient_id, entry_id=entry_id,
                    reason=form.cleaned_data["reason"],
                )  # fmt: skip
            except (Malformed, Refused) as error:
                status = with_error(form, error)
            else:
                return done(request, patient_id, "patients:one", "Struck out. It stays readable.")
    context = {"form": form, "title": "Strike this entry out"}
    return show(request, "chart/one_form.html", patient_id, "", context, status)
