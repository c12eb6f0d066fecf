"""How the pages of a session answer a post: htmx gets a part and news, a plain post the screen."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from knai.core.errors import KnaiError, Malformed, Refused

EXPECTED = (Malformed, Refused)


def status_of(error: KnaiError) -> int:
    return 422 if isinstance(error, Malformed) else 409


def screen_url(request: HttpRequest, session_id: UUID) -> str:
    return reverse("sessions:screen", args=[request.actor.clinic.slug, session_id])


def done(request: HttpRequest, session_id: UUID, words: str) -> HttpResponse:
    """A tap was taken: say so, and let the panels fetch what is new."""
    if not request.htmx:
        messages.success(request, words)
        return vary(redirect(screen_url(request, session_id)))
    answer = HttpResponse(status=204)
    return vary(with_news(answer, words))


def refused(request: HttpRequest, session_id: UUID, error: KnaiError) -> HttpResponse:
    """A tap without a form was refused: the reason is said, the screen stays as it is."""
    if not request.htmx:
        messages.error(request, str(error))
        return vary(redirect(screen_url(request, session_id)))
    answer = HttpResponse(status=204)
    return vary(with_news(answer, str(error)))


def with_news(answer: HttpResponse, words: str, **more: Any) -> HttpResponse:
    answer["HX-Trigger"] = json.dumps({"session-news": "", "knai:say": {"text": words}} | more)
    return answer


def vary(answer: HttpResponse) -> HttpResponse:
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def new_key() -> str:
    """The idempotency key of a form that is shown now."""
    return str(uuid4())
