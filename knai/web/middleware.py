"""Who acts in which clinic, and how an expected error looks. Nothing else stands between."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone

from knai.core.errors import Forbidden, KnaiError, Malformed, Missing, Refused, Unavailable
from knai.identity.actors import Actor, get_actor
from knai.practice.access import Restricted
from knai.web.accounts.limits import is_elsewhere

STATUS: dict[type[KnaiError], int] = {
    Malformed: 422,
    Refused: 409,
    Missing: 404,
    Forbidden: 403,
    Unavailable: 503,
}


class ActorMiddleware:
    """Sets `request.actor` on every page below /clinic/<slug>/; elsewhere it is None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(self, request, view, args, kwargs) -> HttpResponse | None:
        slug = kwargs.get("slug")
        if slug is None or not request.user.is_authenticated:
            return None
        try:
            request.actor = _actor(request, slug)
        except KnaiError as error:
            return error_page(request, error)
        timezone.activate(request.actor.clinic.tz)  # a clinic's pages show the clinic's clock
        return None


def _actor(request: HttpRequest, slug: str) -> Actor:
    """raises  Missing: not one of theirs; Forbidden: they came in by PIN in another clinic"""
    actor = get_actor(request.user, slug)
    if is_elsewhere(request.session, slug):
        raise Forbidden(
            "Your PIN opens the clinic where you typed it. Log out, and log in with your password."
        )
    return actor


class LogInMiddleware(LoginRequiredMiddleware):
    """A page leads to the log-in; a post by htmx is answered 401 and leads there, so that nothing is taken
    for kept and what was typed comes back; what a page asks by itself is answered 401 and leads nowhere."""

    def handle_no_permission(self, request: HttpRequest, view_func) -> HttpResponse:
        if not request.headers.get("HX-Request"):
            return super().handle_no_permission(request, view_func)
        answer = HttpResponse(status=401)
        if request.method == "POST":
            came_from = urlsplit(request.headers.get("HX-Current-URL", "")).path
            answer["HX-Redirect"] = (
                f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': came_from or '/'})}"
            )
        return answer


class ErrorMiddleware:
    """Turns the expected errors into pages, or into the part htmx asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Restricted):
            return _closed(request, error)
        return error_page(request, error) if isinstance(error, KnaiError) else None


def _closed(request: HttpRequest, error: Restricted) -> HttpResponse:
    """A restricted chart: whoever may break the glass comes to the page that asks why."""
    actor = request.actor
    is_page = request.method == "GET" and not getattr(request, "htmx", False)
    if actor is None or not is_page or not actor.may("break_glass"):
        return error_page(request, error)
    where = reverse(
        "care:glass", kwargs={"slug": actor.clinic.slug, "patient_id": error.patient_id}
    )
    return redirect(f"{where}?{urlencode({'next': request.get_full_path()})}")


def error_page(request: HttpRequest, error: KnaiError) -> HttpResponse:
    """What happened, what is kept, what to do; never a stack trace."""
    part = bool(getattr(request, "htmx", False))
    template = "errors/_part.html" if part else "errors/page.html"
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return render(request, template, {"error": error, "status": status}, status=status)
