"""Forms of measures, contacts and links."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from knai.practice import entries as e
from knai.practice.actions.record import PREGNANCY
from knai.web.gates.forms import ActorForm, ExactField, PostingForm, choices

YES_NO_UNASKED = [("yes", "Yes"), ("no", "No"), ("", "Not asked")]
SAID = {"yes": True, "no": False, "": None}


class MeasureForm(PostingForm):
    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def body(self) -> e.Body:
        raise NotImplementedError


class WeightForm(MeasureForm):
    kind, title = "weight", "Weight"
    weight_kg = ExactField(label="Weight, kg")

    def body(self) -> e.Body:
        return e.Weight(weight_kg=self.cleaned_data["weight_kg"])


class HeightForm(MeasureForm):
    kind, title = "height", "Height"
    height_cm = ExactField(label="Height, cm")

    def body(self) -> e.Body:
        return e.Height(height_cm=self.cleaned_data["height_cm"])


class PregnancyForm(MeasureForm):
    kind, title = "pregnancy", "Pregnancy"
    status = forms.ChoiceField(choices=choices(PREGNANCY), widget=forms.RadioSelect)
    basis = forms.ChoiceField(
        label="Known from", widget=forms.RadioSelect, required=False,
        choices=[("test", "A test"), ("said", "What the patient said"), ("other", "Otherwise")],
    )  # fmt: skip
    breastfeeding = forms.ChoiceField(
        choices=YES_NO_UNASKED, widget=forms.RadioSelect, required=False
    )

    def body(self) -> e.Body:
        v = self.cleaned_data
        return e.Pregnancy(
            status=v["status"], basis=v["basis"], breastfeeding=SAID[v["breastfeeding"]]
        )


MEASURES: dict[str, type[MeasureForm]] = {
    form.kind: form for form in (WeightForm, HeightForm, PregnancyForm)
}


class ContactForm(PostingForm):
    name = forms.CharField(max_length=120)
    relation = forms.CharField(label="Who they are to the patient", max_length=60, required=False)
    phone = forms.CharField(
        label="Telephone", max_length=40, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    is_emergency = forms.BooleanField(label="To call in an emergency", required=False)
    may_be_told = forms.ChoiceField(
        label="May they hear of the treatment?", choices=YES_NO_UNASKED, widget=forms.RadioSelect,
        required=False,
    )  # fmt: skip
    text = forms.CharField(label="Anything else", max_length=200, required=False)

    def body(self) -> e.Contact:
        v = self.cleaned_data
        return e.Contact(
            name=v["name"].strip(),
            relation=v["relation"],
            phone=v["phone"],
            is_emergency=v["is_emergency"],
            may_be_told=SAID[v["may_be_told"]],
            text=v["text"],
        )


class ReasonForm(ActorForm):
    reason = forms.CharField(max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class LinkForm(ReasonForm):
    """Which of the two is kept, and why they are one person."""

    other = forms.UUIDField(widget=forms.HiddenInput)
    kept = forms.UUIDField(required=True)
