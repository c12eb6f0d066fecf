"""Anybody with a paper can check it: was it issued, by whom, when, and is this file the very same?"""

from __future__ import annotations

import hashlib
from zoneinfo import ZoneInfo

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from knai.core.errors import KnaiError
from knai.kit import files
from knai.kit.clock import now
from knai.practice import paper_list

MOST_A_MINUTE = 30  # of one address: enough for a pile of papers, too few for guessing


@login_not_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    """GET says what was issued under this code; POST compares a file with it and keeps nothing."""
    if not _is_within_limit(request):
        answer = render(request, "papers/check.html", {"too_many": True}, status=429)
        answer["Retry-After"] = "60"
        return answer
    issued = paper_list.find_issued(code[:60])
    if issued is None:
        return render(request, "papers/check.html", {"unknown": True}, status=404)
    timezone.activate(ZoneInfo(issued.time_zone))
    context: dict[str, object] = {"issued": issued}
    status = 200
    if request.method == "POST":
        context["result"], status = _compared(issued, request.FILES.get("file"))
    return render(request, "papers/check.html", context, status=status)


def _compared(issued: paper_list.Issued, file: UploadedFile | None) -> tuple[str, int]:
    """same, other or a sentence about what was wrong with the file."""
    if file is None:
        return "Choose the PDF file first.", 422
    try:
        files.refuse_large(file.size or 0)
    except KnaiError as error:
        return str(error), 422
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return ("same" if paper_list.is_same(issued, digest.hexdigest()) else "other"), 200


def _is_within_limit(request: HttpRequest) -> bool:
    """Counts by minute; the address stands only as a hash, and is forgotten with the minute."""
    address = hashlib.sha256(_address(request).encode()).hexdigest()[:32]
    key = f"paper-check:{address}:{now():%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    return cache.incr(key) <= MOST_A_MINUTE


def _address(request: HttpRequest) -> str:
    return get_adapter().get_client_ip(request) or "unknown"
