"""The form that writes a version of a consent form."""

from __future__ import annotations

from typing import Any

from django import forms

from knai.practice.form_words import FormWords, Question
from knai.web.gates.forms import ActorForm

MARKS = {"right": True, "wrong": False}


class WordsForm(ActorForm):
    """All that a version says. Questions stand one a line, with what is the right answer."""

    title = forms.CharField(max_length=160)
    language = forms.CharField(max_length=20, initial="en", help_text="Such as en, es or pt-BR.")
    text = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 22}),
        help_text="# begins a heading, - an item of a list, 1. a numbered one; **strong** and *stressed*.",
    )
    off_label_statement = forms.CharField(
        label="Off-label statement",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="That the use is off-label and what that means. Without it KNAI-12 is never met.",
    )
    valid_days = forms.IntegerField(
        label="Valid for how many days",
        required=False,
        min_value=1,
        help_text="Empty: until withdrawn.",
    )
    needs_witness = forms.BooleanField(label="Needs a witness", required=False)
    for_treatment = forms.BooleanField(
        label="It is the consent to treatment that the start asks for", required=False, initial=True
    )
    questions = forms.CharField(
        label="Questions, to see that it was understood",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line: “right: I may stop at any time.” or “wrong: I may drive at once.”",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0)

    def clean_text(self) -> str:
        return self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n")

    def clean_questions(self) -> tuple[Question, ...]:
        lines = self.cleaned_data["questions"].splitlines()
        return tuple(_question(line) for line in lines if line.strip())

    @property
    def words(self) -> FormWords:
        values = {name: self.cleaned_data[name] for name in FormWords.__struct_fields__}
        return FormWords(**values)


def _question(line: str) -> Question:
    mark, _, ask = line.partition(":")
    if mark.strip().lower() not in MARKS or not ask.strip():
        raise forms.ValidationError("Begin each line with “right:” or “wrong:”, then the sentence.")
    return Question(ask.strip(), MARKS[mark.strip().lower()])


def initial_of(words: FormWords, revision: int | None = None) -> dict[str, Any]:
    """The words as the form shows them."""
    values = {name: getattr(words, name) for name in FormWords.__struct_fields__}
    lines = [f"{'right' if q.right else 'wrong'}: {q.ask}" for q in words.questions]
    return values | {"questions": "\n".join(lines), "revision": revision}
