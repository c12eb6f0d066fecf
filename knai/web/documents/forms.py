"""The form for a document from elsewhere."""

from __future__ import annotations

from django import forms

from knai.core.errors import Malformed
from knai.kit.files import MOST_UPLOAD_BYTES, UPLOADS, refuse_large
from knai.practice.documents import KINDS
from knai.web.gates.forms import ActorForm
from knai.web.sessions.forms import plain

HINT = f"PDF, PNG, JPEG, text or CSV; at most {MOST_UPLOAD_BYTES // 1_048_576} MB."


class UploadField(forms.FileField):
    """A file from the person's device, not larger than what is kept."""

    def __init__(self, *, accept: tuple[str, ...] = UPLOADS, **more) -> None:
        attrs = {"accept": ",".join(accept), "class": "input"}
        super().__init__(widget=forms.FileInput(attrs=attrs), max_length=200, **more)

    def clean(self, data, initial=None):
        try:
            if data:
                refuse_large(data.size)
        except Malformed as error:
            raise forms.ValidationError(plain(error)) from error
        return super().clean(data, initial)


class DocumentForm(ActorForm):
    kind = forms.ChoiceField(choices=[("", "Choose"), *KINDS.items()])
    title = forms.CharField(label="What it is", max_length=160)
    dated_on = forms.DateField(
        label="Date on the document", widget=forms.DateInput(attrs={"type": "date"})
    )
    file = UploadField(help_text=HINT)
