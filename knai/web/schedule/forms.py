"""Forms of the schedule: what a visit needs, when it shall be, and why it is cancelled."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms

from knai.core.errors import Malformed
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import people, schedule
from knai.practice.actions.arriving import MODES
from knai.practice.actions.schedule import LONGEST_MIN, SHORTEST_MIN
from knai.practice.entries import Transport
from knai.practice.hours import instant_of
from knai.practice.offers import Wish
from knai.practice.states import CATEGORIES
from knai.web.gates.forms import ActorForm, choices
from knai.web.sessions.forms import plain

ANY, NONE = "", "none"


class WishForm(ActorForm):
    """What a visit needs; without a time, free ones are offered."""

    protocol = forms.ChoiceField(label="Protocol")
    minutes = forms.IntegerField(
        label="Minutes", required=False, min_value=SHORTEST_MIN, max_value=LONGEST_MIN,
        help_text="preparation, dosing and recovery; empty: as the protocol plans",
    )  # fmt: skip
    chair = forms.ChoiceField(required=False)
    nurse = forms.ChoiceField(required=False, label="Stays with the patient")
    provider = forms.ChoiceField(required=False, label="Answers for the visit")
    on = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    at = forms.TimeField(
        label="At a time of your own", required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        on = now().astimezone(by.clinic.tz).date()
        named = [
            (str(c.id), f"{c.name}, {c.site}" if c.site else c.name)
            for c in schedule.list_chairs(by=by, on=on)
        ]
        self.fields["protocol"].choices = people.list_protocols(by=by)
        self.fields["chair"].choices = [(ANY, "Any chair"), (NONE, "No chair yet"), *named]
        for field, may in (("nurse", "chart"), ("provider", "prescribe")):
            staff = schedule.list_staff(by=by, on=on, may=may)
            self.fields[field].choices = [("", "Not named"), *((str(c.id), c.name) for c in staff)]

    @property
    def starts_at(self) -> datetime | None:
        """raises  Malformed: an hour that the clocks skip that day"""
        values = self.cleaned_data
        at: time | None = values["at"]
        return instant_of(values["on"], at, self.by.clinic.tz) if at else None

    def wish(self, patient_id: UUID, minutes: int, session_id: UUID | None = None) -> Wish:
        """What to look for. minutes: as the protocol plans it, where none are typed."""
        values = self.cleaned_data
        return Wish(
            patient_id=patient_id,
            minutes=values["minutes"] or minutes,
            chair_id=self.chosen("chair"),
            nurse_id=self.chosen("nurse"),
            provider_id=self.chosen("provider"),
            session_id=session_id,
            without_chair=values["chair"] == NONE,
        )

    def chosen(self, field: str) -> UUID | None:
        value = self.cleaned_data[field]
        return UUID(value) if value and value != NONE else None


class BookForm(WishForm):
    """The same with a time, and what is asked beside it."""

    at = forms.TimeField(label="At", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    mode = forms.ChoiceField(
        required=False, choices=choices(MODES), widget=forms.RadioSelect, label="Way home"
    )
    escort_name = forms.CharField(required=False, max_length=120, label="Who comes for them")
    escort_phone = forms.CharField(required=False, max_length=40, label="Telephone")
    unusual_ok = forms.BooleanField(required=False)
    key = forms.UUIDField(required=False)
    seen_at = forms.DateTimeField(required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("on") and values.get("at"):
            try:
                self.starts_at  # noqa: B018  asked for what it raises
            except Malformed as error:
                self.add_error("at", plain(error))
        return values

    @property
    def way_home(self) -> Transport | None:
        return read_way_home(self.cleaned_data)


class WayHomeForm(ActorForm):
    mode = forms.ChoiceField(choices=choices(MODES), widget=forms.RadioSelect, label="Way home")
    escort_name = forms.CharField(required=False, max_length=120, label="Who comes for them")
    escort_phone = forms.CharField(required=False, max_length=40, label="Telephone")


def read_way_home(values: dict[str, Any]) -> Transport | None:
    """Whoever is named comes for them, unless another way is chosen."""
    name = values["escort_name"].strip()
    mode = values["mode"] or ("escort" if name else "")
    if not mode:
        return None
    phone = values["escort_phone"].strip()
    return Transport(stage="planned", mode=mode, escort_name=name, escort_phone=phone)


class CancelForm(ActorForm):
    category = forms.ChoiceField(
        choices=list(CATEGORIES.items()), widget=forms.RadioSelect, label="Why"
    )
    reason = forms.CharField(required=False, max_length=500, label="In a few words")
    wait = forms.BooleanField(required=False, label="Put the patient on the waiting list")


class WaitForm(ActorForm):
    wanted = forms.CharField(
        required=False, max_length=200, label="When would suit",
        help_text="days and hours, anything that helps to choose",
    )  # fmt: skip
    urgent = forms.BooleanField(required=False, label="Urgent")
