"""Coming in by an invitation: a new person sets name and password, somebody known joins."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from knai.core.errors import Refused
from knai.identity.actions import invitations
from knai.identity.models import User
from knai.web.people.owner import refuse_by_pin


class ComeInForm(forms.Form):
    name = forms.CharField(max_length=120, label="Your name, as colleagues see it")
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="12 characters or more.",
    )
    again = forms.CharField(
        label="Password again", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        password = values.get("password")
        if password and password != values.get("again"):
            self.add_error("again", "The two are not the same. Type both again.")
        elif password:
            try:
                get_adapter().clean_password(password, User(email=self.email))
            except ValidationError as error:
                self.add_error("password", error)
        return values


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """raises  Missing: used, revoked, expired or never made"""
    offer = invitations.get_offer(token)
    form = ComeInForm(request.POST or None, email=offer.email, initial={"name": offer.name})
    error = ""
    if request.method == "POST":
        try:
            answer = _taken(request, token, offer, form)
        except Refused as refusal:
            error, answer = str(refusal), None
        if answer is not None:
            return answer
    context = {
        "offer": offer,
        "form": form,
        "error": error,
        "is_theirs": _is_theirs(request, offer),
    }
    status = 409 if error else 422 if request.method == "POST" else 200
    return render(request, "account/invitation.html", context, status=status)


def _is_theirs(request: HttpRequest, offer: invitations.Offer) -> bool:
    user = request.user
    return user.is_authenticated and user.email.lower() == offer.email.lower()


def _taken(
    request: HttpRequest, token: str, offer: invitations.Offer, form: ComeInForm
) -> HttpResponse | None:
    """Where to go on; None when the form is to be shown again."""
    if request.user.is_authenticated:
        refuse_by_pin(request)
        invitations.accept_as(token=token, user=request.user)
        messages.success(request, f"You belong to {offer.clinic.name} now.")
        return redirect("/")
    if offer.knows:
        raise Refused("There is a log-in with this e-mail address. Log in with it, then join.")
    if not form.is_valid():
        return None
    values = form.cleaned_data
    user = invitations.accept_as_new(token=token, name=values["name"], password=values["password"])
    return perform_login(request, user, redirect_url="/")
