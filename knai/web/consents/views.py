"""Consents of a patient: what stands, signing on the screen or from paper, saying no, taking it back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import Malformed, Refused
from knai.practice import consent_forms, consents
from knai.practice.actions import consents as act
from knai.practice.form_text import as_html
from knai.web.chart.answers import done, show, with_error
from knai.web.consents.forms import PaperForm, SignForm, WordsForm

HERE = "consents:list"


@require_GET
def listing(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """What stands, what may be signed, and all that was."""
    return _listing(request, patient_id)


def _listing(
    request: HttpRequest, patient_id: UUID, error: str = "", status: int = 200
) -> HttpResponse:
    by = request.actor
    context = {
        "consents": consents.list_consents(by=by, patient_id=patient_id),
        "forms": consent_forms.list_to_sign(by=by),
        "may_sign": by.may("work_up"),
        "may_withdraw": by.may("chart"),
        "may_write": by.may("write_forms"),
        "error": error,
    }
    return show(request, "consents/list.html", patient_id, HERE, context, status)


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, slug: str, patient_id: UUID, form_id: UUID) -> HttpResponse:
    """The whole form, and below it what signs it."""
    request.actor.must("work_up")
    consents.list_consents(by=request.actor, patient_id=patient_id)  # the chart is open to them
    consent_form = consent_forms.get_form(by=request.actor, form_id=form_id)
    posted = request.POST if request.method == "POST" else None
    form = SignForm(posted, by=request.actor, form=consent_form)
    if posted is None:
        return _sign_page(request, patient_id, form)
    if not form.is_valid():
        return _sign_page(request, patient_id, form, 422)
    try:
        act.sign_consent(
            by=request.actor, patient_id=patient_id, signed=form.signing, posting=form.posting,
            origin=f"{request.scheme}://{request.get_host()}",
        )  # fmt: skip
    except act.Unsigned as error:
        form.add_wrong(error.wrong)
        return _sign_page(request, patient_id, form, 422)
    except (Malformed, Refused) as error:
        return _sign_page(request, patient_id, form, with_error(form, error))
    return done(request, patient_id, HERE, _said(form))


def _said(form: SignForm) -> str:
    if form.signing.understands is False:
        return "Signed. Off-label use was not agreed to be understood: that still holds a start."
    return "Signed, and kept as a PDF under Documents."


def _sign_page(
    request: HttpRequest, patient_id: UUID, form: SignForm, status: int = 200
) -> HttpResponse:
    words = form.consent_form.words
    context = {
        "form": form,
        "consent_form": form.consent_form,
        "valid": consent_forms.valid_words(words),
        "text": mark_safe(as_html(words.text)),  # noqa: S308  cleaned there
        "off_label": mark_safe(as_html(words.off_label_statement)),  # noqa: S308
    }
    return show(request, "consents/sign.html", patient_id, HERE, context, status)


@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """A form that was signed by hand: its scan, who, when, which version."""
    request.actor.must("work_up")
    consents.list_consents(by=request.actor, patient_id=patient_id)
    if request.method == "GET":
        return _paper_page(request, patient_id, PaperForm(by=request.actor))
    form = PaperForm(request.POST, request.FILES, by=request.actor)
    if not form.is_valid():
        return _paper_page(request, patient_id, form, 422)
    try:
        act.keep_paper_consent(
            by=request.actor, patient_id=patient_id, paper=form.paper, posting=form.posting
        )
    except act.Unsigned as error:
        form.add_wrong(error.wrong)
        return _paper_page(request, patient_id, form, 422)
    except (Malformed, Refused) as error:
        return _paper_page(request, patient_id, form, with_error(form, error))
    return done(request, patient_id, HERE, "Recorded, with its scan.")


def _paper_page(
    request: HttpRequest, patient_id: UUID, form: PaperForm, status: int = 200
) -> HttpResponse:
    return show(request, "consents/paper.html", patient_id, HERE, {"form": form}, status)


@require_POST
def refuse(request: HttpRequest, slug: str, patient_id: UUID, form_id: UUID) -> HttpResponse:
    """The patient said no to a form."""
    request.actor.must("work_up")
    form = WordsForm(request.POST, by=request.actor)
    try:
        form.want_valid()
        act.refuse_consent(
            by=request.actor, patient_id=patient_id, form_id=form_id,
            words=form.cleaned_data["words"], posting=form.posting,
        )  # fmt: skip
    except (Malformed, Refused) as error:
        return _listing(request, patient_id, str(error), 409)
    return done(request, patient_id, HERE, "The refusal is recorded.")


@require_POST
def withdraw(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """The patient takes consent back; a running session stops dosing at once."""
    request.actor.must("chart")
    form = WordsForm(request.POST, by=request.actor)
    try:
        form.want_valid()
        act.withdraw_consent(
            by=request.actor, patient_id=patient_id, words=form.cleaned_data["words"],
            posting=form.posting,
        )  # fmt: skip
    except (Malformed, Refused) as error:
        return _listing(request, patient_id, str(error), 409)
    return done(
        request, patient_id, HERE, "Consent is withdrawn. Nothing starts until one is signed."
    )
