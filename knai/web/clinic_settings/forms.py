"""Forms of the clinic's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from knai.identity.actions.clinics import Particulars, hours_words
from knai.identity.credentials import DEPTHS
from knai.identity.models import Clinic
from knai.web.people.forms import RefusingForm

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class ParticularsForm(RefusingForm):
    """revision: of the clinic when the page was opened."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=120)
    time_zone = forms.CharField(
        max_length=60, label="Time zone", help_text="Such as America/New_York."
    )
    address = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    phone = forms.CharField(required=False, max_length=40, label="Telephone")
    director = forms.ChoiceField(required=False, label="Medical director")
    sedation_capability = forms.ChoiceField(
        choices=list(DEPTHS.items()),
        label="Deepest sedation the clinic can care for",
        help_text="By its rooms, equipment and staff.",
    )

    def __init__(self, *args: Any, people: list[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["director"].choices = [("", "Nobody named"), *people]
        for number, day in enumerate(DAYS, 1):
            self.fields[f"hours_{number}"] = forms.CharField(
                required=False, max_length=80, label=day,
                widget=forms.TextInput(attrs={"placeholder": "closed"}),
            )  # fmt: skip

    @property
    def hours_fields(self) -> list[Any]:
        return [self[f"hours_{number}"] for number in range(1, 8)]

    @property
    def wanted(self) -> Particulars:
        values = self.cleaned_data
        return Particulars(
            name=values["name"],
            time_zone=values["time_zone"].strip(),
            phone=values["phone"],
            address=values["address"],
            sedation_capability=values["sedation_capability"],
            director_id=UUID(values["director"]) if values["director"] else None,
            hours={str(n): values[f"hours_{n}"] for n in range(1, 8)},
        )


def initial_of(clinic: Clinic) -> dict[str, Any]:
    kept = {
        "revision": clinic.revision,
        "name": clinic.name,
        "time_zone": clinic.time_zone,
        "address": clinic.address,
        "phone": clinic.phone,
        "director": clinic.director_id or "",
        "sedation_capability": clinic.sedation_capability,
    }
    return kept | {f"hours_{n}": hours_words(clinic.hours, str(n)) for n in range(1, 8)}


class ChairForm(RefusingForm):
    name = forms.CharField(max_length=40)
    site = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, sites: list[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].choices = [("", "–"), *sites]

    @property
    def site_id(self) -> UUID | None:
        return UUID(self.cleaned_data["site"]) if self.cleaned_data["site"] else None


class SiteForm(RefusingForm):
    name = forms.CharField(max_length=80)
    address = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
