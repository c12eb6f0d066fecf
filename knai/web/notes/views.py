"""The note of a session: this person's draft, what is signed, and what others add to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from knai.core.errors import KnaiError
from knai.kit import audit
from knai.kit.ids import uuid7
from knai.practice import note_pages
from knai.practice.actions import notes as actions
from knai.practice.roster import list_colleagues
from knai.web.chart.tabs import frame
from knai.web.gates.forms import ActorForm
from knai.web.notes.forms import AddForm, AskForm, CosignForm, DeclineForm, DraftForm
from knai.web.sessions.answers import EXPECTED, status_of, vary

TAB = "notes:patient"
SAID = {"keep": "Kept as a draft.", "sign": "Signed.", "anew": "Drafted anew from the facts.",
        "discard": "The draft is thrown away."}  # fmt: skip


@require_GET
def of_patient(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """The signed notes of all sessions, and the sessions that have none."""
    by = request.actor
    rows = note_pages.list_notes(by=by, patient_id=patient_id)
    audit.record("notes.viewed", by=by, patient_id=patient_id)
    context = frame(request, patient_id, TAB) | {"rows": rows}
    return render(request, "notes/list.html", context)


@require_GET
def page(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    return _page(request, session_id)


@require_POST
def begin(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """A draft from the facts, or the one this person has."""
    try:
        actions.begin_note(by=request.actor, session_id=session_id)
    except EXPECTED as error:
        return _page(request, session_id, problem=error)
    return redirect("notes:page", slug=slug, session_id=session_id)


@require_POST
def write(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Keep, sign, draft anew or throw away; htmx keeps by itself while somebody types."""
    request.actor.must("chart")
    form = DraftForm(request.POST, by=request.actor)
    if not form.is_valid():
        return _page(request, session_id, form=form, status=422)
    do = form.cleaned_data["do"] or "keep"
    try:
        saved = _DO[do](request, form.cleaned_data)
    except actions.ChangedMeanwhile as error:
        return _changed(request, session_id, form, error)
    except EXPECTED as error:
        return _page(request, session_id, form=form, problem=error)
    if request.htmx:
        return vary(render(request, "notes/_kept.html", {"draft": saved, "oob": True}))
    messages.success(request, SAID[do])
    return redirect("notes:page", slug=slug, session_id=session_id)


_DO: dict[str, Callable[[HttpRequest, dict[str, Any]], Any]] = {
    "keep": lambda request, v: actions.save_note(
        by=request.actor, draft_id=v["draft"], text=v["text"], revision=v["revision"]
    ),
    "sign": lambda request, v: actions.sign_note(
        by=request.actor, draft_id=v["draft"], text=v["text"], revision=v["revision"]
    ),
    "anew": lambda request, v: actions.draft_anew(
        by=request.actor, draft_id=v["draft"], revision=v["revision"]
    ),
    "discard": lambda request, v: actions.discard_note(by=request.actor, draft_id=v["draft"]),
}


def _changed(
    request: HttpRequest, session_id: UUID, form: DraftForm, error: actions.ChangedMeanwhile
) -> HttpResponse:
    """Saved elsewhere meanwhile: both texts are shown, and sending again keeps this one."""
    if request.htmx:
        context = {"draft": error.draft, "changed": True}
        return vary(render(request, "notes/_kept.html", context, status=409))
    form.data = form.data.copy()
    form.data["revision"] = str(error.draft.revision)
    return _page(request, session_id, form=form, problem=error, meanwhile=error.draft.text)


# ------------------------------------------------------------------------------------------ signed notes
@require_POST
def ask(request: HttpRequest, slug: str, session_id: UUID, entry_id: UUID) -> HttpResponse:
    def act(values: dict[str, Any], form: ActorForm) -> None:
        actions.ask_for_cosignature(by=request.actor, entry_id=entry_id, to_id=values["to"])

    return _act(request, session_id, AskForm, act, "Asked.")


@require_POST
def cosign(request: HttpRequest, slug: str, session_id: UUID, entry_id: UUID) -> HttpResponse:
    def act(values: dict[str, Any], form: ActorForm) -> None:
        actions.cosign(
            by=request.actor, entry_id=entry_id, text=values["text"], posting=form.posting
        )

    return _act(request, session_id, CosignForm, act, "Co-signed.")


@require_POST
def decline(request: HttpRequest, slug: str, session_id: UUID, entry_id: UUID) -> HttpResponse:
    def act(values: dict[str, Any], form: ActorForm) -> None:
        actions.decline_cosignature(by=request.actor, entry_id=entry_id, reason=values["reason"])

    return _act(request, session_id, DeclineForm, act, "Declined.")


@require_POST
def add(request: HttpRequest, slug: str, session_id: UUID, entry_id: UUID) -> HttpResponse:
    def act(values: dict[str, Any], form: ActorForm) -> None:
        actions.add_to_note(
            by=request.actor, entry_id=entry_id, text=values["text"], posting=form.posting
        )

    return _act(request, session_id, AddForm, act, "Added.")


def _act(
    request: HttpRequest, session_id: UUID, form_class: type[ActorForm], act: Callable, words: str
) -> HttpResponse:
    request.actor.must("chart")
    form = form_class(request.POST, by=request.actor)
    if not form.is_valid():
        return _page(request, session_id, said=next(iter(form.errors.values()))[0], status=422)
    try:
        act(form.cleaned_data, form)
    except EXPECTED as error:
        return _page(request, session_id, problem=error)
    messages.success(request, words)
    return redirect("notes:page", slug=request.actor.clinic.slug, session_id=session_id)


def _page(
    request: HttpRequest,
    session_id: UUID,
    form: DraftForm | None = None,
    problem: KnaiError | None = None,
    said: str = "",
    status: int = 200,
    meanwhile: str = "",
) -> HttpResponse:
    by = request.actor
    page = note_pages.get_note_page(by=by, session_id=session_id)
    audit.record("note.viewed", by=by, patient_id=page.patient_id, session_id=session_id)
    may_write = by.may("chart")
    context = frame(request, page.patient_id, TAB) | {
        "page": page,
        "form": form or _form(request, page.draft),
        "problem": said or (str(problem) if problem else ""),
        "meanwhile": meanwhile,
        "may_write": may_write,
        "may_cosign": by.may("prescribe"),
        "colleagues": list_colleagues(by) if may_write and page.signed else (),
        "key": uuid7,
    }
    return vary(
        render(
            request, "notes/page.html", context, status=status_of(problem) if problem else status
        )
    )


def _form(request: HttpRequest, draft: note_pages.Draft | None) -> DraftForm | None:
    if draft is None:
        return None
    initial = {"draft": draft.id, "revision": draft.revision, "text": draft.text}
    return DraftForm(by=request.actor, initial=initial)
