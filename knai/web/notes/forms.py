"""Forms of notes."""

from __future__ import annotations

from django import forms

from knai.practice.actions.notes import LONGEST
from knai.web.gates.forms import ActorForm, PostingForm


class DraftForm(ActorForm):
    """do: keep, sign, anew (from the facts), discard."""

    draft = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    do = forms.ChoiceField(
        choices=[(name, name) for name in ("keep", "sign", "anew", "discard")], required=False
    )
    text = forms.CharField(
        label="The note", required=False, strip=False, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 18}),
    )  # fmt: skip

    def clean_text(self) -> str:
        """Line ends as they were drafted, so that what nobody changed stays the same."""
        return self.cleaned_data["text"].replace("\r\n", "\n")


class AskForm(ActorForm):
    to = forms.UUIDField(error_messages={"required": "Choose who is asked."})


class CosignForm(PostingForm):
    text = forms.CharField(label="With a word", required=False, max_length=500)


class DeclineForm(ActorForm):
    reason = forms.CharField(label="Why not", max_length=160)


class AddForm(PostingForm):
    text = forms.CharField(
        label="Addendum", max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
