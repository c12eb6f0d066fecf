"""Invented people and sessions for the style guide. Nobody here exists."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any

from django import forms

QUOTE = "An invented sentence stands here, where a clause shows the words of its edition."


def shown_form(data: dict[str, str] | None = None) -> forms.Form:
    """A form with every kind of field."""
    return VitalsExample(data, auto_id="id_sg_%s")


class VitalsExample(forms.Form):
    systolic_mmhg = forms.IntegerField(
        label="Systolic pressure",
        help_text="From the cuff, patient at rest",
        min_value=40,
        max_value=300,
        error_messages={
            "max_value": "380 mmHg is above what a cuff can read (300). Read the cuff again."
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    heart_rate_bpm = forms.IntegerField(
        label="Heart rate",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    moaas = forms.ChoiceField(
        label="Sedation (MOAA/S)",
        choices=[
            ("5", "5 answers to name"),
            ("4", "4 slow to answer"),
            ("3", "3 answers to loud voice"),
            ("2", "2 answers to touch"),
        ],
        widget=forms.RadioSelect,
        initial="5",
    )
    support = forms.MultipleChoiceField(
        label="Support given",
        required=False,
        choices=[("voice", "Calm voice"), ("hand", "Hand held"), ("music", "Music changed")],
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))


def findings(at: datetime) -> list[dict[str, Any]]:
    """One finding a verdict."""
    fact = {"name": "baseline.sbp", "label": "Baseline pressure", "at": at}
    return [
        _finding("KNAI-16", "Baseline vital signs before the first dose", "cannot_tell_yet",
                 "Baseline blood pressure is missing. Take a set of vitals to start.",
                 [fact | {"value": None}, {"name": "weight", "label": "Weight", "value": 78,
                  "unit": "kg", "at": at}], {"label": "Take vitals", "url": "#"}),
        _finding("KNAI-12", "A provider is on site", "not_met",
                 "Nobody with a medical role has been on site since 13:40.",
                 [{"name": "presence", "label": "On site", "value": "nobody", "at": at}],
                 {"label": "Call the provider", "url": "#"}),
        _finding("KNAI-4", "Consent is given for this treatment", "met",
                 "Consent version 3 was signed on 12 Nov 2026, before the first dose.",
                 [{"name": "consent", "label": "Consent", "value": "version 3", "at": at}], None),
        _finding("KNAI-26", "Esketamine is observed for two hours", "not_applicable",
                 "The planned medicine is ketamine by infusion.", [], None),
    ]  # fmt: skip


def _finding(clause, title, verdict, because, facts, action) -> dict[str, Any]:
    effect = {"met": "allow", "not_applicable": "allow"}.get(verdict, "overridable")
    return {
        "clause": clause, "title": title, "verdict": verdict, "effect": effect, "because": because,
        "facts": facts, "quote": QUOTE, "edition": "2020", "adopted": False, "url": "#",
        "action": action,
    }  # fmt: skip


def tiles(at: datetime) -> list[dict[str, Any]]:
    """Eight chairs, each in another state."""
    rows = [
        ("Chair 5", "T.K.", 29, "dosing", "alert", "SpO₂ 88 % for 40 s", 161, 99, 37, 112, 88, 9),
        ("Chair 2", "M.R.", 41, "dosing", "", "", 138, 86, 12, 84, 97, 14),
        ("Chair 3", "A.D.", 57, "dosing", "caution", "BP 162/98 twice", 162, 98, 34, 91, 96, 15),
        ("Chair 1", "J.O.", 34, "recovery", "", "", 124, 78, 4, 72, 98, 13),
        ("Chair 6", "L.S.", 48, "recovery", "", "", 118, 74, -2, 66, 99, 12),
        ("Chair 4", "P.N.", 63, "ready", "", "", 131, 82, None, 70, 98, 14),
        ("Chair 7", "E.V.", 38, "checked_in", "", "", None, None, None, None, None, None),
    ]
    return [_tile(at, number, row) for number, row in enumerate(rows)] + [{"chair": "Chair 8"}]


def _tile(at: datetime, number: int, row: tuple) -> dict[str, Any]:
    chair, initials, age, phase, alert, words, sbp, dbp, change, hr, spo2, rr = row
    started = at - timedelta(minutes=23 - number, seconds=10)
    is_quiet = phase in ("ready", "checked_in")
    return {
        "session_id": f"invented-{number}", "url": "#", "chair": chair, "initials": initials,
        "age": age, "weight_kg": 78 - number, "phase": phase, "phase_started_at": started,
        "elapsed_s": (at - started).seconds, "sbp": sbp, "dbp": dbp, "sbp_delta": change, "hr": hr,
        "spo2": spo2, "rr": rr, "alert_level": alert, "alert_words": words,
        "dose": "" if phase == "checked_in" else "IV 0.5 mg/kg · 40 min",
        "spark": [sbp - 14 + 12 * math.sin(i / 4) for i in range(14)] if sbp else [],
        "moaas": 5 if sbp else None, "spo2_limit": "alert" if spo2 == 88 else "",
        "sbp_limit": "caution" if sbp == 162 else "",
        "next_vitals_at": None if is_quiet else at + timedelta(minutes=4 - number, seconds=12),
        "next_vitals_s": None if is_quiet else (4 - number) * 60 + 12,
        "standing": "2 things hold the start" if is_quiet else "nothing open",
        "standing_verdict": "cannot_tell_yet" if is_quiet else "met", "provider": "Dr Okafor on site",
        "fresh_at": at if sbp else None, "fresh_s": 2 if sbp else None,
    }  # fmt: skip


def chart(at: datetime) -> dict[str, Any]:
    """Two hours of an infusion: the pressure rises and comes back."""
    start = at - timedelta(minutes=110)
    samples = []
    for minute in range(0, 110, 5):
        rise = 18 * math.exp(-(((minute - 50) / 28) ** 2))
        samples.append({
            "at": start + timedelta(minutes=minute), "sbp": round(122 + rise + 2 * math.sin(minute)),
            "dbp": round(76 + rise * 0.6), "hr": round(70 + rise * 0.7 + 2 * math.cos(minute)),
            "spo2": 97 - (minute == 45) * 4, "rr": 14 + minute % 3,
        })  # fmt: skip
    return {
        "session_id": "invented-chart", "starts_at": start, "ends_at": at + timedelta(minutes=10),
        "baseline": {"sbp": 122, "dbp": 76, "hr": 70}, "above_percent": 20, "below_percent": 30,
        "samples": samples, "lanes": _lanes(start), "predicted": _predicted(start),
    }  # fmt: skip


def _lanes(start: datetime) -> list[dict[str, Any]]:
    def minute(value: int) -> datetime:
        return start + timedelta(minutes=value)

    return [
        {"lane": "dose", "at": minute(10), "until": minute(50), "label": "IV 39 mg · 40 min"},
        {"lane": "event", "at": minute(32), "until": None, "label": "nausea, mild"},
        {"lane": "event", "at": minute(46), "until": None, "label": "ondansetron 4 mg"},
        {"lane": "sedation", "at": minute(20), "until": None, "label": "MOAA/S 4"},
        {"lane": "sedation", "at": minute(70), "until": None, "label": "MOAA/S 5"},
        {"lane": "presence", "at": minute(0), "until": minute(80), "label": "Dr Okafor"},
        {"lane": "presence", "at": minute(80), "until": None, "label": "Dr Lind"},
    ]


def _predicted(start: datetime) -> list[dict[str, Any]]:
    points = []
    for minute in range(10, 110, 5):
        rising = 100 * (1 - math.exp(-(minute - 10) / 18))
        mid = rising if minute <= 50 else 89 * math.exp(-(minute - 50) / 22)
        at = start + timedelta(minutes=minute)
        points.append({"at": at, "low": round(mid * 0.7), "high": round(mid * 1.35)})
    return points


def entries(at: datetime) -> list[dict[str, Any]]:
    """Rows of the record: by hand, from a device, late, amended, voided."""
    ago = [at - timedelta(minutes=minutes) for minutes in (2, 5, 9, 21, 26, 31)]
    return [
        {"icon": "vitals", "what": "BP 138/86 · HR 84 · SpO₂ 97 % · RR 14", "effective_at": ago[0],
         "recorded_at": ago[0], "by": "accepted by N. Aziz", "source": "device",
         "device": "monitor 3", "url": "#"},
        {"icon": "sedation", "what": "Sedation as last: MOAA/S 5", "effective_at": ago[1],
         "recorded_at": ago[1], "by": "N. Aziz", "source": "hand", "url": "#"},
        {"icon": "event", "what": "Nausea, mild", "effective_at": ago[3], "recorded_at": ago[2],
         "late": True, "by": "N. Aziz", "source": "hand", "url": "#"},
        {"icon": "dose", "what": "Infusion started: 39 mg over 40 min", "effective_at": ago[4],
         "recorded_at": ago[4], "by": "N. Aziz", "source": "hand", "amends": {"url": "#"}},
        {"icon": "vitals", "what": "BP 83/138", "effective_at": ago[5], "recorded_at": ago[5],
         "by": "N. Aziz", "source": "downtime",
         "voided": {"by": "N. Aziz", "at": ago[4], "reason": "figures were swapped"}},
    ]  # fmt: skip


PERSON = {
    "name": "Mara Rehn (invented)", "born_on": date(1985, 3, 9), "mrn": "00-4471", "weight_kg": 78,
    "allergies": ["penicillin"], "consent": "version 3", "consent_ok": True,
    "escort": "sister, 17:30", "escort_ok": True,
}  # fmt: skip
