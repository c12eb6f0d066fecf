"""Forms for papers, letters, exports, requests for records, holds and their settings."""

from __future__ import annotations

from datetime import datetime

from django import forms

from knai.kit.ids import uuid7
from knai.practice.paper_list import SessionChoice

COMPARTMENTS = [
    ("clinical", "The clinical chart"),
    ("substance_use", "Records of a substance-use programme"),
]


class Keyed(forms.Form):
    """A form that makes a thing once, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid7())


class LetterForm(Keyed):
    to = forms.CharField(
        label="To",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Name and address, as they shall stand on the letter.",
    )
    text = forms.CharField(
        label="Letter", max_length=8000, widget=forms.Textarea(attrs={"rows": 12}),
        help_text="An empty line begins a new paragraph. The facts of the chart are added below.",
    )  # fmt: skip


class PacketForm(Keyed):
    sessions = forms.MultipleChoiceField(
        label="Sessions", widget=forms.CheckboxSelectMultiple, required=False,
        help_text="Only those the payer asked about.",
    )  # fmt: skip

    def __init__(self, *args, sessions: list[SessionChoice], tz, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sessions"].choices = [(str(s.id), _words(s, tz)) for s in sessions]


def _words(session: SessionChoice, tz) -> str:
    local: datetime = session.at.astimezone(tz)
    return f"{local.day} {local:%b %Y, %H:%M} · {session.state_word} · {session.protocol or 'no protocol'}"


class SuperbillForm(Keyed):
    codes = forms.MultipleChoiceField(
        label="Services", widget=forms.CheckboxSelectMultiple, required=False,
        help_text="From the clinic's own list. KNAI proposes none.",
    )  # fmt: skip

    def __init__(self, *args, codes, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row["code"], f"{row['code']} {row['words']}") for row in codes]
        self.fields["codes"].choices = choices


class ExportForm(Keyed):
    substance_use = forms.BooleanField(
        label="With records of a substance-use programme", required=False,
        help_text="Only with the patient's written consent. A notice on passing them on is put in.",
    )  # fmt: skip


class ClinicExportForm(Keyed):
    compartments = forms.MultipleChoiceField(
        label="Besides the clinical charts", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[COMPARTMENTS[1], ("quality", "Quality reviews")],
        help_text="Psychotherapy notes are never exported.",
    )  # fmt: skip


class RequestForm(forms.Form):
    asked_by = forms.CharField(label="Who asked", max_length=160)
    authority = forms.CharField(
        label="By what right",
        max_length=160,
        help_text="The patient's own, a power of attorney, a court order …",
    )
    wanted = forms.CharField(label="What they asked for", widget=forms.Textarea(attrs={"rows": 3}))
    received_on = forms.DateField(
        label="Received on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    compartments = forms.MultipleChoiceField(
        label="What may be given", widget=forms.CheckboxSelectMultiple, choices=COMPARTMENTS,
        initial=["clinical"], help_text="Psychotherapy notes never are.",
    )  # fmt: skip


class SettleForm(forms.Form):
    outcome = forms.ChoiceField(
        label="What came of it",
        widget=forms.RadioSelect,
        choices=[("given", "Given"), ("refused", "Refused"), ("withdrawn", "Withdrawn")],
    )
    export = forms.ChoiceField(label="Archive that was given", required=False)
    text = forms.CharField(
        label="How, or why not", widget=forms.Textarea(attrs={"rows": 3}), required=False,
        help_text="Wanted when it was refused or withdrawn.",
    )  # fmt: skip

    def __init__(self, *args, exports, tz, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ready = [row for row in exports if row.state == "done"]
        self.fields["export"].choices = [
            ("", "None"),
            *((str(r.id), _archive(r, tz)) for r in ready),
        ]


def _archive(row, tz) -> str:
    local = row.asked_at.astimezone(tz)
    parts = ", ".join(row.compartments).replace("_", " ")
    return f"{local.day} {local:%b %Y, %H:%M} · {parts} · {row.size_mb} MB · {row.sha256[:12]}"


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 2}))


class SettingsForm(forms.Form):
    billing_codes = forms.CharField(
        label="Codes of services",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="A line each: the code, a space, what it stands for. Superbills offer these and no others.",
    )
    request_days = forms.IntegerField(
        label="Days to answer a request for records", min_value=1, max_value=365
    )
    retention_years = forms.IntegerField(
        label="Years a chart is kept after its last entry",
        required=False,
        min_value=1,
        max_value=100,
        help_text="What your law asks. Charts that are older are listed; KNAI deletes none.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)  # fmt: skip
