"""The faces of what Django refuses or nobody expected. They need neither database nor log-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

WORDS = {
    400: (
        "This request cannot be read",
        "Nothing was changed. Go back, load the page anew and try again.",
    ),
    403: (
        "Not yours to do",
        "Nothing was changed. Either the page was open too long, then go back and load it anew, "
        "or your role does not include this, then ask the clinic's owner.",
    ),
    404: ("Not found", "There is nothing at this address, or it is not in one of your clinics."),
    500: (
        "Something went wrong here",
        "What was charted before still stands; what you just sent may not. Look at the chart before "
        "sending it again. The bedside monitor is not affected.",
    ),
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400)


def forbidden(
    request: HttpRequest, exception: Exception | None = None, reason: str = ""
) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    return _page(request, 500)


def _page(request: HttpRequest, status: int) -> HttpResponse:
    title, text = WORDS[status]
    part = request.headers.get("HX-Request") == "true"
    template = "components/banner.html" if part else "errors/bare.html"
    context = {"kind": "alert", "title": title, "text": text}
    return render(None, template, context, status=status)
