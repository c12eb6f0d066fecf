"""A published protocol, for anybody: no log-in, no person, no patient. Its JSON twin says the same."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from knai.practice.protocol_pages import get_public


@require_GET
@login_not_required
def page(request: HttpRequest, clinic_slug: str, name_slug: str, version: int) -> HttpResponse:
    found = get_public(clinic_slug=clinic_slug, name_slug=name_slug, version=version)
    context = {"protocol": found, "clinic_slug": clinic_slug, "name_slug": name_slug}
    return render(request, "protocols/public.html", context)


@require_GET
@login_not_required
def as_json(request: HttpRequest, clinic_slug: str, name_slug: str, version: int) -> HttpResponse:
    found = get_public(clinic_slug=clinic_slug, name_slug=name_slug, version=version)
    return JsonResponse(found.as_json, json_dumps_params={"ensure_ascii": False, "indent": 1})
