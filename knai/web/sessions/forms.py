"""The forms of the session screen: each reads one kind of entry from what was posted, and writes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django import forms

from knai.core.errors import Malformed
from knai.core.events import EVENTS, GRADES, what_event_demands
from knai.core.numbers import read_decimal
from knai.core.vitals import (
    MOAAS,
    RASS,
    VITALS,
    Believable,
    judge_plausible,
    judge_together,
    parse_number,
)
from knai.identity.actors import Actor
from knai.kit.clock import now
from knai.practice import chips
from knai.practice.actions import charting
from knai.practice.actions.charting import Posting
from knai.practice.charting_rules import check
from knai.practice.entries import (
    Body,
    Effect,
    IvAttempt,
    Medicine,
    Note,
    OffMonitor,
    PsychotherapyNote,
    Sedation,
    Support,
)
from knai.web.sessions.times import read_when, written_at

SHORT = {"sbp": "Systolic", "dbp": "Diastolic", "hr": "Heart rate", "spo2": "SpO₂", "rr": "Resp. rate",
         "temp": "Temperature", "etco2": "EtCO₂", "o2_flow": "O₂ flow", "pain_nrs": "Pain 0–10"}  # fmt: skip
UNITS = {"sbp": "mmHg", "dbp": "mmHg", "hr": "/min", "spo2": "%", "rr": "/min", "temp": "°C",
         "etco2": "mmHg", "o2_flow": "L/min", "pain_nrs": ""}  # fmt: skip
FIRST_SIGNS = ("sbp", "dbp", "hr", "spo2", "rr")


class ChartForm(forms.Form):
    """What every charting form carries. `by` gives the clinic's time zone."""

    template: ClassVar[str] = ""
    title: ClassVar[str] = ""
    icon: ClassVar[str] = "note"
    kind: ClassVar[str] = ""
    taps: ClassVar[bool] = False  # its choices are its buttons: no separate one to send

    idempotency_key = forms.UUIDField(required=False)
    effective_at = forms.CharField(required=False, max_length=40)
    downtime = forms.BooleanField(required=False)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{self.kind}-%s")
        super().__init__(*args, **kwargs)
        self.by = by

    @property
    def dialog_id(self) -> str:
        return f"dialog-{self.kind}"

    def clean_effective_at(self):
        try:
            typed_at = written_at(self.data.get("written_at", ""), now())
            return read_when(self.cleaned_data["effective_at"], typed_at, self.by.clinic.tz)
        except Malformed as error:
            raise forms.ValidationError(plain(error)) from error

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors:
            self._check()
        return values

    def _check(self) -> None:
        """What the record itself would refuse, beside the field that it is about."""
        try:
            check(self.body())
        except Malformed as error:
            self.refuse(error)

    def refuse(self, error: Malformed) -> None:
        self.add_error(error.field if error.field in self.fields else None, plain(error))

    @property
    def posting(self) -> Posting:
        values = self.cleaned_data
        return Posting(values["effective_at"], values["idempotency_key"], values["downtime"])

    def body(self) -> Body:
        raise NotImplementedError

    @classmethod
    def initial_of(cls, body: Body) -> dict[str, Any]:
        """What the form shows to amend an entry."""
        return {name: getattr(body, name) for name in cls.base_fields if hasattr(body, name)}

    def save(self, session_id: UUID):
        return charting.chart(
            by=self.by, session_id=session_id, body=self.body(), posting=self.posting
        )


def plain(error: Malformed) -> str:
    """The message without the name of the field that stands beside it."""
    text = str(error).removeprefix(f"{error.field}: ")
    return text[:1].upper() + text[1:]


def _choice(pairs, **more) -> forms.ChoiceField:
    return forms.ChoiceField(choices=list(pairs), **more)


class VitalsForm(ChartForm):
    """One set. A value that is unusual is asked for again; the same once more keeps it."""

    template, title, icon, kind = "sessions/forms/vitals.html", "Vitals", "vitals", "vitals"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unusual: list[str] = []
        for code in SHORT:
            self.fields[code] = forms.CharField(required=False, max_length=8, label=SHORT[code])
            self.fields[f"again_{code}"] = forms.CharField(required=False, max_length=8)

    def clean(self) -> dict[str, Any]:
        forms.Form.clean(self)
        read = {code: self._read(code) for code in SHORT}
        self.values = {code: value for code, value in read.items() if value is not None}
        self.confirmed: tuple[str, ...] = tuple(filter(self._is_confirmed, self.values))
        if not self.errors and not self.values:
            self.add_error(None, "No value was entered. Enter at least one.")
        if not self.errors and not judge_together(self.values).is_ok:
            self.add_error("dbp", "The lower pressure is not below the upper. Enter both again.")
        return self.cleaned_data

    def _read(self, code: str) -> Decimal | None:
        text = self.cleaned_data.get(code, "").strip()
        if not text:
            return None
        try:
            return parse_number(text, code)
        except Malformed as error:
            self.add_error(code, plain(error))
            return None

    def _is_confirmed(self, code: str) -> bool:
        value, name = self.values[code], VITALS[code].name.lower()
        verdict = judge_plausible(code, value).verdict
        if verdict is Believable.REFUSE:
            self.add_error(code, f"No {name} can have this value. Measure again.")
        if verdict is not Believable.ASK:
            return False
        again = self.cleaned_data.get(f"again_{code}", "").strip()
        if again == self.cleaned_data[code].strip():
            return True
        self.unusual.append(code)
        self.add_error(code, f"An unusual {name}. Enter it a second time to keep it.")
        return False

    def rows(self) -> list[dict[str, Any]]:
        """The fields as the page draws them: those of every set first."""
        return [self._row_of(code) for code in SHORT]

    def _row_of(self, code: str) -> dict[str, Any]:
        return {
            "field": self[code],
            "again": self[f"again_{code}"] if code in self.unusual else None,
            "label": SHORT[code],
            "unit": UNITS[code],
            "first": code in FIRST_SIGNS,
            "decimal": VITALS[code].decimals > 0,
        }

    def body(self) -> Body:
        return charting.vitals_body(self.values, self.confirmed)

    @classmethod
    def initial_of(cls, body: Body) -> dict[str, Any]:
        known = {code: getattr(body, code) for code in SHORT}
        return {code: f"{value:g}" for code, value in known.items() if value is not None}


class SedationForm(ChartForm):
    template, title, icon, kind = "sessions/forms/sedation.html", "Sedation", "sedation", "sedation"
    taps = True
    levels = tuple(sorted(MOAAS.items(), reverse=True))
    rass_levels = tuple(sorted(RASS.items(), reverse=True))

    moaas = _choice([(n, n) for n in MOAAS], required=False)
    rass = _choice([(n, n) for n in RASS], required=False)
    resting = forms.BooleanField(required=False)
    as_last = forms.BooleanField(required=False)

    def _check(self) -> None:
        if not self.cleaned_data["as_last"]:
            super()._check()

    def body(self) -> Body:
        v = self.cleaned_data
        return Sedation(
            moaas=int(v["moaas"]) if v["moaas"] else None,
            rass=int(v["rass"]) if v["rass"] else None,
            resting=v["resting"],
        )

    def save(self, session_id: UUID):
        if self.cleaned_data["as_last"]:
            return charting.record_sedation_as_last(
                by=self.by, session_id=session_id, posting=self.posting
            )
        return super().save(session_id)


class EffectForm(ChartForm):
    template, title, icon, kind = "sessions/forms/effect.html", "Effect", "sedation", "effect"
    taps = True
    degrees = tuple(enumerate(chips.words("effect", "degrees")))
    offered = tuple(chips.effects().items())

    # "dissociation-2": what and how much in one tap
    tap = _choice((f"{name}-{d}", name) for name in chips.effects() for d in range(5))

    def body(self) -> Body:
        effect, degree = self.cleaned_data["tap"].rsplit("-", 1)
        return Effect(effect, int(degree))

    @classmethod
    def initial_of(cls, body: Body) -> dict[str, Any]:
        return {"tap": f"{body.effect}-{body.degree}"}


class SupportForm(ChartForm):
    template, title, icon, kind = "sessions/forms/support.html", "Support", "person", "support"
    taps = True
    offered = chips.words("support", "what")
    what = forms.CharField(max_length=200, required=False)
    other = forms.CharField(max_length=200, required=False)

    def body(self) -> Body:
        what = self.cleaned_data["what"].strip() or self.cleaned_data["other"].strip()
        if not what:
            raise Malformed("What was done? Choose or type it.", "other")
        return Support(what)


class MedicineForm(ChartForm):
    template, title, icon, kind = "sessions/forms/medicine.html", "Medicine", "medicine", "medicine"
    offered = chips.medicines()
    units = tuple(dict.fromkeys(chip.unit for chip in chips.medicines()))
    routes = tuple(dict.fromkeys(route for chip in chips.medicines() for route in chip.routes))

    name = forms.CharField(max_length=80, required=False)
    other = forms.CharField(max_length=80, required=False)
    dose = forms.CharField(max_length=12, required=False)
    unit = forms.CharField(max_length=20, required=False)
    route = forms.CharField(max_length=40, required=False)

    def clean_dose(self) -> str:
        dose = self.cleaned_data["dose"].strip()
        if dose:
            try:
                read_decimal(dose)
            except Malformed as error:
                raise forms.ValidationError(plain(error)) from error
        return dose

    def body(self) -> Body:
        v = self.cleaned_data
        name = v["other"].strip() or v["name"].strip()
        unit = v["unit"].strip() or self._usual_unit(name)
        return Medicine(name, v["dose"], unit if v["dose"] else "", v["route"].strip())

    def _usual_unit(self, name: str) -> str:
        return next((chip.unit for chip in self.offered if chip.name == name), "")


class IvForm(ChartForm):
    template, title, icon, kind = "sessions/forms/iv_attempt.html", "IV", "dose", "iv_attempt"
    sites, gauges = chips.words("iv", "site"), chips.words("iv", "gauge")
    site = forms.CharField(max_length=60, required=False)
    gauge = forms.CharField(max_length=10, required=False)
    placed = _choice([("yes", "Placed"), ("no", "Failed")], initial="yes", required=False)

    def body(self) -> Body:
        if not self.cleaned_data["site"].strip():
            raise Malformed("Where? Choose the place.", "site")
        v = self.cleaned_data
        return IvAttempt(v["site"].strip(), v["gauge"].strip(), v["placed"] != "no")

    @classmethod
    def initial_of(cls, body: Body) -> dict[str, Any]:
        return {"site": body.site, "gauge": body.gauge, "placed": "yes" if body.placed else "no"}


class OffMonitorForm(ChartForm):
    template, title = "sessions/forms/off_monitor.html", "Off the monitor"
    icon, kind, taps = "escort", "off_monitor", True
    offered = chips.words("off_monitor", "why")
    why = forms.CharField(max_length=100, required=False)
    accompanied_by = forms.CharField(max_length=80, required=False)
    back = forms.BooleanField(required=False)

    def body(self) -> Body:
        v = self.cleaned_data
        if not v["back"] and not v["why"].strip():
            raise Malformed("Why off the monitor? Choose or type it.", "why")
        return OffMonitor(v["why"].strip(), v["accompanied_by"].strip(), v["back"])


class NoteForm(ChartForm):
    template, title, icon, kind = "sessions/forms/note.html", "Note", "note", "note"
    text = forms.CharField(max_length=8000, required=False, strip=True)

    def body(self) -> Body:
        return Note(self.cleaned_data["text"])


class PsychotherapyNoteForm(NoteForm):
    title, icon, kind = "Psychotherapy note", "lock", "psychotherapy_note"

    def body(self) -> Body:
        return PsychotherapyNote(self.cleaned_data["text"])

    def save(self, session_id: UUID):
        return charting.record_psychotherapy_note(
            by=self.by,
            session_id=session_id,
            text=self.cleaned_data["text"],
            posting=self.posting,
        )


def stopping_grades() -> dict[str, int]:
    """Event → the grade from which charting it also stops the drug."""
    found = {}
    for code in EVENTS:
        stops = [g for g in GRADES if "stop_drug" in what_event_demands(code, g)]
        if stops:
            found[code] = min(stops)
    return found
