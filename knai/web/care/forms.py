"""Forms of the care team and of breaking the glass."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from knai.practice.care_team import PARTS, SHARES, Candidate
from knai.web.people.forms import DAY, RefusingForm


class TeamForm(RefusingForm):
    """Who takes which part; of an outside therapist also what the patient lets them see."""

    person = forms.ChoiceField()
    part = forms.ChoiceField(choices=list(PARTS.items()))
    shares = forms.MultipleChoiceField(
        required=False,
        choices=list(SHARES.items()),
        widget=forms.CheckboxSelectMultiple,
        label="An outside therapist may see",
        help_text="Only what the patient agreed to. Psychotherapy notes stay their author's.",
    )
    agreed_on = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs=DAY),
        label="The patient agreed on",
        help_text="For an outside therapist.",
    )

    def __init__(self, *args: Any, candidates: tuple[Candidate, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [
            (
                str(each.user_id),
                f"{each.name} (outside therapist)" if each.is_outside else each.name,
            )
            for each in candidates
        ]

    @property
    def values(self) -> dict[str, Any]:
        values = self.cleaned_data
        return values | {"person": None, "user_id": UUID(values["person"])}


class GlassForm(RefusingForm):
    reason = forms.CharField(
        max_length=500,
        label="Why do you need this chart now?",
        help_text="15 characters or more. The clinic's owner reads it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
