"""The forms that need another person, stop the drug, or set limits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from knai.core.alerts.limits import LEVELS
from knai.core.errors import Malformed
from knai.core.events import ACTIONS, EVENTS, GRADES
from knai.core.numbers import read_decimal
from knai.core.vitals import VITALS
from knai.identity.permissions import may
from knai.practice import chips, roster
from knai.practice.actions import adverse, charting, handover
from knai.practice.charting_rules import limit_overrides
from knai.practice.entries import AdverseEvent, AlertLimits, Body, ConsentWithdrawn, PumpSettings
from knai.practice.second_signature import prove_second
from knai.web.sessions.forms import SHORT, UNITS, ChartForm, _choice, plain, stopping_grades

OFTEN = ("nausea", "vomiting", "dizziness", "headache", "anxiety", "hypertension", "desaturation")
LIMITED = ("sbp", "dbp", "hr", "spo2", "rr")


STOPS_FROM = stopping_grades()


def stop_note(code: str) -> str:
    """What the chip says of events that stop the drug below grade 3, where the grade's own words do not."""
    grade = STOPS_FROM.get(code, 3)
    return "" if grade >= 3 else "stops the drug" if grade == 1 else f"stops the drug from {grade}"


class EventForm(ChartForm):
    """Two taps: what, then how bad; the second sends it."""

    template, title, icon, kind = (
        "sessions/forms/adverse_event.html",
        "Event",
        "event",
        "adverse_event",
    )
    taps = True
    grades = tuple((grade, *words.partition(": ")[::2]) for grade, words in GRADES.items())
    often = tuple((code, EVENTS[code].label, stop_note(code)) for code in OFTEN)
    others = tuple(
        (code, label, stop_note(code))
        for label, code in sorted(
            (k.label, c) for c, k in EVENTS.items() if c not in OFTEN and k.when != "follow-up"
        )
    )
    actions = tuple((a, a.replace("_", " ").capitalize()) for a in ACTIONS if a != "none")

    code = _choice([(c, k.label) for c, k in EVENTS.items()])
    grade = _choice([(g, g) for g in GRADES])
    action = forms.MultipleChoiceField(choices=[(a, a) for a in ACTIONS], required=False)
    not_stopped = forms.BooleanField(required=False)
    text = forms.CharField(max_length=2000, required=False)

    def body(self) -> Body:
        v = self.cleaned_data
        return AdverseEvent(
            code=v["code"],
            grade=int(v["grade"]),
            action=tuple(v["action"]) or ("none",),
            text=v["text"].strip(),
        )

    def save(self, session_id: UUID):
        body = self.body()
        return adverse.record_adverse_event(
            by=self.by,
            session_id=session_id,
            code=body.code,
            grade=body.grade,
            action=body.action,
            text=body.text,
            drug_stopped=not self.cleaned_data["not_stopped"],
            posting=self.posting,
        )


class ConsentWithdrawnForm(ChartForm):
    template, title = "sessions/forms/consent_withdrawn.html", "Consent withdrawn"
    icon, kind, taps = "hold", "consent_withdrawn", True
    offered = chips.words("consent_withdrawn", "words")
    words = forms.CharField(max_length=500, required=False)
    sure = forms.BooleanField()  # the button itself: an empty post withdraws nothing

    def body(self) -> Body:
        return ConsentWithdrawn(self.cleaned_data["words"].strip())

    def save(self, session_id: UUID):
        return adverse.record_consent_withdrawn(
            by=self.by,
            session_id=session_id,
            words=self.cleaned_data["words"],
            posting=self.posting,
        )


class _WithColleague(ChartForm):
    """A form that names another person of the clinic; those on site stand first."""

    def colleagues(self) -> list[roster.Colleague]:
        everybody = roster.list_colleagues(self.by)
        return [c for c in everybody if c.id != self.by.user_id and may(c.role, "chart")]


class PumpForm(_WithColleague):
    template, title, icon, kind = (
        "sessions/forms/pump_settings.html",
        "Pump",
        "pump",
        "pump_settings",
    )
    concentration_mg_per_ml = forms.CharField(max_length=10)
    rate_ml_per_h = forms.CharField(max_length=10)
    volume_ml = forms.CharField(max_length=10)
    second_by = forms.UUIDField(error_messages={"required": "Who read the pump with you?"})
    second_code = forms.CharField(required=False, max_length=8)

    def clean(self) -> dict[str, Any]:
        for name in ("concentration_mg_per_ml", "rate_ml_per_h", "volume_ml"):
            self._exact(name)
        return super().clean()

    def _exact(self, name: str) -> None:
        if name in self.cleaned_data:
            try:
                self.cleaned_data[name] = read_decimal(self.cleaned_data[name])
            except Malformed as error:
                self.add_error(name, plain(error))

    def body(self) -> Body:
        v = self.cleaned_data
        if v["second_by"] == self.by.user_id:
            raise Malformed("The second reader has to be another person than you.", "second_by")
        try:
            name = charting.name_of_colleague(self.by, v["second_by"])
        except Malformed as error:
            raise Malformed("Choose a person of this clinic.", "second_by") from error
        prove_second(v["second_by"], v["second_code"])
        figures = (v["concentration_mg_per_ml"], v["rate_ml_per_h"], v["volume_ml"])
        return PumpSettings(*figures, v["second_by"], name)


class HandoverForm(_WithColleague):
    template, title, icon, kind = "sessions/forms/handover.html", "Hand over", "people", "handover"
    to = forms.UUIDField(error_messages={"required": "To whom? Choose a person."})
    open_items: tuple[str, ...] = ()

    def _check(self) -> None:
        pass  # the action itself knows who may take over

    def body(self) -> Body:
        raise NotImplementedError("a hand-over is written by its action")

    def save(self, session_id: UUID):
        return handover.hand_over(
            by=self.by,
            session_id=session_id,
            to_id=self.cleaned_data["to"],
            open_items=self.open_items,
            posting=self.posting,
        )


class LimitsForm(ChartForm):
    template, title, icon, kind = (
        "sessions/forms/alert_limits.html",
        "Alert limits",
        "alert",
        "alert_limits",
    )
    reason = forms.CharField(max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in LIMITED:
            for name in self._names(code):
                self.fields[f"{code}.{name}"] = forms.CharField(required=False, max_length=8)

    @staticmethod
    def _names(code: str) -> list[str]:
        vital = VITALS[code]
        sides = {"high": vital.high, "low": vital.low}
        return [
            f"{s}.{lv.name.lower()}" for s in sides for lv in LEVELS if lv.name.lower() in sides[s]
        ]

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "label": SHORT[code],
                "unit": UNITS[code],
                "cells": [self._cell(code, name) for name in self._names(code)],
            }
            for code in LIMITED
        ]

    def _cell(self, code: str, name: str) -> dict[str, Any]:
        side, level = name.split(".")
        usual = (VITALS[code].high if side == "high" else VITALS[code].low)[level]
        words = f"{level} {'from' if side == 'high' else 'down to'}"
        return {"field": self[f"{code}.{name}"], "words": words, "usual": f"{usual:g}"}

    def body(self) -> Body:
        limits: dict[str, dict[str, float]] = {}
        for code in LIMITED:
            for name in self._names(code):
                text = self.cleaned_data.get(f"{code}.{name}", "").strip()
                if text:
                    value = read_decimal(text, field=f"{code}.{name}")
                    limits.setdefault(code, {})[name] = float(value)
        body = AlertLimits(limits, self.cleaned_data["reason"].strip())
        limit_overrides(body, self.by.name)
        return body
