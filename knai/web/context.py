"""What every page knows: the clinic, the hat of whoever looks, and the ways on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from knai.identity.actors import Actor
from knai.identity.models import Role
from knai.web.accounts.limits import BEGUN, may_switch

# label, url name, the permission that makes it a way for this person
WAYS = (
    ("Board", "board:board", "read_schedule"),
    ("Day", "day:page", "read_schedule"),
    ("Schedule", "schedule:page", "read_schedule"),
    ("Patients", "patients:list", "read_schedule"),
    ("To do", "work:page", "read_schedule"),
    ("On site", "roster:page", "roster"),
    ("Monitors", "devices:list", "read_devices"),
    ("Protocols", "protocols:list", "read_schedule"),
    ("Clinic", "clinic:page", "manage_clinic"),
    ("Shared", "care:shared", "read_shared"),
)


def page(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    known = {"actor": actor, "demo": settings.DEMO, "log_out_url": _log_out_url(request)}
    if actor is None:
        return known | {"clinic": None}
    return known | {
        "clinic": actor.clinic,
        "role_word": Role(actor.role).label,
        "switch_url": _switch_url(request, actor),
        "hands": _hands(request),
        "nav": [_way(request, actor, label, name) for label, name, need in WAYS if actor.may(need)],
    }


def _way(request: HttpRequest, actor: Actor, label: str, name: str) -> dict[str, Any]:
    try:
        url = _address(name, actor.clinic.slug)
    except NoReverseMatch:  # an error page must not fail for want of a menu
        url = "/"
    return {"label": label, "url": url, "current": request.path == url}


@lru_cache(maxsize=1024)
def _address(name: str, slug: str) -> str:
    return reverse(name, kwargs={"slug": slug})


def _switch_url(request: HttpRequest, actor: Actor) -> str:
    """Where hands are changed, and back to this page after; "" where they may not be."""
    session = getattr(request, "session", None)
    if session is None or not may_switch(session):
        return ""
    where = _address("people:switch", actor.clinic.slug)
    return f"{where}?{urlencode({'next': request.path})}"


def _hands(request: HttpRequest) -> str:
    """The same for all who change hands within one log-in of a device, and for nobody else."""
    session = getattr(request, "session", None)
    return str(session.get(BEGUN, "")) if session is not None and may_switch(session) else ""


def _log_out_url(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return reverse("account_logout") if user is not None and user.is_authenticated else ""
