"""Forms about safety events."""

from __future__ import annotations

from django import forms

from knai.core.events import EVENTS, GRADES, OUTCOMES
from knai.web.gates.forms import ActorForm, PostingForm

SEVERITIES = [(str(grade), f"{grade}: {words}") for grade, words in GRADES.items()]


class CloseForm(ActorForm):
    severity = forms.ChoiceField(label="How bad it was in the end", choices=SEVERITIES)
    outcome = forms.CharField(
        label="What came of it", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReviewForm(PostingForm):
    text = forms.CharField(
        label="What went wrong, and what would help", max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Of the quality compartment: prescribers and owners read it. It is no part of the chart.",
    )  # fmt: skip


class LateForm(PostingForm):
    code = forms.ChoiceField(
        label="What happened", choices=[("", "Choose"), *((c, e.label) for c, e in EVENTS.items())]
    )
    grade = forms.ChoiceField(label="How bad", choices=[("", "Choose"), *SEVERITIES])
    outcome = forms.ChoiceField(
        label="How it stands", required=False,
        choices=[("", "Not known"), *((o, o.replace("_", " ").capitalize()) for o in OUTCOMES)],
    )  # fmt: skip
    text = forms.CharField(
        label="In words, and who told you", required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    effective_at = forms.CharField(
        label="When it happened", max_length=40, required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="Empty: it is not known, or it goes on.",
    )  # fmt: skip
