"""The living style guide: every component once, with invented data. Debug and staff only (see urls)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from knai.core.errors import Missing
from knai.web import styleguide_data as invented


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for eyes and for tests.

    raises  Missing: for whoever neither runs the server nor develops it
    """
    if not (settings.DEBUG or request.user.is_staff):
        raise Missing("There is no such page.")
    return render(request, "styleguide/page.html", styleguide_context())


def styleguide_context() -> dict[str, Any]:
    """What the page shows; also used by tests without a request."""
    at = timezone.now()
    rejected = {"systolic_mmhg": "380", "moaas": "4"}
    return {
        "at": at,
        "findings": invented.findings(at - timedelta(minutes=6)),
        "checks": _checks(at),
        "holds": _holds(at),
        "person": invented.PERSON,
        "tiles": invented.tiles(at),
        "chart": invented.chart(at),
        "entries": invented.entries(at),
        "form": invented.shown_form(),
        "rejected": invented.shown_form(rejected),
        "alerts": _alerts(at),
        "idempotency_key": "0192f0c1-0000-7000-8000-000000000000",
        "go_on": {"label": "Take vitals", "url": "#"},
        "tabs": _tabs(),
        "columns": [{"label": "Patient"}, {"label": "Born"}, {"label": "Next session"}],
        "rows": _rows(),
        "nav": [{"url": "#", "label": "Board", "current": True}, {"url": "#", "label": "Patients"},
                {"url": "#", "label": "Sessions"}],
        "user_name": "Nadia Aziz (invented)",
        "role_word": "Nurse",
    }  # fmt: skip


def _checks(at) -> list[dict[str, Any]]:
    return [
        {"title": "Two identifiers read back", "settled": True, "by": "N. Aziz", "at": at},
        {"title": "Pump settings", "because": "58.5 mL/h was entered; nobody has countersigned.",
         "needs_two": True, "action": {"label": "Countersign", "url": "#"}},
    ]  # fmt: skip


def _holds(at) -> list[dict[str, Any]]:
    return [
        {"title": "A safety answer needs a person", "source": "Questionnaire this morning",
         "because": "The last item was answered above nought. Speak with the patient alone.",
         "effect": "hard_stop", "who": "prescriber or therapist", "at": at,
         "action": {"label": "Open the answer", "url": "#"}},
    ]  # fmt: skip


def _alerts(at) -> list[dict[str, Any]]:
    return [
        {"level": "caution", "title": "BP 162/98 in Chair 3", "at": at,
         "because": "Above the patient’s limit of 160 on two cuffs"},
        {"level": "alert", "title": "SpO₂ 88 % in Chair 5", "at": at, "acknowledge_url": "#",
         "because": "Below 90 % for 40 s"},
        {"level": "emergency", "title": "Emergency in Chair 5", "at": at,
         "because": "Called by N. Aziz", "acknowledged_by": "Dr Okafor"},
    ]  # fmt: skip


def _tabs() -> list[dict[str, Any]]:
    return [
        {"url": "#", "label": "Timeline", "current": True, "count": 24},
        {"url": "#", "label": "Doses", "count": 1},
        {"url": "#", "label": "Documents", "count": None},
    ]


def _rows() -> list[dict[str, Any]]:
    return [
        {"url": "#", "cells": ["Rehn, Mara (invented)", "9 Mar 1985", "24 Nov 2026, 09:30"]},
        {"url": "#", "cells": ["Osei, Jon (invented)", "2 Jul 1992", "24 Nov 2026, 11:00"]},
    ]
