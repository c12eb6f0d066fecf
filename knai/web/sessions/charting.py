"""Adding, amending, voiding and accepting entries. Each works as a plain page, and as a part for htmx."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from knai.core.errors import KnaiError, Malformed, Missing
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import chips
from knai.practice.actions import corrections
from knai.practice.actions.charting import Posting
from knai.practice.actions.infusions import stop_all
from knai.practice.charting_rules import permission_for
from knai.practice.session_log import Opened, open_session, row_of
from knai.practice.session_view import identity_of, open_items, screen_of
from knai.web.sessions.answers import (
    EXPECTED,
    done,
    new_key,
    refused,
    status_of,
    vary,
    with_news,
)
from knai.web.sessions.forms import ChartForm, plain
from knai.web.sessions.kinds import ONLY_ADDED, form_for
from knai.web.sessions.times import read_when


@require_http_methods(["GET", "POST"])
def chart(request: HttpRequest, slug: str, session_id: UUID, kind: str) -> HttpResponse:
    """One new entry: a page of its own, and what the dialogs of the screen post to."""
    form_class = form_for(kind)
    request.actor.must(permission_for(kind))
    if request.method == "GET":
        initial = {name: request.GET[name] for name in ("code", "name") if name in request.GET}
        form = form_class(by=request.actor, initial=initial)
        return _page(request, session_id, form)
    form = form_class(request.POST, by=request.actor)
    if kind == "handover":
        form.open_items = _open_items(request, session_id)
    if form.is_valid():
        try:
            form.save(session_id)
        except EXPECTED as error:
            _put(form, error)
            return _again(request, session_id, form, status_of(error))
        return _charted(request, session_id, form_class)
    return _again(request, session_id, form, 422)


def _put(form: ChartForm, error: KnaiError) -> None:
    field = getattr(error, "field", "")
    text = plain(error) if isinstance(error, Malformed) else str(error)
    form.add_error(field if field in form.fields else None, text)


def _charted(request: HttpRequest, session_id: UUID, form_class: type[ChartForm]) -> HttpResponse:
    words = f"{form_class.title} charted"
    if not request.htmx:
        return done(request, session_id, words)
    answer = _part(request, session_id, form_class(by=request.actor))
    return with_news(answer, words, **{"knai:charted": ""})


def _again(request: HttpRequest, session_id: UUID, form: ChartForm, status: int) -> HttpResponse:
    if request.htmx:
        return _part(request, session_id, form, status)
    return _page(request, session_id, form, status)


def _part(request: HttpRequest, session_id: UUID, form: ChartForm, status: int = 200):
    context = form_context(session_id, form)
    return vary(render(request, "sessions/_form.html", context, status=status))


def form_context(session_id: UUID, form: ChartForm) -> dict[str, Any]:
    return {"form": form, "session_id": session_id, "idempotency_key": _key(form)}


def _key(form: ChartForm) -> str:
    """A refused form keeps its key: nothing was written under it."""
    return form.data.get("idempotency_key") or new_key()


def _page(
    request: HttpRequest, session_id: UUID, form: ChartForm, status: int = 200, **more: Any
) -> HttpResponse:
    opened = open_session(by=request.actor, session_id=session_id)
    audit.record(
        "session.opened_form", by=request.actor, kind=form.kind,
        patient_id=opened.session.patient_id, session_id=session_id,
    )  # fmt: skip
    context = form_context(session_id, form) | {"identity": identity_of(opened.known)} | more
    if form.kind == "handover":
        context["open_items"] = open_items(
            screen_of(request.actor, opened), request.actor.clinic.tz
        )
    if form.kind == "sedation":
        last = opened.known.log.latest("sedation")
        context["sedation_last"] = row_of(request.actor, opened.session, last).what if last else ""
    return vary(render(request, "sessions/chart.html", context, status=status))


def _open_items(request: HttpRequest, session_id: UUID) -> tuple[str, ...]:
    screen = screen_of(request.actor, open_session(by=request.actor, session_id=session_id))
    return open_items(screen, request.actor.clinic.tz)


# ------------------------------------------------------------------------------------- putting right
def _line(opened: Opened, entry_id: UUID):
    if entry_id not in opened.seen.by_id:
        raise Missing("There is no such entry in this session.")
    return opened.seen.by_id[entry_id]


@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, slug: str, session_id: UUID, entry_id: UUID) -> HttpResponse:
    """Put an entry right by a new one. Whoever was slower is shown what stands now."""
    request.actor.must("chart")
    opened = open_session(by=request.actor, session_id=session_id)
    line = _line(opened, entry_id)
    form_class = form_for(line.kind)
    if line.kind in ONLY_ADDED:
        raise Missing("There is no form for amending this kind of entry.")
    request.actor.must(permission_for(line.kind))
    if request.method == "GET":
        form = form_class(by=request.actor, initial=form_class.initial_of(line.body))
        return _amend_page(request, opened, line, form)
    form = form_class(request.POST, by=request.actor)
    if not form.is_valid():
        return _amend_page(request, opened, line, form, 422)
    try:
        _amend(request, session_id, entry_id, form)
    except EXPECTED as error:
        _put(form, error)
        return _amend_page(request, opened, line, form, status_of(error))
    return done(request, session_id, "Entry amended")


def _amend(request: HttpRequest, session_id: UUID, entry_id: UUID, form: ChartForm) -> None:
    corrections.amend(
        by=request.actor,
        session_id=session_id,
        entry_id=entry_id,
        body=form.body(),
        reason=_reason(request),
        posting=form.posting,
    )


def _reason(request: HttpRequest) -> str:
    typed = request.POST.get("reason_other", "").strip()
    return (typed or request.POST.get("reason", "")).strip()[:500]


def _amend_page(request, opened: Opened, line, form: ChartForm, status: int = 200) -> HttpResponse:
    actor, session = request.actor, opened.session
    audit.record(
        "session.opened_form", by=actor, kind=form.kind, amends=str(line.id),
        patient_id=session.patient_id, session_id=session.pk,
    )  # fmt: skip
    context = form_context(session.pk, form) | {
        "identity": identity_of(opened.known),
        "amends": row_of(actor, session, line),
        "stands_now": row_of(actor, session, _standing(opened, line)),
        "reasons": ("Wrong value", "Typing slip", "New information"),
        "reason": request.POST.get("reason", ""),
        "reason_other": request.POST.get("reason_other", ""),
        "revision": session.revision,
        "since": session.revision - _typed_revision(request, session.revision),
    }
    return vary(render(request, "sessions/amend.html", context, status=status))


def _standing(opened: Opened, line):
    """The last of the chain of amendments."""
    while line.amended_by is not None and line.amended_by.id in opened.seen.by_id:
        line = opened.seen.by_id[line.amended_by.id]
    return line


def _typed_revision(request: HttpRequest, now_at: int) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else now_at


@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, slug: str, session_id: UUID, entry_id: UUID) -> HttpResponse:
    """Strike an entry out, with the reason."""
    request.actor.must("chart")
    opened = open_session(by=request.actor, session_id=session_id)
    line = _line(opened, entry_id)
    error: KnaiError | None = None
    if request.method == "POST":
        try:
            corrections.void(
                by=request.actor, session_id=session_id, entry_id=entry_id, reason=_reason(request),
                posting=posting_of(request),
            )  # fmt: skip
            return done(request, session_id, "Entry voided")
        except EXPECTED as refusal:
            error = refusal
    context = {
        "identity": identity_of(opened.known),
        "session_id": session_id,
        "row": row_of(request.actor, opened.session, line),
        "why_not": corrections.why_not_void(line),
        "reasons": chips.words("void", "reasons"),
        "error": plain(error) if isinstance(error, Malformed) else error,
        "idempotency_key": request.POST.get("idempotency_key") or new_key(),
    }
    status = status_of(error) if error else 200
    return vary(render(request, "sessions/void.html", context, status=status))


def posting_of(request: HttpRequest) -> Posting:
    """Of a button that is a form of its own: its key, and when it was tapped if it waited for the network."""
    text = request.POST.get("idempotency_key", "")
    when = read_when(request.POST.get("effective_at", ""), now(), request.actor.clinic.tz)
    try:
        return Posting(when, UUID(text) if text else None)
    except ValueError:
        raise Malformed(
            "This form cannot be read. Load the page anew.", "idempotency_key"
        ) from None


# ----------------------------------------------------------------------------------- single taps
@require_POST
def accept(request: HttpRequest, slug: str, session_id: UUID, entry_id: UUID) -> HttpResponse:
    """Take a device's set, and those listed with it: one tap."""
    ids = [entry_id, *_uuids(request.POST.getlist("also"))]
    try:
        for each in ids:
            corrections.accept_device_set(by=request.actor, session_id=session_id, entry_id=each)
    except EXPECTED as error:
        return refused(request, session_id, error)
    return done(
        request, session_id, "Set accepted" if len(ids) == 1 else f"{len(ids)} sets accepted"
    )


def _uuids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts[:200]]
    except ValueError:
        raise Malformed("This form cannot be read. Load the page anew.", "also") from None


@require_POST
def pin(request: HttpRequest, slug: str, session_id: UUID, entry_id: UUID) -> HttpResponse:
    """Make a set the baseline: one tap."""
    try:
        corrections.pin_baseline(
            by=request.actor, session_id=session_id, entry_id=entry_id, posting=posting_of(request)
        )
    except EXPECTED as error:
        return refused(request, session_id, error)
    return done(request, session_id, "This set is the baseline now")


@require_POST
def stop(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Stop everything that runs: one tap, never gated."""
    stopped = stop_all(by=request.actor, session_id=session_id, posting=posting_of(request))
    if not stopped:
        return done(request, session_id, "Nothing is running")
    many = "" if len(stopped) == 1 else f"{len(stopped)} infusions: "
    return done(request, session_id, f"{many}Stopped. Check the pump.")
