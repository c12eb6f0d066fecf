"""The clinic's people: who may what, coming in, changing roles, leaving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import KnaiError, Malformed, Refused
from knai.identity import members
from knai.identity.actions import invitations
from knai.identity.actions.members import change_role, record_review
from knai.kit import audit
from knai.kit.clock import now
from knai.practice.actions.staff import leave_clinic
from knai.practice.care_team import list_parts
from knai.practice.staff import list_duties
from knai.web.people.forms import InviteForm, LeaveForm, RoleForm, today_initial
from knai.web.people.owner import must_manage

EXPECTED = (Malformed, Refused)


@require_GET
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody with their rights, on one page."""
    by = must_manage(request)
    found = members.list_members(by=by)
    context = {
        "members": found,
        "parts": list_parts(by=by),
        "invitations": invitations.list_open(by=by),
        "past": members.list_past(by=by),
        "at": now(),
        "reviewed_at": by.clinic.rights_reviewed_at,
        "reviewed_by": by.clinic.rights_reviewed_by,
    }
    audit.record("people.viewed", by=by, people=len(found))
    return render(request, "people/page.html", context)


@require_POST
def reviewed(request: HttpRequest, slug: str) -> HttpResponse:
    record_review(by=must_manage(request))
    messages.success(request, "Noted: the rights were reviewed today.")
    return redirect("people:page", slug=slug)


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer a place; the link is shown once, on the page that answers."""
    by = must_manage(request)
    form = InviteForm(request.POST or None)
    made: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            row, link = invitations.invite(by=by, link_of=_link_of(request), **form.cleaned_data)
        except EXPECTED as error:
            form.refuse(error)
        else:
            made = {"invitation": row, "link": link}
    status = 422 if request.method == "POST" and not made else 200
    answer = render(request, "people/invite.html", {"form": form, **made}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _link_of(request: HttpRequest):
    def link(token: str) -> str:
        return request.build_absolute_uri(reverse("account_invitation", args=[token]))

    return link


@require_POST
def revoke(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    return _done(
        request, lambda by: invitations.revoke(by=by, invitation_id=invitation_id),
        "Revoked. The link works no more.",
    )  # fmt: skip


@require_GET
def person(request: HttpRequest, slug: str, user_id: UUID) -> HttpResponse:
    """One person: role, leaving, and what they would leave behind."""
    return _show_person(request, user_id)


@require_POST
def role(request: HttpRequest, slug: str, user_id: UUID) -> HttpResponse:
    by = must_manage(request)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            change_role(by=by, user_id=user_id, role=form.cleaned_data["role"])
        except EXPECTED as error:
            form.refuse(error)
        else:
            messages.success(request, "Role changed. It holds from now on.")
            return redirect("people:page", slug=slug)
    return _show_person(request, user_id, role_form=form, status=_status(form))


@require_POST
def leave(request: HttpRequest, slug: str, user_id: UUID) -> HttpResponse:
    by = must_manage(request)
    form = LeaveForm(request.POST)
    if form.is_valid():
        try:
            leave_clinic(by=by, user_id=user_id, **form.cleaned_data)
        except EXPECTED as error:
            form.refuse(error)
        else:
            messages.success(
                request, "Noted. What they were to do is listed below until somebody has it."
            )
            return redirect("people:page", slug=slug)
    return _show_person(request, user_id, leave_form=form, status=_status(form))


def _status(form) -> int:
    """409 when a rule says no, 422 when a field is wrong."""
    return 409 if set(form.errors) == {"__all__"} else 422


def _show_person(
    request: HttpRequest,
    user_id: UUID,
    role_form: RoleForm | None = None,
    leave_form: LeaveForm | None = None,
    status: int = 200,
) -> HttpResponse:
    by = must_manage(request)
    membership = members.get_membership(by, user_id)
    today = members.today_of(by.clinic)
    context = {
        "membership": membership,
        "person": membership.user,
        "role_form": role_form or RoleForm(initial={"role": membership.role}),
        "leave_form": leave_form or LeaveForm(initial=today_initial(today)),
        "duties": list_duties(by=by, user_id=user_id),
    }
    audit.record("person.viewed", by=by, person=str(user_id))
    return render(request, "people/person.html", context, status=status)


def _done(request: HttpRequest, act, said: str) -> HttpResponse:
    """Do it and go back to the people; a rule that says no is said there."""
    try:
        act(must_manage(request))
    except EXPECTED as error:
        _say(request, error)
    else:
        messages.success(request, said)
    return redirect("people:page", slug=request.actor.clinic.slug)


def _say(request: HttpRequest, error: KnaiError) -> None:
    messages.error(request, str(error))
