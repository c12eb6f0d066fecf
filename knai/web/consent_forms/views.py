"""The clinic's consent forms: all versions, writing, publishing, withdrawing, and what changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import Malformed, Missing, Refused
from knai.practice import consent_forms, starter_forms
from knai.practice.actions import consent_forms as act
from knai.practice.consent_forms import Form
from knai.practice.form_text import as_html
from knai.practice.form_words import FormWords
from knai.web.chart.answers import with_error
from knai.web.consent_forms.forms import WordsForm, initial_of


@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Every form with its versions and languages."""
    context = {
        "families": consent_forms.list_families(by=request.actor),
        "starters": starter_forms.starters().items(),
        "may_write": request.actor.may("write_forms"),
    }
    return render(request, "consent_forms/list.html", context)


@require_GET
def one(request: HttpRequest, slug: str, form_id: UUID) -> HttpResponse:
    """One version as who signs it reads it, and what may be done with it."""
    return _one(request, form_id)


def _one(request: HttpRequest, form_id: UUID, error: str = "", status: int = 200) -> HttpResponse:
    form = consent_forms.get_form(by=request.actor, form_id=form_id)
    family = consent_forms.get_family(by=request.actor, slug=form.slug)
    context = _shown(form.words) | {
        "form": form,
        "others": [other for other in family.forms if other.id != form.id],
        "may_write": request.actor.may("write_forms"),
        "error": error,
    }
    return render(request, "consent_forms/one.html", context, status=status)


def _shown(words: FormWords) -> dict[str, Any]:
    return {
        "words": words,
        "valid": consent_forms.valid_words(words),
        "text": mark_safe(as_html(words.text)),  # noqa: S308  cleaned there
        "off_label": mark_safe(as_html(words.off_label_statement)),  # noqa: S308
    }


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """A new form; with ?of= the same form in another language."""
    request.actor.must("write_forms")
    of = _of(request)
    if request.method == "GET":
        initial = initial_of(of.words) | {"language": ""} if of else None
        return _write_page(request, WordsForm(initial=initial, by=request.actor), of)
    return _save(
        request,
        of,
        lambda words: act.write_form(by=request.actor, words=words, slug=of.slug if of else ""),
    )


def _of(request: HttpRequest) -> Form | None:
    named = request.POST.get("of") or request.GET.get("of")
    if not named:
        return None
    try:
        return consent_forms.get_form(by=request.actor, form_id=UUID(named))
    except ValueError:
        raise Missing("There is no such form in this clinic.") from None


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, form_id: UUID) -> HttpResponse:
    """A draft, saved with the revision it was read at."""
    request.actor.must("write_forms")
    draft = consent_forms.get_form(by=request.actor, form_id=form_id)
    if not draft.is_draft:
        raise Refused("This version is no draft: its words stay. Write a new version of it.")
    if request.method == "GET":
        initial = initial_of(draft.words, draft.revision)
        return _write_page(request, WordsForm(initial=initial, by=request.actor), draft)
    revision = request.POST.get("revision", "")
    number = int(revision) if revision.isascii() and revision.isdigit() else -1
    return _save(
        request,
        draft,
        lambda words: act.save_draft(
            by=request.actor, form_id=form_id, revision=number, words=words
        ),
    )


def _save(
    request: HttpRequest, beside: Form | None, write: Callable[[FormWords], Any]
) -> HttpResponse:
    form = WordsForm(request.POST, by=request.actor)
    if not form.is_valid():
        return _write_page(request, form, beside, 422)
    if "preview" in request.POST:
        return _write_page(request, form, beside, preview=_shown(form.words))
    try:
        row = write(form.words)
    except Refused as error:
        theirs = consent_forms.compare(beside.words, form.words) if beside else []
        return _write_page(request, form, beside, with_error(form, error), theirs=theirs)
    except Malformed as error:
        return _write_page(request, form, beside, with_error(form, error))
    messages.success(request, "The draft is kept.")
    return redirect("forms:one", slug=request.actor.clinic.slug, form_id=row.pk)


def _write_page(
    request: HttpRequest, form: WordsForm, beside: Form | None, status: int = 200, **more: Any
) -> HttpResponse:
    """beside: the draft itself, or the form that this is another language of."""
    translating = beside is not None and request.resolver_match.url_name == "new"
    context = {"form": form, "beside": beside, "translating": translating} | more
    return render(request, "consent_forms/write.html", context, status=status)


@require_POST
def start(request: HttpRequest, slug: str, starter: str) -> HttpResponse:
    """A draft with the starter text."""
    row = act.start_from(by=request.actor, starter=starter)
    messages.success(request, "A draft with the starter text. Have your counsel read it.")
    return redirect("forms:one", slug=slug, form_id=row.pk)


@require_POST
def next_version(request: HttpRequest, slug: str, form_id: UUID) -> HttpResponse:
    """A draft of the next version, with the words of this one."""
    form = consent_forms.get_form(by=request.actor, form_id=form_id)
    try:
        row = act.write_form(by=request.actor, words=form.words, slug=form.slug)
    except Refused as error:
        return _one(request, form_id, str(error), 409)
    return redirect("forms:edit", slug=slug, form_id=row.pk)


@require_POST
def publish(request: HttpRequest, slug: str, form_id: UUID) -> HttpResponse:
    return _done(request, form_id, act.publish_form, "Published. Its words stay as they are.")


@require_POST
def withdraw(request: HttpRequest, slug: str, form_id: UUID) -> HttpResponse:
    return _done(request, form_id, act.withdraw_form, "Withdrawn. What was signed still stands.")


def _done(request: HttpRequest, form_id: UUID, do: Callable[..., Any], words: str) -> HttpResponse:
    try:
        do(by=request.actor, form_id=form_id)
    except (Malformed, Refused) as error:
        return _one(request, form_id, str(error), 422 if isinstance(error, Malformed) else 409)
    messages.success(request, words)
    return redirect("forms:one", slug=request.actor.clinic.slug, form_id=form_id)


@require_GET
def compare(request: HttpRequest, slug: str, form_id: UUID, other_id: UUID) -> HttpResponse:
    """Two versions: word by word in one language, side by side in two."""
    before = consent_forms.get_form(by=request.actor, form_id=form_id)
    after = consent_forms.get_form(by=request.actor, form_id=other_id)
    context: dict[str, Any] = {"before": before, "after": after}
    if before.words.language == after.words.language:
        context["changes"] = consent_forms.compare(before.words, after.words)
    else:
        context["columns"] = [{"form": f} | _shown(f.words) for f in (before, after)]
    return render(request, "consent_forms/compare.html", context)
