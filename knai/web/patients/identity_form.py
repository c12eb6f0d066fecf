"""The form of a patient's identity, for who is new and for what is put right later."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO

from knai.practice.duplicates import Person

SEXES = [("", "Not stated"), ("female", "Female"), ("male", "Male"), ("other", "Other")]
LANGUAGES = sorted(
    ((code, info["name"]) for code, info in LANG_INFO.items() if "name" in info),
    key=lambda pair: pair[1],
)


def _text(label: str, most: int, required: bool = False, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"} | attrs)
    return forms.CharField(label=label, max_length=most, required=required, widget=widget)


class PatientForm(forms.Form):
    """A name may be one letter or sixty. Only names, birthday and number have to be known."""

    given_name = _text("Given name", 60, required=True)
    family_name = _text("Family name", 60, required=True)
    preferred_name = _text("Wants to be called", 60)
    born_on = forms.DateField(
        label="Born on", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    sex = forms.ChoiceField(choices=SEXES, required=False)
    mrn = _text("Number (MRN)", 40, required=True)
    language = forms.ChoiceField(choices=[("", "Not stated"), *LANGUAGES], required=False)
    phone = _text("Telephone", 40, inputmode="tel")
    email = forms.EmailField(label="E-mail", required=False, max_length=254)
    address = forms.CharField(
        required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )
    another_person = forms.BooleanField(required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = self.data.get("language") or self.initial.get("language")
        if typed and typed not in dict(self.fields["language"].choices):
            self.fields["language"].choices += [(typed[:20], typed[:20])]

    @property
    def identity(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: self.cleaned_data[name] for name in IDENTITY}


IDENTITY = (
    "given_name", "family_name", "preferred_name", "born_on", "sex", "mrn", "language", "phone",
    "email", "address",
)  # fmt: skip
LABELS = {name: PatientForm.base_fields[name].label or name.capitalize() for name in IDENTITY}


def person_in(values: dict[str, Any]) -> Person:
    """What is compared with others of the clinic."""
    born_on: date = values["born_on"]
    return Person(
        values["given_name"],
        values["family_name"],
        born_on,
        values["phone"],
        values["preferred_name"],
    )
