"""Which form charts which kind of entry. One table for adding and for amending."""

from __future__ import annotations

from knai.core.errors import Missing
from knai.web.sessions.forms import (
    ChartForm,
    EffectForm,
    IvForm,
    MedicineForm,
    NoteForm,
    OffMonitorForm,
    PsychotherapyNoteForm,
    SedationForm,
    SupportForm,
    VitalsForm,
)
from knai.web.sessions.forms_more import (
    ConsentWithdrawnForm,
    EventForm,
    HandoverForm,
    LimitsForm,
    PumpForm,
)

FORMS: dict[str, type[ChartForm]] = {
    form.kind: form
    for form in (
        VitalsForm, SedationForm, EventForm, MedicineForm, NoteForm, EffectForm, SupportForm, IvForm,
        OffMonitorForm, PumpForm, LimitsForm, ConsentWithdrawnForm, PsychotherapyNoteForm, HandoverForm,
    )
}  # fmt: skip

IN_DIALOGS = (
    "vitals",
    "sedation",
    "medicine",
    "adverse_event",
    "note",
)  # there without the network
MORE = ("effect", "support", "iv_attempt", "off_monitor", "pump_settings", "consent_withdrawn",
        "alert_limits", "psychotherapy_note", "handover")  # fmt: skip
ONLY_ADDED = frozenset({"handover", "consent_withdrawn", "alert_limits"})


def form_for(kind: str) -> type[ChartForm]:
    """raises  Missing: nothing of this kind is charted by a form"""
    if kind not in FORMS:
        raise Missing("There is no form for this kind of entry.")
    return FORMS[kind]
