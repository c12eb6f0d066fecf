"""One setting chooses where mail goes: empty for files in the data folder, or smtp://… to a mail server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PORTS = {"smtp": 587, "smtps": 465}
WAIT_S = 15


def from_url(url: str, data_dir: Path) -> dict[str, Any]:
    """Django's EMAIL_ settings for `url`. smtp:// speaks TLS once connected, smtps:// from the start."""
    if url == "":
        backend = "django.core.mail.backends.filebased.EmailBackend"
        return {"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": data_dir / "mail"}
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ImproperlyConfigured(
            f"KNAI_MAIL_URL begins with {parts.scheme!r}; wanted smtp://user:password@host:587 or "
            "smtps://…, or nothing. See .env.example."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": WAIT_S,
    }
