"""What pages of management ask of whoever opens them."""

from __future__ import annotations

from django.http import HttpRequest

from knai.core.errors import Forbidden
from knai.identity.actors import Actor
from knai.web.accounts.limits import SWITCHED_IN


def must_manage(request: HttpRequest) -> Actor:
    """The owner, logged in by more than a PIN.

    raises  Forbidden: another role, or a hand changed on a shared tablet
    """
    request.actor.must("manage_clinic")
    refuse_by_pin(request)
    return request.actor


def refuse_by_pin(request: HttpRequest) -> None:
    """raises  Forbidden: they came in by their PIN alone"""
    if SWITCHED_IN in request.session:
        raise Forbidden(
            "You came in by your PIN. Log out, and log in with your password to manage the clinic."
        )
