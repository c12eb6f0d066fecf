"""The form of a booking."""

from __future__ import annotations

from datetime import datetime

from django import forms

from knai.identity.actors import Actor
from knai.practice import people


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
