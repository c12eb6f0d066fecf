"""History and examination: written in a draft, signed, added to."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from knai.core.errors import KnaiError, Malformed, Missing, Refused
from knai.core.history import FORMS, parts
from knai.kit.clock import now
from knai.practice.actions.history import DraftChanged, save_draft, sign
from knai.practice.actions.record import add_addendum
from knai.practice.histories import Answers, asked, get_draft, list_signed
from knai.web.chart.answers import done, show, with_error
from knai.web.gates.answering import posting_of
from knai.web.gates.forms import PostingForm
from knai.web.sessions.answers import status_of
from knai.web.sessions.forms import plain

HERE = "chart:histories"
TITLES = {"history": "History", "physical": "Physical examination"}


@require_GET
def histories(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """What is signed, with its addenda."""
    context = {
        "signed": list_signed(by=request.actor, patient_id=patient_id),
        "titles": TITLES,
        "may_write": request.actor.may("work_up"),
    }
    return show(request, "chart/histories.html", patient_id, HERE, context)


@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, slug: str, patient_id: UUID, form: str) -> HttpResponse:
    """The questions, with what was answered so far."""
    request.actor.must("work_up")
    if form not in FORMS:
        raise Missing("There is no such form.")
    if request.method == "GET":
        draft = get_draft(by=request.actor, patient_id=patient_id, form=form)
        return _page(request, patient_id, form, draft.answers, draft.revision)
    answers = _read(request.POST, form)
    revision = request.POST.get("revision", "")
    number = int(revision) if revision.isascii() and revision.isdigit() else 0
    try:
        return _act(request, patient_id, form, answers, number)
    except DraftChanged as error:
        newest = get_draft(by=request.actor, patient_id=patient_id, form=form).revision
        return _page(request, patient_id, form, answers, newest, error)
    except (Malformed, Refused) as error:
        return _page(request, patient_id, form, answers, number, error)


def _act(
    request: HttpRequest, patient_id: UUID, form: str, answers: Answers, revision: int
) -> HttpResponse:
    who = {"by": request.actor, "patient_id": patient_id, "form": form, "answers": answers}
    if request.POST.get("do") == "sign":
        sign(**who, posting=posting_of(request))
        return done(request, patient_id, HERE, f"{TITLES[form]}: signed.")
    save_draft(**who, revision=revision)
    return redirect("chart:write", request.actor.clinic.slug, patient_id, form)


def _read(posted: QueryDict, form: str) -> Answers:
    names = [question.id for part in parts(form) for question in part.questions]
    return Answers(
        answers={name: posted.get(f"a-{name}", "") for name in names if posted.get(f"a-{name}")},
        asked_none=tuple(name for name in names if posted.get(f"n-{name}")),
        text=posted.get("text", ""),
        completed_on=posted.get("completed_on", ""),
        whole=tuple(posted.getlist("whole")),
    )


def _page(
    request: HttpRequest,
    patient_id: UUID,
    form: str,
    answers: Answers,
    revision: int,
    error: KnaiError | None = None,
) -> HttpResponse:
    rows = [
        (part, [asked(question.id, question.ask, answers) for question in part.questions])
        for part in parts(form)
    ]
    problem = plain(error) if isinstance(error, Malformed) else str(error or "")
    context = {
        "form": form,
        "title": TITLES[form],
        "parts": [(part, asks, _left(asks)) for part, asks in rows],
        "answers": answers,
        "covering": [part for part in parts(form) if part.covers],
        "revision": revision,
        "problem": problem,
        "today": now().astimezone(request.actor.clinic.tz).date().isoformat(),
    }
    status = status_of(error) if error else 200
    return show(request, "chart/write.html", patient_id, HERE, context, status)


def _left(asks: list) -> int:
    return sum(one.state == "not_asked" for one in asks)


class AddendumForm(PostingForm):
    text = forms.CharField(
        label="To add", max_length=20000, widget=forms.Textarea(attrs={"rows": 5})
    )


@require_http_methods(["GET", "POST"])
def addendum(request: HttpRequest, slug: str, patient_id: UUID, entry_id: UUID) -> HttpResponse:
    """Add to what is signed."""
    request.actor.must("work_up")
    data = request.POST if request.method == "POST" else None
    form, status = AddendumForm(data, by=request.actor), 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                add_addendum(
                    by=request.actor, patient_id=patient_id, entry_id=entry_id,
                    text=form.cleaned_data["text"], posting=form.posting,
                )  # fmt: skip
            except (Malformed, Refused) as error:
                status = with_error(form, error)
            else:
                return done(request, patient_id, HERE, "Addendum signed.")
    said = "What was signed stays as it is; this stands below it with your name."
    context = {"form": form, "title": "Addendum", "said": said, "verb": "Sign the addendum"}
    return show(request, "chart/one_form.html", patient_id, HERE, context, status)
