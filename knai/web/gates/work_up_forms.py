"""Forms of the work-up: each part read into its entry. A tap where a tap will do."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from knai.kit.clock import now
from knai.practice import entries as e
from knai.practice.actions.work_up import CATEGORIES, STATUSES
from knai.web.gates.forms import PostingForm, choices

YES_NO = [("yes", "Yes"), ("no", "No")]


class PartForm(PostingForm):
    """A part of the work-up. `today` stands in its date."""

    part: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def body(self) -> e.Body:
        raise NotImplementedError

    def today(self) -> str:
        return now().astimezone(self.by.clinic.tz).date().isoformat()


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}))


def _chips(label: str, pairs: list[tuple[str, str]], **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=pairs, widget=forms.RadioSelect, **more)


def _text(label: str, rows: int = 2, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=4000, widget=widget, **more)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


class ScreeningForm(PartForm):
    part, title = "screening", "Screening"
    performed = _chips("Was the patient screened?", YES_NO)
    performed_on = _day("On")
    place = forms.CharField(label="Where, when elsewhere", required=False, max_length=120)

    def body(self) -> e.Body:
        v = self.cleaned_data
        return e.Screening(
            performed=v["performed"] == "yes",
            performed_on=v["performed_on"].isoformat(),
            place=v["place"],
        )


class DiagnosisForm(PartForm):
    part, title = "diagnosis", "Condition"
    category = _chips("Condition", choices(CATEGORIES))
    status = _chips("Standing", choices(STATUSES), initial="confirmed")
    code = forms.CharField(label="Code", required=False, max_length=20)
    text = forms.CharField(label="In words", required=False, max_length=200)
    rationale = _text("Why ketamine, for a condition that is not among the examples")

    def body(self) -> e.Body:
        v = self.cleaned_data
        return e.Diagnosis(
            category=v["category"],
            status=v["status"],
            code=v["code"],
            text=v["text"],
            rationale=v["rationale"],
        )


class HistoryForm(PartForm):
    part, title = "history", "History"
    completed_on = _day("Completed on")
    in_chart = _chips("Is it in the chart?", YES_NO, initial="yes")
    covers_psychiatric = _chips("Covers psychiatric disorders?", YES_NO)
    covers_substance_use = _chips("Covers substance use?", YES_NO)
    text = _text("History", rows=4)

    def body(self) -> e.Body:
        v = self.cleaned_data
        return e.History(
            completed_on=v["completed_on"].isoformat(),
            in_chart=v["in_chart"] == "yes",
            covers_psychiatric=v["covers_psychiatric"] == "yes",
            covers_substance_use=v["covers_substance_use"] == "yes",
            author_role=self.by.role,
            text=v["text"],
        )


class PhysicalForm(PartForm):
    part, title = "physical", "Physical examination"
    completed_on = _day("Completed on")
    in_chart = _chips("Is it in the chart?", YES_NO, initial="yes")
    text = _text("Findings", rows=4)

    def body(self) -> e.Body:
        v = self.cleaned_data
        return e.Physical(
            completed_on=v["completed_on"].isoformat(),
            in_chart=v["in_chart"] == "yes",
            text=v["text"],
        )


class MedicationsForm(PartForm):
    part, title = "medications", "Medicines"
    status = _chips("Medicines", [("listed", "listed below"), ("none", "takes nothing")])
    items = _text("One a line", rows=4)

    def body(self) -> e.Body:
        v = self.cleaned_data
        return e.Medications(status=v["status"], recorded_on=self.today(), items=_lines(v["items"]))


class AllergiesForm(PartForm):
    part, title = "allergies", "Allergies"
    status = _chips("Allergies", [("listed", "listed below"), ("none_known", "none known")])
    items = _text("One a line", rows=3)
    ketamine_hypersensitivity = forms.BooleanField(
        label="Hypersensitive to ketamine or esketamine", required=False
    )

    def body(self) -> e.Body:
        v = self.cleaned_data
        return e.Allergies(
            status=v["status"],
            recorded_on=self.today(),
            items=_lines(v["items"]),
            ketamine_hypersensitivity=v["ketamine_hypersensitivity"],
        )


class InteractionReviewForm(PartForm):
    part, title = "interaction_review", "Interactions and side effects"
    unresolved_serious = _chips(
        "Reviewed today. Is a serious one unresolved?", [("no", "None unresolved"), ("yes", "Yes")]
    )

    def body(self) -> e.Body:
        unresolved = self.cleaned_data["unresolved_serious"] == "yes"
        return e.InteractionReview(completed_on=self.today(), unresolved_serious=unresolved)


PARTS: dict[str, type[PartForm]] = {
    form.part: form
    for form in (
        ScreeningForm,
        DiagnosisForm,
        HistoryForm,
        PhysicalForm,
        MedicationsForm,
        AllergiesForm,
        InteractionReviewForm,
    )
}
