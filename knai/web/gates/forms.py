"""Forms of the gates: each reads what was posted, exactly, into what an action takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst

from knai.core.errors import Malformed
from knai.core.numbers import read_decimal
from knai.core.substances import OTHER, get_substance, substances
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice.actions.arriving import MODES
from knai.practice.actions.charting import Posting
from knai.practice.actions.work_up import ROUTES
from knai.web.gates.fact_rows import words
from knai.web.sessions.forms import plain
from knai.web.sessions.times import read_when, written_at


def choices(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(value, capfirst(words(value))) for value in values]


class ActorForm(forms.Form):
    """A form that knows who fills it in, and can raise what is wrong with it as one error."""

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def want_valid(self) -> None:
        """raises  Malformed: the first thing that is wrong, by its field"""
        if self.is_valid():
            return
        field, problems = next(iter(self.errors.items()))
        raise Malformed(str(problems[0]), "" if field == "__all__" else field)

    def refuse(self, error: Malformed) -> None:
        self.add_error(error.field if error.field in self.fields else None, plain(error))


class PostingForm(ActorForm):
    """What every post carries besides its own: sent once, and when it happened."""

    idempotency_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    effective_at = forms.CharField(required=False, max_length=40, label="When it happened")
    downtime = forms.BooleanField(required=False)

    def clean_effective_at(self):
        try:
            typed_at = written_at(self.data.get("written_at", ""), now())
            return read_when(self.cleaned_data["effective_at"], typed_at, self.by.clinic.tz)
        except Malformed as error:
            raise forms.ValidationError(plain(error)) from error

    @property
    def posting(self) -> Posting:
        values = self.cleaned_data
        return Posting(
            values.get("effective_at"), values.get("idempotency_key"), values.get("downtime", False)
        )


class ExactField(forms.CharField):
    """A number read exactly: "0,5" is asked for again, never guessed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 12)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_decimal(text)
        except Malformed as error:
            raise forms.ValidationError(plain(error)) from error


class OverrideForm(ActorForm):
    reason = forms.CharField(max_length=500)
    provider = forms.UUIDField(required=False)
    witness = forms.CharField(required=False, max_length=120)


class CheckForm(ActorForm):
    """An answer as tapped; a time typed as people type it takes the place of a chip's."""

    answer = forms.CharField(required=False, max_length=200)
    when = forms.CharField(required=False, max_length=40)
    steps = forms.MultipleChoiceField(required=False)
    decided_by = forms.CharField(required=False, max_length=120)
    second = forms.UUIDField(required=False)
    second_code = forms.CharField(required=False, max_length=8)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["steps"].choices = [(step, step) for step in self.data.getlist("steps")]

    def clean_when(self) -> str:
        try:
            when = read_when(self.cleaned_data["when"], now(), self.by.clinic.tz)
        except Malformed as error:
            raise forms.ValidationError(plain(error)) from error
        return when.isoformat() if when else ""

    @property
    def value(self) -> str:
        return self.cleaned_data["when"] or self.cleaned_data["answer"]


class DoseForm(ActorForm):
    """A dose that is not the planned one, or that has happened. Empty: as planned."""

    route = forms.ChoiceField(required=False, choices=choices(ROUTES), label="Route")
    mg_per_kg = ExactField(required=False, label="Dose")
    mg = ExactField(required=False, label="Amount")
    duration_min = ExactField(required=False, label="Over")
    reason = forms.CharField(required=False, max_length=500, label="What happened")
    order = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)


class TransportForm(ActorForm):
    stage = forms.ChoiceField(choices=[("planned", "planned"), ("actual", "as it was")])
    mode = forms.ChoiceField(choices=choices(MODES), widget=forms.RadioSelect)
    escort_name = forms.CharField(required=False, max_length=120)
    escort_phone = forms.CharField(required=False, max_length=40)
    adult = forms.BooleanField(required=False)
    arrived = forms.CharField(required=False, max_length=40)
    signed_name = forms.CharField(required=False, max_length=120)

    def clean_arrived(self) -> str | None:
        """When whoever fetches the patient came; nothing typed is nothing said."""
        try:
            when = read_when(self.cleaned_data["arrived"], now(), self.by.clinic.tz)
        except Malformed as error:
            raise forms.ValidationError(plain(error)) from error
        return when.isoformat() if when else None


class DrivingForm(ActorForm):
    acknowledged = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    witness = forms.CharField(required=False, max_length=120)


class DepartureForm(ActorForm):
    type = forms.CharField(max_length=30)
    reason = forms.CharField(required=False, max_length=500)


class ReasonForm(ActorForm):
    reason = forms.CharField(max_length=500)


class ChangeForm(ActorForm):
    rate_ml_per_h = ExactField(required=False)
    mg_given = ExactField(required=False)
    reason = forms.CharField(required=False, max_length=500)
    happened = forms.CharField(required=False, max_length=500)


class PersonForm(ActorForm):
    person = forms.UUIDField()


class PurposeForm(ActorForm):
    purpose = forms.CharField(max_length=30)


class CheckInForm(PostingForm):
    """Chair, weight and way home; a name is all that is typed."""

    chair = forms.ChoiceField(required=False, widget=forms.RadioSelect, label="Chair")
    weight_kg = ExactField(required=False, label="Weight")
    mode = forms.ChoiceField(
        required=False, choices=choices(MODES), widget=forms.RadioSelect, label="Way home"
    )
    escort_name = forms.CharField(required=False, max_length=120, label="Who comes for them")
    escort_phone = forms.CharField(required=False, max_length=40, label="Telephone")

    def __init__(self, *args: Any, chairs: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chair"].choices = chairs


class PlanForm(PostingForm):
    """What is meant to be given, by a prescriber."""

    route = forms.ChoiceField(choices=choices(ROUTES), label="Route")
    mg_per_kg = ExactField(required=False, label="Dose", help_text="mg of base a kilogram")
    mg = ExactField(required=False, label="or a fixed dose", help_text="mg of base")
    duration_min = ExactField(required=False, label="Over", help_text="minutes, for an infusion")
    substance = forms.ChoiceField(label="Substance")
    expected_sedation = forms.ChoiceField(
        choices=choices(("minimal", "moderate", "deep", "general_anaesthesia")),
        label="Deepest sedation expected",
        widget=forms.RadioSelect,
    )
    supervision = forms.ChoiceField(
        choices=choices(("in_person", "remote", "none")),
        label="Supervision",
        widget=forms.RadioSelect,
    )
    all_ingredients_disclosed = forms.ChoiceField(
        choices=[("", "as the protocol says"), ("yes", "all disclosed"), ("no", "some withheld")],
        required=False,
        label="Ingredients",
    )
    deviation = forms.CharField(
        required=False,
        max_length=500,
        label="Why it departs from the protocol",
        help_text="wanted when it does",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(each.id, each.name) for each in substances().values()]
        stands = str(self.initial.get("substance") or OTHER)
        named = (stands, get_substance(stands).name)
        self.fields["substance"].choices = [*listed, *([] if named in listed else [named])]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (values.get("mg_per_kg") is None) == (values.get("mg") is None) and not self.errors:
            self.add_error("mg_per_kg", "A dose by weight or a fixed one: fill in one of the two.")
        return values
