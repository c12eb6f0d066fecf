"""How a kept file leaves: as a download that no browser runs, frames or keeps."""

from __future__ import annotations

from django.http import HttpResponse


def download(data: bytes, *, media_type: str, name: str) -> HttpResponse:
    """name  in plain letters, with its ending; nothing of a patient belongs in it"""
    answer = HttpResponse(data, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
