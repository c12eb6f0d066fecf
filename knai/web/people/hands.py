"""Changing hands on a shared tablet, and one's own PIN."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from knai.core.errors import Forbidden, Malformed, Refused
from knai.identity import pins
from knai.identity.members import current_rows, today_of
from knai.identity.models import Membership, Role
from knai.kit import audit
from knai.web.accounts.limits import may_switch
from knai.web.accounts.limits import switch as switch_hands
from knai.web.people.forms import PinForm, SwitchForm


@dataclass(frozen=True, slots=True)
class Hand:
    """A colleague who can go on here."""

    user_id: UUID
    name: str
    role_word: str


@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Who goes on? A colleague, and their PIN."""
    if not may_switch(request.session):
        raise Forbidden(
            "Hands are changed by PIN only on a device whose log-in was proved by a second factor. "
            "Log out, and log in yourself."
        )
    form = SwitchForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid() and _went_on(request, form):
            return redirect(_where(request))
        form.fields["code"].widget.attrs["autofocus"] = True
    chosen = request.POST.get("person", "")
    hands = _hands(request)
    context = {
        "colleagues": hands,
        "form": form,
        "chosen": next((hand for hand in hands if str(hand.user_id) == chosen), None),
        "next": _where(request),
        "own_pin": pins.has_pin(request.actor.user_id),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "people/switch.html", context, status=status)


def _hands(request: HttpRequest) -> list[Hand]:
    by = request.actor
    rows = [row for row in _members(request) if row.user_id != by.user_id]
    able = pins.with_pin([row.user_id for row in rows])
    return [
        Hand(row.user_id, row.user.name, Role(row.role).label)
        for row in rows
        if row.user_id in able
    ]


def _members(request: HttpRequest) -> list[Membership]:
    today = today_of(request.actor.clinic)
    return [
        row
        for row in current_rows(request.actor.clinic)
        if row.role != Role.OUTSIDE and row.is_current(today)
    ]


def _went_on(request: HttpRequest, form: SwitchForm) -> bool:
    before = request.actor
    wanted = form.cleaned_data["person"]
    row = next((m for m in _members(request) if m.user_id == wanted), None)
    try:
        is_right = row is not None and pins.prove(wanted, form.cleaned_data["code"])
    except Refused as error:
        form.refuse(error)
        is_right = False
    if row is None or not is_right:
        if not form.errors:
            form.add_error("code", "That is not the PIN. Type it again.")
        audit.record("hands.missed", by=before, person=str(wanted))
        return False
    audit.record("hands.changed", by=before, to=str(row.user_id), to_name=row.user.name)
    switch_hands(request, row.user, before.clinic.slug)
    messages.success(request, f"{row.user.name} goes on.")
    return True


def _where(request: HttpRequest) -> str:
    """Back to where it was, in this clinic; else to where work begins."""
    slug = request.actor.clinic.slug
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    here = reverse("people:switch", args=[slug])
    if is_ours and wanted.startswith(f"/clinic/{slug}/") and not wanted.startswith(here):
        return wanted
    return "/"


@require_http_methods(["GET", "POST"])
def pin(request: HttpRequest, slug: str) -> HttpResponse:
    """Set or change one's own PIN; the password says that it is one's own."""
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _set(request, form):
        messages.success(request, "Your PIN is set. It works on shared tablets of your clinics.")
        return redirect("people:switch", slug=slug)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "has_pin": pins.has_pin(request.user.pk)}
    return render(request, "people/pin.html", context, status=status)


def _set(request: HttpRequest, form: PinForm) -> bool:
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        form.add_error("password", "Too many tries. Wait a minute, then try again.")
    elif not request.user.check_password(form.cleaned_data["password"]):
        form.add_error("password", "That is not your password.")
    else:
        try:
            pins.set_pin(by=request.actor, user=request.user, code=form.cleaned_data["code"])
        except Malformed as error:
            form.refuse(error)
    return not form.errors
