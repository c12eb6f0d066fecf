"""The pages of one patient, and the frame that all of them share: identity strip and tabs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from knai.practice.patient_record import get_head

# label, url name (with the arguments slug and patient_id), the permission that shows it
TABS: tuple[tuple[str, str, str], ...] = (
    ("Chart", "patients:one", "read_schedule"),
    ("Timeline", "chart:timeline", "read_chart"),
    ("Conditions", "chart:conditions", "read_chart"),
    ("Screening", "chart:screening", "read_chart"),
    ("History", "chart:histories", "read_chart"),
    ("Medicines", "chart:medicines", "read_chart"),
    ("Identity", "chart:identity", "read_schedule"),
    ("Courses", "courses:list", "read_chart"),
    ("Consent", "consents:list", "read_chart"),
    ("Documents", "documents:list", "read_chart"),
    ("Notes", "notes:patient", "read_chart"),
    ("Papers", "papers:patient", "read_chart"),
    ("Care team", "care:team", "read_schedule"),
)


def frame(request: HttpRequest, patient_id: UUID, current: str = "") -> dict[str, Any]:
    """What chart/_head.html and chart/_tabs.html show: `head` and `tabs`. current: a url name of TABS.

    raises  Missing: absent, or another clinic's
    """
    head = get_head(by=request.actor, patient_id=patient_id)
    return {"head": head, "tabs": tabs_of(request, patient_id, current)}


def tabs_of(request: HttpRequest, patient_id: UUID, current: str = "") -> list[dict[str, Any]]:
    actor = request.actor
    return [
        {
            "label": label,
            "url": reverse(name, kwargs={"slug": actor.clinic.slug, "patient_id": patient_id}),
            "current": name == current,
        }
        for label, name, permission in TABS
        if actor.may(permission)
    ]
