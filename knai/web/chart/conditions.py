"""Conditions: the list, a new one with its code, and a changed standing."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from knai.core.diagnoses import SEVEN, group_of
from knai.core.errors import Malformed, Missing, Refused
from knai.practice import entries as e
from knai.practice.actions.record import record_of_patient
from knai.practice.actions.work_up import STATUSES
from knai.practice.diagnoses import Condition, find_codes, get_code, list_conditions
from knai.web.chart.answers import done, show, with_error
from knai.web.gates.forms import PostingForm, choices
from knai.web.sessions.answers import vary

HERE = "chart:conditions"
GROUPS = [("", "As the code suggests"), *choices((*SEVEN, "other"))]


class ConditionForm(PostingForm):
    """By code, or in words where no code fits. Outside the seven groups it wants a rationale."""

    code = forms.CharField(
        label="Code (ICD-10-CM)", required=False, max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
    text = forms.CharField(label="In words", required=False, max_length=200)
    category = forms.ChoiceField(label="Group", choices=GROUPS, required=False)
    status = forms.ChoiceField(
        label="Standing", choices=choices(STATUSES), widget=forms.RadioSelect, initial="confirmed"
    )
    rationale = forms.CharField(
        label="Why ketamine, outside the seven groups", required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"].strip().upper()
        if typed and get_code(by=self.by, code=typed) is None:
            raise forms.ValidationError(
                "There is no such code that can be billed. Find one, or leave it empty and use words."
            )
        return typed

    def clean(self) -> dict:
        values = super().clean()
        if not values.get("code") and not values.get("text") and "code" not in self.errors:
            self.add_error("code", "Choose a code, or say it in words.")
        if not values.get("code") and not values.get("category"):
            self.add_error("category", "Without a code, choose the group; “Other” when none fits.")
        return values

    def body(self) -> e.Diagnosis:
        v = self.cleaned_data
        known = get_code(by=self.by, code=v["code"]) if v["code"] else None
        return e.Diagnosis(
            category=v["category"] or group_of(v["code"]),
            status=v["status"],
            code=v["code"],
            text=v["text"] or (known.title if known else ""),
            rationale=v["rationale"],
        )


class StandingForm(PostingForm):
    status = forms.ChoiceField(
        label="Standing", choices=choices(STATUSES), widget=forms.RadioSelect
    )
    rationale = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )


@require_http_methods(["GET", "POST"])
def conditions(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """The list, the search for a code, and the form for one more."""
    if request.method == "GET":
        request.actor.must("read_chart")
        chosen = get_code(by=request.actor, code=request.GET.get("code", "")[:10])
        initial = {"code": chosen.code, "text": chosen.title} if chosen else {}
        return _page(request, patient_id, ConditionForm(by=request.actor, initial=initial))
    request.actor.must("work_up")
    form = ConditionForm(request.POST, by=request.actor)
    if not form.is_valid():
        return _page(request, patient_id, form, 422)
    try:
        record_of_patient(
            by=request.actor, patient_id=patient_id, body=form.body(), posting=form.posting
        )
    except (Malformed, Refused) as error:
        return _page(request, patient_id, form, with_error(form, error))
    return done(request, patient_id, HERE, "Condition recorded.")


def _page(
    request: HttpRequest, patient_id: UUID, form: ConditionForm, status: int = 200
) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:80]
    context = {
        "form": form,
        "conditions": list_conditions(by=request.actor, patient_id=patient_id),
        "may_work_up": request.actor.may("work_up"),
        "search": search,
        "codes": find_codes(by=request.actor, search=search) if search else [],
    }
    return show(request, "chart/conditions.html", patient_id, HERE, context, status)


@require_GET
def codes(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """The codes that fit what is typed: the part that htmx puts in place."""
    search = request.GET.get("q", "").strip()[:80]
    context = {
        "codes": find_codes(by=request.actor, search=search),
        "search": search,
        "patient_id": patient_id,
    }
    return vary(render(request, "chart/_codes.html", context))


@require_http_methods(["GET", "POST"])
def standing(request: HttpRequest, slug: str, patient_id: UUID, entry_id: UUID) -> HttpResponse:
    """Change how a condition stands: a new entry, so that what was thought before can be read."""
    request.actor.must("work_up")
    found = list_conditions(by=request.actor, patient_id=patient_id)
    condition = next((one for one in found if one.entry_id == entry_id), None)
    if condition is None:
        raise Missing("This condition is not here, or somebody has changed it meanwhile.")
    initial = {"status": condition.status, "rationale": condition.rationale}
    data = request.POST if request.method == "POST" else None
    form, status = StandingForm(data, by=request.actor, initial=initial), 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                record_of_patient(
                    by=request.actor, patient_id=patient_id, body=_again(condition, form),
                    posting=form.posting,
                )  # fmt: skip
            except (Malformed, Refused) as error:
                status = with_error(form, error)
            else:
                return done(request, patient_id, HERE, "Standing changed.")
    context = {
        "form": form,
        "title": "How it stands",
        "said": f"{condition.code} {condition.words}",
    }
    return show(request, "chart/one_form.html", patient_id, HERE, context, status)


def _again(condition: Condition, form: StandingForm) -> e.Diagnosis:
    values = form.cleaned_data
    return e.Diagnosis(
        category=condition.category,
        status=values["status"],
        code=condition.code,
        text=condition.text,
        rationale=values["rationale"],
    )
