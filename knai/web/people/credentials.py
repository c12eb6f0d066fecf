"""One person's credentials: added, renewed, checked, withdrawn, with a scan of the paper."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import KnaiError, Malformed, Missing, Refused
from knai.identity.actions import credentials as actions
from knai.identity.credentials import get_credential, states_of
from knai.identity.members import get_membership, today_of
from knai.kit import audit, files
from knai.web.people.forms import CredentialForm, WithdrawForm
from knai.web.people.owner import must_manage, refuse_by_pin


@require_http_methods(["GET", "POST"])
def credentials(request: HttpRequest, slug: str, user_id: UUID) -> HttpResponse:
    """All of one person, and a form for another; a renewal begins with what the old one says."""
    by = request.actor
    actions.must_see(by, user_id)
    membership = get_membership(by, user_id)
    form = CredentialForm(request.POST or None, request.FILES or None, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        refuse_by_pin(request)
        try:
            _add(request, user_id, form)
        except (Malformed, Refused) as error:
            form.refuse(error)
        else:
            messages.success(request, "Added. It counts once another person has checked it.")
            return redirect("people:credentials", slug=slug, user_id=user_id)
    return _shown(request, membership, form)


def _initial(request: HttpRequest) -> dict:
    """Of the one to be renewed; else of today."""
    by, renews = request.actor, request.GET.get("renews", "")
    start = {"starts_on": today_of(by.clinic).isoformat()}
    try:
        row = get_credential(by, UUID(renews))
        actions.must_see(by, row.user_id)
    except (ValueError, KnaiError):
        return start
    kept = {
        "kind": row.kind, "jurisdiction": row.jurisdiction, "number": row.number, "level": row.level,
    }  # fmt: skip
    return start | kept


def _add(request: HttpRequest, user_id: UUID, form: CredentialForm) -> None:
    file = form.cleaned_data["file"]
    if not actions.may_add(request.actor, user_id):
        raise Refused("A credential is added by its holder or by the clinic's owner.")
    kept = files.keep_upload(file.read(), name=file.name, by=request.actor) if file else None
    actions.add_credential(
        by=request.actor, user_id=user_id, wanted=form.wanted(kept.pk if kept else None)
    )


def _shown(request: HttpRequest, membership, form: CredentialForm) -> HttpResponse:
    by = request.actor
    found = states_of(by.clinic, [membership.user_id])[membership.user_id]
    context = {
        "person": membership.user,
        "papers": found.papers,
        "form": form,
        "may_add": actions.may_add(by, membership.user_id),
        "may_check": actions.may_check(by, membership.user_id),
        "may_withdraw": by.may("manage_clinic"),
    }
    audit.record("credentials.viewed", by=by, person=str(membership.user_id))
    status = 422 if request.method == "POST" else 200
    return render(request, "people/credentials.html", context, status=status)


@require_POST
def check(request: HttpRequest, slug: str, credential_id: UUID) -> HttpResponse:
    """Say that the paper was looked at."""
    refuse_by_pin(request)
    row = get_credential(request.actor, credential_id)
    actions.must_see(request.actor, row.user_id)
    try:
        actions.check_credential(by=request.actor, credential_id=credential_id)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Checked, with your name and today's date.")
    return redirect("people:credentials", slug=slug, user_id=row.user_id)


@require_POST
def withdraw(request: HttpRequest, slug: str, credential_id: UUID) -> HttpResponse:
    by = must_manage(request)
    row = get_credential(by, credential_id)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why it counts no more.")
        return _shown(request, get_membership(by, row.user_id), CredentialForm())
    actions.withdraw_credential(
        by=by, credential_id=credential_id, reason=form.cleaned_data["reason"]
    )
    messages.success(request, "Withdrawn. From today it counts no more.")
    return redirect("people:credentials", slug=slug, user_id=row.user_id)


@require_GET
def evidence(request: HttpRequest, slug: str, credential_id: UUID) -> HttpResponse:
    """The scan, as it was kept."""
    row = get_credential(request.actor, credential_id)
    actions.must_see(request.actor, row.user_id)
    if row.evidence_id is None:
        raise Missing("No scan was kept with this credential.")
    kept, data = files.read(row.evidence_id, by=request.actor)
    audit.record(
        "credential.evidence_viewed", by=request.actor, subject=row, person=str(row.user_id)
    )
    answer = HttpResponse(data, content_type=kept.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, kept.name)
    answer["Cache-Control"] = "no-store"
    return answer
