"""Making a paper: of a session by one button, or after a form that asks for words or choices."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from knai.core.errors import Malformed, Missing
from knai.kit.ids import uuid7
from knai.practice import paper_list, paper_settings
from knai.practice.actions import papers
from knai.practice.papers.kinds import get_kind, list_kinds
from knai.practice.session_log import Opened, open_session
from knai.practice.session_view import identity_of
from knai.web.chart.tabs import frame
from knai.web.papers.forms import LetterForm, PacketForm, SuperbillForm

LETTERS = ("referral_letter", "course_letter")


def origin_of(request: HttpRequest) -> str:
    """This installation's address, as whoever asks reaches it: the QR code leads there."""
    return request.build_absolute_uri("/").rstrip("/")


def key_of(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def session_context(request: HttpRequest, opened: Opened) -> dict[str, Any]:
    """The kinds that can be made of this session: esketamine's figures only where it was given."""
    by, session_id = request.actor, opened.session.pk
    given = {dose.substance for dose in opened.known.doses}
    kinds = [
        kind
        for kind in list_kinds(by=by, about="session")
        if kind.name != "esketamine" or "esketamine" in given
    ]
    return {
        "session_id": session_id,
        "rows": paper_list.list_papers_of_session(by=by, session_id=session_id),
        "kinds": [(kind, uuid7()) for kind in kinds],
        "person": identity_of(opened.known),
    }


@require_POST
def of_session(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """One paper of a session. The conformance paper wants its box ticked."""
    kind = get_kind(request.POST.get("kind", ""))
    if kind.about != "session" or kind.asks:
        raise Missing("There is no such paper of a session to make at once.")
    _issue(request, kind.name, session_id, confirmed=request.POST.get("on_purpose") == "yes")
    return redirect("papers:session", slug=slug, session_id=session_id)


def _issue(request: HttpRequest, kind: str, subject_id: Any, **more: Any):
    key = more.pop("key", None) or key_of(request)
    paper = papers.issue(
        by=request.actor,
        kind=kind,
        subject_id=subject_id,
        origin=origin_of(request),
        key=key,
        **more,
    )
    pages = papers.count_pages(by=request.actor, paper=paper)
    messages.success(request, f"{paper.title} made: {pages} page{'s' if pages > 1 else ''}.")
    return paper


@require_http_methods(["GET", "POST"])
def superbill(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """The codes are chosen by a person; nothing is ticked beforehand."""
    get_kind("superbill").must_make(request.actor)
    opened = open_session(by=request.actor, session_id=session_id)
    codes = paper_settings.get_settings(by=request.actor).billing_codes
    form = SuperbillForm(request.POST or None, codes=codes)
    if request.method == "POST" and form.is_valid():
        chosen = dict.fromkeys(form.cleaned_data["codes"], 1)
        if _try(request, form, "superbill", session_id, {"codes": chosen}):
            return redirect("papers:session", slug=slug, session_id=session_id)
    context = {
        "form": form, "session_id": session_id, "person": identity_of(opened.known),
        "has_codes": bool(codes),
    }  # fmt: skip
    return render(request, "papers/superbill.html", context, status=_status(request))


@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, slug: str, patient_id: UUID, kind: str) -> HttpResponse:
    """A letter by whoever is logged in, with the facts of the chart below it."""
    if kind not in LETTERS:
        raise Missing("There is no such letter.")
    wanted = get_kind(kind)
    wanted.must_make(request.actor)
    form = LetterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        options = {"to": form.cleaned_data["to"], "text": form.cleaned_data["text"]}
        if _try(request, form, kind, patient_id, options):
            return redirect("papers:patient", slug=slug, patient_id=patient_id)
    context = frame(request, patient_id, "papers:patient") | {"form": form, "kind": wanted}
    return render(request, "papers/letter.html", context, status=_status(request))


@require_http_methods(["GET", "POST"])
def packet(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """What a payer gets: the sessions that were asked about, and no others."""
    get_kind("payer_packet").must_make(request.actor)
    sessions = paper_list.list_sessions_of(by=request.actor, patient_id=patient_id)
    form = PacketForm(request.POST or None, sessions=sessions, tz=request.actor.clinic.tz)
    if request.method == "POST" and form.is_valid():
        options = {"sessions": form.cleaned_data["sessions"]}
        if _try(request, form, "payer_packet", patient_id, options):
            return redirect("papers:patient", slug=slug, patient_id=patient_id)
    context = frame(request, patient_id, "papers:patient") | {"form": form, "sessions": sessions}
    return render(request, "papers/packet.html", context, status=_status(request))


@require_POST
def downtime(request: HttpRequest, slug: str, on: str) -> HttpResponse:
    """The day's sheets as one paper."""
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise Malformed("found no day; wanted one like 2026-11-23", "day") from None
    paper = _issue(request, "downtime", day)
    return redirect("papers:file", slug=slug, paper_id=paper.pk)


@require_POST
def protocol(request: HttpRequest, slug: str, protocol_id: UUID) -> HttpResponse:
    paper = _issue(request, "protocol", protocol_id)
    return redirect("papers:file", slug=slug, paper_id=paper.pk)


def _try(request: HttpRequest, form, kind: str, subject_id: Any, options: dict[str, Any]) -> bool:
    """Whether it was made; what was wrong stands beside its field, and what was typed stays."""
    try:
        _issue(request, kind, subject_id, options=options, key=form.cleaned_data.get("key"))
    except Malformed as error:
        form.add_error(*_beside(form, error))
        return False
    return True


def _beside(form, error: Malformed) -> tuple[str | None, str]:
    field = error.field if error.field in form.fields else None
    return field, str(error).removeprefix(f"{error.field}: ")


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
