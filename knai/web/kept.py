"""Markup that looks the same until its values change, rendered once and kept in memory.

What is rendered sees the values it is kept under and nothing else: no request, no person. So nobody's page
can show what belongs to another's, and a change of any value shows at once. The token and the keys of forms
are put in for each request.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString, mark_safe

Values = dict[str, Any]
# They stand where a request's token and a form's key will; nobody can type them, all processes agree on them.
TOKEN = salted_hmac("knai.web.kept", "token").hexdigest()
KEY = salted_hmac("knai.web.kept", "key").hexdigest()
MOST_CHARACTERS = 8_000_000

_parts: OrderedDict[Hashable, SafeString] = OrderedDict()
_characters = 0
_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class Named:
    """What templates ask of a clinic."""

    slug: str


def part(template: str, values: Values | Callable[[], Values], key: Hashable = None) -> SafeString:
    """The template with these values, on the clock of the page.

    values  or what makes them, when that costs something
    key     tells values apart that look different; their repr when absent. Leave out of it only what the
            template does not show
    """
    whole = (template, timezone.get_current_timezone_name(), repr(values) if key is None else key)
    with _guard:
        if whole in _parts:
            _parts.move_to_end(whole)
            return _parts[whole]
    shown = values() if callable(values) else values
    return _keep(whole, render_to_string(template, {**shown, "csrf_token": TOKEN}))


def _keep(key: Hashable, markup: SafeString) -> SafeString:
    global _characters
    with _guard:
        if key not in _parts:
            _parts[key] = markup
            _characters += len(markup)
        while _characters > MOST_CHARACTERS:
            _, oldest = _parts.popitem(last=False)
            _characters -= len(oldest)
    return markup


def filled(request: HttpRequest, text: str) -> SafeString:
    """With this request's token, and a key of its own for each form."""
    if TOKEN in text:
        text = text.replace(TOKEN, token_of(request))
    first, *others = text.split(KEY)
    return mark_safe(first + "".join(f"{uuid4()}{other}" for other in others))  # noqa: S308  our template


def token_of(request: HttpRequest) -> str:
    """One for the whole page: each asking masks it anew."""
    if not hasattr(request, "kept_token"):
        request.kept_token = get_token(request)  # type: ignore[attr-defined]
    return request.kept_token  # type: ignore[attr-defined]


def forget() -> None:
    """Render everything anew, as a process that has just started."""
    global _characters
    with _guard:
        _parts.clear()
        _characters = 0


def characters() -> int:
    """How much is kept."""
    return _characters
