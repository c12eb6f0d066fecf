"""What is asked in the call of the next day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from knai.core.errors import Malformed
from knai.kit.clock import now
from knai.practice.actions.follow_up import Said
from knai.web.gates.forms import ActorForm, PostingForm
from knai.web.sessions.forms import plain
from knai.web.sessions.times import read_when

YES_NO = [("no", "No"), ("yes", "Yes"), ("", "Not asked")]


def _asked(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=YES_NO, required=False, widget=forms.RadioSelect)


class CallForm(PostingForm):
    """Everything but the first question is for a call that was answered."""

    reached = forms.ChoiceField(
        label="Did you reach the patient?", widget=forms.RadioSelect,
        choices=[("yes", "Reached"), ("no", "Nobody answered")],
        error_messages={"required": "Choose whether you reached the patient."},
    )  # fmt: skip
    spoke_with = forms.CharField(
        label="Spoke with, if not the patient", max_length=120, required=False
    )
    drove = _asked("Have you driven since the session?")
    drove_at = forms.CharField(
        label="When did they drive first?", required=False, max_length=40,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )  # fmt: skip
    mood = forms.ChoiceField(
        label="How is the mood, compared with before the session?", required=False,
        widget=forms.RadioSelect,
        choices=[("better", "Better"), ("same", "The same"), ("worse", "Worse"), ("", "Not asked")],
    )  # fmt: skip
    suicidal_thoughts = _asked("Thoughts of suicide or of being better off dead?")
    bladder = _asked("Pain, blood or urgency when passing water?")
    text = forms.CharField(
        label="Anything else", required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    is_due = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_drove_at(self) -> datetime | None:
        try:
            return read_when(self.cleaned_data["drove_at"], now(), self.by.clinic.tz)
        except Malformed as error:
            raise forms.ValidationError(plain(error)) from error

    @property
    def said(self) -> Said:
        values: dict[str, Any] = self.cleaned_data
        names = ("drove", "drove_at", "mood", "suicidal_thoughts", "bladder", "text", "spoke_with")
        return Said(values["reached"] == "yes", **{name: values[name] for name in names})


class GiveUpForm(ActorForm):
    outcome = forms.CharField(
        label="What was done instead", max_length=160, help_text="A letter, a relative, the family doctor …"
    )  # fmt: skip
