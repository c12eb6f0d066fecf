"""The session screen and what refreshes it."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import Malformed
from knai.kit import audit
from knai.practice import chips
from knai.practice.actions import alerts, devices
from knai.practice.charting_rules import permission_for
from knai.practice.curve import get_curve
from knai.practice.session_log import NEWEST, list_older, open_session
from knai.practice.session_shapes import Screen
from knai.practice.session_view import get_screen, identity_of
from knai.web.gates.answering import GATES, back_to
from knai.web.kept import KEY, Named, filled, token_of
from knai.web.sessions import kept
from knai.web.sessions.answers import EXPECTED, done, refused, vary
from knai.web.sessions.kinds import FORMS, IN_DIALOGS, MORE

BEFORE_A_DOSE = ("booked", "checked_in", "ready")
PANELS = ("now", "chart", "standard", "entries")


@require_GET
def screen(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """One session: what is, what needs somebody, what to do, what was."""
    shown = get_screen(by=request.actor, session_id=session_id)
    audit.record(
        "session.viewed", by=request.actor, session_id=session_id, patient_id=shown.patient_id,
        revision=shown.revision,
    )  # fmt: skip
    context = _context(request, shown) | _what_to_do(request, shown)
    return render(request, "sessions/screen.html", context)


def _context(request: HttpRequest, shown: Screen, oob: bool = False) -> dict[str, Any]:
    """What the panels show; oob: they take the place of those on the page."""
    rows = kept.entry_rows(request, shown)
    seen = {name: fingerprint(shown, name, rows) for name in PANELS}
    may_attach = request.actor.may("attach_device")
    now_values = {
        "seen": seen, "oob": oob, "clinic": Named(request.actor.clinic.slug), "session_id": shown.id,
        "steps": [(chip, KEY) for chip in chips.emergency_steps()] if shown.emergency else (),
        "may_acknowledge": request.actor.may("acknowledge"), "may_attach": may_attach,
    }  # fmt: skip
    return {
        "screen": shown, "session_id": shown.id, "seen": seen, "oob": oob,
        "csrf_token": token_of(request),
        "now_panel": kept.now_panel(request, shown, now_values),
        "standard_panel": kept.standard_panel(shown, seen["standard"], oob),
        "chart_markup": kept.chart_markup(shown.chart),
        "entry_rows": filled(request, rows),
    }  # fmt: skip


def _what_to_do(request: HttpRequest, shown: Screen) -> dict[str, Any]:
    """The buttons and the forms behind them, for those who may chart here now."""
    slug = request.actor.clinic.slug
    values = {"stream_url": f"/live/{slug}/"}
    if shown.read_only:
        return values
    to = {"dose_url": _dose_url(slug, shown)}
    to["discharge_url"] = _address("gates:discharge", slug, shown.id)
    kinds = [kind for kind in IN_DIALOGS if request.actor.may(permission_for(kind))]
    may_attach = request.actor.may("attach_device")
    more = kept.more_dialog(request, shown, more=_more(request), may_attach=may_attach, **to)
    return values | {
        "actions": kept.actions(request, shown, **to),
        "dialogs": kept.dialog_forms(request, kinds, shown),
        "more_dialog": more if kinds else "",
    }


def _dose_url(slug: str, shown: Screen) -> str:
    """The way to a dose: the start gate until one was given, the page of doses after."""
    name = "gates:start" if shown.state in BEFORE_A_DOSE else "gates:dose"
    return _address(name, slug, shown.id)


def _address(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _more(request: HttpRequest) -> list[dict[str, str]]:
    """Not the classes themselves: a template would call them."""
    may = [FORMS[kind] for kind in MORE if request.actor.may(permission_for(kind))]
    return [{"kind": form.kind, "title": form.title, "icon": form.icon} for form in may]


# ------------------------------------------------------------------------------------------- refreshing
def fingerprint(shown: Screen, name: str, rows: str) -> str:
    """Changes exactly when what the panel shows changes; passing time alone does not change it.

    rows  the timeline as it is rendered
    """
    shows = f"{shown.older} {rows}" if name == "entries" else repr(_PARTS[name](shown))
    return hashlib.sha1(shows.encode(), usedforsecurity=False).hexdigest()[:12]


_PARTS = {
    "now": lambda s: (s.identity, s.state, s.alerts, s.monitor and s.monitor.id, s.prompts, s.latest,
                      s.next_vitals_at, s.running, s.sedation_last, s.provider_on_site, s.emergency,
                      s.medically_ready_at, s.dose),
    "chart": lambda s: kept.what_it_shows(s.chart),
    "standard": kept.standard_key,
}  # fmt: skip


@require_GET
def panels(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """The panels that have changed since the page saw them; 204 when none has."""
    shown = get_screen(by=request.actor, session_id=session_id)
    context = _context(request, shown, oob=True)
    changed = [name for name in PANELS if request.GET.get(f"seen_{name}") != context["seen"][name]]
    if not changed:
        return vary(HttpResponse(status=204))
    return vary(render(request, "sessions/_panels.html", context | {"changed": changed}))


@require_GET
def older(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Entries before the newest ones, a page at a time."""
    text = request.GET.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 else 1
    opened = open_session(by=request.actor, session_id=session_id)
    rows, rest = list_older(request.actor, opened, page)
    audit.record(
        "session.viewed", by=request.actor, session_id=session_id, page=page,
        patient_id=opened.session.patient_id,
    )  # fmt: skip
    context = {
        "identity": identity_of(opened.known),
        "session_id": session_id,
        "can_write": request.actor.may("chart"),
        "rows": rows,
        "page": page,
        "next_page": page + 1 if rest else None,
        "shown_on_screen": NEWEST,
    }
    return render(request, "sessions/older.html", context)


@require_GET
def curve(request: HttpRequest, slug: str, session_id: UUID) -> JsonResponse:
    """What the monitor sent, at most 300 points a sign, for the chart."""
    points = get_curve(by=request.actor, session_id=session_id)
    return JsonResponse({"session_id": str(session_id), "samples": points})


# ------------------------------------------------------------------------------------ monitor and alerts
@require_http_methods(["GET", "POST"])
def monitor(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Which monitor is on this patient: chosen by a person who looks at both."""
    request.actor.must("attach_device")
    if request.method == "POST":
        return _attach(request, session_id)
    opened = open_session(by=request.actor, session_id=session_id)
    audit.record(
        "session.opened_form", by=request.actor, kind="monitor", session_id=session_id,
        patient_id=opened.session.patient_id,
    )  # fmt: skip
    context = {
        "identity": identity_of(opened.known),
        "session_id": session_id,
        "candidates": devices.list_candidates(by=request.actor, session_id=session_id),
        "gate": request.GET.get("gate", ""),
    }
    return render(request, "sessions/monitor.html", context)


def _attach(request: HttpRequest, session_id: UUID) -> HttpResponse:
    try:
        device_id = UUID(request.POST.get("device_id", ""))
    except ValueError:
        raise Malformed("Which monitor? Choose one of the list.", "device_id") from None
    try:
        if request.POST.get("off"):
            devices.detach(by=request.actor, device_id=device_id)
            return done(request, session_id, "Monitor taken off")
        devices.attach(
            by=request.actor,
            device_id=device_id,
            session_id=session_id,
            patient_ref=request.POST.get("patient_ref", "")[:60],
        )
    except EXPECTED as error:
        return refused(request, session_id, error)
    if request.POST.get("gate") in GATES and not request.htmx:
        messages.success(request, "Monitor attached")
        return vary(back_to(request, session_id, request.POST["gate"]))
    return done(request, session_id, "Monitor attached")


@require_POST
def acknowledge_alert(
    request: HttpRequest, slug: str, session_id: UUID, alert_id: UUID
) -> HttpResponse:
    """Somebody has it in hand, by name."""
    try:
        alerts.acknowledge(by=request.actor, alert_id=alert_id)
    except EXPECTED as error:
        return refused(request, session_id, error)
    return done(request, session_id, "Seen. Recheck soon.")
