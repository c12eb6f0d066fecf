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
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from knai.kit.clock import now

BEGUN, SEEN, TWO_FACTORS = "knai_begun", "knai_seen", "knai_two_factors"
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


def _is_over(session: MutableMapping[str, Any]) -> bool:
    at = int(now().timestamp())
    begun, seen = session.setdefault(BEGUN, at), session.get(SEEN, at)
    idle = at - seen > settings.SESSION_IDLE_MINUTES * 60
    if idle or at - begun > LONGEST.total_seconds():
        return True
    if SEEN not in session or at - seen > NOTE_EVERY_S:
        session[SEEN] = at
    return False
