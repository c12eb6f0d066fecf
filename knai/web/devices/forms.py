"""Forms for a monitor, how it is read, and what an unknown code or unit means."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms

from knai.core.errors import Malformed
from knai.core.vitals import VITALS
from knai.interop.hl7v2.mapping import CUFF_RULES, DIALECTS
from knai.interop.hl7v2.receive import mapping_from
from knai.interop.hl7v2.units import UCUM_KNOWN

DIALECT_WORDS = {
    "pcd01": "IHE PCD-01 (MDC codes, UCUM units)",
    "comen": "MDC codes and units, patient monitor (“comen”)",
    "philips": "MDIL codes, information centre (“philips”)",
    "loinc": "LOINC codes, UCUM units",
}
CUFF_WORDS = {
    "": "Nobody has said: quarantine cuff pressures",
    "at_obx14": "With each value (OBX-14)",
    "at_obr7": "With the group of values (OBR-7)",
    "at_msh7": "When the message was sent (MSH-7)",
    "on_change": "When the pressure changes",
}


class DeviceForm(forms.Form):
    """How a monitor is called, and how its messages are to be read."""

    name = forms.CharField(label="Name here", max_length=60)
    key = forms.CharField(
        label="How it names itself",
        max_length=120,
        help_text="As in its messages: the quarantine shows it for a monitor nobody knows.",
    )
    dialect = forms.ChoiceField(choices=[(d, DIALECT_WORDS[d]) for d in DIALECTS])
    zone = forms.CharField(
        label="Time zone of its clock",
        required=False,
        max_length=60,
        help_text="Needed where its times carry no offset, such as America/New_York.",
    )
    cuff = forms.ChoiceField(
        label="When a cuff pressure was taken",
        required=False,
        choices=[("default", "As the dialect has it"), *((r, CUFF_WORDS[r]) for r in CUFF_RULES)],
        initial="default",
    )

    def clean_zone(self) -> str:
        zone = self.cleaned_data["zone"].strip()
        if zone and zone not in available_timezones():
            raise forms.ValidationError("No such zone. Write it like America/New_York.")
        return zone

    def mapping(self, before: dict[str, Any] | None = None) -> dict[str, Any]:
        """The mapping as stored: the dialect, and what differs from it."""
        stored = {k: v for k, v in (before or {}).items() if k not in {"dialect", "zone", "cuff"}}
        stored["dialect"] = self.cleaned_data["dialect"]
        if self.cleaned_data["zone"]:
            stored["zone"] = self.cleaned_data["zone"]
        if self.cleaned_data["cuff"] != "default":
            stored["cuff"] = self.cleaned_data["cuff"]
        mapping_from(stored)  # raises Malformed when it is not one
        return stored


class MeaningForm(forms.Form):
    """What a code, or a unit, of one monitor means."""

    system = forms.CharField(required=False, max_length=20, label="Code system")
    code = forms.CharField(max_length=60)
    vital = forms.ChoiceField(
        required=False,
        label="Means",
        choices=[("-", "Known, and not used"), *((code, v.name) for code, v in VITALS.items())],
    )
    kind = forms.ChoiceField(
        required=False,
        label="Where the pressure comes from",
        choices=[("", "Not a pressure"), ("cuff", "The cuff"), ("invasive", "An arterial line")],
    )
    ucum = forms.ChoiceField(
        required=False, label="Unit", choices=[("", "–"), *((u, u) for u in sorted(UCUM_KNOWN))]
    )

    def merged(self, stored: dict[str, Any], what: str) -> dict[str, Any]:
        """`stored` with this code, or unit, added.

        raises  Malformed: the mapping would be none
        """
        values = self.cleaned_data
        table = "codes" if what == "code" else "units"
        entry: Any = values["ucum"]
        if what == "code":
            vital = "" if values["vital"] == "-" else values["vital"]
            entry = {"vital": vital, "kind": values["kind"]} if vital else ""
        elif not entry:
            raise Malformed("is not chosen; wanted the unit that it means", "ucum")
        systems = dict(stored.get(table, {}))
        systems[values["system"]] = {**systems.get(values["system"], {}), values["code"]: entry}
        changed = {**stored, table: systems}
        mapping_from(changed)
        return changed
