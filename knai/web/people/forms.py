"""Forms about people: invitations, roles, leaving, credentials, PINs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from knai.core.errors import Malformed
from knai.identity.actions.credentials import Wanted
from knai.identity.credentials import DEPTHS
from knai.identity.models import CredentialKind, Profession, Role
from knai.kit.files import refuse_large

DAY = {"type": "date"}


class RefusingForm(forms.Form):
    """A form that can take what an action found wrong, beside the field it names."""

    def refuse(self, error: Exception) -> None:
        field = getattr(error, "field", "")
        words = str(error).removeprefix(f"{field}: ") if field else str(error)
        self.add_error(field if field in self.fields else None, words[:1].upper() + words[1:])


class InviteForm(RefusingForm):
    name = forms.CharField(max_length=120)
    email = forms.EmailField(label="E-mail")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.READ_ONLY)
    profession = forms.ChoiceField(choices=Profession.choices, initial=Profession.OTHER)


class RoleForm(RefusingForm):
    role = forms.ChoiceField(choices=Role.choices)


class LeaveForm(RefusingForm):
    """The last day, or at once."""

    last_day = forms.DateField(widget=forms.DateInput(attrs=DAY), label="Last day")
    at_once = forms.BooleanField(
        required=False,
        label="At once: log them out everywhere now",
        help_text="They also leave the care teams and are no longer on site.",
    )


class WithdrawForm(RefusingForm):
    reason = forms.CharField(max_length=200, label="Why it counts no more")


class CredentialForm(RefusingForm):
    """What stands on the paper, and a scan of it."""

    kind = forms.ChoiceField(choices=CredentialKind.choices)
    jurisdiction = forms.CharField(
        required=False, max_length=60, label="Where it holds", help_text="For a licence."
    )
    number = forms.CharField(required=False, max_length=60)
    level = forms.ChoiceField(
        required=False,
        choices=[("", "–"), *DEPTHS.items()],
        label="Depth of sedation",
        help_text="For a sedation privilege.",
    )
    starts_on = forms.DateField(widget=forms.DateInput(attrs=DAY), label="Holds from")
    expires_on = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs=DAY),
        label="Last day it holds",
        help_text="Empty when it has no end.",
    )
    file = forms.FileField(
        required=False, label="Scan of it", help_text="PDF, PNG or JPEG, up to 30 MB."
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None:
            try:
                refuse_large(file.size)
            except Malformed as error:
                raise forms.ValidationError(str(error).removeprefix("file: ")) from error
        return file

    def wanted(self, evidence_id: Any) -> Wanted:
        values = self.cleaned_data
        return Wanted(
            kind=values["kind"],
            starts_on=values["starts_on"],
            expires_on=values["expires_on"],
            jurisdiction=values["jurisdiction"].strip(),
            number=values["number"].strip(),
            level=values["level"],
            evidence_id=evidence_id,
        )


def pin_field(label: str) -> forms.CharField:
    attrs = {"inputmode": "numeric", "autocomplete": "off"}
    return forms.CharField(max_length=8, label=label, widget=forms.PasswordInput(attrs=attrs))


class PinForm(RefusingForm):
    """One's own PIN: the password says that it is one's own."""

    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = pin_field("New PIN")
    again = pin_field("New PIN again")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("code") and values.get("again") and values["code"] != values["again"]:
            self.add_error("again", "The two are not the same. Type both again.")
        return values


class SwitchForm(RefusingForm):
    person = forms.UUIDField(widget=forms.HiddenInput)
    code = pin_field("PIN")


def today_initial(today: date) -> dict[str, str]:
    return {"last_day": today.isoformat()}
