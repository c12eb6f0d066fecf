"""Forms for new patients and bookings."""

from __future__ import annotations

from datetime import datetime

from django import forms

from knai.identity.actors import Actor
from knai.practice import people

SEXES = [("", "Not stated"), ("female", "Female"), ("male", "Male"), ("other", "Other")]


class PatientForm(forms.Form):
    """Identity of a new patient. A name may be one letter or sixty."""

    given_name = forms.CharField(max_length=60)
    family_name = forms.CharField(max_length=60)
    born_on = forms.DateField(label="Born on", widget=forms.DateInput(attrs={"type": "date"}))
    sex = forms.ChoiceField(choices=SEXES, required=False)
    mrn = forms.CharField(label="Number (MRN)", max_length=40)
    another_person = forms.BooleanField(
        label="It is another person", required=False, widget=forms.HiddenInput
    )


class BookingForm(forms.Form):
    """When, by which protocol, in which chair."""

    on = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    at = forms.TimeField(label="Time", widget=forms.TimeInput(attrs={"type": "time"}))
    protocol = forms.ChoiceField()
    chair = forms.ChoiceField(required=False)

    def __init__(self, *args, by: Actor, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["protocol"].choices = people.list_protocols(by=by)
        self.fields["chair"].choices = [("", "Decide at check-in"), *people.list_chairs(by=by)]

    @property
    def starts_at(self) -> datetime:
        values = self.cleaned_data
        return datetime.combine(values["on"], values["at"], tzinfo=self.by.clinic.tz)
