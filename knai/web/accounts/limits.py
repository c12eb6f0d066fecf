"""What a log-in must keep to: a second factor, and an end when nobody is there.

The stream stands outside Django's middleware; it asks `why_not` itself.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from datetime import timedelta
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from knai.kit.clock import now

BEGUN, SEEN, TWO_FACTORS = "knai_begun", "knai_seen", "knai_two_factors"
SWITCHED_IN = "knai_switched_in"  # the clinic's slug, where somebody came in by their PIN alone
NOTE_EVERY_S = 60  # the time last seen is written at most this often
LONGEST = timedelta(hours=12)  # a working day; then everybody logs in again
FREE = ("/accounts/", "/static/", "/healthz", "/readyz")


class LogInLimits:
    """Ends a log-in nobody uses, and sends people without a second factor to set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if _is_over(request.session):
                logout(request)
                messages.info(request, "You were logged out, as nobody was there for a while.")
            elif why_not(request.user, request.session) and not request.path.startswith(FREE):
                return redirect("mfa_index")
        return self.get_response(request)


def why_not(user: Any, session: MutableMapping[str, Any]) -> str:
    """Why this log-in may not be used yet, or ""."""
    if not settings.MFA_REQUIRED or session.get(TWO_FACTORS):
        return ""
    if is_mfa_enabled(user):
        session[TWO_FACTORS] = True
        return ""
    return "Set up a second factor first: a passkey, or codes from an app."


def may_switch(session: MutableMapping[str, Any]) -> bool:
    """Whether hands may be changed within this log-in: it was proved by a second factor, or it is a demo."""
    return settings.DEMO or bool(session.get(TWO_FACTORS))


def switch(request: HttpRequest, user: Any, slug: str) -> None:
    """Go on as `user` in the same log-in: its limits stay those of whoever logged in, its clinic this one."""
    kept = {name: request.session[name] for name in (BEGUN, TWO_FACTORS) if name in request.session}
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.update(kept | {SEEN: int(now().timestamp()), SWITCHED_IN: slug})


def is_elsewhere(session: MutableMapping[str, Any], slug: str) -> bool:
    """Whether somebody who came in by PIN asks for another clinic than the one they did it in."""
    return session.get(SWITCHED_IN, slug) != slug


def _is_over(session: MutableMapping[str, Any]) -> bool:
    at = int(now().timestamp())
    begun, seen = session.setdefault(BEGUN, at), session.get(SEEN, at)
    idle = at - seen > settings.SESSION_IDLE_MINUTES * 60
    if idle or at - begun > LONGEST.total_seconds():
        return True
    if SEEN not in session or at - seen > NOTE_EVERY_S:
        session[SEEN] = at
    return False
