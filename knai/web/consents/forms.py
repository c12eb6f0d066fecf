"""Forms for signing: on the screen, on paper, and saying no."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from knai.core.errors import Malformed
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.kit.files import JPEG, PDF, PNG
from knai.practice import ink
from knai.practice.consent_forms import Form, list_published
from knai.practice.consent_signing import PATIENT, REPRESENTATIVE, OnPaper, Signing, Wrong
from knai.web.documents.forms import UploadField
from knai.web.gates.forms import PostingForm
from knai.web.sessions.forms import plain
from knai.web.sessions.times import read_when

UNDERSTOOD = [("yes", "Yes"), ("no", "No")]
SAID = [("right", "Right"), ("wrong", "Wrong")]
AGREES = "“I understand that this use is off-label”"


def _chips(
    label: str, pairs: list[tuple[str, str]], missing: str, **more: Any
) -> forms.ChoiceField:
    """missing: what to say when nothing is chosen"""
    said = {"required": missing, "invalid_choice": missing}
    return forms.ChoiceField(
        label=label, choices=pairs, widget=forms.RadioSelect, error_messages=said, **more
    )


def _line(label: str, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=200, **more)


class SignerForm(PostingForm):
    """Who signs, and who saw it. What is missing is said by the action, for every face alike."""

    signer = _chips(
        "Who signs?",
        [(PATIENT, "The patient"), (REPRESENTATIVE, "Somebody who may sign for them")],
        "Who signs: the patient, or who may sign for them?",
        initial=PATIENT,
    )
    signer_name = _line("Full name of who signs for the patient")
    authority = _line(
        "What gives them authority", help_text="Such as parent of a minor, guardian by court order."
    )
    understands = _chips(AGREES, UNDERSTOOD, "Say yes or no. Without a yes no session can start.")
    witness = _line("Full name of the witness")

    def add_wrong(self, wrong: list[Wrong]) -> None:
        for field, words in wrong:
            self.add_error(field if field in self.fields else None, words)

    def _understands(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["understands"])


class SignForm(SignerForm):
    """The form on the screen, with one pair of chips for each of its questions."""

    has_read = forms.BooleanField(
        label="I have read this form to its end, or it was read to me, and I could ask about it.",
        error_messages={
            "required": "Read the form to its end, or have it read out, and tick this."
        },
    )
    ink = forms.CharField(required=False, widget=forms.HiddenInput, max_length=400_000)
    typed_name = _line("Or type the full name of who signs", help_text="It counts as a signature.")
    cannot_write = forms.BooleanField(
        label="The signer cannot write and agrees in words before a witness", required=False
    )
    witness_is_staff = forms.BooleanField(label="The witness works here", required=False)

    def __init__(self, *args: Any, by: Actor, form: Form, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.consent_form = form
        for number, question in enumerate(form.words.questions):
            self.fields[f"answer_{number}"] = _chips(question.ask, SAID, "Right or wrong?")
        if not form.words.off_label_statement.strip():
            del self.fields["understands"]
        witness = self.fields["witness"]
        witness.required = form.words.needs_witness
        witness.error_messages["required"] = "This form needs a witness. Type their full name."

    def clean_ink(self) -> ink.Strokes:
        try:
            return ink.read(self.cleaned_data["ink"])
        except Malformed as error:
            raise forms.ValidationError(plain(error)) from error

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("answer_")]

    @property
    def signing(self) -> Signing:
        v = self.cleaned_data
        said = {"right": True, "wrong": False}
        asked = range(len(self.consent_form.words.questions))
        return Signing(
            form_id=self.consent_form.id,
            signer=v["signer"],
            signer_name=v["signer_name"],
            authority=v["authority"],
            has_read=v["has_read"],
            understands=self._understands() if "understands" in self.fields else None,
            answers=tuple(said.get(v[f"answer_{number}"]) for number in asked),
            strokes=v["ink"],
            typed_name=v["typed_name"],
            cannot_write=v["cannot_write"],
            witness=v["witness"],
            witness_is_staff=v["witness_is_staff"],
        )


class PaperForm(SignerForm):
    """A form that was signed by hand: which version, when, and the scan."""

    form = forms.ChoiceField(label="Which form and version was signed?")
    signed_at = forms.CharField(
        label="When was it signed?",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    scan = UploadField(
        label="The scan, or a photograph",
        accept=(PDF, PNG, JPEG),
        error_messages={"required": "Choose it. Without it the consent does not count."},
        help_text="PDF, PNG or JPEG of every page; at most 30 MB.",
    )
    seen = forms.BooleanField(
        label="I looked at it: every page is there, and it is signed.",
        error_messages={"required": "Look at the scan: is every page there, and the signature?"},
    )
    field_order = ("form", "signed_at", "signer")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        found = list_published(by=by)
        self.fields["form"].choices = [("", "Choose"), *((str(f.id), f.name) for f in found)]
        self.fields["understands"].label = f"{AGREES}, on the paper"
        self.fields["understands"].required = False
        self.fields["understands"].help_text = "Where the form has such a statement."

    def clean_signed_at(self):
        try:
            when = read_when(self.cleaned_data["signed_at"], now(), self.by.clinic.tz)
        except Malformed as error:
            raise forms.ValidationError(plain(error)) from error
        if when is None:
            raise forms.ValidationError("When was it signed?")
        return when

    @property
    def paper(self) -> OnPaper:
        v = self.cleaned_data
        return OnPaper(
            form_id=UUID(v["form"]),
            signed_at=v["signed_at"],
            scan=v["scan"].read(),
            scan_name=v["scan"].name,
            signer=v["signer"],
            signer_name=v["signer_name"],
            authority=v["authority"],
            understands=self._understands(),
            witness=v["witness"],
            seen=v["seen"],
        )


class WordsForm(PostingForm):
    """A refusal or a withdrawal, with what the patient said."""

    words = _line("What they said")
